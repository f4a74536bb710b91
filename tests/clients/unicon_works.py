"""unicon connects by a testbed, learns the hostname, reads, configures, pings; and genie learns what a device is.

Its arguments: os, platform and model as testbeds have them, the hostname if it can't be learned, and what genie learns.
"""

import sys

from genie.testbed import load
from reach import same, testbed
from unicon.core.errors import SubCommandFailure

os, platform, model, name, *features = sys.argv[1:]
device = load(testbed(name or "unknown", os=os, platform=platform, model=model)).devices[name or "unknown"]
# unicon takes a hostname with "wlc" in it, as a controller's may well have, for one that isn't configured yet.
device.connect(learn_hostname=not name, log_stdout=False)
name = device.hostname


def refused(wanted, service, *given, **how):
    """What a service says that fails, as it must."""
    try:
        service(*given, **how)
    except SubCommandFailure as failure:
        assert wanted in str(failure), failure
    else:
        raise AssertionError(f"{given} was taken")


assert "UTC" in device.execute("show clock")
assert f"hostname {name}" in device.execute("show running-config") or os != "iosxe"
refused("Invalid input", device.execute, "show nonsense")

if os == "iosxe":
    same(device.configure("interface Loopback9").count("(config"), 0)
    device.configure(["interface Loopback9", "description nine", "ip address 10.4.4.4 255.255.255.255"])
    refused("Invalid input", device.configure, ["interface Loopback9", "descripshun nine"])
    same(device.state_machine.current_state, "enable")

    blocks = [
        (f"interface Loopback{n}", f" description line {n}", f" ip address 10.9.{n}.1 255.255.255.0", " shutdown")
        for n in range(100, 225)
    ]
    device.configure([line for block in blocks for line in block], bulk=True, bulk_chunk_sleep=0)
    shown = device.execute("show running-config").replace("\r", "")
    for block in blocks:
        assert "\n".join(block) in shown, f"{block}\n{shown}"

    # Its ping answers the questions of `ping` one by one.
    assert "Success rate is 100 percent (5/5)" in device.ping("10.4.4.4")
    asked = device.ping("10.4.4.4", count=10, size=200, timeout=1, df_bit="y", source="Loopback9")
    assert "Sending 10, 200-byte" in asked and "(10/10)" in asked, asked
    refused("Success rate is 0 percent", device.ping, "198.51.100.99")

    # What the device is called can change on the way.
    device.configure("hostname renamed")
    same(device.hostname, "renamed")
    assert "UTC" in device.execute("show clock")
    device.configure(f"hostname {name}")

for feature in features:
    learned = device.learn(feature)
    known = learned if feature == "config" else vars(learned).get("info", vars(learned))
    assert known, f"genie learned nothing of {feature}"
    if feature == "interface":
        same(known["Loopback9"]["ipv4"], {"10.4.4.4/32": {"ip": "10.4.4.4", "prefix_length": "32", "secondary": False}})
    if feature == "config":
        assert f"hostname {name}" in known, known
device.disconnect()
