# SPDX-License-Identifier: MIT
"""Rows on terminals: as PID 1 with a terminal of its own, and as a job of an interactive bash."""

from __future__ import annotations

import fcntl
import signal
import struct
import termios
import time
from functools import partial

from inits import FIRST, OTHER, Case
from rows import row
from running import alive, children, status, until, until_state

LAST = 12
STOPPED = r"\[1\]\+ +Stopped .*"


@row("Terminal", "Ctrl-C reaches the app, and once")
def interrupt_once(case: Case) -> None:
    running = case.start(*case.app("ready", "listen", LAST, "exit", 0), terminal="session")
    running.expect(r"ready \d+")
    running.out.type("\x03")
    running.expect(r".*signal 2 -?\d+ 0")
    running.send(LAST)
    # What came between the two is what the app had beside its INT.
    begin = len(running.out.seen)
    running.expect(rf"signal {LAST} -?\d+ 0")
    assert running.out.seen[begin:-1] == []
    assert running.end() == 0


@row("Terminal", "a new window size reaches the app")
def window_size(case: Case) -> None:
    running = case.start(*case.app("ready", "listen", LAST, "exit", 0), terminal="session")
    running.expect(r"ready \d+")
    fcntl.ioctl(running.out.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 33, 77, 0, 0))
    running.expect(r"signal 28 -?\d+ 0")
    running.send(LAST)
    assert running.end() == 0


@row("Terminal", "Ctrl-Z stops the app, CONT continues it", (FIRST,))
def suspend_first(case: Case) -> None:
    running = case.start(*case.app("ready", "nap"), terminal="session")
    running.expect(r"ready \d+")
    app = running.app()
    running.out.type("\x1a")
    until_state(app, "T", case.patience)
    running.send(signal.SIGCONT)
    until_state(app, "S", case.patience)
    running.send(signal.SIGTERM)
    assert running.end() == 143


def is_named(pid: int, name: str) -> bool:
    return status(pid, "Name") == name


@row("Terminal", "Ctrl-Z stops a shell and its child; TERM or CONT to the init wakes both", (FIRST,))
def suspended_group(case: Case) -> None:
    for number, code in ((signal.SIGTERM, 5), (signal.SIGCONT, 4)):
        script = 'trap "exit 5" TERM; echo begun; sleep 1; exit 4'
        running = case.start("sh", "-c", script, terminal="session")
        running.expect(r"begun")
        app = running.app()
        child = until(partial(children, app), case.patience, "the shell has a child")[0]
        until(partial(is_named, child, "sleep"), case.patience, "it is no copy of the shell any more")
        running.out.type("\x1a")
        for pid in (app, child):
            until_state(pid, "T", case.patience)
        running.send(number)
        assert running.end() == code


@row("Terminal", "when the terminal goes away the app gets HUP", (FIRST,))
def hang_up(case: Case) -> None:
    seen = case.folder / "seen"
    running = case.start(*case.app("ready", "to", seen, "listen", 1, "exit", 0), terminal="session")
    running.expect(r"ready \d+")
    running.out.close()
    assert running.end() == 0
    assert "signal 1 " in seen.read_text()


def stop_go_on_and_end(case: Case, *app: object) -> None:
    """Ctrl-Z, fg and Ctrl-C in an interactive bash."""
    shell = case.shell()
    shell.run(*case.app(*app))
    shell.expect(r"ready (\d+)")
    shell.type("\x1a")
    shell.expect(STOPPED)
    shell.prompt()
    shell.type("fg\n")
    init = shell.job()
    until_state(init, "S", case.patience)
    until_state(children(init)[0], "S", case.patience)
    shell.type("\x03")
    shell.prompt()
    assert shell.ask("echo code=$?", r"code=(\d+)") == "130"


@row(
    "Terminal",
    "in an interactive bash: Ctrl-Z gives the prompt back, fg goes on, Ctrl-C ends it with 130",
    (OTHER,),
)
def suspend_and_foreground(case: Case) -> None:
    stop_go_on_and_end(case, "ready", "nap")


@row(
    "Terminal",
    "in an interactive bash: an app in the background that reads is stopped, fg lets it read",
    (OTHER,),
)
def background_reader(case: Case) -> None:
    shell = case.shell()
    shell.run("sh", "-c", "read line; echo got $line", background=True)
    shell.expect(STOPPED, nudge="\n")
    shell.type("fg\n")
    shell.type("word\n")
    shell.expect("got word")
    shell.prompt()


@row("Terminal", "in an interactive bash: an app under nohup outlives the terminal", (OTHER,))
def nohup(case: Case) -> None:
    seen = case.folder / "seen"
    shell = case.shell()
    shell.run(*case.app("to", seen, "report", "nap"), background=True, before="nohup")
    until(lambda: seen.exists() and "reported" in seen.read_text(), case.patience, "the app runs")
    init = shell.job()
    app = children(init)[0]
    shell.hang_up()
    shell.gone()
    time.sleep(0.2)  # the measurement itself: HUP would have had its effect
    assert alive(app)
    assert alive(init)


@row("Terminal", "a shell with job control of its own (set -m) as the app keeps its jobs")
def shell_with_jobs(case: Case) -> None:
    running = case.start(
        "bash",
        "-c",
        "set -m; sleep 60 & kill -TSTP %1; wait %1; jobs %1; kill %1; fg; exit 7",
        terminal="session",
    )
    running.expect(r".*Stopped +sleep 60.*")
    assert running.end() == 7
