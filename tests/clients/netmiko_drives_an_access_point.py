"""netmiko's cisco_ap driver logs in to an access point, enables, and reads its version."""

from netmiko import ConnectHandler
from reach import for_netmiko

with ConnectHandler(**for_netmiko("cisco_ap")) as session:
    session.enable()
    assert session.find_prompt().endswith("#"), session.find_prompt()
    version = session.send_command("show version")
    assert version.lstrip().startswith("Cisco AP Software"), version
    assert "% Invalid input" in session.send_command("configure terminal")
