"""scrapli's other ways: dialogues, raw reads, privilege levels, files of lines, over the transport that is named."""

import sys
import tempfile

from reach import for_scrapli, same
from scrapli.driver.core import IOSXEDriver
from scrapli.driver.network.base_driver import PrivilegeLevel
from scrapli.exceptions import ScrapliException

with IOSXEDriver(**for_scrapli(sys.argv[1])) as session:
    # Each question with the answer to it.
    copied = session.send_interactive(
        [("copy running-config flash:s.cfg", "Destination filename [s.cfg]?", False), ("", "edge-1#", False)]
    )
    assert not copied.failed and "bytes copied" in copied.result, copied.result
    deleted = session.send_interactive(
        [
            ("delete flash:s.cfg", "Delete filename [s.cfg]?", False),
            ("", "[confirm]", False),
            ("", "edge-1#", False),
        ]
    )
    assert not deleted.failed, deleted.result
    assert "No such file" in session.send_command("dir flash:s.cfg").result

    # Reads until a text appears, whatever the prompt is.
    asked = session.send_and_read("clear logging", expected_outputs=["[confirm]"])
    assert "[confirm]" in asked.result, asked.result
    session.send_and_read("", expected_outputs=["edge-1#"])

    # Several commands; the first that fails can be the last.
    both = session.send_commands(["show clock", "show nonsense", "show privilege"], stop_on_failed=True)
    assert both.failed and len(both) == 2, both.result
    marked = session.send_commands(["show clock", "show privilege"], failed_when_contains=["level is 15"])
    same([one.failed for one in marked], [False, True])

    # The levels, each from each.
    for level, prompt in (
        ("exec", "edge-1>"),
        ("privilege_exec", "edge-1#"),
        ("configuration", "edge-1(config)#"),
        ("tclsh", "edge-1(tcl)#"),
        ("exec", "edge-1>"),
        ("configuration", "edge-1(config)#"),
        ("privilege_exec", "edge-1#"),
        ("tclsh", "edge-1(tcl)#"),
        ("privilege_exec", "edge-1#"),
    ):
        session.acquire_priv(level)
        same(session.get_prompt(), prompt)
    session.acquire_priv("tclsh")
    printed = session.channel.send_input("puts \"three\"")
    assert b"three" in printed[1], printed
    session.acquire_priv("privilege_exec")

    # A level that a user adds: configuration that nobody else may change meanwhile.
    session.privilege_levels["configuration_exclusive"] = PrivilegeLevel(
        pattern=r"^[\w.\-@/:]{1,63}\([\w.\-@/:+]{0,32}\)#$",
        name="configuration_exclusive",
        previous_priv="privilege_exec",
        deescalate="end",
        escalate="configure terminal lock",
        escalate_auth=False,
        escalate_prompt="",
        not_contains=["tcl)"],
    )
    session.update_privilege_levels()
    lines = ["interface Loopback8", "description exclusively"]
    locked = session.send_configs(lines, privilege_level="configuration_exclusive")
    assert not locked.failed, locked.result
    assert "exclusively" in session.send_command("show running-config interface Loopback8").result

    # One text of several lines, and a file of them; a question in a dialogue of configuration.
    assert not session.send_config("interface Loopback9\n description nine\n no shutdown").failed
    with tempfile.NamedTemporaryFile("w") as file:
        file.write("interface Loopback9\n description of a file\n")
        file.flush()
        assert not session.send_configs_from_file(file.name).failed
    with tempfile.NamedTemporaryFile("w") as file:
        file.write("show privilege\nshow clock\n")
        file.flush()
        assert not session.send_commands_from_file(file.name).failed
    assert "of a file" in session.send_command("show running-config interface Loopback9").result
    brief = session.send_command("show ip interface brief").textfsm_parse_output()
    assert any(row["interface"] == "Loopback9" for row in brief), brief

# A wrong password is told at once.
try:
    IOSXEDriver(**{**for_scrapli(sys.argv[1]), "auth_password": "wrong"}).open()
    raise AssertionError("a wrong password opened the door")
except ScrapliException:
    pass
