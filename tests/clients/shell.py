"""A shell over SSH, driven as simple collectors drive it: a line is sent, and read until the prompt comes back."""

import re

import paramiko
from reach import HOST, KNOWN_HOSTS, PASSWORD, PORT, USER


class Shell:
    """One session. `prompt` is the collector's own expression for a prompt, on a line of its own."""

    def __init__(self, prompt, terminal="vt100"):
        self.prompt = re.compile(prompt, re.MULTILINE)
        self.client = paramiko.SSHClient()
        self.client.load_host_keys(KNOWN_HOSTS)
        patience = dict.fromkeys(["timeout", "banner_timeout", "auth_timeout"], 60)
        self.client.connect(HOST, PORT, USER, PASSWORD, allow_agent=False, look_for_keys=False, **patience)
        self.channel = self.client.invoke_shell(term=terminal)
        self.channel.settimeout(60)
        self.shown = self._read()

    def ask(self, command):
        """What a command prints, without its echo and the next prompt; lines end in LF."""
        self.channel.send(command + "\n")
        text = self._read(after=command).replace("\r\n", "\n")
        echo, _, rest = text.partition("\n")
        assert echo.endswith(command), f"{command!r} is echoed as {echo!r}"
        self.shown = rest[rest.rindex("\n") + 1 :] if "\n" in rest else rest
        assert self.prompt.fullmatch(self.shown), f"{command!r} ends in {self.shown!r}"
        return rest[: len(rest) - len(self.shown)]

    def leave(self):
        """Says `exit`; the device closes the session in good order."""
        self.channel.send("exit\n")
        while self.channel.recv(4096):
            pass
        self.client.close()

    def _read(self, after=""):
        text = ""
        while after not in text or not self.prompt.search(text[text.rfind("\n") + 1 :]):
            piece = self.channel.recv(65536)
            assert piece, f"the device hung up after {text!r}"
            text += piece.decode()
        return text
