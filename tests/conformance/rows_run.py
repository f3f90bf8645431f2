# SPDX-License-Identifier: MIT
"""Rows on signals, orphans and rest, while the app runs."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time

from inits import Case
from rows import row
from rows_start import zombies
from running import Running, children, status, until, until_state

# What can be caught; SIGCHLD comes from the kernel all the time and means something else to an init.
CATCHABLE = [n for n in range(1, 65) if n not in (signal.SIGKILL, signal.SIGSTOP, signal.SIGCHLD)]
STANDARD = [n for n in CATCHABLE if n < 32]
REAL_TIME = [n for n in CATCHABLE if n >= 32]
LAST = 12


def listening(case: Case, *options: str, last: int = LAST) -> Running:
    running = case.start(*case.app("ready", "listen", last, "exit", 0), options=options)
    running.expect(r"ready \d+")
    return running


def passes_on(case: Case, numbers: list[int]) -> None:
    running = listening(case)
    for number in [n for n in numbers if n != LAST] + [LAST]:
        running.send(number)
        running.expect(rf"signal {number} -?\d+ -?\d+")
    assert running.end() == 0


@row("Run", "each of the standard signals that can be caught is passed on")
def standard_signals(case: Case) -> None:
    passes_on(case, STANDARD)


@row("Run", "each of the real-time signals, 32 to 64, is passed on, and none ends the init")
def real_time_signals(case: Case) -> None:
    passes_on(case, REAL_TIME)


@row("Run", "1,000 queued real-time signals arrive whole, in order and with their values")
def burst(case: Case) -> None:
    running = case.start(*case.app("ready", "count", 40, 1000, "exit", 0))
    running.expect(r"ready \d+")
    subprocess.run([case.helpers / "init_send", str(running.pid), "40", "1000"], check=True)
    running.expect("in order")
    assert running.end() == 0


@row("Run", "TSTP, TTIN and TTOU stop the app, CONT continues it")
def stop_and_continue(case: Case) -> None:
    for number in (signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU):
        running = case.start(*case.app("ready", "nap"))
        running.expect(r"ready \d+")
        app = running.app()
        running.send(number)
        until_state(app, "T", case.patience)
        running.send(signal.SIGCONT)
        until_state(app, "S", case.patience)
        running.send(signal.SIGTERM)
        assert running.end() == 143


@row("Run", "TERM, INT, HUP or QUIT to an app that is stopped wakes it, so that it acts on it")
def stop_signal_to_stopped(case: Case) -> None:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
        running = case.start(*case.app("ready", "stop", "nap"))
        running.expect(r"ready \d+")
        until_state(running.app(), "T", case.patience)
        running.send(number)
        assert running.end() == 128 + number


@row(
    "Run",
    "on request signals go to the whole process group, to survivors of a dead shell too",
    peers=("tini", "dumb-init"),
)
def whole_group(case: Case) -> None:
    assert case.init.group is not None
    seen = case.folder / "seen"
    grandchild = " ".join(case.app("to", seen, "ready", "listen", 15, "listen", 10))
    running = case.start("sh", "-c", f"{grandchild} & wait", options=case.init.group)
    until(lambda: seen.exists() and "ready" in seen.read_text(), case.patience, "the grandchild is ready")
    running.send(signal.SIGTERM)
    until(lambda: "signal 15" in seen.read_text(), case.patience, "the grandchild has TERM")
    running.send(signal.SIGUSR1)
    until(
        lambda: "signal 10" in seen.read_text(),
        case.patience,
        "the grandchild has USR1 after the shell's end",
    )
    assert running.end() == 143


@row("Run", "an app that lets its parent trace it (PTRACE_TRACEME) is not frozen by its first signal")
def traced(case: Case) -> None:
    running = case.start(*case.app("traced", "exec", "ready", "nap"))
    running.expect(r"ready \d+")
    running.send(signal.SIGTERM)
    assert running.end() == 143
    # What it does to wait for a tracer, once and again; in a thread; and a signal that ends it.
    assert case.code(*case.app("turns", 6, "exit", 4)) == 4
    assert case.code(*case.app("thread", "exit", 5)) == 5
    assert case.code(*case.app("traced", "raise", 12)) == 140


@row("Run", "2,000 orphans are reaped as they die, no zombie is left")
def orphans(case: Case) -> None:
    running = case.start(*case.app("orphans", 2000, "ready", "nap"))
    running.expect(r"ready \d+")
    until(lambda: len(children(running.pid)) == 1, case.patience, "only the app is left")
    assert zombies(running.pid) == []
    running.send(signal.SIGKILL)


@row("Run", "many deaths at once, the app's own among them, are never missed")
def coalesced_deaths(case: Case) -> None:
    for _ in range(20):
        assert case.code(*case.app("crowd", 50, "exit", 9)) == 9


@row("Run", "does not wake up while nothing happens")
def idle(case: Case) -> None:
    running = case.start(*case.app("ready", "nap"))
    running.expect(r"ready \d+")
    pid = running.pid
    until_state(pid, "S", case.patience)
    time.sleep(0.3)  # what belongs to the start is over
    before = switches(pid)
    time.sleep(2.2)  # the measurement itself: longer than two of tini's seconds
    assert switches(pid) == before


def switches(pid: int) -> tuple[str, str]:
    return status(pid, "voluntary_ctxt_switches"), status(pid, "nonvoluntary_ctxt_switches")


@row("Run", "memory does not grow with the number of orphans")
def no_growth(case: Case) -> None:
    running = case.start(*case.app("orphans", 100, "ready", "listen", 10, "orphans", 2000, "ready", "nap"))
    running.expect(r"ready \d+")
    pid = running.pid
    until(lambda: len(children(pid)) == 1, case.patience, "the first orphans are reaped")
    before = int(status(pid, "VmRSS").split()[0])
    running.send(signal.SIGUSR1)
    running.expect(r"ready \d+")
    until(lambda: len(children(pid)) == 1, case.patience, "all orphans are reaped")
    assert int(status(pid, "VmRSS").split()[0]) <= before + 8


@row("Run", "a signal is passed on as another one on request (TERM as QUIT)", peers=("dumb-init",))
def mapped(case: Case) -> None:
    assert case.init.signal_map is not None
    running = listening(case, case.init.signal_map, last=3)
    running.send(signal.SIGTERM)
    assert running.expect(r"signal (\d+) -?\d+ -?\d+").group(1) == "3"
    assert running.end() == 0


@row("Run", "a closed or full standard error does not end it")
def standard_error_full(case: Case) -> None:
    running = case.start(
        *case.app("ready", "listen", LAST, "exit", 5), world=["/bin/sh", "-c", 'exec "$@" 2>/dev/full', "sh"]
    )
    running.expect(r"ready \d+")
    for number in (1, 10, LAST):
        running.send(number)
    assert running.end() == 5


@row("Run", "a signal that the app's other user and a dropped capability keep from it is said")
def denied_signal(case: Case) -> None:
    if os.geteuid() != 0:
        return
    world = [shutil.which("setpriv") or "setpriv", "--bounding-set=-kill", "--inh-caps=-kill"]
    running = case.start(*case.app("user", 65534, "ready", "nap"), world=world)
    running.expect(r"ready \d+")
    for number in (signal.SIGTERM, signal.SIGUSR1, 40):
        running.send(number)
    time.sleep(0.2)  # all three have been taken
    os.kill(running.app(), signal.SIGKILL)
    assert running.end() == 137
    said = running.said()
    assert len(said) == 1 and re.search("SIG(TERM|USR1) .*KILL", said[0]), said


@row("Run", "works where close_range, pidfd and signalfd are not known (old kernels, seccomp)")
def old_kernel(case: Case) -> None:
    close_range, pidfd_open, signalfd4 = 436, 434, 289
    world = case.world("--deny", close_range, "--deny", pidfd_open, "--deny", signalfd4, "--open", 900)
    running = case.start(*case.app("ready", "listen", LAST, "exit", 5), world=world)
    running.expect(r"ready \d+")
    for number in (1, 10, 40, LAST):
        running.send(number)
        running.expect(rf"signal {number} -?\d+ -?\d+")
    assert running.end() == 5
