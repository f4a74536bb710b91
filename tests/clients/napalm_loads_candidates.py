"""load_merge_candidate and load_replace_candidate put a candidate into flash, by SCP or (merge) inline through tclsh;
what they load is compared, committed, discarded and rolled back, and a mistake in it is told."""

import sys

import napalm
from napalm.base.exceptions import MergeConfigException
from reach import ENABLE, HOST, PASSWORD, PORT, USER, same

INLINE = sys.argv[1] == "inline"
MERGED = "interface Loopback9\n description merged\n"

driver = napalm.get_network_driver("ios")
options = {"port": PORT, "secret": ENABLE, "inline_transfer": INLINE}
with driver(HOST, USER, PASSWORD, optional_args=options) as device:
    cli = device.device.send_command
    # The SCP server is off on a device that is new; inline works without it.
    lines = ["archive", "path flash:archive", "exit"]
    device.device.send_config_set(lines if INLINE else ["ip scp server enable", *lines])

    device.load_merge_candidate(config=MERGED)
    same(device.compare_config(), "+interface Loopback9\n+ description merged")
    device.commit_config()
    assert MERGED in cli("show running-config interface Loopback9")
    device.rollback()
    assert "Loopback9" not in cli("show running-config")
    if INLINE:
        # Each transfer waits for seconds; what follows is the same both ways.
        sys.exit()

    running = device.get_config(retrieve="running")["running"]
    wanted = running.replace("ip forward-protocol nd\n", "ip host printer 10.0.0.7\nip forward-protocol nd\n", 1)
    assert wanted != running
    device.load_replace_candidate(config=running)
    same(device.compare_config(), "")
    device.load_replace_candidate(config=wanted)
    same(device.compare_config().strip(), "+ip host printer 10.0.0.7")
    device.commit_config()
    assert "ip host printer 10.0.0.7" in cli("show running-config")

    device.load_merge_candidate(config="interface Loopback9\n bogus\n")
    try:
        device.commit_config()
        raise SystemExit("a candidate with a mistake was taken")
    except MergeConfigException as refused:
        assert "Invalid input detected" in str(refused), refused
    assert "Loopback9" not in cli("show running-config")

    device.load_merge_candidate(config=MERGED)
    device.discard_config()
    same(device.compare_config(), "")
