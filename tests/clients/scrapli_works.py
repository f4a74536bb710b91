"""scrapli opens, reads, configures, notices a caret, and closes, over the transport that is named."""

import sys

from reach import for_scrapli, same
from scrapli.driver.core import IOSXEDriver

with IOSXEDriver(**for_scrapli(sys.argv[1])) as session:
    same(session.get_prompt(), "edge-1#")
    version = session.send_command("show version")
    assert not version.failed and "Cisco IOS XE Software" in version.result, version.result

    lines = ["interface Loopback5", "description five", "ip address 10.5.5.5 255.255.255.255"]
    configured = session.send_configs(lines)
    assert not configured.failed, configured.result
    shown = session.send_command("show running-config interface Loopback5")
    assert " description five\n ip address 10.5.5.5 255.255.255.255" in shown.result, shown.result

    # By itself the driver knows the errors of IOS; and a word may be named that means failure.
    refused = session.send_configs(["interface Loopback5", "descripshun six", "shutdown"], stop_on_failed=True)
    assert refused.failed and len(refused) == 2, refused.result
    assert "% Invalid input detected at '^' marker." in refused.result, refused.result
    assert session.send_command("show privilege", failed_when_contains="level is 15").failed
    same(session.get_prompt(), "edge-1#")
assert not session.isalive()
