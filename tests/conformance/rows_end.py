# SPDX-License-Identifier: MIT
"""Rows on how it ends."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from contextlib import suppress
from functools import partial
from pathlib import Path

from inits import FIRST, OTHER, Case
from rows import row
from running import children, marked, until

# Codes with a meaning to somebody, and both ends of the range.
CODES = (0, 1, 2, 3, 125, 126, 127, 128, 137, 143, 165, 254, 255)
# Signals whose default ends a process, those that dump core among them.
DEADLY = [n for n in range(1, 65) if n not in (17, 18, 19, 20, 21, 22, 23, 28, 32, 33)]


@row("End", "the app's exit code is passed on, 125, 126 and 127 too")
def exit_codes(case: Case) -> None:
    for code in CODES:
        assert case.code(*case.app("exit", code)) == code


@row("End", "an app that is ended by signal n gives 128 + n, real-time signals and core dumps too")
def deaths_by_signal(case: Case) -> None:
    for number in DEADLY:
        assert case.code(*case.app("die", number)) == 128 + number, f"signal {number}"


@row("End", "a code of the app is a normal end on request", peers=("tini",))
def ok_exit(case: Case) -> None:
    assert case.init.ok_exit is not None
    options = [*case.init.ok_exit, "143"]
    assert case.code(*case.app("exit", 143), options=options) == 0
    assert case.code(*case.app("die", 15), options=options) == 0
    assert case.code(*case.app("exit", 3), options=options) == 3


def with_survivor(
    case: Case, *actions: object, options: tuple[str, ...] = (), app: str = "exit 4", detach: str = ""
):
    """The app starts a survivor, waits until it is ready, and does `app`."""
    seen = case.folder / "survivor"
    seen.unlink(missing_ok=True)
    survivor = " ".join(case.app("to", seen, *actions))
    ready = f'while ! grep -q ready "{seen}" 2>/dev/null; do sleep 0.01; done'
    running = case.start("sh", "-c", f"{detach} {survivor} & {ready}; echo started; {app}", options=options)
    running.expect("started")
    return running, seen


def lines(seen: Path) -> list[str]:
    return seen.read_text().splitlines()


@row("End", "what outlives the app gets TERM, once, and can act on it")
def survivor_gets_term(case: Case) -> None:
    running, seen = with_survivor(case, "ready", "listen", 15, "lapse", 200, "drain", "report", "exit", 0)
    assert running.end() == 4
    until(lambda: "reported" in lines(seen), 1.0, "the survivor has acted on TERM")
    assert len([line for line in lines(seen) if line.startswith("signal 15 ")]) == 1


@row("End", "what outlives the app has time to end, and what it writes is not lost")
def survivor_finishes(case: Case) -> None:
    running, seen = with_survivor(case, "ready", "listen", 15, "lapse", 500, "ready", "exit", 0)
    assert running.end() == 4
    assert seen.read_text().count("ready") == 2


@row("End", "a daemon in a session of its own gets TERM as well")
def daemon_gets_term(case: Case) -> None:
    running, seen = with_survivor(
        case, "ready", "listen", 15, "lapse", 200, "report", "exit", 0, detach="setsid"
    )
    assert running.end() == 4
    until(lambda: "reported" in lines(seen), 1.0, "the daemon has acted on TERM")


@row("End", "a survivor that ignores TERM is killed after the grace")
def survivor_is_killed(case: Case) -> None:
    options = ("--grace=300ms",) if case.init.ours else ()
    running, _ = with_survivor(case, "ignore", 15, "ready", "nap", options=options)
    begin = time.monotonic()
    assert running.end() == 4
    if not case.init.ours:
        until(lambda: not marked(running.word), 0.3, "nothing is left")
    assert marked(running.word) == []
    assert case.init.ours is False or time.monotonic() - begin > 0.2


@row("End", "who had to be killed is named, with number and command")
def killed_are_named(case: Case) -> None:
    options = ("--grace=100ms",) if case.init.ours else ()
    running, _ = with_survivor(case, "ignore", 15, "ready", "nap", options=options)
    assert running.end() == 4
    assert re.search(r"\b\d+ \(init_app\)", "\n".join(running.said()))


@row("End", "a survivor that is stopped is woken, so that it can act on TERM")
def stopped_survivor(case: Case) -> None:
    seen = case.folder / "survivor"
    survivor = " ".join(
        case.app("to", seen, "ready", "stop", "listen", 15, "lapse", 200, "report", "exit", 0)
    )
    stopped = 'until grep -q "^State:.T" /proc/$!/status; do sleep 0.01; done'
    running = case.start("sh", "-c", f"{survivor} & {stopped}; exit 4")
    assert running.end() == 4
    until(lambda: "reported" in lines(seen), 1.0, "the survivor has acted on TERM")


@row("End", "with no survivor there is no delay")
def no_delay(case: Case) -> None:
    running = case.start(*case.app("ready", "nap"))
    running.expect(r"ready \d+")
    begin = time.monotonic()
    running.send(signal.SIGTERM)
    assert running.end() == 143
    assert time.monotonic() - begin < 0.25


@row("End", "a process that entered from outside (a probe, docker exec) delays nothing", (FIRST,))
def entered_from_outside(case: Case) -> None:
    if os.geteuid() != 0:
        return
    running = case.start(*case.app("ready", "nap"))
    running.expect(r"ready \d+")
    outside = subprocess.Popen(
        ["nsenter", "--target", str(running.pid), "--pid", *case.app("ignore", 15, "ready", "nap")],
        stdout=subprocess.PIPE,
        cwd=case.folder,
    )
    assert outside.stdout is not None
    assert outside.stdout.readline().startswith(b"ready")
    begin = time.monotonic()
    running.send(signal.SIGTERM)
    assert running.end() == 143
    assert time.monotonic() - begin < 0.5
    outside.wait(5)
    outside.stdout.close()


@row("End", "the children of an app that starts itself anew in the background are not left behind", (OTHER,))
def daemon_not_left(case: Case) -> None:
    running, _ = with_survivor(case, "ready", "nap", detach="setsid")
    assert running.end() == 4
    assert marked(running.word) == []


@row("End", "a second init above it or below it changes nothing")
def stacked(case: Case) -> None:
    inner = case.init.line(OTHER, ())
    running = case.start(*inner, "--", *case.app("ready", "listen", 12, "exit", 6))
    running.expect(r"ready \d+")
    inner_init = running.app()
    until(lambda: children(inner_init), case.patience, "the app is the inner one's child")
    running.send(12)
    running.expect(r"signal 12 -?\d+ -?\d+")
    assert running.end() == 6


@row("End", "the grace runs from the first stop signal: the app's own time is part of it", peers=())
def grace_from_stop(case: Case) -> None:
    # The app needs 700 ms of the 1,500; what is left is less than the least of 1 s.
    running, _ = with_survivor(
        case,
        "ignore",
        15,
        "ready",
        "nap",
        options=("--grace=1500ms",),
        app="trap 'sleep 0.7; exit 4' TERM; echo waits; while :; do sleep 0.01; done",
    )
    running.expect("waits")
    begin = time.monotonic()
    running.send(signal.SIGTERM)
    assert running.end() == 4
    assert 1.6 < time.monotonic() - begin < 2.1


def ended(parent: int, child: int) -> bool:
    return child not in children(parent)


@row("End", "a second TERM or INT ends the waiting for survivors", peers=())
def second_stop(case: Case) -> None:
    for second in (signal.SIGTERM, signal.SIGINT):
        running, _ = with_survivor(
            case,
            "ignore",
            15,
            "ready",
            "nap",
            options=("--grace=20s",),
            app="exec " + " ".join(case.app("ready", "nap")),
        )
        running.expect(r"ready \d+")
        app = running.app()
        running.send(signal.SIGTERM)
        until(partial(ended, running.pid, app), case.patience, "the app has ended")
        running.send(second)
        assert running.end(5) == 143


def full_pipe(folder: Path) -> Path:
    """A pipe that holds all it can; who opens it to write waits for a reader who never comes."""
    path = folder / "full"
    os.mkfifo(path)
    fd = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    for size in (4096, 1):
        with suppress(BlockingIOError):
            while True:
                os.write(fd, b"x" * size)
    return path


def unread(path: Path) -> list[str]:
    """A world whose standard error is that pipe."""
    return ["/bin/sh", "-c", 'full=$1; shift; exec "$@" 2<>"$full"', "sh", str(path)]


@row("End", "100 survivors and a standard error that nobody reads: killed once the grace is over", peers=())
def unread_names(case: Case) -> None:
    seen = case.folder / "seen"
    child = ("child", "ignore", 15, "ignore", 1, "to", seen, "ready", "nap", "end")
    running = case.start(
        *case.app(*child * 100, "ready", "nap"),
        options=("--grace=1s",),
        world=unread(full_pipe(case.folder)),
    )
    running.expect(r"ready \d+")
    until(lambda: seen.exists() and seen.read_text().count("ready") == 100, 20, "all survivors are ready")
    begin = time.monotonic()
    running.send(signal.SIGTERM)
    assert running.end(30) == 143
    assert time.monotonic() - begin < 1.5
    assert marked(running.word) == []


@row("End", "says nothing by itself, on standard output or standard error")
def silent(case: Case) -> None:
    running = case.start("true")
    assert running.end() == 0
    assert running.out.rest(case.patience) == []
    assert running.said() == []
