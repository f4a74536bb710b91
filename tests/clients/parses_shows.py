"""Every row of shows/*.yaml is asked of its devices, parsed by ntc-templates and genie, and judged.

The arguments are the devices: name=host:port. shows/README.md says what a row can say. What is printed is a table of
commands; the script fails if a row fails, or if the table as a whole stays below the bars of the project.
"""

import faulthandler
import logging
import os
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

# genie's package draws in a runner that writes its own log.
logging.disable(logging.WARNING)

import ntc_templates
import yaml
from genie.conf.base import Device
from genie.metaparser.util.exceptions import SchemaEmptyParserError
from netmiko import ConnectHandler
from ntc_templates.parse import parse_output
from reach import ENABLE, KNOWN_HOSTS, PASSWORD, USER

# The whole table takes longer than what reach.py gives, where others are at work too.
faulthandler.dump_traceback_later(400, exit=True)
TABLE = Path(__file__).parent / "shows"
SYSTEMS = {"ap": ("cheetah", None)}
GROUPS = {
    "switches": ["core-1", "access-1", "access-2"],
    "routers": ["router-1", "router-2", "router-3"],
    "wlc": ["wlc-1"],
    "aps": ["ap-1", "ap-2"],
}
GROUPS["all"] = GROUPS["switches"] + GROUPS["routers"] + GROUPS["wlc"]
KEYS = {"show", "at", "refused_at", "empty", "unparsed", "claims"}
# Bars: of all commands; of those for which a parser exists.
ANSWERED, PARSED = 100, 95
NO_PARSER = object()
# Where each device is reached.
ADDRESSES = {}


def rows():
    """The rows of every file, in order, with their file's name."""
    found = []
    for path in sorted(TABLE.glob("*.yaml")):
        if path.name == "topology.yaml":
            continue
        for row in yaml.safe_load(path.read_text()):
            row = {"show": row} if isinstance(row, str) else row
            unknown = set(row) - KEYS
            assert not unknown, f"{path.name}: {row}: {unknown} isn't a key of a row"
            found.append({"file": path.name, **row})
    return found


def named(words):
    """Devices, from names of devices and groups."""
    words = words.split() if isinstance(words, str) else words
    return [name for word in words for name in GROUPS.get(word, [word])]


def ask(device, address, asked):
    """One session; the output of each command, in order."""
    host, port = address.rsplit(":", 1)
    kind = "cisco_ap" if device.startswith("ap-") else "cisco_xe"
    session = ConnectHandler(
        device_type=kind, host=host, port=int(port), username=USER, password=PASSWORD, secret=ENABLE,
        ssh_strict=True, alt_host_keys=True, alt_key_file=KNOWN_HOSTS,
        conn_timeout=60, auth_timeout=60, banner_timeout=60,
    )
    with session:
        session.enable()
        return [session.send_command(command, read_timeout=60) for command in asked]


def templates():
    """What the index of ntc-templates says for cisco_ios, as expressions that know where a command ends."""
    found = []
    for line in (Path(ntc_templates.__file__).parent / "templates" / "index").read_text().splitlines():
        cells = [cell.strip() for cell in line.split(",", 3)]
        if len(cells) == 4 and cells[2] == "cisco_ios":
            optional = lambda m: "(" + "(".join(m.group(1)) + ")?" * len(m.group(1))
            # Arguments (a port, an address) may follow, other keywords may not.
            found.append(re.compile(re.sub(r"\[\[(.*?)\]\]", optional, cells[3]) + r"( \S*\d\S*)*"))
    return found


TEMPLATES = templates()


def by_ntc(device, command, text):
    if not any(known.fullmatch(command) for known in TEMPLATES):
        return NO_PARSER
    try:
        platform = "cisco_ap" if device.startswith("ap-") else "cisco_ios"
        return parse_output(platform=platform, command=command, data=text)
    except Exception as error:
        # There is no other sign of a command that has no template.
        return NO_PARSER if "No template found" in str(error) else error


