"""Two sessions: one end of a cable is shut down, and the other end goes down with its syslog. The argument is the port
of the other device."""

import sys
import time

from netmiko import ConnectHandler
from reach import for_netmiko

BOUND_S = 20


def until(session, command, words):
    """Asks again until the answer has the words; a device takes a moment to notice."""
    end = time.monotonic() + BOUND_S
    while True:
        text = session.send_command(command)
        if all(word in text for word in words):
            return text
        assert time.monotonic() < end, f"{command} doesn't say {words}:\n{text}"


with ConnectHandler(**for_netmiko()) as edge, ConnectHandler(**for_netmiko() | {"port": int(sys.argv[1])}) as border:
    until(border, "show interfaces TwentyFiveGigE1/0/1 status", ["connected"])
    until(border, "show cdp neighbors", ["edge-1"])
    edge.send_config_set(["interface TenGigabitEthernet1/1/1", "shutdown"])
    until(border, "show interfaces TwentyFiveGigE1/0/1 status", ["notconnect"])
    until(border, "show logging", ["%LINK-3-UPDOWN: Interface TwentyFiveGigE1/0/1, changed state to down"])
    assert "edge-1 " not in border.send_command("show cdp neighbors"), "a neighbour behind a dead cable"
    edge.send_config_set(["hostname renamed", "interface TenGigabitEthernet1/1/1", "no shutdown"])
    until(border, "show interfaces TwentyFiveGigE1/0/1 status", ["connected"])
    until(border, "show cdp neighbors", ["renamed"])
