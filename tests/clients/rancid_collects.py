"""What rancid's type `cisco` asks, in its order: each is answered, or refused with a caret under the command.

The argument is a list of commands that this platform must answer.
"""

import faulthandler
import re
import sys

from shell import Shell

FILE_SYSTEMS = (
    "nvram: bootflash: slot0: disk0: slot1: disk1: slot2: disk2: harddisk: harddiska: harddiskb: sup-bootdisk: "
    "sup-bootflash: sup-microcode: slavenvram: slavebootflash: slaveslot0: slavedisk0: slaveslot1: slavedisk1: "
    "slaveslot2: slavedisk2: slavesup-bootflash: sec-nvram: sec-bootflash: sec-slot0: sec-disk0: sec-slot1: "
    "sec-disk1: sec-slot2: sec-disk2:"
).split()
COMMANDS = [
    "show version", "show redundancy secondary", "show idprom backplane", "show install active", "show env all",
    "show rsp chassis-info", "show gsr chassis", "show diag chassis-info", "show boot", "show bootvar",
    "show variables boot", "show license udi", "show license feature", "show license", "show license summary",
    "show activation-key", "show flash:", *(f"dir /all {name}" for name in FILE_SYSTEMS), "show controllers",
    "show controllers cbus", "show diagbus", "show diag", "show capture", "show module switch", "show module",
    "show spe version", "show c7200", "show cellular 0 profile", "show hw-programmable all", "show inventory raw",
    "show inventory", "show vtp status", "show dot1x", "show vlan", "show vlan-switch", "show switch detail",
    "show sdm prefer", "show system mtu", "show debug", "show shun", "more system:running-config",
    "show running-config view full", "show running-config", "write term",
]

# Many commands take longer than what reach.py gives, where others are at work too.
faulthandler.dump_traceback_later(400, exit=True)
shell = Shell(r"^[^\s#>]+[#>]\s?$", terminal="network")
for command in ["terminal length 0", "terminal width 132"]:
    assert shell.ask(command) == "", command

answers, wrong = {}, []
for command in COMMANDS:
    column = len(shell.shown)
    answer = answers[command] = shell.ask(command)
    if "Internal error" in answer:
        wrong.append(f"{command}: {answer}")
    if "% Invalid" not in answer:
        continue
    refusal = re.fullmatch(r"( *)\^\n% Invalid input detected at '\^' marker\.\n\n", answer)
    starts = {column + word.start() for word in re.finditer(r"\S+", command)}
    if not refusal:
        wrong.append(f"{command}: {answer!r} isn't a refusal as IOS prints it")
    elif not column <= len(refusal[1]) < column + len(command):
        wrong.append(f"{command}: the caret is at {len(refusal[1])}, the command at {column}; {starts}")
    elif command in sys.argv[1:]:
        wrong.append(f"{command} is refused")

# The same text, whichever way it is asked for.
running = answers["show running-config"]
for command in ["write term", "show running-config view full"]:
    if answers[command] != running:
        wrong.append(f"{command} and show running-config differ")
if answers["more system:running-config"].strip() not in running:
    wrong.append("more system:running-config is another configuration")
assert not wrong, "\n".join(wrong)
shell.leave()