def by_genie(device, command, text, known={}):
    system = "cheetah" if device.startswith("ap-") else "iosxe"
    if device not in known:
        known[device] = Device(device, os=system, custom={"abstraction": {"order": ["os"]}})
        # Some parsers ask the device for more: in which VRF a process is, what an address family is called.
        known[device].execute = lambda more, *_, **__: ask(device, ADDRESSES[device], [more])[0]
    try:
        return known[device].parse(command, output=text)
    except SchemaEmptyParserError:
        return {}
    except Exception as error:
        # Some parsers don't take a text, and ask the device themselves.
        none = "Could not find parser" in str(error) or "attribute 'execute'" in str(error)
        return NO_PARSER if none else error


def judge(row, device, text):
    """What is wrong with an answer, and which libraries parsed it (None: it has no parser)."""
    command = row["show"]
    found = {"ntc": by_ntc(device, command, text), "genie": by_genie(device, command, text)}
    wrong, marks = [], {}
    for library, what in found.items():
        excused = library in row.get("unparsed", {})
        if what is NO_PARSER:
            marks[library] = None
        elif isinstance(what, Exception) or not what:
            if library in row.get("empty", ""):
                continue
            marks[library] = False
            if not excused:
                wrong.append(f"{library} can't parse it: {str(what)[:600]}")
        else:
            marks[library] = True
    for claim in row.get("claims", []):
        try:
            if not eval(claim, {"device": device, "text": text, **found}):
                wrong.append(f"not so: {claim}")
        except Exception as error:
            wrong.append(f"not so: {claim} ({type(error).__name__}: {error})")
    return wrong, marks


def refused(text):
    return "% Internal error" in text or "% Invalid input" in text or "% Incomplete" in text or "% Ambiguous" in text or "% Unknown" in text


def main():
    addresses = dict(argument.split("=", 1) for argument in sys.argv[1:])
    ADDRESSES.update(addresses)
    only = os.environ.get("SHOWS")
    table = [row for row in rows() if not only or only in row["show"] or only == row["file"]]
    asked = {device: [] for device in addresses}
    for row in table:
        for device in named(row.get("at", "all")) + named(row.get("refused_at", [])):
            asked[device].append(row)
    asked = {device: of_device for device, of_device in asked.items() if of_device}
    with ThreadPoolExecutor() as pool:
        told = pool.map(lambda d: ask(d, addresses[d], [row["show"] for row in asked[d]]), asked)
        told = dict(zip(asked, told))
    failures, marks, answered = [], {}, {}
    for device, of_device in asked.items():
        for row, text in zip(of_device, told[device]):
            where = f"{device}# {row['show']} ({row['file']})"
            wrong = []
            if device in named(row.get("refused_at", [])):
                wrong = [] if refused(text) else ["it is answered, but should be refused"]
            elif refused(text):
                answered[row["show"]] = False
                wrong = ["it is refused"]
            else:
                answered.setdefault(row["show"], True)
                wrong, parsed = judge(row, device, text)
                kept = marks.setdefault(row["show"], {})
                for library, mark in parsed.items():
                    kept[library] = mark if kept.get(library) in (None, True) else kept[library]
            if wrong:
                failures.append("\n    ".join([where, *wrong]) + f"\n{text[:1500]}")
    report(answered, marks)
    print("\n\n".join(failures))
    print(f"{len(failures)} failures")
    share = figures(answered, marks)
    bars = share[0] >= ANSWERED and share[1] >= PARSED
    sys.exit(0 if bars and not failures else 1)


def report(answered, marks):
    sign = {None: "-", True: "yes", False: "NO"}
    print(f"{'command':60} answered  ntc  genie")
    for command in sorted(answered):
        of = marks.get(command, {})
        line = [sign[of.get("ntc")], sign[of.get("genie")]]
        print(f"{command[:59]:60} {sign[answered[command]]:8}  {line[0]:3}  {line[1]}")


def figures(answered, marks):
    """Percent answered of all commands, percent parsed of those that either library has a parser for."""
    parsable = {command: of for command, of in marks.items() if set(of.values()) != {None}}
    good = sum(1 for of in parsable.values() if True in of.values())
    share = 100 * sum(answered.values()) / max(1, len(answered)), 100 * good / max(1, len(parsable))
    print(f"{len(answered)} commands: {share[0]:.1f} % answered; {len(parsable)} have a parser: {share[1]:.1f} % parsed")
    return share


main()
