"""Runs the console blocks of a document, in order: docs.py DOCUMENT FOLDER.

A line that begins with `$ ` is typed into bash, in FOLDER. What follows must come back: line by line, without empty
lines, and with runs of blanks counted as one. A line `...` stands for any lines, `...` at the end of one for any rest,
and `0.5s` for any time. Beyond that:

- A block after `<!-- not run by tests/docs.sh -->` is left out.
- A block in another language whose first line is `# PATH`, `! PATH` or `{# PATH #}` is written to that file, before anything is run.
- `fleet TOPOLOGY` is left running until the document ends; all of its lines but those up to `ready` are its log.
- `ssh` is driven through a pseudo-terminal: what stands behind a prompt is typed, the password is that of the topologies.
- If a topology's ports are taken, its file in FOLDER gets others, and so does the document.
"""

import os
import pty
import re
import select
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

PASSWORD = "C1sco12345"
PROMPT = re.compile(r"^(?P<device>[A-Za-z][\w-]*)(?:\([\w-]+\))?[#>](?P<keys>.*)$")
COMMAND_SECONDS_MAX = 120
READY_SECONDS_MAX = 60
PROMPT_SECONDS_MAX = 20


class Mismatch(Exception):
    """The document says something else."""


def blocks(text):
    """Fenced blocks as (line number, language, lines, whether it is run)."""
    lines = text.splitlines()
    number = 0
    while number < len(lines):
        fence = re.match(r"^```(\w+)$", lines[number])
        if fence:
            end = lines.index("```", number + 1)
            run = "not run by" not in lines[number - 1]
            yield number + 1, fence[1], lines[number + 1 : end], run
            number = end
        number += 1


def commands(lines):
    """Each `$ ` line with what must come back."""
    found = []
    for line in lines:
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif found:
            found[-1][1].append(line)
    return found


def plain(line):
    line = re.sub(r"\b\d+\.\d+s\b", "TIME", line)
    return re.sub(r"[ \t]+", " ", line).strip()


def compare(expected, got):
    """Whether `got` is what the document expects."""
    expected = [plain(line) for line in expected if line.strip()]
    got = [plain(line) for line in got if line.strip()]
    at, anywhere = 0, False
    for line in expected:
        if line == "...":
            anywhere = True
            continue
        prefix = line[:-3].rstrip() if line.endswith("...") else None
        fits = [
            number
            for number in range(at, len(got) if anywhere else min(at + 1, len(got)))
            if (got[number] == line if prefix is None else got[number].startswith(prefix))
        ]
        if not fits:
            there = got[at] if at < len(got) else "(the end)"
            raise Mismatch(f"expected {line!r}, got {there!r}; all of it:\n" + "\n".join(got))
        at, anywhere = fits[0] + 1, False
    if not anywhere and at < len(got):
        raise Mismatch(f"more than expected: {got[at]!r}")


def is_free(port):
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def free_range(count):
    for first in range(21000 + os.getpid() % 50 * 200, 61000, count):
        if all(is_free(port) for port in range(first, first + count)):
            return first
    raise Mismatch(f"there are no {count} free ports in a row")


def move_ports(folder):
    """Gives topologies whose ports are taken others; old port to new."""
    moved = {}
    for path in sorted(folder.glob("**/*.yaml")):
        text = path.read_text()
        port = re.search(r"^listen: .*port: (\d+)", text, re.M)
        if not port:
            continue
        first, count = int(port[1]), 20
        if all(is_free(first + number) for number in range(count)):
            continue
        other = free_range(count)
        path.write_text(text.replace(f"port: {first}", f"port: {other}", 1))
        moved.update({str(first + number): str(other + number) for number in range(count)})
    return moved


