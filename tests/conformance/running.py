# SPDX-License-Identifier: MIT
"""A started init: its lines, its signals, its end. Nothing sleeps to wait for what announces itself."""

from __future__ import annotations

import os
import pty
import queue
import re
import secrets
import select
import shlex
import signal
import subprocess
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

# Every process that a test starts carries this variable with a word of its own, by which the rest is ended.
MARK = "LABELGATE_TEST_RUN"
# Pause between two looks at something in /proc that announces nothing.
LOOK_AGAIN = 0.005


class Missed(AssertionError):
    """Something that was owed did not come."""


def processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def status(pid: int, name: str) -> str:
    """A field of /proc/N/status, empty when the process is gone."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(name + ":"):
                return line.split(":", 1)[1].strip()
    return ""


def children(pid: int) -> list[int]:
    with suppress(OSError):
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def alive(pid: int) -> bool:
    return status(pid, "State")[:1] not in ("", "Z", "X")


def until(look, within: float, what: str):
    """Looks until the answer is true, and returns it."""
    end = time.monotonic() + within
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > end:
            raise Missed(f"not within {within:g} s: {what}")
        time.sleep(LOOK_AGAIN)


def until_state(pid: int, letter: str, within: float) -> None:
    """S: sleeps, T: is stopped, as /proc/N/status has it."""
    until(lambda: status(pid, "State").startswith(letter), within, f"process {pid} is in state {letter}")


def marked(*words: str) -> list[int]:
    """The processes, not yet reaped ones aside, that carry one of the marks."""
    wanted = {f"{MARK}={word}".encode() for word in words}
    found = []
    for pid in processes():
        with suppress(OSError):
            if not wanted.isdisjoint(Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")):
                found.append(pid)
    return found


def end_all(words: Sequence[str]) -> None:
    """Ends every process that carries one of the marks. A labelgate that watches over one ends with it."""
    for _ in range(200):
        left = marked(*words)
        if not left:
            break
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(LOOK_AGAIN)


def read_some(fd: int, told: int) -> bytes:
    """What comes next; nothing at the end, or when the other side of `told` is closed."""
    try:
        ready, _, _ = select.select([fd, told], [], [])
        return b"" if told in ready else os.read(fd, 65536)
    except OSError:  # a terminal whose other side is closed
        return b""


class Lines:
    """The lines that come from a descriptor, read by a thread so that nobody ever waits for a full pipe."""

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self.seen: list[str] = []
        self.queue: queue.Queue[str | None] = queue.Queue()
        self.told, self.tell = os.pipe()
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self) -> None:
        rest = b""
        while got := read_some(self.fd, self.told):
            *whole, rest = (rest + got).split(b"\n")
            for line in whole:
                self.queue.put(line.decode("utf-8", "replace").rstrip("\r"))
        if rest:
            self.queue.put(rest.decode("utf-8", "replace"))
        self.queue.put(None)
        os.close(self.fd)
        os.close(self.told)

    def close(self) -> None:
        """Stops reading; for a terminal that is its end."""
        with suppress(OSError):
            os.close(self.tell)
        self.thread.join()

    def next(self, within: float) -> str | None:
        """The next line, None at the end."""
        try:
            line = self.queue.get(timeout=within)
        except queue.Empty:
            raise Missed(f"no line within {within:g} s after {self.seen[-3:]}") from None
        if line is None:
            self.queue.put(None)
        else:
            self.seen.append(line)
        return line

    def expect(self, pattern: str, within: float) -> re.Match[str]:
        """Reads on to a line that matches as a whole."""
        end = time.monotonic() + within
        while True:
            line = self.next(max(0.0, end - time.monotonic()))
            if line is None:
                raise Missed(f"the output ended before /{pattern}/: {self.seen[-5:]}")
            found = re.fullmatch(pattern, line)
            if found:
                return found

    def rest(self, within: float) -> list[str]:
        """All lines up to the end."""
        end = time.monotonic() + within
        found = []
        while (line := self.next(max(0.0, end - time.monotonic()))) is not None:
            found.append(line)
        return found


class Running:
    """An init that was started, as PID 1 of a namespace or as any process."""

    def __init__(
        self,
        popen: subprocess.Popen[bytes],
        first: bool,
        word: str,
        patience: float,
        out: Lines,
        err: Lines | None,
    ) -> None:
        self.popen = popen
        self.first = first
        self.word = word
        self.patience = patience
        self.out = out
        self.err = err
        self.start_time = time.monotonic()

    @property
    def pid(self) -> int:
        """The init's number, seen from here: the one child of what makes its place."""
        return until(lambda: children(self.popen.pid), self.patience, "the init has been started")[0]

    def expect(self, pattern: str) -> re.Match[str]:
        return self.out.expect(pattern, self.patience)

    def facts(self) -> dict[str, str]:
        """What `report` printed."""
        found: dict[str, str] = {}
        while (line := self.out.next(self.patience)) not in ("reported", None):
            name, _, value = line.partition(" ")
            found[name] = value
        if line is None:
            raise Missed(f"the report did not come: {self.out.seen}")
        return found

    def send(self, number: int) -> None:
        os.kill(self.pid, number)

    def app(self) -> int:
        """The number of the init's first child, seen from here."""
        return until(lambda: children(self.pid), self.patience, "a child of the init")[0]

    def end(self, within: float | None = None) -> int:
        """The exit code; 128 + n when the init itself died of signal n."""
        try:
            code = self.popen.wait(within if within is not None else self.patience)
        except subprocess.TimeoutExpired:
            raise Missed(f"did not end within {within or self.patience:g} s") from None
        return code if code >= 0 else 128 - code

    def said(self) -> list[str]:
        """What came on standard error, once it has ended."""
        assert self.err is not None
        return self.err.rest(self.patience)

    def clean(self) -> None:
        """Takes the outcome, after end_all. What carries no mark ends too."""
        with suppress(subprocess.TimeoutExpired):
            self.popen.wait(0.5)
        if self.popen.poll() is None:
            for pid in children(self.popen.pid):
                os.kill(pid, signal.SIGKILL)
            self.popen.kill()
            self.popen.wait(5)
        self.out.close()
        if self.err is not None:
            self.err.close()


