"""Pushes lines to devices with a peer: `push.py PEER JOB`. README.md says what a job is, and what is printed.

Each peer is set as fast as it goes while it still verifies; waits are long, so that a loaded machine fails nobody.
"""

import asyncio
import importlib.metadata
import json
import logging
import sys
import time
from concurrent.futures import ThreadPoolExecutor

# Seconds for a connection, a login, an answer.
PATIENCE = 60
# netmiko looks for none by itself.
REFUSED = r"(?m)^% (?:Invalid input|Incomplete command|Ambiguous command|Unknown command)"


def in_threads(push, job):
    """Pushes to each device in one of as many threads; gives what failed."""
    with ThreadPoolExecutor(job["at_once"]) as threads:
        pushes = [threads.submit(push, device, job["lines"]) for device in job["devices"]]
        return [push.exception() for push in pushes if push.exception()]


def netmiko(job):
    """netmiko with `fast_cli` (its default); each line's echo and the prompt after it are waited for."""
    from netmiko import ConnectHandler

    def push(device, lines):
        with ConnectHandler(**netmiko_device(device)) as session:
            session.enable()
            session.send_config_set(lines, cmd_verify=True, error_pattern=REFUSED)

    return lambda: in_threads(push, job)


def netmiko_device(device):
    """How netmiko reaches a device."""
    return {
        "device_type": "cisco_xe",
        "host": device["host"],
        "port": device["port"],
        "username": device["username"],
        "password": device["password"],
        **netmiko_options(device),
    }


def netmiko_options(device):
    """What netmiko is told besides."""
    waits = ("conn_timeout", "auth_timeout", "banner_timeout", "read_timeout_override")
    return {"secret": device["secret"], "fast_cli": True, **dict.fromkeys(waits, PATIENCE)}


def nornir(job):
    """nornir with its threaded runner and nornir-netmiko: netmiko, set as above."""
    from nornir.core import Nornir
    from nornir.core.configuration import Config
    from nornir.core.inventory import ConnectionOptions, Defaults, Groups, Host, Hosts, Inventory
    from nornir.core.plugins.connections import ConnectionPluginRegister
    from nornir.plugins.runners import ThreadedRunner
    from nornir_netmiko.tasks import netmiko_send_config

    def host(device):
        options = ConnectionOptions(extras=netmiko_options(device))
        return Host(
            name=device["name"],
            hostname=device["host"],
            port=device["port"],
            username=device["username"],
            password=device["password"],
            platform="cisco_xe",
            connection_options={"netmiko": options},
        )

    def push(task):
        task.run(netmiko_send_config, config_commands=job["lines"], cmd_verify=True, error_pattern=REFUSED)
        task.host.close_connections()

    # What failed is told at the end, once.
    logging.getLogger("nornir").addHandler(logging.NullHandler())
    logging.getLogger("nornir").propagate = False
    ConnectionPluginRegister.auto_register()
    hosts = Hosts({device["name"]: host(device) for device in job["devices"]})
    runner = ThreadedRunner(num_workers=job["at_once"])
    inventory = Inventory(hosts=hosts, groups=Groups(), defaults=Defaults())
    nornir = Nornir(inventory=inventory, runner=runner, config=Config())

    def push_to_all():
        results = nornir.run(push)
        # The task itself says only that its part failed; the part says why.
        return [result[-1].exception or result[0].exception for result in results.values() if result.failed]

    return push_to_all


def scrapli_device(device, transport):
    """How scrapli reaches a device."""
    return {
        "host": device["host"],
        "port": device["port"],
        "auth_username": device["username"],
        "auth_password": device["password"],
        "auth_secondary": device["secret"],
        "auth_strict_key": False,
        "transport": transport,
        "timeout_socket": PATIENCE,
        "timeout_transport": PATIENCE,
        "timeout_ops": PATIENCE,
    }


def must_be_taken(responses):
    """scrapli tells a refusal, and raises nothing."""
    for response in responses:
        if response.failed:
            raise ValueError(f"refused: {response.channel_input}")


def scrapli_ssh2(job):
    """scrapli in threads; each line's echo is waited for before its Enter, then the prompt."""
    from scrapli.driver.core import IOSXEDriver

    def push(device, lines):
        with IOSXEDriver(**scrapli_device(device, "ssh2")) as session:
            must_be_taken(session.send_configs(lines, stop_on_failed=True))

    return lambda: in_threads(push, job)


def scrapli_asyncssh(job):
    """The same in one thread."""
    from scrapli.driver.core import AsyncIOSXEDriver

    async def push(device):
        async with AsyncIOSXEDriver(**scrapli_device(device, "asyncssh")) as session:
            must_be_taken(await session.send_configs(job["lines"], stop_on_failed=True))

    async def worker(devices, failures):
        for device in devices:
            try:
                await push(device)
            except Exception as failure:  # Whatever it is, the next device has its turn.
                failures.append(failure)

    async def push_to_all():
        devices, failures = iter(job["devices"]), []
        await asyncio.gather(*(worker(devices, failures) for _ in range(job["at_once"])))
        return failures

    return lambda: asyncio.run(push_to_all())


# How a peer is set up, and the packages that it is made of. What is set up before the push isn't counted.
PEERS = {
    "netmiko": (netmiko, ["netmiko", "paramiko"]),
    "nornir": (nornir, ["nornir", "nornir-netmiko", "netmiko"]),
    "scrapli-asyncssh": (scrapli_asyncssh, ["scrapli", "asyncssh"]),
    "scrapli-ssh2": (scrapli_ssh2, ["scrapli", "ssh2-python"]),
}


def warm(peer):
    """Imports what a peer would else import with its first connection."""
    if peer == "scrapli-asyncssh":
        import scrapli.transport.plugins.asyncssh.transport  # noqa: F401
    if peer == "scrapli-ssh2":
        import scrapli.transport.plugins.ssh2.transport  # noqa: F401


def main(peer, file):
    """Pushes, and tells how it went."""
    with open(file, encoding="utf-8") as text:
        job = json.load(text)
    set_up, packages = PEERS[peer]
    push_to_all = set_up(job)
    warm(peer)
    began, used = time.perf_counter(), time.process_time()
    failures = push_to_all()
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - used
    version = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in packages)
    first = f"{type(failures[0]).__name__}: {failures[0]}" if failures else None
    said = {
        "pushes": len(job["devices"]) - len(failures),
        "failures": len(failures),
        "first_failure": first,
        "seconds": seconds,
        "cpu_seconds": cpu_seconds,
        "version": version,
    }
    print(json.dumps(said))


if __name__ == "__main__":
    main(*sys.argv[1:])
