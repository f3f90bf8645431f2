# SPDX-License-Identifier: MIT
"""A secret typed at a terminal: whatever signal comes, the terminal has its echo back when it is over."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import PATIENCE

TYPED = b"half-of-it"

# A shell with job control, as small as can be: starts one job, says what becomes of it, does as it is told.
SHELL = """
import fcntl, json, os, signal, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
told, tell, background, nohup = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "&", sys.argv[4] == "nohup"
def say(**what):
    os.write(tell, json.dumps(what).encode() + b"\\n")
pid = os.fork()
if pid == 0:
    os.setpgid(0, 0)
    if not background:
        os.tcsetpgrp(0, os.getpid())
    for number in (signal.SIGTTOU, signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)
    if nohup:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    os.execv(sys.argv[5], sys.argv[5:])
say(pid=pid)
while True:
    status = os.waitpid(pid, os.WUNTRACED)[1]
    if not os.WIFSTOPPED(status):
        say(code=os.waitstatus_to_exitcode(status))
        break
    os.tcsetpgrp(0, os.getpgrp())
    say(stopped=os.WSTOPSIG(status))
    word = os.read(told, 1)
    if word == b"f":
        os.tcsetpgrp(0, pid)
    os.killpg(pid, signal.SIGCONT)
"""


class Job:
    """The program under a shell on a terminal of its own."""

    def __init__(self, command: list[str], env: dict[str, str], folder: Path, background: bool, nohup: bool):
        self.master, self.slave = pty.openpty()
        told, self.orders = os.pipe()
        self.news, tell = os.pipe()
        self.shown = b""
        shell = [
            sys.executable,
            "-c",
            SHELL,
            str(told),
            str(tell),
            "&" if background else "",
            "nohup" * nohup,
        ]
        self.shell = subprocess.Popen(
            [*shell, *command],
            stdin=self.slave,
            stdout=self.slave,
            stderr=self.slave,
            env=env,
            cwd=folder,
            pass_fds=(told, tell),
            start_new_session=True,
        )
        os.close(told)
        os.close(tell)
        self.pid: int = self.hear()["pid"]

    def hear(self) -> dict[str, Any]:
        line = b""
        while not line.endswith(b"\n"):
            self.read()
            if select.select([self.news], [], [], 0.02)[0]:
                line += os.read(self.news, 1)
        return json.loads(line)

    def read(self) -> None:
        while select.select([self.master], [], [], 0)[0]:
            self.shown += os.read(self.master, 4096)

    def until(self, what: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not what():
            self.read()
            assert time.monotonic() < end, self.shown
            time.sleep(0.01)

    def asked(self, times: int = 1) -> None:
        """The question was shown so often."""
        self.until(lambda: self.shown.count(b": ") >= times)

    def echoes(self) -> bool:
        flags = termios.tcgetattr(self.slave)[3]
        return bool(flags & termios.ECHO) and bool(flags & termios.ICANON)

    def type(self, keys: bytes) -> None:
        os.write(self.master, keys)

    def close(self) -> None:
        for pid in (self.pid, self.shell.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.shell.wait(PATIENCE)
        for fd in (self.master, self.slave, self.orders, self.news):
            os.close(fd)


QUESTIONS = {"password": ["--login", "--print"], "token": ["--print"]}


@pytest.fixture
def job(labelgate: Path, clean_environment: dict[str, str], tmp_path: Path) -> Iterator[Callable[..., Job]]:
    jobs: list[Job] = []

    def start(question: str = "password", background: bool = False, nohup: bool = False, **env: str) -> Job:
        variables = {"LABEL_STUDIO_URL": "http://127.0.0.1:9", "LABEL_STUDIO_USERNAME": "u"}
        command = [str(labelgate), "token", *QUESTIONS[question]]
        jobs.append(Job(command, {**clean_environment, **variables, **env}, tmp_path, background, nohup))
        return jobs[-1]

    yield start
    for one in jobs:
        one.close()


ENDING = ["TERM", "INT", "HUP", "QUIT", "PIPE", "ALRM", "USR1", "USR2", "VTALRM", "PROF", "XCPU", "POLL"]


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("name", ENDING)
def test_a_signal_that_ends_it(job: Callable[..., Job], name: str, question: str) -> None:
    number = getattr(signal, f"SIG{name}")
    asking = job(question)
    asking.asked()
    assert not asking.echoes()
    asking.type(TYPED)
    os.kill(asking.pid, number)
    assert asking.hear() == {"code": 128 + number}
    assert asking.echoes()
    asking.read()
    assert TYPED not in asking.shown and b"[stopped]" in asking.shown
    # Nor does half a password become the shell's next command.
    os.set_blocking(asking.slave, False)
    with pytest.raises(BlockingIOError):
        os.read(asking.slave, 100)


@pytest.mark.parametrize(("key", "number"), [(b"\x03", signal.SIGINT), (b"\x1c", signal.SIGQUIT)])
def test_a_key_that_ends_it(job: Callable[..., Job], key: bytes, number: int) -> None:
    asking = job()
    asking.asked()
    asking.type(TYPED + key)
    assert asking.hear() == {"code": 128 + number}
    assert asking.echoes() and TYPED not in asking.shown


@pytest.mark.parametrize("name", ["TSTP", "TTIN", "TTOU", "the key"])
def test_a_stop_and_a_return(job: Callable[..., Job], name: str) -> None:
    asking = job()
    asking.asked()
    for times in (1, 2):
        asking.type(TYPED)
        if name == "the key":
            asking.type(b"\x1a")
        else:
            os.kill(asking.pid, getattr(signal, f"SIG{name}"))
        number = signal.SIGTSTP if name == "the key" else getattr(signal, f"SIG{name}")
        assert asking.hear() == {"stopped": number}
        assert asking.echoes()
        os.write(asking.orders, b"f")
        asking.asked(times + 1)
        asking.until(lambda: not asking.echoes())
    asking.type(b"the-rest\n")
    assert asking.hear() == {"code": 1}
    asking.read()
    assert asking.echoes() and b"connection_refused" in asking.shown
    assert TYPED not in asking.shown and b"the-rest" not in asking.shown


def test_a_stop_key_right_behind_others(job: Callable[..., Job]) -> None:
    """The terminal drops what was typed before Ctrl-Z, at times between the poll and the read."""
    asking = job()
    for times in range(1, 301):
        asking.asked(times)
        asking.until(lambda: not asking.echoes())
        for key in TYPED:
            asking.type(bytes([key]))
        asking.type(b"\x1a")
        assert asking.hear() == {"stopped": signal.SIGTSTP}
        os.write(asking.orders, b"f")


def test_a_stop_that_no_program_sees(job: Callable[..., Job]) -> None:
    """A shell has given the terminal its echo meanwhile."""
    asking = job()
    asking.asked()
    os.kill(asking.pid, signal.SIGSTOP)
    assert asking.hear() == {"stopped": signal.SIGSTOP}
    flags = termios.tcgetattr(asking.slave)
    flags[3] |= termios.ECHO | termios.ICANON
    termios.tcsetattr(asking.slave, termios.TCSANOW, flags)
    os.write(asking.orders, b"f")
    asking.asked(2)
    asking.until(lambda: not asking.echoes())


def test_from_the_background_it_asks_nothing(job: Callable[..., Job]) -> None:
    asking = job(background=True)
    assert asking.hear() == {"stopped": signal.SIGTTIN}
    assert asking.echoes() and b"password" not in asking.shown
    os.write(asking.orders, b"b")  # bg: still not its turn
    assert asking.hear() == {"stopped": signal.SIGTTIN}
    assert asking.echoes() and b"password" not in asking.shown
    os.write(asking.orders, b"f")
    asking.asked()
    asking.until(lambda: not asking.echoes())


def test_what_is_ignored_stays_so(job: Callable[..., Job]) -> None:
    asking = job(nohup=True)
    asking.asked()
    os.kill(asking.pid, signal.SIGHUP)
    asking.type(b"a-password\n")
    assert asking.hear() == {"code": 1}
    asking.read()
    assert b"connection_refused" in asking.shown


def test_input_that_does_not_come_holds_up_no_signal(
    labelgate: Path, clean_environment: dict[str, str]
) -> None:
    """A pipe that nobody writes to."""
    for number in (signal.SIGTERM, signal.SIGINT):
        with subprocess.Popen(
            [labelgate, "token", "--print"],
            env=clean_environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as asking:
            assert asking.stdin and asking.stdout
            asking.stdin.write(TYPED)
            asking.stdin.flush()
            time.sleep(0.2)
            asking.send_signal(number)
            assert asking.wait(PATIENCE) == 128 + number
            assert asking.stdout.read() == b""
