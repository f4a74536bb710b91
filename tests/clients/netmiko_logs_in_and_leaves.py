"""netmiko connects, is at the privileged prompt, is alive, and leaves."""

import sys

from netmiko import ConnectHandler
from reach import for_netmiko, same

session = ConnectHandler(**for_netmiko(sys.argv[1]))
same(session.find_prompt(), "edge-1#")
same(session.base_prompt, "edge-1")
assert session.check_enable_mode()
assert session.is_alive(), "a NUL byte ended the session"
same(session.send_command("show privilege"), "Current privilege level is 15")
session.disconnect()
assert not session.is_alive()
