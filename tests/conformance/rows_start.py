# SPDX-License-Identifier: MIT
"""Rows on how an app is started."""

from __future__ import annotations

import itertools
import shutil
from contextlib import suppress
from pathlib import Path

from inits import FIRST, OTHER, Case
from rows import row
from running import children, status, until

EVERY_MASK = "fffffffffffbfeff"  # all but KILL and STOP, which no mask can hold


@row("Start", "a command that is not found ends with 127")
def not_found(case: Case) -> None:
    assert case.code("no-such-command") == 127
    assert case.code("./no-such-file") == 127


@row("Start", "a directory, or a file without permission, ends with 126")
def not_permitted(case: Case) -> None:
    file = case.file("plain", b"#!/bin/sh\nexit 0\n", mode=0o644)
    assert case.code(case.folder) == 126
    assert case.code(file) == 126


@row("Start", "a file that is no program, or one for another machine, ends with 126")
def no_program(case: Case) -> None:
    garbage = case.file("garbage", bytes(range(1, 255)))
    foreign = bytearray(Path(shutil.which("true") or "/bin/true").read_bytes()[:4096])
    foreign[18:20] = b"\x16\x00"  # e_machine: S/390
    assert case.code(garbage) == 126
    assert case.code(case.file("foreign", bytes(foreign))) == 126


@row("Start", "a script without #!, or an empty file, ends with 126")
def no_interpreter_line(case: Case) -> None:
    assert case.code(case.file("script", b"exit 0\n")) == 126
    assert case.code(case.file("empty", b"")) == 126


@row("Start", "a script whose interpreter is not there (a CR is part of its name) ends with 127")
def interpreter_missing(case: Case) -> None:
    assert case.code(case.file("missing", b"#!/no/such/interpreter -x\nexit 0\n")) == 127
    assert case.code(case.file("windows", b"#!/bin/sh\r\nexit 0\r\n")) == 127


@row("Start", "options behind the command are never the init's: `init sh -c 'exit 3'` ends with 3")
def options_are_the_apps(case: Case) -> None:
    assert case.code("sh", "-c", "exit 3", separator=False) == 3


@row("Start", "starts with any of descriptors 0, 1, 2 closed, and the app has the same closed set")
def closed_descriptors(case: Case) -> None:
    for closed in itertools.chain.from_iterable(itertools.combinations((0, 1, 2), n) for n in (1, 2, 3)):
        report = case.folder / "report"
        report.unlink(missing_ok=True)
        world = case.world(*itertools.chain.from_iterable(("--close", n) for n in closed))
        running = case.start(*case.app("to", report, "report", "exit", 7), world=world)
        assert running.end() == 7, f"with {closed} closed"
        open_ones = {int(word) for word in report.read_text().splitlines()[0].split()[1:]}
        assert open_ones & {0, 1, 2} == {0, 1, 2} - set(closed)


@row("Start", "the app has the signal mask that the init was given, all 64 signals")
def mask_kept(case: Case) -> None:
    for mask in ("0000000000000000", "8000000380014006", EVERY_MASK):
        facts = case.start(*case.app("report"), world=case.world("--mask", mask)).facts()
        assert facts["mask"] == mask


@row(
    "Start",
    "the app has the dispositions that the init was given: ignored signals stay ignored",
)
def dispositions_kept(case: Case) -> None:
    numbers = (1, 2, 13, 17, 20, 22, 34, 64)
    world = case.world(*itertools.chain.from_iterable(("--ignore", n) for n in numbers))
    facts = case.start(*case.app("report"), world=world).facts()
    assert int(facts["ignored"], 16) == sum(1 << (n - 1) for n in numbers)
    assert int(case.start(*case.app("report"), world=case.world()).facts()["ignored"], 16) == 0


@row("Start", "the app has a process group of its own", (FIRST,))
def own_group(case: Case) -> None:
    assert case.start(*case.app("report")).facts()["group"] == "own"


@row("Start", "the app is the terminal's foreground", (FIRST,))
def foreground(case: Case) -> None:
    running = case.start(*case.app("report"), terminal="session")
    assert running.facts()["foreground"] == "yes"


@row("Start", "a terminal on standard input that is not its own is no error", (FIRST,))
def foreign_terminal(case: Case) -> None:
    running = case.start(*case.app("report", "exit", 3), world=case.world("--leader"), terminal="foreign")
    assert running.facts()["foreground"] == "-"
    assert running.end() == 3


@row("Start", "the app stays in the init's process group, where a shell looks after it", (OTHER,))
def same_group(case: Case) -> None:
    assert case.start(*case.app("report")).facts()["group"] == "inherited"