class Runner:
    def __init__(self, folder):
        self.folder = folder
        self.fleets = []

    def run(self, command, expected):
        if re.match(r"^fleet (--packs \S+ )?\S+\.yaml$", command):
            self.serve(command, expected)
        elif command.startswith("ssh "):
            self.talk(command, expected)
        else:
            done = subprocess.run(
                ["bash", "-c", command], cwd=self.folder, text=True, timeout=COMMAND_SECONDS_MAX,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
            )
            if done.returncode and not expected:
                raise Mismatch(f"exit status {done.returncode}:\n{done.stdout}")
            compare(expected, done.stdout.splitlines())

    def serve(self, command, expected):
        fleet = subprocess.Popen(command.split(), cwd=self.folder, stdout=subprocess.PIPE)
        self.fleets.append(fleet)
        said = b""
        until = time.monotonic() + READY_SECONDS_MAX
        while b"\nready" not in said or not said.endswith(b"\n"):
            readable, _, _ = select.select([fleet.stdout], [], [], max(0, until - time.monotonic()))
            piece = os.read(fleet.stdout.fileno(), 65536) if readable else b""
            if not piece:
                raise Mismatch(f"the fleet is not ready: {said.decode()}")
            said += piece
        compare(expected, said.decode().splitlines())

    def talk(self, command, expected):
        """Types what stands behind each prompt; what is shown must be what the document shows."""
        prompts = [match for match in map(PROMPT.match, expected) if match]
        device = prompts[0]["device"]
        keys = [match["keys"] for match in prompts if match["device"] == device and match["keys"]]
        child, terminal = pty.fork()
        if child == 0:
            os.chdir(self.folder)
            os.execvp("bash", ["bash", "-c", "stty cols 200; exec " + command])
        try:
            self.read(terminal, r"[Pp]assword: ?$")
            os.write(terminal, PASSWORD.encode() + b"\n")
            said = ""
            for line in keys:
                said += self.read(terminal, r"[\w-]+(\([\w-]+\))?[#>]$")
                os.write(terminal, line.encode() + b"\r")
            said += self.read(terminal, None)
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        shown = [line for line in said.replace("\r", "").splitlines() if not line.startswith("Connection to ")]
        first = next(number for number, line in enumerate(expected) if PROMPT.match(line))
        compare(expected[first:], shown)

    def read(self, terminal, pattern):
        """What comes up to a pattern at its end, or up to the end."""
        said = ""
        until = time.monotonic() + PROMPT_SECONDS_MAX
        while pattern is None or not re.search(pattern, said):
            readable, _, _ = select.select([terminal], [], [], max(0, until - time.monotonic()))
            try:
                piece = os.read(terminal, 65536) if readable else None
            except OSError:
                piece = b""
            if piece is None or (piece == b"" and pattern):
                raise Mismatch(f"no {pattern or 'end'} after {said!r}")
            if piece == b"":
                return said
            said += piece.decode()
        return said

    def stop(self):
        for fleet in self.fleets:
            fleet.send_signal(signal.SIGINT)
        for fleet in self.fleets:
            try:
                fleet.wait(10)
            except subprocess.TimeoutExpired:
                fleet.kill()


def write_files(text, folder):
    """Writes the files that the document shows."""
    for _, language, lines, _ in blocks(text):
        name = re.match(r"^(?:# |! |{# )([\w./-]+\.\w+)(?: #})?$", lines[0]) if lines else None
        if language != "console" and name:
            path = folder / name[1]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("\n".join(lines) + "\n")


def main(document, folder):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    text = Path(document).read_text()
    write_files(text, folder)
    moved = move_ports(folder)
    if moved:
        text = re.sub(r"\b\d{4}\b", lambda number: moved.get(number[0], number[0]), text)
        write_files(text, folder)
    runner = Runner(folder)
    ran = 0
    try:
        for number, language, lines, run in blocks(text):
            if language != "console" or not run:
                continue
            for command, expected in commands(lines):
                print(f"{document}:{number}: {command}", flush=True)
                try:
                    runner.run(command, expected)
                except (Mismatch, subprocess.TimeoutExpired) as wrong:
                    sys.exit(f"{document}:{number}: `{command}`: {wrong}")
                ran += 1
    finally:
        runner.stop()
    print(f"{document}: {ran} commands, all as it says")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]).resolve())