def namespace() -> list[str]:
    """How a command becomes PID 1: root at once, others through a user namespace."""
    command = ["unshare", "--fork", "--pid", "--mount-proc", "--kill-child"]
    return command if os.geteuid() == 0 else [*command, "--user", "--map-root-user"]


def start(
    place: Sequence[str],
    command: Sequence[str],
    *,
    first: bool,
    patience: float,
    cwd: Path,
    env: dict[str, str],
    terminal: bool = False,
) -> Running:
    """Starts `command` as the only child of what `place` starts, with or without a terminal on its 0 to 2."""
    word = secrets.token_hex(8)
    whole = [*place, *command]
    env = {**env, MARK: word}
    if terminal:
        ours, theirs = pty.openpty()
        popen = subprocess.Popen(
            whole, cwd=cwd, env=env, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
        )
        os.close(theirs)
        return Running(popen, first, word, patience, Terminal(ours), None)
    popen = subprocess.Popen(
        whole,
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    assert popen.stdout is not None and popen.stderr is not None
    out, err = Lines(os.dup(popen.stdout.fileno())), Lines(os.dup(popen.stderr.fileno()))
    popen.stdout.close()
    popen.stderr.close()
    return Running(popen, first, word, patience, out, err)


class Terminal(Lines):
    """Our side of a terminal: what is typed goes in, what is printed comes out."""

    def type(self, keys: str) -> None:
        os.write(self.fd, keys.encode())


class Shell:
    """An interactive bash on a terminal of its own, and somebody who types."""

    PROMPT = "next> "

    def __init__(
        self, world: Sequence[str], init: Sequence[str], patience: float, cwd: Path, path: str
    ) -> None:
        self.init = init
        self.patience = patience
        self.word = secrets.token_hex(8)
        self.text = ""
        self.fd, theirs = pty.openpty()
        env = {"PATH": path, "PS1": self.PROMPT, "TERM": "dumb", MARK: self.word}
        self.popen = subprocess.Popen(
            [*world, "/bin/bash", "--norc", "--noprofile", "--noediting", "-i"],
            cwd=cwd,
            env=env,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        self.prompt()

    def type(self, keys: str) -> None:
        os.write(self.fd, keys.encode())

    def run(self, *command: object, background: bool = False, before: str = "") -> None:
        """Types `before INIT -- COMMAND`."""
        line = shlex.join([*self.init, "--", *map(str, command)])
        self.type(f"{before} {line}{' &' if background else ''}\n")

    def expect(self, pattern: str, nudge: str = "") -> re.Match[str]:
        """Reads on to a match; what was before it is forgotten. `nudge` is typed now and then: bash tells
        what became of a job in the background with its next prompt."""
        end = time.monotonic() + self.patience
        while not (found := re.search(pattern, self.text)):
            if time.monotonic() > end:
                raise Missed(f"not within {self.patience:g} s: /{pattern}/ in {self.text!r}")
            if select.select([self.fd], [], [], 0.05)[0]:
                self.text += os.read(self.fd, 65536).decode("utf-8", "replace").replace("\r", "")
            elif nudge:
                self.type(nudge)
        self.text = self.text[found.end() :]
        return found

    def prompt(self) -> None:
        self.expect(re.escape(self.PROMPT))

    def ask(self, line: str, pattern: str) -> str:
        self.type(line + "\n")
        return self.expect(pattern).group(1)

    def job(self) -> int:
        """The number of bash's only child: the init."""
        return until(lambda: children(self.popen.pid), self.patience, "bash has a child")[0]

    def hang_up(self) -> None:
        os.close(self.fd)
        self.fd = -1

    def gone(self) -> None:
        try:
            self.popen.wait(self.patience)
        except subprocess.TimeoutExpired:
            raise Missed("bash did not end") from None

    def clean(self) -> None:
        """Takes the outcome, after end_all."""
        if self.fd >= 0:
            self.hang_up()
        with suppress(subprocess.TimeoutExpired):
            self.popen.wait(5)
