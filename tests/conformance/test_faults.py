# SPDX-License-Identifier: MIT
"""System calls that fail: each wrapped function, at each place that calls it, with each error it can have.

The table is made, not written: a run without a fault tells the call sites. Before the app has started a
failure ends in 125 (126 or 127 from execve) with a reason; after it nothing ends PID 1.
"""

from __future__ import annotations

import errno
import os
import re
import signal
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from inits import FIRST, OTHER, ROOT, Case, Init
from running import Missed, Running, children, status, until

CODE = 7
# A hang is a failure; KILL alone is given a second when it does not work.
PATIENCE = 10.0
WORKERS = 4
ONCE, ALWAYS = 1, 0

# What can happen: once (it was bad luck) or always (the machine is so).
ERRORS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "fork": (("EAGAIN", "ENOMEM"), ("ENOSYS",)),
    "clone": (("EAGAIN", "ENOMEM"), ("ENOSYS", "EPERM")),
    "execve": (("EAGAIN", "ENOMEM", "EIO", "EMFILE"), ("EPERM", "EACCES")),
    "waitpid": (("EINTR", "ECHILD"), ()),
    "waitid": (("EINTR",), ("ENOSYS", "EPERM")),
    "kill": (("EPERM", "ESRCH"), ("EPERM",)),
    "prctl": (("EINVAL",), ("EPERM", "ENOSYS")),
    "open": (("EINTR", "EMFILE", "ENOMEM", "EIO"), ("EPERM", "ENOENT", "EMFILE")),
    "read": (("EINTR", "EIO"), ("EIO",)),
    "pread": (("EINTR", "EIO"), ("EIO",)),
    "write": (("EINTR", "EAGAIN", "EIO"), ("EPIPE", "EIO")),
    "pipe2": (("EMFILE", "ENOMEM"), ("ENOSYS",)),
    "fcntl": (("EMFILE",), ("EMFILE",)),
    "close": (("EINTR", "EIO"), ()),
    "chdir": (("EIO", "ENOMEM"), ("EACCES",)),
    "poll": (("EINTR", "ENOMEM", "EAGAIN"), ("ENOMEM",)),
    "readlink": (("EIO", "ENOMEM"), ("ENOENT", "EACCES")),
    "stat": (("EIO", "ENOMEM"), ()),
    "access": (("EIO", "ENOMEM"), ()),
    "setpgid": (("EPERM",), ("EPERM",)),
    "tcgetpgrp": (("ENOTTY",), ("EIO",)),
    "tcsetpgrp": (("EINTR", "EPERM"), ("EIO",)),
    "getrlimit": (("EPERM",), ("ENOSYS",)),
    "prlimit": (("EPERM",), ("ENOSYS",)),
    # A clock fails everywhere or nowhere: test_no_clock.
    "clock_gettime": ((), ()),
    # The raw calls; what rt_sigprocmask may answer is a filter's doing.
    "rt_sigprocmask": ((), ("ENOSYS", "EPERM")),
    "rt_sigtimedwait": (("EINTR", "EAGAIN"), ("ENOSYS", "EPERM")),
    "rt_sigqueueinfo": (("EAGAIN", "EPERM"), ("EPERM",)),
    "rt_sigaction": (("EPERM",), ()),
    "signalfd4": (("EMFILE", "ENOMEM"), ("ENOSYS", "EMFILE")),
    "close_range": (("ENOMEM",), ("ENOSYS", "EPERM")),
    "pwritev2": (("EINTR", "EAGAIN", "EIO", "EPIPE"), ("ENOSYS", "EOPNOTSUPP", "EAGAIN")),
    "getdents64": (("EIO", "ENOMEM"), ("ENOSYS",)),
}
# One place in kernel_signals.c serves many callers: there each call is a place of its own, up to so many.
SHARED = {"rt_sigtimedwait", "rt_sigaction", "signalfd4", "poll", "pipe2", "fcntl"}
CALLS = 6


@dataclass(frozen=True)
class Fault:
    function: str
    site: str
    error: str
    number: int
    times: int

    def __str__(self) -> str:
        return f"{self.function}:{self.site}:{getattr(errno, self.error)}:{self.number}:{self.times}"


@dataclass(frozen=True)
class Scenario:
    """Where the init runs, and what kind of start it is."""

    name: str
    place: str
    options: tuple[str, ...] = ()
    terminal: str = ""
    closed: tuple[int, ...] = ()


SCENARIOS = (
    Scenario("first", FIRST),
    Scenario("other", OTHER),
    Scenario("first with a terminal", FIRST, terminal="session"),
    Scenario("group with a terminal", OTHER, ("--group",), "session"),
    Scenario("closed descriptors", OTHER, closed=(0, 1)),
)


