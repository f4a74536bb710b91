"""netmiko's autodetection names the platform."""

import sys

from netmiko import SSHDetect
from reach import for_netmiko, same

detection = SSHDetect(**for_netmiko("autodetect"))
same(detection.autodetect(), sys.argv[1])
