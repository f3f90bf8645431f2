# SPDX-License-Identifier: MIT
"""PID 1 with a terminal of the engine's: Ctrl-C, Ctrl-Z, window size, detach and attach."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from engine import Engine, poll

sys.path.insert(0, str(Path(__file__).parents[1] / "conformance"))

from running import Terminal  # noqa: E402

SOON = 20.0
DETACH = "\x10\x11"  # the engine's own keys: Ctrl-P, Ctrl-Q
# Says which signals it gets and how large its window is; ends with 7 on the second INT.
APP = """
import os, signal, sys
count = 0
def say(number, frame):
    global count
    count += number == signal.SIGINT
    size = os.get_terminal_size()
    # Not print: a second signal may come while the first is being said.
    os.write(1, f"got {signal.Signals(number).name} {size.lines} {size.columns}\\n".encode())
    if count == 2:
        os._exit(7)
for number in (signal.SIGINT, signal.SIGWINCH, signal.SIGCONT):
    signal.signal(number, say)
print("ready", os.getpid(), flush=True)
while True:
    signal.pause()
"""


class Seat:
    """A Docker client on a terminal of its own."""

    def __init__(self, engine: Engine, *words: str) -> None:
        ours, theirs = pty.openpty()
        self.terminal = Terminal(ours)
        self.resize(24, 80)
        self.popen = subprocess.Popen(
            ["setsid", "--ctty", "docker", *words],
            env=engine.environment,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
        )
        os.close(theirs)

    def resize(self, lines: int, columns: int) -> None:
        fcntl.ioctl(self.terminal.fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def end(self) -> int:
        try:
            return self.popen.wait(SOON)
        finally:
            self.popen.kill()
            self.terminal.close()


@pytest.fixture
def sit(engine: Engine) -> Iterator[Callable[..., Seat]]:
    seats: list[Seat] = []

    def make(*words: str) -> Seat:
        seats.append(Seat(engine, *words))
        return seats[-1]

    yield make
    for seat in seats:
        seat.popen.kill()
        seat.popen.wait()


def state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]


def test_a_terminal_from_start_to_end(
    engine: Engine, run_name: str, binary: Path, python_image: str, sit: Callable[..., Seat]
) -> None:
    name = f"{run_name}-terminal"
    command = ["/labelgate", "run", "--no-token", "python3", "-c", APP]
    options = ["--interactive", "--tty", "--network", "none", "--volume", f"{binary}:/labelgate:ro"]
    seat = sit("run", *options, "--name", name, python_image, *command)
    try:
        seat.terminal.expect(r"ready \d+", SOON)
        seat.resize(31, 97)
        seat.terminal.expect("got SIGWINCH 31 97", SOON)
        seat.terminal.type(DETACH)
        assert seat.end() == 0
        assert engine.inspect(name)["State"]["Running"]

        seat = sit("attach", name)
        seat.terminal.expect("got SIGWINCH 24 80", SOON)  # attached: it brings its own size
        first = engine.inspect(name)["State"]["Pid"]
        app = int(Path(f"/proc/{first}/task/{first}/children").read_text().split()[0])
        seat.terminal.type("\x03")
        seat.terminal.expect(r"(\^C)?got SIGINT \d+ \d+", SOON)
        seat.terminal.type("\x1a")
        poll(lambda: state(app) == "T", SOON, "Ctrl-Z has stopped the app")
        assert state(first) == "S"
        engine.run("kill", "--signal", "CONT", name)
        seat.terminal.expect(r"(\^Z)?got SIGCONT \d+ \d+", SOON)
        seat.terminal.type("\x03")
        seat.terminal.expect(r"(\^C)?got SIGINT \d+ \d+", SOON)
        assert seat.end() == 7
        assert engine.inspect(name)["State"]["ExitCode"] == 7
        # Once each: what the terminal sends to the app is not passed on once more.
        assert engine.logs(name).count("got SIGINT") == 2
    finally:
        engine.run("rm", "--force", name, check=False)
