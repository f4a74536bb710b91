"""A command that is not real is refused, with the caret where IOS puts it.

The commands of shows/*.yaml that this device has are asked with a word too many, with a letter too many and with a
word too few; the table below has mistakes that people make. The arguments: the device's name, and its groups.
"""

import faulthandler
import re
import sys
from pathlib import Path

import yaml
from shell import Shell

DEVICE = set(sys.argv[1:])

# Command, and the column of its first character that fits nothing.
MISTAKES = [
    ("show verzion", 8),
    ("show version brief", 13),
    ("show runing-config", 8),
    ("show ip interfase brief", 15),
    ("show ip interface brief zebra", 24),
    ("show interfaces GigabitEthernet99/0/1", 31),
    ("show interfaces status up and running", None),
    ("show ipinterface", 7),
    ("show users everybody", 11),
    ("show clock details", 17),
    ("show logging 5 minutes ago", 13),
    ("show processes cpu sort 2min", 24),
    ("show access-list all of them", 21),
    ("show ntp assoc details", 15),
    ("show everything", 6),
    ("show platform software nothing", 23),
    ("show crypto pki certs", 20),
    ("show snmp comunity", 13),
    ("show telemetry ietf subscription every", 33),
    ("show license udi all", 17),
    ("clear countrs", 11),
    ("clear line vty banana", 15),
    ("terminal length banana", 16),
    ("terminal length 99999", 16),
    ("ping ip 10.0.0.1 repeat none", 24),
    ("write nowhere", 6),
    ("copy running-config", None),
    ("configure terminall", 18),
    ("debug everything", 6),
]
AMBIGUOUS = ["show i", "show c", "sh p", "show in", "clear c"]
INCOMPLETE = ["show", "show ip", "show crypto pki", "show snmp mib", "clear", "terminal", "ping vrf", "show processes"]
JUNK = "zqx"

# Many commands take longer than what reach.py gives, where others are at work too.
faulthandler.dump_traceback_later(400, exit=True)
shell = Shell(r"^[^\s#>]+#\s?$")
for command in ["terminal length 0", "terminal width 0"]:
    shell.ask(command)


def caret(command):
    """The column of the command that an answer points to; none if it isn't refused. A caret is all there is then."""
    prompt, answer = len(shell.shown), shell.ask(command)
    if "% Invalid" not in answer:
        return None, answer
    found = re.fullmatch(r"( *)\^\n% Invalid input detected at '\^' marker\.\n\n", answer)
    assert found, f"{command}: {answer!r}"
    return len(found[1]) - prompt, answer


def judge(command):
    """What is wrong with the ways to mistype a command."""
    wrong = []
    column, answer = caret(f"{command} {JUNK}")
    if column is None:
        # A name may stand there, but nothing behind it.
        column, _ = caret(f"{command} {JUNK} {JUNK}")
        if column != len(command) + len(JUNK) + 2:
            wrong.append(f"`{command} {JUNK} {JUNK}` is taken, or refused at {column}")
    elif column != len(command) + 1:
        wrong.append(f"`{command} {JUNK}` is refused at {column}: {answer!r}")
    last = command.rsplit(" ", 1)[1]
    if last.isalpha() and last.islower():
        column, answer = caret(command + JUNK)
        if column is not None and column != len(command):
            wrong.append(f"`{command}{JUNK}` is refused at {column}: {answer!r}")
    shorter = command.rsplit(" ", 1)[0]
    column, answer = caret(shorter)
    if column is not None and "|" not in command:
        wrong.append(f"`{shorter}` is refused at {column}")
    return wrong


def commands():
    """The show commands of the table that this device has."""
    found = set()
    for path in sorted((Path(__file__).parent / "shows").glob("*.yaml")):
        for row in yaml.safe_load(path.read_text()) if path.name != "topology.yaml" else []:
            row = {"show": row} if isinstance(row, str) else row
            at = row.get("at", "all")
            has = DEVICE & set(at.split() if isinstance(at, str) else at)
            if has and row["show"].startswith("show ") and "|" not in row["show"]:
                found.add(row["show"])
    return sorted(found)


wrong = []
for command, column in MISTAKES:
    at, answer = caret(command)
    refused = at is not None or answer.startswith("%")
    if not refused or column is not None and at != column:
        wrong.append(f"`{command}` is refused at {at}, not at {column}: {answer[:200]!r}")
for command in AMBIGUOUS:
    if (answer := shell.ask(command)) != f'% Ambiguous command:  "{command}"\n':
        wrong.append(f"`{command}` isn't ambiguous: {answer[:200]!r}")
for command in INCOMPLETE:
    if (answer := shell.ask(command)) != "% Incomplete command.\n\n":
        wrong.append(f"`{command}` isn't incomplete: {answer[:200]!r}")
known = commands()
assert len(known) > 90, known
for command in known:
    wrong += judge(command)
print("\n".join(wrong))
print(f"{len(known)} commands, {len(wrong)} wrong")
sys.exit(1 if wrong else 0)
