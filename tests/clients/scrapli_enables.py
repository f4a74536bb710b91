"""scrapli lands at `>`, and enables by itself because it wants to read privileged."""

from reach import for_scrapli, same
from scrapli.driver.core import IOSXEDriver

with IOSXEDriver(**for_scrapli("paramiko")) as session:
    same(session.get_prompt(), "edge-1#")
    assert session.send_command("show privilege").result == "Current privilege level is 15"
    session.acquire_priv("exec")
    same(session.get_prompt(), "edge-1>")
