"""save_config says [OK], and the startup-config has what was configured."""

from netmiko import ConnectHandler
from reach import for_netmiko

with ConnectHandler(**for_netmiko()) as session:
    session.send_config_set(["interface Loopback7", " description kept"])
    assert "[OK]" in session.save_config()
    startup = session.send_command("show startup-config")
    assert "interface Loopback7\n description kept\n" in startup, startup
