"""500 lines go in, each echo verified, and every one of them is in the running-config."""

from netmiko import ConnectHandler
from reach import for_netmiko

blocks = [
    (f"interface Loopback{n}", f" description line {n}", f" ip address 10.9.{n}.1 255.255.255.0", " shutdown")
    for n in range(125)
]
lines = [line for block in blocks for line in block]
assert len(lines) == 500

with ConnectHandler(**for_netmiko()) as session:
    output = session.send_config_set(lines, cmd_verify=True, error_pattern=r"% |\^")
    assert not session.check_config_mode()
    shown = session.send_command("show running-config")

assert output.count("(config-if)#") == 500, output
for block in blocks:
    text = "\n".join(block)
    assert text in shown, f"the running-config lacks:\n{text}\n\n{shown}"
