# SPDX-License-Identifier: MIT
"""The `init` cases of tests/data/field_cases.json: what went wrong elsewhere, played with the program."""

from __future__ import annotations

import base64
import json
import re
import resource
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from inits import FIRST, OTHER, PLACES, ROOT, Case
from running import Running, alive, marked, status, until

CASES: dict[str, dict[str, Any]] = {
    case["id"]: case
    for case in json.loads((ROOT / "tests/data/field_cases.json").read_text())
    if case["area"] == "init"
}
STOP, REAL_TIME = "init-stop-before-the-app-starts", "init-real-time-stop-signals"
WORKERS, SCRIPTS = "init-detached-workers-need-time", "init-script-with-crlf-interpreter"
DESCRIPTORS = "init-a-billion-descriptors-allowed"
# `run` stopped before the app has started ends within 100 ms (contract); the rest is for a busy machine.
AT_ONCE = 0.1 + 0.4
TRIES = 300
LEGACY = "0123456789abcdef0123456789abcdef01234567"

MakeCase = Callable[[str, str], Case]
both_places = pytest.mark.parametrize("place", PLACES)


def test_every_case_has_its_test() -> None:
    assert set(CASES) == {STOP, REAL_TIME, WORKERS, SCRIPTS, DESCRIPTORS}


def start_run(case: Case, argv: list[str], env: dict[str, str] | None = None, **how: Any) -> Running:
    """A case's own command line: run OPTIONS -- COMMAND."""
    assert argv[0] == "run"
    split = argv.index("--")
    case.init = replace(case.init, command=("run",))
    return case.start(*argv[split + 1 :], options=argv[1:split], env=env, **how)


def blocks(pid: int, number: int) -> bool:
    """Whether the init, not what is about to become it, has the signal blocked."""
    name = status(pid, "Name")
    return name in ("labelgate", "exe") and bool(int(status(pid, "SigBlk") or "0", 16) >> (number - 1) & 1)


def stopped_before_start(case: Case, running: Running, number: int) -> None:
    until(lambda: blocks(running.pid, number), case.patience, "the signals are blocked")
    # What the case says: a signal half a second after the start.
    time.sleep(0.5)
    begin = time.monotonic()
    running.send(number)
    assert running.end() == 128 + number
    assert time.monotonic() - begin < AT_ONCE
    assert not (case.folder / "STARTED").exists()
    assert len([line for line in running.said() if "before the app was started" in line]) == 1


@both_places
def test_stop_while_waiting(make_case: MakeCase, place: str) -> None:
    case = make_case("labelgate", place)
    running = start_run(case, CASES[STOP]["input"]["a"]["argv"], {"LABEL_STUDIO_API_TOKEN": LEGACY})
    stopped_before_start(case, running, signal.SIGTERM)


@both_places
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stop_while_holding(make_case: MakeCase, place: str, number: int) -> None:
    case = make_case("labelgate", place)
    part = CASES[STOP]["input"]["b"]
    stopped_before_start(case, start_run(case, part["argv"], part["env"]), number)


def test_stop_at_any_moment(make_case: MakeCase) -> None:
    """TERM as soon as it is blocked, 300 times, as a real PID 1: none is lost, in none does the app go on."""
    case = make_case("labelgate", FIRST)
    argv = [*CASES[STOP]["input"]["c"]["argv"]]
    argv.insert(1, "--no-token")
    for _ in range(TRIES):
        running = start_run(case, argv)
        pid = running.pid
        while not blocks(pid, signal.SIGTERM):
            assert running.popen.poll() is None
        begin = time.monotonic()
        running.send(signal.SIGTERM)
        assert running.end() == 143
        assert time.monotonic() - begin < 1.0
    assert marked(*[running.word for running in case.running]) == []


# os.write: a handler may come in the middle of a print.
HANDLERS = """
import os, signal, time
numbers = (34, 37, 64)
def show(number, frame):
    os.write(1, b"got %d\\n" % number)
    if number == 64:
        os._exit(0)
for number in numbers:
    signal.signal(number, show)
os.write(1, b"ready\\n")
while True:
    time.sleep(0.05)
"""


@both_places
def test_real_time_signals_reach_handlers(make_case: MakeCase, place: str) -> None:
    case = make_case("labelgate", place)
    running = case.start("python3", "-c", HANDLERS)
    running.expect("ready")
    assert blocks(running.pid, 34)
    for number in (37, 34, 64):
        running.send(number)
        running.expect(f"got {number}")
    assert running.end() == 0


@both_places
@pytest.mark.parametrize(("number", "code"), [(37, 165), (34, 162)])
def test_real_time_signals_by_default(make_case: MakeCase, place: str, number: int, code: int) -> None:
    case = make_case("labelgate", place)
    running = case.start("sh", "-c", "echo ready; exec sleep 60")
    running.expect("ready")
    running.send(number)
    assert running.end() == code


