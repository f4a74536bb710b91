"""file_transfer writes a text through tclsh, with no SCP at all; its MD5 is verified."""

import os
import tempfile

from netmiko import ConnectHandler, file_transfer
from reach import for_netmiko, same

TEXT = "interface Loopback7\n description 'inline' \"$x [y]\" # ?\n!\n\nend"

with tempfile.TemporaryDirectory() as folder, ConnectHandler(**for_netmiko()) as session:
    here = os.path.join(folder, "here.cfg")
    with open(here, "w", encoding="utf-8") as file:
        file.write(TEXT)
    done = file_transfer(session, source_file=here, dest_file="there.cfg", inline_transfer=True)
    same(done, {"file_exists": True, "file_transferred": True, "file_verified": True})
    same(session.send_command("more flash:there.cfg"), TEXT)
