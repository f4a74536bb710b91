"""A wrong password is an authentication failure, and known in under three seconds."""

import time

from netmiko import ConnectHandler, NetmikoAuthenticationException
from reach import for_netmiko

started = time.monotonic()
try:
    ConnectHandler(**for_netmiko(password="wrong"))
except NetmikoAuthenticationException as refused:
    print(refused)
else:
    raise AssertionError("a wrong password was taken")
took = time.monotonic() - started
assert took < 3, f"it took {took:.1f} s"
