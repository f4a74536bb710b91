"""Runs every resource module of cisco.ios through its states, and prints a table of what held.

    sweep.py FOLDER HOST=ADDRESS:PORT=PACK ... [-- MODULE ...]

The modules of a platform are shared out among the hosts that are one. Ends with 1 if any cell didn't hold.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
# Longer troubles are cut: the rest is in the results' folder.
TROUBLE = 600
STATES = ("merged", "replaced", "overridden", "deleted", "gathered", "rendered", "parsed", "purged")

# What a C8000V does; of these a Catalyst 9300 has all that a switch has too.
SWITCHING = ["evpn_ethernet", "evpn_evi", "evpn_global", "l2_interfaces", "lacp", "lacp_interfaces", "lag_interfaces"]
SWITCHING += ["vlans", "vxlan_vtep"]
ROUTERS_ONLY = ["bfd_interfaces", "bfd_templates"]

PLATFORMS = {
    "c8000v": {"ports": [f"GigabitEthernet{n}" for n in range(1, 5)], "platform": "router"},
    "catalyst-9300": {"ports": [f"GigabitEthernet1/0/{n}" for n in range(1, 9)], "platform": "switch"},
}


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
    inventory = folder / "inventory.json"
    inventory.write_text(json.dumps(inventory_of(hosts, only, results)))
    play = ["ansible-playbook", "-i", str(inventory), str(HERE / "sweep.yml")]
    done = subprocess.run(play, env=environment(folder), capture_output=True, text=True, check=False)
    good = table(hosts, results)
    if not good or done.returncode:
        print((done.stdout + done.stderr)[-4000:] if done.returncode else "")
        sys.exit(1)


def inventory_of(hosts, only, results):
    named = sorted(path.stem for path in (HERE / "modules").glob("*.yml"))
    told, shared = {}, {}
    for host in hosts:
        name, address, pack = host.split("=")
        shared.setdefault(pack, []).append(name)
        ip, port = address.rsplit(":", 1)
        told[name] = {
            "ansible_host": ip,
            "ansible_port": int(port),
            "modules": [],
            "results": str(results),
            **PLATFORMS[pack],
        }
    for pack, names in shared.items():
        fitting = [module for module in named if fits(module, pack) and (not only or module in only)]
        for number, module in enumerate(by_cost(fitting)):
            told[names[number % len(names)]]["modules"].append(module)
    common = {
        "ansible_connection": "ansible.netcommon.network_cli",
        "ansible_network_os": "cisco.ios.ios",
        "ansible_user": os.environ["DEVICE_USER"],
        "ansible_password": os.environ["DEVICE_PASSWORD"],
        "ansible_become": True,
        "ansible_become_method": "ansible.netcommon.enable",
        "ansible_become_password": os.environ["DEVICE_ENABLE"],
        "ansible_network_cli_ssh_type": os.environ.get("SSH_TYPE", "libssh"),
        "ansible_command_timeout": 60,
        # After each answer the connection waits so long for more of it; the default is 0.1 seconds.
        "ansible_buffer_read_timeout": 0.01,
    }
    return {"all": {"vars": common, "hosts": told}}


def fits(module, pack):
    return module not in (SWITCHING if pack == "c8000v" else ROUTERS_ONLY)


def by_cost(modules):
    """The longest file first: so the hosts are done at about the same time."""
    return sorted(modules, key=lambda module: -(HERE / "modules" / f"{module}.yml").stat().st_size)


def environment(folder):
    binaries = Path(sys.executable).parent
    return {
        **os.environ,
        "PATH": f"{binaries}:{os.environ['PATH']}",
        "ANSIBLE_HOME": str(folder / "home"),
        "ANSIBLE_COLLECTIONS_PATH": os.environ["COLLECTIONS"],
        "ANSIBLE_HOST_KEY_CHECKING": "false",
        "ANSIBLE_FORKS": "8",
        "ANSIBLE_DEPRECATION_WARNINGS": "false",
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_NOCOLOR": "true",
        "ANSIBLE_PERSISTENT_CONNECT_TIMEOUT": "120",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def table(hosts, results):
    packs = {host.split("=")[0]: host.split("=")[2] for host in hosts}
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
