"""unicon's copy service answers every question of copy, and tells a copy that failed."""

from reach import ENABLE, HOST, KNOWN_HOSTS, PASSWORD, PORT, USER
from unicon import Connection
from unicon.core.errors import SubCommandFailure

ssh = f"ssh -F none -o UserKnownHostsFile={KNOWN_HOSTS} -o PubkeyAuthentication=no -p {PORT} {USER}@{HOST}"
device = Connection(
    hostname="edge-1",
    start=[ssh],
    os="iosxe",
    log_stdout=False,
    credentials={"default": {"username": USER, "password": PASSWORD}, "enable": {"password": ENABLE}},
)
device.connect()
assert "[OK]" in device.copy(source="running-config", dest="startup-config")
assert "bytes copied" in device.copy(source="running-config", dest="flash:", dest_file="a.cfg")
assert "over write?" in device.copy(source="running-config", dest="flash:a.cfg")
assert "bytes copied" in device.copy(source="flash:a.cfg", dest="flash:b.cfg")
assert "bytes copied" in device.copy(source="flash:b.cfg", dest="running-config")
try:
    device.copy(source="tftp:", dest="flash:", source_file="x", dest_file="x", server="192.0.2.1", max_attempts=1)
    raise SystemExit("a copy from nobody succeeded")
except SubCommandFailure:
    pass
# A question of delete is answered by unicon itself.
device.execute("delete flash:a.cfg")
listing = device.execute("dir flash:*.cfg")
assert "b.cfg" in listing and "a.cfg" not in listing, listing
device.disconnect()
