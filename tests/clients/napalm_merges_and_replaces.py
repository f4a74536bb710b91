"""NAPALM loads, compares, commits, discards and rolls back; candidates come `inline` (tclsh) or by `scp`."""

import sys

from napalm import get_network_driver
from napalm.base.exceptions import MergeConfigException, ReplaceConfigException
from reach import for_napalm, same

Driver = get_network_driver("ios")


def running(device):
    return device.get_config(retrieve="running")["running"]


def body(device):
    """Without what NAPALM sets for itself, and without the heading, which tells the time."""
    lines = running(device).replace("file prompt quiet\n", "").splitlines()
    return lines[next(at for at, line in enumerate(lines) if line.startswith("version")) :]


with Driver(**for_napalm(inline_transfer=sys.argv[1] == "inline")) as device:
    before, was = running(device), body(device)
    name = device.get_facts()["hostname"]

    # A merge: the difference is what the lines add, and it is saved.
    device.load_merge_candidate(config="interface Loopback7\n description merged\nno ntp peer 192.0.2.9\nend\n")
    same(device.compare_config(), "-no ntp peer 192.0.2.9\n+interface Loopback7\n+ description merged")
    device.commit_config()
    assert "interface Loopback7\n description merged\n" in running(device)
    startup = device.get_config(retrieve="startup")["startup"]
    assert "interface Loopback7\n description merged\n" in startup, startup
    assert not device.has_pending_commit()

    # The same again changes nothing.
    device.load_merge_candidate(config="interface Loopback7\n description merged\nend\n")
    same(device.compare_config(), "")

    # What has been committed is rolled back.
    device.rollback()
    same(body(device), was)

    # A merge with a line that is none: told, and rolled back.
    device.load_merge_candidate(config="interface Loopback8\nfrobnicate\nend\n")
    try:
        device.commit_config()
    except MergeConfigException as refused:
        assert "frobnicate" in str(refused), refused
    else:
        raise AssertionError("a line that is none was merged")
    assert "Loopback8" not in running(device)

    # A replacement: everything that differs, both ways, the name of the device too.
    other = before.replace(f"hostname {name}", "hostname other")
    other = other.replace("lldp run\n", "").replace("\nline vty 0 ", "\nbanner motd ^C\nhands off\n^C\nline vty 0 ")
    device.load_replace_candidate(config=other)
    difference = device.compare_config().splitlines()
    for line in ["+hostname other", f"-hostname {name}", "-lldp run", "+banner motd ^C", "+hands off"]:
        assert line in difference, (line, difference)
    device.commit_config()
    same(device.get_facts()["hostname"], "other")
    after = running(device)
    assert "\nlldp run\n" not in after and "banner motd ^C\nhands off\n^C\n" in after, after
    same(device.compare_config(), "")
    device.rollback()
    same(device.get_facts()["hostname"], name)
    same(body(device), was)

    # The way of the candidate is tried by now, and `inline` takes its time.
    if sys.argv[1] == "inline":
        sys.exit()

    # A replacement that can't be: the original comes back.
    device.load_replace_candidate(config=before.replace("lldp run\n", "lldp run\nfrobnicate\n"))
    try:
        device.commit_config()
    except ReplaceConfigException as refused:
        assert "original configuration has been successfully restored" in str(refused), refused
    else:
        raise AssertionError("a line that is none was applied")
    same(body(device), was)

    # What is no configuration is refused.
    device.load_replace_candidate(config="hostname nobody\n")
    try:
        device.commit_config()
    except ReplaceConfigException as refused:
        assert "not a valid config file" in str(refused), refused
    else:
        raise AssertionError("a line is no configuration")

    # A candidate is discarded.
    device.load_replace_candidate(config=other)
    assert device.compare_config()
    device.discard_config()
    same(device.compare_config(), "")

    # A user goes: the device asks, and NAPALM confirms.
    device.load_merge_candidate(config="username gone privilege 1 secret away\nend\n")
    device.commit_config()
    device.load_replace_candidate(config=before)
    device.commit_config()
    assert "gone" not in device.get_users(), device.get_users()

with Driver(**for_napalm()) as device:
    # `file prompt quiet`, which NAPALM had set, is gone with its session.
    assert "file prompt quiet" not in running(device)
