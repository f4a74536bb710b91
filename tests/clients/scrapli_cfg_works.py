"""scrapli-cfg loads, compares, commits and aborts configurations, merged and replaced."""

from reach import for_scrapli, same
from scrapli.driver.core import IOSXEDriver
from scrapli_cfg import ScrapliCfg

with IOSXEDriver(**for_scrapli("paramiko")) as session:
    with ScrapliCfg(conn=session) as config:
        version = config.get_version()
        assert not version.failed and version.result.startswith("17."), version.result
        before = config.get_config()
        assert not before.failed and "hostname edge-1" in before.result, before.result
        assert not config.get_config(source="startup").failed

        # A merge.
        loaded = config.load_config(config="interface Loopback7\n description merged\nend")
        assert not loaded.failed, loaded.result
        difference = config.diff_config()
        assert not difference.failed, difference
        assert "interface Loopback7\n description merged\n" in difference.device_diff, difference.device_diff
        assert not config.commit_config().failed
        assert "interface Loopback7\n description merged\n" in config.get_config().result
        assert "interface Loopback7\n description merged\n" in config.get_config(source="startup").result

        # A replacement.
        loaded = config.load_config(config=before.result.replace("hostname edge-1", "hostname edge-2"), replace=True)
        assert not loaded.failed, loaded.result
        difference = config.diff_config()
        assert not difference.failed, difference
        lines = difference.device_diff.splitlines()
        for line in ["+hostname edge-2", "-hostname edge-1", "-interface Loopback7", " -description merged"]:
            assert line in lines, (line, lines)
        assert not config.commit_config().failed
        same(session.get_prompt(), "edge-2#")
        assert "Loopback7" not in config.get_config().result

        # One that is given up.
        assert not config.load_config(config="hostname edge-3\nend").failed
        assert "scrapli_cfg_" in session.send_command("dir flash:").result
        assert not config.abort_config().failed
        assert "scrapli_cfg_" not in session.send_command("dir flash:").result
        same(session.get_prompt(), "edge-2#")
