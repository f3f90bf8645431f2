# SPDX-License-Identifier: MIT
"""Many of everything: no zombie, no growth, no lost signal, nothing left behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from inits import FIRST, PLACES, Case
from running import Running, children, marked, status, until

ORPHANS, SIGNALS, CYCLES = 100_000, 10_000, 1_000
# A burst of real-time signals fits into every user's queue; the rest of the signals are sent one by one.
BURST, BURSTS_SHARE = 900, 0.9
# Numbers of the bursts: between those that C libraries keep for themselves and the last.
REAL_TIME = range(35, 64)
FIRST_ORPHANS = 100

MakeCase = Callable[[str], Case]
pytestmark = pytest.mark.timeout(1200)
both_places = pytest.mark.parametrize("place", PLACES)


def memory(pid: int) -> dict[str, int]:
    """Kilobytes. Pages of a program that was just written count as dirty until they are on the disk."""
    os.sync()
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return {name: int(value) for name, value in re.findall(r"^(Rss|Private_Dirty): +(\d+) kB", text, re.M)}


def only_the_app(case: Case, running: Running) -> None:
    pid = running.pid
    until(lambda: len(children(pid)) == 1, case.patience, "nobody but the app is left, no zombie either")


@both_places
def test_orphans(make_case: MakeCase, place: str, scale: float, record_property) -> None:
    case = make_case(place)
    count = int(ORPHANS * scale)
    begin = time.monotonic()
    running = case.start(
        *case.app("orphans", FIRST_ORPHANS, "ready", "listen", 10, "orphans", count, "ready", "listen", 12)
    )
    running.expect(r"ready \d+")
    only_the_app(case, running)
    before = memory(running.pid)
    running.send(signal.SIGUSR1)
    running.expect(r"ready \d+")
    only_the_app(case, running)
    after = memory(running.pid)
    assert after["Private_Dirty"] <= before["Private_Dirty"]
    assert after["Rss"] <= before["Rss"] + 16  # the program's own pages, of the file, may come in late
    running.send(12)
    assert running.end() == 0
    took = time.monotonic() - begin
    record_property("orphans", count)
    print(f"{place}: {count} orphans in {took:.1f} s, {before} before, {after} after")


@both_places
def test_signals(make_case: MakeCase, place: str, scale: float) -> None:
    """Bursts of queued real-time signals with values, standard ones one by one, while orphans come and go."""
    case = make_case(place)
    bursts = round(SIGNALS * scale * BURSTS_SHARE / BURST)
    singles = round(SIGNALS * scale) - bursts * BURST
    numbers = [REAL_TIME[n % len(REAL_TIME)] for n in range(bursts)]
    actions = [word for number in numbers for word in ("count", number, BURST)]
    noise = " ".join(case.app("orphans", int(2000 * scale)))
    app = " ".join(case.app("ready", *actions, "listen", 12, "exit", 0))
    running = case.start("sh", "-c", f"{noise} & exec {app}")
    running.expect(r"ready \d+")
    pid = running.pid
    for number in numbers:
        subprocess.run([case.helpers / "init_send", str(pid), str(number), str(BURST)], check=True)
        running.expect("in order")
    for _ in range(singles - 1):
        running.send(signal.SIGUSR1)
        running.expect(r"signal 10 -?\d+ 0")
    running.send(12)
    assert running.end() == 0
    assert len([line for line in running.out.seen if line.startswith("signal 10 ")]) == singles - 1
    print(f"{place}: {bursts} bursts of {BURST} real-time signals and {singles} single ones, none lost")


def test_cycles(make_case: MakeCase, scale: float) -> None:
    """Started, stopped, started: as PID 1 and not, in turn."""
    count = int(CYCLES * scale)
    for turn in range(count):
        case = make_case(PLACES[turn % len(PLACES)])
        running = case.start(*case.app("ready", "nap"))
        running.expect(r"ready \d+")
        running.send(signal.SIGTERM)
        assert running.end() == 143
        assert running.said() == []
        assert marked(running.word) == []
        running.clean()
        case.running.clear()
    print(f"{count} starts and stops, each ended with 143, nothing said, nobody left")


def test_no_wake_up(make_case: MakeCase, scale: float) -> None:
    """Nothing happens: not one switch in a minute (in a tenth of it)."""
    case = make_case(FIRST)
    running = case.start(*case.app("ready", "nap"))
    running.expect(r"ready \d+")
    pid = running.pid
    until(lambda: status(pid, "State").startswith("S"), case.patience, "the init sleeps")
    time.sleep(0.5)  # what belongs to the start is over
    names = ("voluntary_ctxt_switches", "nonvoluntary_ctxt_switches")
    before = [status(pid, name) for name in names]
    time.sleep(60 * scale)  # the measurement itself
    assert [status(pid, name) for name in names] == before
