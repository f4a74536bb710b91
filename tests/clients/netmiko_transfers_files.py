"""file_transfer puts a file by SCP, sees that it is there, and gets it back; each is verified by its MD5."""

import os
import tempfile

from netmiko import ConnectHandler, file_transfer
from reach import for_netmiko, same

DONE = {"file_exists": True, "file_transferred": True, "file_verified": True}
THERE = {"file_exists": True, "file_transferred": False, "file_verified": True}

with tempfile.TemporaryDirectory() as folder, ConnectHandler(**for_netmiko()) as session:
    here, back = os.path.join(folder, "here.bin"), os.path.join(folder, "back.bin")
    with open(here, "wb") as file:
        file.write(bytes(range(256)) * 4096)
    session.send_config_set("ip scp server enable")
    same(file_transfer(session, source_file=here, dest_file="there.bin"), DONE)
    same(file_transfer(session, source_file=here, dest_file="there.bin"), THERE)
    # Another file of the same name is written over.
    with open(here, "ab") as file:
        file.write(b"more")
    same(file_transfer(session, source_file=here, dest_file="there.bin", overwrite_file=True), DONE)
    same(file_transfer(session, source_file="there.bin", dest_file=back, direction="get"), DONE)
    with open(here, "rb") as sent, open(back, "rb") as got:
        assert sent.read() == got.read()
