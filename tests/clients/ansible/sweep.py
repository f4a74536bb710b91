"""Runs every resource module of cisco.ios through its states, and prints a table of what held.

    sweep.py FOLDER HOST=ADDRESS:PORT=PACK ... [-- MODULE ...]

The modules of a platform are shared out among the hosts that are one. Ends with 1 if any cell didn't hold.
"""

import json
import sys
from pathlib import Path

from fleet import HERE, PLATFORMS, hosts_of, play

# Longer troubles are cut: the rest is in the results' folder.
TROUBLE = 600
STATES = ("merged", "replaced", "overridden", "deleted", "gathered", "rendered", "parsed", "purged")

# What a C8000V does; of these a Catalyst 9300 has all that a switch has too.
SWITCHING = ["evpn_ethernet", "evpn_evi", "evpn_global", "l2_interfaces", "lacp", "lacp_interfaces", "lag_interfaces"]
SWITCHING += ["vlans", "vxlan_vtep"]
ROUTERS_ONLY = ["bfd_interfaces", "bfd_templates"]

def main(folder, *words):
    hosts, only = words, ()
    if "--" in words:
        at = words.index("--")
        hosts, only = words[:at], words[at + 1 :]
    folder = Path(folder).absolute()
    results = folder / "results"
    results.mkdir(parents=True, exist_ok=True)
    for old in results.glob("*.json"):
        old.unlink()
    told = hosts_of(hosts, results)
    share_out(told, only)
    for host in told.values():
        # After each answer the connection waits so long for more of it; the default is 0.1 seconds.
        host["ansible_buffer_read_timeout"] = 0.01
    done = play("sweep.yml", folder, told)
    good = table(told, results)
    if done.returncode or not good:
        print((done.stdout + done.stderr)[-4000:] if done.returncode else "")
        sys.exit(1)


def share_out(hosts, only):
    """Each module goes to one host of every platform that has it, the longest first."""
    named = sorted(path.stem for path in (HERE / "modules").glob("*.yml"))
    for pack in PLATFORMS:
        sharing = [host for host in hosts.values() if host["pack"] == pack]
        fitting = [module for module in named if fits(module, pack) and (not only or module in only)]
        for number, module in enumerate(by_cost(fitting)):
            sharing[number % len(sharing)].setdefault("modules", []).append(module)
        for host in sharing:
            host.setdefault("modules", [])


def fits(module, pack):
    return module not in (SWITCHING if pack == "c8000v" else ROUTERS_ONLY)


def by_cost(modules):
    """The longest file first: so the hosts are done at about the same time."""
    return sorted(modules, key=lambda module: -(HERE / "modules" / f"{module}.yml").stat().st_size)


def table(hosts, results):
    packs = {name: host["pack"] for name, host in hosts.items()}
    rows, troubles = [], []
    for path in sorted(results.glob("*.json")):
        host, module = path.stem.rsplit("-", 1)
        cells = json.loads(path.read_text())["cells"]
        row = {state: ("-" if state not in cells else "no" if cells[state] else "ok") for state in STATES}
        rows.append((packs[host], module, row))
        troubles += [(packs[host], module, state, trouble) for state, told in cells.items() for trouble in told]
    print(f"{'platform':14} {'module':20} " + " ".join(f"{state:10}" for state in STATES))
    for pack, module, row in sorted(rows):
        print(f"{pack:14} {module:20} " + " ".join(f"{row[state]:10}" for state in STATES))
    for pack, module, state, trouble in troubles:
        print(f"{pack} {module} {state}: {trouble[:TROUBLE]}")
    return not troubles and bool(rows)


if __name__ == "__main__":
    main(*sys.argv[1:])
