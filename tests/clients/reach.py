"""How to reach the device under test; and a bound on how long a script may take."""

import faulthandler
import os

# A client that hangs says where, and ends.
faulthandler.dump_traceback_later(120, exit=True)

HOST = os.environ["DEVICE_HOST"]
PORT = int(os.environ["DEVICE_PORT"])
USER = os.environ["DEVICE_USER"]
PASSWORD = os.environ["DEVICE_PASSWORD"]
ENABLE = os.environ["DEVICE_ENABLE"]
KNOWN_HOSTS = os.environ["DEVICE_KNOWN_HOSTS"]


def for_netmiko(device_type="cisco_xe", **more):
    """What netmiko's ConnectHandler takes; the host key must be the known one."""
    return {
        "device_type": device_type,
        "host": HOST,
        "port": PORT,
        "username": USER,
        "password": PASSWORD,
        "secret": ENABLE,
        "ssh_strict": True,
        "alt_host_keys": True,
        "alt_key_file": KNOWN_HOSTS,
        **more,
    }


def for_scrapli(transport, **more):
    """What scrapli's drivers take. Of its transports only OpenSSH understands `[host]:port` of a known_hosts file."""
    return {
        "host": HOST,
        "port": PORT,
        "auth_username": USER,
        "auth_password": PASSWORD,
        "auth_secondary": ENABLE,
        "auth_strict_key": transport == "system",
        "ssh_known_hosts_file": KNOWN_HOSTS,
        "ssh_config_file": False,
        "transport": transport,
        **more,
    }


def for_napalm(**more):
    """What NAPALM's drivers take; the host key must be the known one."""
    options = {"port": PORT, "secret": ENABLE, "ssh_strict": True, "alt_host_keys": True, "alt_key_file": KNOWN_HOSTS}
    return {"hostname": HOST, "username": USER, "password": PASSWORD, "optional_args": {**options, **more}}


def testbed(name="unknown", **device):
    """A testbed of pyATS with this one device; its OpenSSH trusts the known host key and nothing else."""
    credentials = {"default": {"username": USER, "password": PASSWORD}, "enable": {"password": ENABLE}}
    ssh = f"ssh -F none -o UserKnownHostsFile={KNOWN_HOSTS} -o PubkeyAuthentication=no -p {PORT} {USER}@{HOST}"
    # unicon rests for ten seconds when it has left.
    settings = {"POST_DISCONNECT_WAIT_SEC": 0, "GRACEFUL_DISCONNECT_WAIT_SEC": 0}
    connections = {"defaults": {"class": "unicon.Unicon"}, "cli": {"command": ssh, "settings": settings}}
    return {"devices": {name: {"type": "device", "credentials": credentials, "connections": connections, **device}}}


def same(found, wanted):
    """Fails with both values unless they are the same."""
    assert found == wanted, f"found {found!r}, wanted {wanted!r}"