@row("Start", "no descriptor of the init's leaks into the app; inherited ones are passed on")
def no_leak(case: Case) -> None:
    facts = case.start(*case.app("report"), world=case.world("--open", 7, "--open", 300)).facts()
    assert facts["descriptors"] == "0 2 7 300"  # 1 is where the report went


@row("Start", "the init itself keeps none of the inherited descriptors above 2")
def descriptors_closed(case: Case) -> None:
    running = case.start(*case.app("ready", "nap"), world=case.world("--open", 7, "--open", 300))
    running.expect(r"ready \d+")

    def gone() -> bool:
        held = set()
        for fd in Path(f"/proc/{running.pid}/fd").iterdir():
            with suppress(OSError):
                held.add((int(fd.name), str(fd.readlink())))
        return not any(number > 2 and target == "/dev/null" for number, target in held)

    until(gone, 1.0, "the inherited descriptors are closed")


@row("Start", "the init leaves the working directory; the app stays in it")
def folder_left(case: Case) -> None:
    running = case.start(*case.app("report", "nap"))
    assert running.facts()["folder"] == str(case.folder)
    link = Path(f"/proc/{running.pid}/cwd")
    until(lambda: str(link.readlink()) == "/", 1.0, "the init's working directory is /")


@row("Start", "LISTEN_PID names the app when it named the init (socket activation)")
def listener(case: Case) -> None:
    running = case.start(*case.app("report", "env", "LISTEN_PID", "exit", 0), world=case.world("--listener"))
    own = running.facts()["pid"].split()[0]
    assert running.expect(r"env (.+)").group(1) == own
    other = case.start(*case.app("env", "LISTEN_PID"), env={"LISTEN_PID": "4194303"})
    assert other.expect(r"env (.+)").group(1) == "4194303"


@row("Start", "WATCHDOG_PID and SYSTEMD_EXEC_PID name the app when they named the init; LISTEN_PIDFDID goes")
def named_by_number(case: Case) -> None:
    names = ("WATCHDOG_PID", "SYSTEMD_EXEC_PID", "LISTEN_PID")
    ask = itertools.chain.from_iterable(("env", name) for name in (*names, "LISTEN_PIDFDID"))
    actions = ("report", *ask, "exit", 0)
    world = case.world(*itertools.chain.from_iterable(("--named", name) for name in names))
    running = case.start(*case.app(*actions), world=world, env={"LISTEN_PIDFDID": "77"})
    own = running.facts()["pid"].split()[0]
    assert [running.expect(r"env (.+)").group(1) for _ in range(4)] == [own, own, own, "-"]
    # Each only when it names us, whatever the others do.
    other = dict.fromkeys((*names, "LISTEN_PIDFDID"), "4194303")
    running = case.start(*case.app(*actions), world=case.world("--named", "WATCHDOG_PID"), env=other)
    own = running.facts()["pid"].split()[0]
    assert [running.expect(r"env (.+)").group(1) for _ in range(4)] == [own, *["4194303"] * 3]


@row("Start", "becomes the reaper of orphans, and says nothing about it", (OTHER,))
def silent_subreaper(case: Case) -> None:
    running = case.start(*case.app("ready", "listen", 10, "exit", 0))
    running.expect(r"ready \d+")
    orphan = case.start(*case.app("orphans", 3, "exit", 0))
    assert orphan.end() == 0
    assert orphan.said() == []
    running.send(10)
    assert running.end() == 0
    assert running.said() == []


def zombies(pid: int) -> list[int]:
    return [child for child in children(pid) if status(child, "State").startswith("Z")]


@row("Start", "SIGCHLD ignored by the parent loses no exit code")
def children_ignored(case: Case) -> None:
    for code in (0, 5):
        assert case.code(*case.app("exit", code), world=case.world("--ignore", 17)) == code


@row("Start", "the environment comes through untouched: entries without =, empty ones, duplicates")
def environment_untouched(case: Case) -> None:
    entries = ["PATH=/usr/bin:/bin", "A=1", "no-equals", "", "A=2", "=odd", "B="]
    dump = case.folder / "environment"
    world = case.world(*itertools.chain.from_iterable(("--raw", entry) for entry in entries))
    assert case.code(*case.app("envdump", dump), world=world) == 0
    assert dump.read_bytes().split(b"\0")[:-1] == [entry.encode() for entry in entries]


@row("Start", "an argument list near the limit, 1 MiB of environment")
def large_lists(case: Case) -> None:
    words = ["x" * 100_000] * 10
    environment = {f"BIG{n}": "y" * 100_000 for n in range(9)}
    assert (
        case.code("sh", "-c", 'test "$#" = 10 && test "${#BIG8}" = 100000', "sh", *words, env=environment)
        == 0
    )
