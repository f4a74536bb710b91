"""A hostname of 25 letters, whose configuration prompts are cut, and a hostname that changes on the way."""

from netmiko import ConnectHandler
from reach import for_netmiko, same

LONG = "a-device-with-a-long-name"
assert len(LONG) == 25

with ConnectHandler(**for_netmiko()) as session:
    session.send_config_set([f"hostname {LONG}", "interface Loopback1", " description one"])
    session.set_base_prompt()
    same(session.find_prompt(), f"{LONG}#")

with ConnectHandler(**for_netmiko()) as session:
    same(session.find_prompt(), f"{LONG}#")
    session.config_mode()
    same(session.find_prompt(), f"{LONG[:20]}(config)#")
    session.exit_config_mode()
    session.send_config_set(["interface Loopback1", " description two", "interface Loopback2"])
    assert "description two" in session.send_command("show running-config interface Loopback1")
    output = session.send_config_set(["hostname short", "interface Loopback3", "hostname other", "exit"])
    assert "other(config)#" in output, output
    session.set_base_prompt()
    same(session.find_prompt(), "other#")
    same(session.send_command("show privilege"), "Current privilege level is 15")
