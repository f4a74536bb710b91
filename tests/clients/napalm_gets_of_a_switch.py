"""The getters of NAPALM's driver that a switch is asked for."""

from napalm import get_network_driver
from reach import for_napalm, same

Driver = get_network_driver("ios")

with Driver(**for_napalm()) as device:
    facts = device.get_facts()
    same((facts["hostname"], facts["model"]), ("switch-1", "C9300-48P"))
    assert {"Vlan10", "GigabitEthernet1/0/1"} <= set(facts["interface_list"]), facts

    vlans = device.get_vlans()
    same({number: vlan["name"] for number, vlan in vlans.items() if number in ("10", "20")}, {"10": "USERS", "20": "VOICE"})
    same(vlans["20"]["interfaces"], ["GigabitEthernet1/0/2"])
    same(vlans["10"]["interfaces"], ["GigabitEthernet1/0/1"])

    macs = device.get_mac_address_table()
    learnt = [row for row in macs if row["interface"] == "Gi1/0/1" and row["vlan"] == 10 and not row["static"]]
    assert learnt, macs
    same(device.get_interfaces_ip()["Vlan10"]["ipv4"], {"10.1.0.2": {"prefix_length": 24}})
    assert "10.1.0.1" in {row["ip"] for row in device.get_arp_table()}
    same(device.get_lldp_neighbors()["GigabitEthernet1/0/1"], [{"hostname": "router-1.example.net", "port": "Gi2"}])

    environment = device.get_environment()
    assert environment["temperature"], environment
    assert all(-40 < t["temperature"] < 100 for t in environment["temperature"].values()), environment
    assert isinstance(device.get_optics(), dict)
    same(device.ping("10.1.0.1")["success"]["packet_loss"], 0)
