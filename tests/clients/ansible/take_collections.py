"""Takes the collections that the playbooks need out of a released `ansible` package: take_collections.py FOLDER.

ansible-core alone is on PyPI without them. The package that has them wants a newer Python than ansible-core does, so
pip is told to download it for one, and it isn't installed.
"""

import subprocess
import sys
import zipfile
from pathlib import Path

RELEASE = "ansible==14.5.0"
WANTED = ("cisco/ios", "ansible/netcommon", "ansible/utils")

folder = Path(sys.argv[1])
pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:", "--python-version", "3.13"]
subprocess.run([*pip, "--dest", str(folder), RELEASE], check=True)
(wheel,) = folder.glob("ansible-*.whl")
with zipfile.ZipFile(wheel) as package:
    prefixes = tuple(f"ansible_collections/{name}/" for name in WANTED)
    package.extractall(folder, [name for name in package.namelist() if name.startswith(prefixes)])
wheel.unlink()
