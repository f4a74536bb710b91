"""Plays basics.yml on two devices of each platform: on one over libssh, on the other over paramiko.

    basics.py FOLDER HOST=ADDRESS:PORT=PACK ...
"""

import sys
from pathlib import Path

from fleet import hosts_of, play


def main(folder, *words):
    folder = Path(folder).absolute()
    results = folder / "results"
    results.mkdir(parents=True, exist_ok=True)
    every, chosen = hosts_of(words, results), {}
    for library in ("libssh", "paramiko"):
        for pack in sorted({host["pack"] for host in every.values()}):
            name = next(name for name, host in every.items() if host["pack"] == pack and name not in chosen)
            chosen[name] = {**every[name], "ansible_network_cli_ssh_type": library}
    done = play("basics.yml", folder, chosen)
    print(done.stdout + done.stderr)
    sys.exit(done.returncode)


if __name__ == "__main__":
    main(*sys.argv[1:])
