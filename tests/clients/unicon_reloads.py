"""unicon reloads a device and is back at its prompt, where what was saved still is, and what was not is gone."""

import sys

from genie.testbed import load
from reach import same, testbed

platform, model = sys.argv[1:]
device = load(testbed(os="iosxe", platform=platform, model=model)).devices["unknown"]
device.connect(learn_hostname=True, log_stdout=False)
device.configure(["interface Loopback70", "description saved"])
assert "[OK]" in device.copy(source="running-config", dest="startup-config")
device.configure(["interface Loopback71", "description lost"])

# A virtual device is back in five seconds, a real one in as many minutes.
device.settings.RELOAD_SYSLOG_WAIT = 1
device.settings.RELOAD_WAIT = 5
device.settings.POST_RELOAD_WAIT = 1
same(device.reload(timeout=60), True)
shown = device.execute("show running-config | include ^interface Loopback|description")
assert "Loopback70" in shown and "Loopback71" not in shown and "description saved" in shown, shown
assert "Reload Command" in device.execute("show version | include reload reason")
device.disconnect()
