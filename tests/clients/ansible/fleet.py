"""The hosts of a play, and what ansible-playbook must be told to reach them."""

import json
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent

PLATFORMS = {
    "c8000v": {"ports": [f"GigabitEthernet{n}" for n in range(1, 5)], "platform": "router", "model": "C8000V"},
    "catalyst-9300": {"ports": [f"GigabitEthernet1/0/{n}" for n in range(1, 9)], "platform": "switch", "model": "C9300"},
}


def hosts_of(words, results):
    """The variables of each host: `name=address:port=pack`."""
    told = {}
    for word in words:
        name, address, pack = word.split("=")
        ip, port = address.rsplit(":", 1)
        told[name] = {
            "ansible_host": ip,
            "ansible_port": int(port),
            "pack": pack,
            "results": str(results),
            **PLATFORMS[pack],
        }
    return told


def play(book, folder, hosts):
    """Runs a playbook; its end and what it printed."""
    inventory = folder / "inventory.json"
    inventory.write_text(json.dumps({"all": {"vars": reach(), "hosts": hosts}}))
    command = ["ansible-playbook", "-i", str(inventory), str(HERE / book)]
    return subprocess.run(command, env=environment(folder), capture_output=True, text=True, check=False)


def reach():
    return {
        "ansible_connection": "ansible.netcommon.network_cli",
        "ansible_network_os": "cisco.ios.ios",
        "ansible_user": os.environ["DEVICE_USER"],
        "ansible_password": os.environ["DEVICE_PASSWORD"],
        "ansible_become": True,
        "ansible_become_method": "ansible.netcommon.enable",
        "ansible_become_password": os.environ["DEVICE_ENABLE"],
        "ansible_network_cli_ssh_type": "libssh",
        "ansible_command_timeout": 60,
    }


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
        "PYTHONDONTWRITEBYTECODE": "1",
    }
