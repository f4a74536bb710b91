"""NAPALM commits on trial: confirmed it stays and is saved, rolled back it goes."""

from napalm import get_network_driver
from napalm.base.exceptions import CommandErrorException, CommitConfirmException
from reach import USER, for_napalm, same

Driver = get_network_driver("ios")

with Driver(**for_napalm()) as device:
    before = device.get_config(retrieve="running")["running"]

    def has(line):
        return f"\n{line}\n" in device.get_config(retrieve="running")["running"]

    def saved(line):
        return f"\n{line}\n" in device.get_config(retrieve="startup")["startup"]

    assert not device.has_pending_commit()
    try:
        device.confirm_commit()
    except CommitConfirmException as refused:
        same(str(refused), "No pending configuration")
    else:
        raise AssertionError("nothing was confirmed")

    # A merge on trial, confirmed.
    device.load_merge_candidate(config="ntp server 192.0.2.77\nend\n")
    device.commit_config(revert_in=120)
    assert device.has_pending_commit() and has("ntp server 192.0.2.77") and not saved("ntp server 192.0.2.77")
    pending = device._get_pending_commits()
    same((pending["type"], pending["timer"], pending["user"]), ("absolute timer", "2 min", USER))
    device.load_merge_candidate(config="ntp server 192.0.2.78\nend\n")
    try:
        device.commit_config()
    except CommandErrorException as refused:
        assert "already in progress" in str(refused), refused
    else:
        raise AssertionError("two changes were on trial")
    device.confirm_commit()
    assert not device.has_pending_commit() and saved("ntp server 192.0.2.77")

    # A merge on trial, rolled back.
    device.load_merge_candidate(config="no ntp server 192.0.2.77\ninterface Loopback9\nend\n")
    device.commit_config(revert_in=60)
    assert not has("ntp server 192.0.2.77") and has("interface Loopback9")
    device.rollback()
    assert not device.has_pending_commit() and has("ntp server 192.0.2.77") and not has("interface Loopback9")

    # A replacement on trial, rolled back, and one that is confirmed.
    for keeps in [False, True]:
        device.load_replace_candidate(config=before)
        device.commit_config(revert_in=7200)
        assert device.has_pending_commit() and not has("ntp server 192.0.2.77")
        if keeps:
            device.confirm_commit()
        else:
            device.rollback()
        assert not device.has_pending_commit()
        assert has("ntp server 192.0.2.77") != keeps

    # Without an archive nothing can be on trial.
    device.load_merge_candidate(config="archive\n no path\nend\n")
    device.commit_config()
    device.load_merge_candidate(config="ntp server 192.0.2.77\nend\n")
    for commit in [lambda: device.commit_config(revert_in=120)]:
        try:
            commit()
        except CommitConfirmException as refused:
            assert "requires 'archive'" in str(refused), refused
        else:
            raise AssertionError("a change was on trial without an archive")
