"""netmiko's options: what it sends, what it waits for, what it takes as an error, how it logs in, what it writes down."""

import tempfile
from pathlib import Path

import paramiko
from netmiko import ConnectHandler
from netmiko.exceptions import ConfigInvalidException
from reach import ENABLE, PASSWORD, for_netmiko, same

LOOPBACK = ["interface Loopback1", " description one"]


def options_of_send_config_set(session):
    # Without looking at the echo; and by one big write.
    session.send_config_set(LOOPBACK, cmd_verify=False)
    session.send_config_set(LOOPBACK, cmd_verify=False, bypass_commands="^interface")
    # Stays in the mode, which is left by hand.
    session.send_config_set(LOOPBACK, exit_config_mode=False)
    same(session.find_prompt(), "edge-1(config-if)#")
    session.send_config_set([" description two"], enter_config_mode=False, terminator=r"#")
    same(session.find_prompt(), "edge-1#")
    assert "description two" in session.send_command("show running-config interface Loopback1")
    # What configures isn't always called `configure terminal`.
    output = session.send_config_set(LOOPBACK, config_mode_command="configure terminal lock", strip_prompt=True)
    assert "lock" in output, output
    session.send_config_set(["archive", "path flash:before", "maximum 3"])
    session.send_config_set(LOOPBACK, config_mode_command="configure terminal revert timer 5")
    assert "Timer type" in session.send_command("show archive config rollback timer")
    session.send_command("configure confirm")
    session.send_config_set(iter(LOOPBACK), delay_factor=2)
    # The first line that is refused ends it.
    for verify in (True, False):
        try:
            lines = [*LOOPBACK, " descripshun three", " shutdown"]
            session.send_config_set(lines, error_pattern=r"% Invalid input", cmd_verify=verify)
        except ConfigInvalidException as refused:
            assert "descripshun" in str(refused), refused
        else:
            raise AssertionError("a line that is wrong was taken")
        session.exit_config_mode()
    with tempfile.NamedTemporaryFile("w", suffix=".cfg") as file:
        file.write("\n".join(["interface Loopback1", " description of a file"]))
        file.flush()
        session.send_config_from_file(file.name)
    assert "of a file" in session.send_command("show running-config interface Loopback1")


def dialogues(session):
    # A question that is expected, and its answer.
    asked = session.send_command("copy running-config flash:a.cfg", expect_string=r"Destination filename")
    assert "[a.cfg]?" in asked, asked
    assert "bytes copied" in session.send_command("\n", expect_string=r"edge-1#", strip_prompt=False)
    # The same at once, each answer with what it waits for.
    copied = session.send_multiline([["copy flash:a.cfg flash:b.cfg", r"Destination filename"], ["", r"edge-1#"]])
    assert "bytes copied" in copied, copied
    deleted = session.send_multiline_timing(["delete flash:a.cfg", "", ""])
    assert "Delete filename [a.cfg]?" in deleted and "[confirm]" in deleted, deleted
    session.send_multiline([["delete flash:b.cfg", "filename"], ["", "confirm"], ["", r"edge-1#"]])
    left = session.send_command("dir flash:")
    assert "a.cfg" not in left and "b.cfg" not in left, left
    ping = [["ping", r"ip\]"], ["", "address"], ["127.0.0.1", "count"], ["2", "size"], ["", "seconds"], ["", "commands"]]
    assert "(2/2)" in session.send_multiline([*ping, ["n", "Sweep"], ["n", "edge-1#"]])
    # A reload that isn't confirmed doesn't happen.
    asked = session.send_command("reload", expect_string=r"confirm|yes/no")
    if "yes/no" in asked:
        asked = session.send_command("no", expect_string=r"confirm")
    session.write_channel("n")
    session.clear_buffer(backoff=False)
    assert session.is_alive()
    same(session.find_prompt(), "edge-1#")


def modes(session):
    same(session.check_enable_mode(), True)
    session.exit_enable_mode()
    same(session.find_prompt(), "edge-1>")
    session.enable()
    same(session.find_prompt(), "edge-1#")
    session.config_mode()
    same(session.check_config_mode(), True)
    assert "UTC" in session.send_command("do show clock")
    session.exit_config_mode()
    assert "[OK]" in session.save_config()
    assert "[OK]" in session.save_config(cmd="copy running-config startup-config", confirm=True)


def banner(session):
    session.send_config_set(["banner login ^", "Two lines,", "and # signs", "^"], cmd_verify=False)
    assert "and # signs" in session.send_command("show running-config | begin ^banner login", expect_string=r"edge-1#")


def key_login(session, folder):
    key = paramiko.RSAKey.generate(2048)
    key.write_private_key_file(str(folder / "key"))
    text = key.get_base64()
    lines = [text[start : start + 200] for start in range(0, len(text), 200)]
    login = for_netmiko(use_keys=True, key_file=str(folder / "key"), allow_agent=False)
    chain = ["ip ssh pubkey-chain", "username netadmin", "key-string", *lines, "exit", "exit", "exit"]
    session.send_config_set(chain, cmd_verify=False)
    login.pop("password")
    with ConnectHandler(**login) as other:
        same(other.find_prompt(), "edge-1#")


with tempfile.TemporaryDirectory() as folder:
    folder = Path(folder)
    log = folder / "session.log"
    options = {"fast_cli": True, "session_log": str(log), "session_log_record_writes": False}
    with ConnectHandler(**for_netmiko(**options)) as session:
        for part in (options_of_send_config_set, dialogues, modes, banner):
            part(session)
        key_login(session, folder)
    written = log.read_text()
    assert "edge-1#show running-config interface Loopback1" in written, written
    assert PASSWORD not in written and ENABLE not in written, "a password was written down"
    for options in ({"global_cmd_verify": False}, {"fast_cli": False}, {"auto_connect": False}, {"keepalive": 5}):
        session = ConnectHandler(**for_netmiko("cisco_ios", **options))
        if not options.get("auto_connect", True):
            session.establish_connection()
            session.session_preparation()
        assert "Loopback1" in session.send_command("show ip interface brief | include Loopback")
        session.send_config_set(LOOPBACK)
        session.disconnect()
