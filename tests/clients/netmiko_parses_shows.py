"""ntc-templates make rows of what an edge of the campus shows, and the rows say what the topology says."""

from netmiko import ConnectHandler
from reach import for_netmiko, same

PARSED = [
    "show version",
    "show inventory",
    "show ip interface brief",
    "show interfaces",
    "show interfaces status",
    "show interfaces description",
    "show vlan brief",
    "show cdp neighbors",
    "show cdp neighbors detail",
    "show clock",
    "show users",
]

with ConnectHandler(**for_netmiko()) as session:
    rows = {}
    wrong = []
    for command in PARSED:
        found = session.send_command(command, use_textfsm=True)
        rows[command] = found
        if not isinstance(found, list) or not found:
            wrong.append(f"{command} isn't parsed:\n{found}")
    assert not wrong, "\n\n".join(wrong)

version = rows["show version"][0]
same(version["hostname"], "edge-1")
assert version["hardware"][0].startswith("C9300-48P"), version
assert version["serial"][0], version
same(rows["show inventory"][0]["sn"], version["serial"][0])

names = {row["interface"] for row in rows["show interfaces"]}
assert {"GigabitEthernet1/0/1", "TenGigabitEthernet1/1/1", "Vlan1"} <= names, names
# Some names are short in this table.
same(len(rows["show ip interface brief"]), len(names))
assert {"1", "1002"} <= {row["vlan_id"] for row in rows["show vlan brief"]}

neighbours = rows["show cdp neighbors detail"]
cables = {(row["neighbor_name"], row["local_interface"], row["neighbor_interface"]) for row in neighbours}
assert ("border-1", "TenGigabitEthernet1/1/1", "TwentyFiveGigE1/0/1") in cables, cables
same(len(rows["show cdp neighbors"]), len(neighbours))