def play(scenario: Scenario, case: Case, fault: str = "", log: Path | None = None) -> str:
    """One run: orphans, a survivor that ignores TERM, signals of all kinds, a stop. Returns what is wrong."""
    folder = case.folder
    seen, end = folder / "seen", folder / "end"
    words = case.app(
        "to", seen, "orphans", 2, "child", "ignore", 15, "nap", "end", "ready", "wait", end, "exit", CODE
    )
    env = {"FAULT": fault} if fault else {}
    if log is not None:
        env["FAULT_LOG"] = str(log)
    close = [word for number in scenario.closed for word in ("--close", number)]
    running = case.start(
        *words,
        options=scenario.options,
        env=env,
        terminal=scenario.terminal,
        world=case.world(*close) if close else (),
    )
    until(
        lambda: running.popen.poll() is not None or ready(seen),
        PATIENCE,
        "the app runs, or its start was refused",
    )
    if not ready(seen):
        return refused(running)
    app = running.app()
    disturb(running, app)
    end.touch()
    if fault.startswith("rt_sigtimedwait:") and fault.endswith(f":{ALWAYS}"):
        # What cannot receive a signal cannot see a CONT that crosses its own stop: it is sent until it helps.
        until(lambda: wake(running, app) or running.popen.poll() is not None, PATIENCE, "it has ended")
    code = running.end()
    return "" if code == CODE else f"ended with {code} after the app had started"


def ready(seen: Path) -> bool:
    return seen.exists() and "ready" in seen.read_text()


def refused(running: Running) -> str:
    code = running.end()
    said = "\n".join(running.out.rest(PATIENCE) if running.err is None else running.said())
    if code not in (125, 126, 127) or not re.search(r"\[\w+\]", said):
        return f"the app was not started, yet the code is {code} and it said: {said!r}"
    return ""


def wake(running: Running, app: int) -> None:
    for pid in [app, *children(running.popen.pid)]:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


def disturb(running: Running, app: int) -> None:
    """Signals of all kinds, none of which ends the app; a stop, from which our CONT wakes it at last."""
    for number in (signal.SIGHUP, signal.SIGUSR1, 40, 40, signal.SIGSTOP, signal.SIGTERM):
        with suppress(ProcessLookupError):
            os.kill(app if number == signal.SIGSTOP else running.pid, number)
    until(lambda: status(app, "State")[:1] in ("T", "S", ""), PATIENCE, "the app has its signals")
    wake(running, app)


@contextmanager
def new_case(scenario: Scenario, helpers: Path, folder: Path) -> Iterator[Case]:
    folder.mkdir()
    case = Case(Init("faulty", helpers / "init_faulty"), scenario.place, helpers, folder, PATIENCE)
    try:
        yield case
    finally:
        case.clean()


def sites(scenario: Scenario, helpers: Path, folder: Path) -> Counter[tuple[str, str]]:
    """How often each place called, in a run without a fault."""
    log = folder / "log"
    with new_case(scenario, helpers, folder) as case:
        assert play(scenario, case, log=log) == ""
    lines = [line.split() for line in log.read_text().splitlines()]
    return Counter((function, site) for function, site in lines)


def faults(calls: Counter[tuple[str, str]]) -> Iterator[Fault]:
    for (function, site), count in sorted(calls.items()):
        once, always = ERRORS[function]
        for error in once:
            for number in range(1, (min(count, CALLS) if function in SHARED else 1) + 1):
                yield Fault(function, site, error, number, ONCE)
        for error in always:
            yield Fault(function, site, error, 1, ALWAYS)


def outcome(scenario: Scenario, helpers: Path, folder: Path, fault: Fault) -> str:
    with new_case(scenario, helpers, folder) as case:
        try:
            wrong = play(scenario, case, str(fault))
        except Missed as missed:
            wrong = str(missed)
    return f"{fault}: {wrong}" if wrong else ""


@pytest.mark.timeout(300)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one.name)
def test_faults(
    scenario: Scenario, helpers: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = list(faults(sites(scenario, helpers, tmp_path / "sites")))
    with ThreadPoolExecutor(WORKERS) as pool:
        jobs = [
            pool.submit(outcome, scenario, helpers, tmp_path / str(n), fault) for n, fault in enumerate(table)
        ]
        wrong = [said for job in jobs if (said := job.result())]
    with capsys.disabled():
        print(f"\n{scenario.name}: {len(table)} faults at {len({f.site for f in table})} call sites", end=" ")
    assert wrong == []
    assert len(table) > 50


@pytest.mark.parametrize("error", ["ENOSYS", "EPERM"])
@pytest.mark.parametrize("scenario", SCENARIOS[:2], ids=lambda one: one.name)
def test_no_clock(scenario: Scenario, error: str, helpers: Path, tmp_path: Path) -> None:
    """No deadline would ever come: the app is not started."""
    with new_case(scenario, helpers, tmp_path / "case") as case:
        running = case.start(
            *case.app("ready", "exit", 0), env={"FAULT": str(Fault("clock_gettime", "0", error, 1, ALWAYS))}
        )
        assert running.end() == 125
        line, *_ = running.said()
        assert "clock" in line and "[start_failed]" in line
        assert running.out.rest(PATIENCE) == []


def wrapped() -> set[str]:
    text = (ROOT / "tests/unit/flags.mk").read_text().replace("\\\n", " ")
    (line,) = re.findall(r"^INIT_WRAPPED = (.*)$", text, re.M)
    return set(line.split())


def test_every_wrapped_function_is_reached(helpers: Path, tmp_path: Path, world: str) -> None:
    """Each of the wrap list has its errors, and is called in one scenario at least."""
    raw = {name for name in ERRORS if name not in wrapped()}
    assert wrapped() - {"syscall"} == set(ERRORS) - raw
    reached: set[str] = set()
    for number, scenario in enumerate(SCENARIOS):
        reached |= {function for function, _ in sites(scenario, helpers, tmp_path / str(number))}
    # The coverage build wraps execve itself.
    assert reached | ({"execve"} if world == "coverage" else set()) == set(ERRORS)