def detached_workers(case: Case, *options: str) -> tuple[int, float, list[str], str]:
    """Exit code, seconds from TERM, what labelgate said and the worker's log. As PID 1 everybody gets TERM,
    the worker's own `sleep` too, and its shell may have a word on that."""
    argv = [word.replace("LOG", str(case.folder / "LOG")) for word in CASES[WORKERS]["input"]["argv"]]
    running = start_run(case, ["run", "--no-token", *options, *argv[1:]])
    log = case.folder / "LOG"
    until(lambda: log.exists() and "ready" in log.read_text(), case.patience, "the worker is ready")
    until(
        lambda: any(status(pid, "Name") == "tail" for pid in marked(running.word)), case.patience, "tail runs"
    )
    begin = time.monotonic()
    running.send(signal.SIGTERM)
    code = running.end()
    took = time.monotonic() - begin
    return code, took, [line for line in running.said() if line.startswith("labelgate")], log.read_text()


@both_places
def test_detached_workers_finish(make_case: MakeCase, place: str) -> None:
    code, took, said, log = detached_workers(make_case("labelgate", place))
    assert (code, said) == (143, [])
    assert log.splitlines()[-1] == "finished"
    assert 2.0 <= took < 2.5 + AT_ONCE


@both_places
def test_detached_workers_out_of_time(make_case: MakeCase, place: str) -> None:
    code, took, said, log = detached_workers(make_case("labelgate", place), "--grace", "1s")
    assert code == 143
    assert "finished" not in log
    (line,) = said
    assert re.fullmatch(r"labelgate: process \d+ \(sh\) .*: killed", line)
    assert 1.0 <= took < 1.3 + AT_ONCE


def program_without_loader(case: Case) -> Path:
    """A program of this machine whose loader is not there."""
    loader = b"/lib64/ld-linux-x86-64.so.2"
    original = Path("/bin/true").resolve().read_bytes()
    if loader not in original:
        pytest.skip("/bin/true asks for another loader on this machine")
    return case.file("prog", original.replace(loader, b"/nolib" + loader[6:]))


def interpreter_case(case: Case, name: str) -> str:
    """What is said about one of the three files."""
    running = start_run(case, ["run", "--no-token", "--", name])
    assert running.end() == 127
    (first, *_) = running.said()
    assert "exists" in first and "not found" not in first.split("[")[0]
    return first


@both_places
def test_interpreters_that_are_missing(make_case: MakeCase, place: str) -> None:
    case = make_case("labelgate", place)
    parts = CASES[SCRIPTS]["input"]
    case.file("entry.sh", base64.b64decode(parts["a"]["files_base64"]["entry.sh"]))
    said = interpreter_case(case, "./entry.sh")
    assert '"/bin/sh\\r"' in said and "Windows line ends" in said and "\r" not in said
    case.file("entry.sh", parts["b"]["files"]["entry.sh"].encode())
    assert '"/no/such/interpreter"' in interpreter_case(case, "./entry.sh")
    program_without_loader(case)
    assert '"/nolib/ld-linux-x86-64.so.2"' in interpreter_case(case, "./prog")


def most_files() -> int:
    """The limit of the case where the machine allows it, else the highest that it does."""
    wanted = 1073741816
    try:
        Path("/proc/sys/fs/nr_open").write_text(str(wanted))
        resource.prlimit(0, resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[0], wanted))
        return wanted
    except (OSError, ValueError):
        return resource.getrlimit(resource.RLIMIT_NOFILE)[1]


@both_places
@pytest.mark.parametrize("denied", [(), (436,)], ids=["as it is", "no close_range"])
def test_a_billion_descriptors(make_case: MakeCase, place: str, denied: tuple[int, ...]) -> None:
    """The descriptors are closed in no measurable time, and the app has the limit that there was."""
    case = make_case("labelgate", place)
    before = Path("/proc/sys/fs/nr_open").read_text()
    try:
        limit = most_files()
        options: list[object] = ["--files", limit, "--open", 7, "--open", 300, "--open", 900]
        for number in denied:
            options += ["--deny", number]
        begin = time.monotonic()
        running = case.start(*case.app("report", "nap"), world=case.world(*options))
        facts = running.facts()
        assert time.monotonic() - begin < 1.0
    finally:
        Path("/proc/sys/fs/nr_open").write_text(before)
    assert facts["files"] == f"{limit} {limit}"
    assert facts["descriptors"] == "0 2 7 300 900"
    held = Path(f"/proc/{running.pid}/fd")
    until(partial(none_of, held, {"7", "300", "900"}), case.patience, "the init has closed them")


def none_of(folder: Path, names: set[str]) -> bool:
    return names.isdisjoint(entry.name for entry in folder.iterdir())


def test_descriptors_without_proc(make_case: MakeCase, labelgate: Path, tmp_path: Path, world: str) -> None:
    """Neither close_range nor /proc: up to a bound, then it gives up the clean-up and not the start."""
    if world == "debug":
        pytest.skip("the sanitizers' runtime does not start without /proc")
    case = make_case("labelgate", OTHER)
    trace = tmp_path / "trace"
    script = 'mount -t tmpfs none /proc && exec strace -f -e trace=close -o "$0" "$@"'
    line = [*case.world("--deny", 436, "--open", 900), str(labelgate), "run", "--no-token", "--", "true"]
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script, str(trace), *line], timeout=60, check=False
    )
    assert done.returncode == 0
    assert 900 < trace.read_text().count("close(") < 1500


def test_alive_is_seen() -> None:
    """The control of what the tests above look at."""
    sleeper = subprocess.Popen(["sleep", "60"])
    assert alive(sleeper.pid)
    sleeper.kill()
    sleeper.wait()
    assert not alive(sleeper.pid)
