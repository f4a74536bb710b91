"""netmiko lands at `>`, enables, and goes back."""

from netmiko import ConnectHandler
from reach import for_netmiko, same

with ConnectHandler(**for_netmiko()) as session:
    same(session.find_prompt(), "edge-1>")
    assert not session.check_enable_mode()
    session.enable()
    same(session.find_prompt(), "edge-1#")
    session.exit_enable_mode()
    same(session.find_prompt(), "edge-1>")
