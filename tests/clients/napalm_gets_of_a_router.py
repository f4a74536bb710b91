"""Every getter of NAPALM's driver says of a router what its configuration and its neighbours say."""

from napalm import get_network_driver
from reach import PASSWORD, for_napalm, same

Driver = get_network_driver("ios")

with Driver(**for_napalm()) as device:
    assert device.is_alive()["is_alive"]

    facts = device.get_facts()
    same((facts["hostname"], facts["fqdn"]), ("router-1", "router-1.example.net"))
    same((facts["vendor"], facts["model"]), ("Cisco", "C8000V"))
    assert "Version 17." in facts["os_version"] and len(facts["serial_number"]) == 11, facts
    assert facts["uptime"] >= 0, facts
    ports = {f"GigabitEthernet{n}" for n in range(1, 5)}
    same(set(facts["interface_list"]), ports | {"Loopback0"})

    interfaces = device.get_interfaces()
    same(set(interfaces), set(facts["interface_list"]))
    outside = interfaces["GigabitEthernet1"]
    same((outside["description"], outside["is_up"], outside["is_enabled"]), ("to router-2", True, True))
    same((outside["mtu"], outside["speed"]), (1500, 1000.0))
    red = interfaces["GigabitEthernet3"]
    same((red["is_up"], red["is_enabled"]), (False, False))
    same(len({interface["mac_address"] for name, interface in interfaces.items() if name in ports}), 4)

    counters = device.get_interfaces_counters()
    same(set(counters), set(interfaces))
    assert all(value >= -1 for counted in counters.values() for value in counted.values()), counters

    addresses = device.get_interfaces_ip()
    same(addresses["GigabitEthernet1"]["ipv4"], {"192.0.2.1": {"prefix_length": 30}})
    assert addresses["GigabitEthernet1"]["ipv6"]["2001:db8:1::1"] == {"prefix_length": 64}, addresses
    same(addresses["Loopback0"]["ipv4"], {"10.255.0.1": {"prefix_length": 32}})

    arp = {(row["interface"], row["ip"]): row["mac"] for row in device.get_arp_table()}
    same(arp[("GigabitEthernet1", "192.0.2.1")], outside["mac_address"])
    assert ("GigabitEthernet1", "192.0.2.2") in arp and ("GigabitEthernet2", "10.1.0.2") in arp, arp
    neighbours = device.get_ipv6_neighbors_table()
    assert "2001:DB8:1::2" in {row["ip"].upper() for row in neighbours}, neighbours

    lldp = device.get_lldp_neighbors()
    same(lldp["GigabitEthernet1"], [{"hostname": "router-2", "port": "Gi1"}])
    detail = device.get_lldp_neighbors_detail()["GigabitEthernet1"][0]
    same((detail["remote_system_name"], detail["remote_port"]), ("router-2", "Gi1"))
    assert "router" in detail["remote_system_capab"], detail

    bgp = device.get_bgp_neighbors()["global"]
    same(bgp["router_id"], "10.255.0.1")
    peer = bgp["peers"]["192.0.2.2"]
    same((peer["local_as"], peer["remote_as"], peer["remote_id"]), (65001, 65002, "10.255.0.2"))
    same((peer["is_up"], peer["is_enabled"], peer["description"]), (True, True, "upstream"))
    same(peer["address_family"]["ipv4 unicast"]["accepted_prefixes"], 1)
    detail = device.get_bgp_neighbors_detail()["global"][65002][0]
    same((detail["up"], detail["remote_address"], detail["connection_state"]), (True, "192.0.2.2", "Established"))
    same((detail["remote_as"], detail["router_id"]), (65002, "10.255.0.2"))
    neighbour = device.get_bgp_config()["_"]["neighbors"]["192.0.2.2"]
    same((neighbour["remote_as"], neighbour["description"]), (65002, "upstream"))

    direct = device.get_route_to("192.0.2.0/30")["192.0.2.0/30"][0]
    same((direct["protocol"], direct["outgoing_interface"]), ("connected", "GigabitEthernet1"))
    static = device.get_route_to("10.99.0.0/16")["10.99.0.0/16"][0]
    same((static["protocol"], static["next_hop"]), ("static", "192.0.2.2"))
    learnt = device.get_route_to("10.255.0.2/32")["10.255.0.2/32"][0]
    same((learnt["protocol"], learnt["next_hop"], learnt["preference"]), ("bgp", "192.0.2.2", 0))
    same(learnt["protocol_attributes"]["as_path"], "65002")

    instances = device.get_network_instances()
    same(set(instances), {"default", "RED"})
    same(instances["RED"]["state"], {"route_distinguisher": "65001:1"})
    same(set(instances["RED"]["interfaces"]["interface"]), {"GigabitEthernet3"})
    same(device.get_network_instances("RED")["name"], "RED")

    same(set(device.get_ntp_servers()), {"192.0.2.2"})
    assert "192.0.2.2" in device.get_ntp_peers(), device.get_ntp_peers()
    stats = {row["remote"]: row for row in device.get_ntp_stats()}
    assert 1 <= stats["192.0.2.2"]["stratum"] <= 16, stats

    same(
        device.get_snmp_information(),
        {
            "chassis_id": "R1-CHASSIS",
            "community": {"public": {"acl": "N/A", "mode": "ro"}},
            "contact": "netops",
            "location": "lab",
        },
    )
    users = device.get_users()
    same({name: user["level"] for name, user in users.items()}, {"netadmin": 15, "reader": 1})
    assert users["netadmin"]["password"].startswith("$9$") and PASSWORD not in str(users), users

    environment = device.get_environment()
    assert environment["memory"]["available_ram"] > environment["memory"]["used_ram"] > 0, environment
    assert 0 <= environment["cpu"][0]["%usage"] <= 100, environment

    probe = device.get_probes_config()["10"]["upstream"]
    same(
        probe,
        {
            "probe_type": "icmp-ping",
            "target": "192.0.2.2",
            "source": "192.0.2.1",
            "probe_count": 20,
            "test_interval": 30,
        },
    )
    same(device.get_optics(), {})
    same(device.get_mac_address_table(), [])
    same(device.get_vlans(), {})

    config = device.get_config()
    same((config["candidate"], "hostname router-1\n" in config["running"]), ("", True))
    same(config["running"].split("\nversion")[1], config["startup"].split("\nversion")[1])
    assert len(device.get_config(full=True)["running"]) > len(config["running"])

    answered = device.ping("192.0.2.2", count=7)["success"]
    same((answered["probes_sent"], answered["packet_loss"], len(answered["results"])), (7, 0, 7))
    same(device.ping("192.0.2.2", source="10.255.0.1")["success"]["packet_loss"], 0)
    silent = device.ping("198.51.100.1", count=2)["success"]
    same((silent["probes_sent"], silent["packet_loss"]), (2, 2))
    assert "error" in device.ping("192.0.2.2", vrf="NONE")
    hops = device.traceroute("10.255.0.2")["success"]
    same([hops[1]["probes"][n]["ip_address"] for n in (1, 2, 3)], ["192.0.2.2"] * 3)
