# SPDX-License-Identifier: MIT
"""Both images of the init under valgrind: no invalid access, no use of what was never set.

valgrind cannot follow an execve of /proc/self/exe, so the two are run one by one: the starting image stays,
and the resident one is begun by a shell that has the app as its child already.
"""

from __future__ import annotations

import shlex
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from inits import PLACES, Case, Init
from running import Running

WRONG = 99
# valgrind alone takes a second or two on a busy machine.
PATIENCE = 60.0
VALGRIND = ["--quiet", f"--error-exitcode={WRONG}", "--trace-children=no", "--vgdb=no"]

pytestmark = [
    pytest.mark.skipif(shutil.which("valgrind") is None, reason="no valgrind on this machine"),
    pytest.mark.native("valgrind runs the machine's own code"),
]
both_places = pytest.mark.parametrize("place", PLACES)


@pytest.fixture
def make(make_case: Callable[[str, str], Case], world: str) -> Callable[[str], Case]:
    if world == "debug":
        pytest.skip("valgrind and the address sanitizer exclude each other")

    def make_patient(place: str) -> Case:
        case = make_case("labelgate", place)
        case.patience = PATIENCE
        return case

    return make_patient


def live(running: Running) -> None:
    """What the app of both tests goes through. Signal 64 is valgrind's own."""
    running.expect(r"ready \d+")
    for number in (signal.SIGHUP, signal.SIGTSTP, signal.SIGCONT, 40, 50, 12):
        running.send(number)
        running.expect(rf"signal {int(number)} -?\d+ -?\d+")
    assert running.end() == 7
    assert [line for line in running.said() if not line.startswith("labelgate: process ")] == []


def app(case: Case) -> list[str]:
    return case.app("orphans", 5, "child", "ignore", 15, "nap", "end", "ready", "listen", 12, "exit", 7)


@both_places
@pytest.mark.timeout(200)
def test_starting_image(make: Callable[[str], Case], place: str) -> None:
    case = make(place)
    valgrind = Path(shutil.which("valgrind") or "valgrind")
    faulty = str(case.helpers / "init_faulty")
    case.init = Init("starting", valgrind, (*VALGRIND, faulty, "--stay", "--group"))
    live(case.start(*app(case)))


@both_places
@pytest.mark.timeout(200)
def test_resident_image(make: Callable[[str], Case], labelgate: Path, place: str) -> None:
    case = make(place)
    valgrind = Path(shutil.which("valgrind") or "valgrind")
    resident = f"exec {shlex.join([str(valgrind), *VALGRIND, str(labelgate)])} init $! 300 1 - 16:16 143"
    case.init = Init("resident", Path("/bin/sh"), ("-c", f'"$@" & {resident}', "sh"))
    # As run hands over: signals are blocked, orphans come to it.
    world = case.world("--mask", "ffffffffffffffff", "--reaper")
    live(case.start(*app(case), separator=False, world=world))


@pytest.mark.timeout(200)
def test_refusals(make: Callable[[str], Case], labelgate: Path) -> None:
    """A program that is none: the sentences' buffers."""
    case = make(PLACES[1])
    valgrind = Path(shutil.which("valgrind") or "valgrind")
    case.init = Init("refusing", valgrind, (*VALGRIND, str(labelgate), "run", "--no-token"))
    for content in (b"", b"#!/no/such\r\n", b"#!\n", b"text\n", bytes(range(1, 255)), b"\x7fELF\x02\x01"):
        assert case.code(case.file("program", content)) in (126, 127)
    assert case.code("z" * 5000) == 127
