# SPDX-License-Identifier: MIT
"""What no row asks: options together, odd senders, full queues, groups under a shell."""

from __future__ import annotations

import os
import platform
import resource
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from inits import FIRST, OTHER, PATH, PLACES, Case, Init
from rows_end import ended, full_pipe, unread, with_survivor
from rows_terminal import STOPPED, stop_go_on_and_end
from running import children, start, status, until, until_state

MakeCase = Callable[[str, str], Case]
both_places = pytest.mark.parametrize("place", PLACES)
LAST = 12


def listening(case: Case, *options: str):
    running = case.start(*case.app("ready", "listen", LAST, "drain", "exit", 5), options=options)
    running.expect(r"ready \d+")
    return running


@both_places
def test_several_mappings(make_case: MakeCase, place: str) -> None:
    """Each FROM has its own TO, 0 drops, nothing is mapped twice; codes too are several."""
    options = ["--signal=TERM:0", "--signal=HUP:USR1", "--signal=USR1:USR2", "--ok-exit=4", "--ok-exit=5"]
    running = listening(make_case("labelgate", place), *options)
    running.send(signal.SIGTERM)
    running.send(signal.SIGHUP)
    assert running.expect(r"signal (\d+) .*").group(1) == str(int(signal.SIGUSR1))
    running.send(signal.SIGUSR1)
    running.expect(f"signal {LAST} .*")
    assert running.end() == 0
    assert [line for line in running.out.seen if line.startswith("signal 15")] == []


@both_places
def test_stop_signal_wakes_a_whole_group(make_case: MakeCase, place: str) -> None:
    case = make_case("labelgate", place)
    running = case.start(*case.app("ready", "stop", "nap"), options=["--group"])
    running.expect(r"ready \d+")
    until_state(running.app(), "T", case.patience)
    running.send(signal.SIGTERM)
    assert running.end() == 128 + signal.SIGTERM


@both_places
def test_dropped_stop_signal_starts_no_grace(make_case: MakeCase, place: str) -> None:
    case = make_case("labelgate", place)
    options = ("--signal=TERM:0", "--grace=400ms")
    running, _ = with_survivor(case, "ignore", 15, "ready", "nap", options=options, app="sleep 0.6; exit 4")
    running.send(signal.SIGTERM)
    begin = time.monotonic()
    assert running.end() == 4
    assert time.monotonic() - begin > 0.9


@both_places
def test_signals_of_odd_senders(make_case: MakeCase, place: str) -> None:
    """A SIGCHLD that somebody sent, a standard signal with a value."""
    case = make_case("labelgate", place)
    running = listening(case)
    running.send(signal.SIGCHLD)
    running.expect(r"signal 17 0 0")
    subprocess.run([case.helpers / "init_send", str(running.pid), "10", "1"], check=True)
    running.expect(r"signal 10 -1 0")
    running.send(LAST)
    assert running.end() == 5


@both_places
def test_a_log_that_may_not_grow(make_case: MakeCase, place: str) -> None:
    """RLIMIT_FSIZE: the kernel's SIGXFSZ is about our line and our record, and is not the app's."""
    case = make_case("labelgate", place)
    (case.folder / ".env").write_text("LABELGATE_LOAD=all\n")  # is warned of
    world = [*case.world("--size", 0), "/bin/sh", "-c", 'exec "$@" 2>>log', "sh"]
    last = 40  # after it in the kernel's order
    running = case.start(*case.app("ready", "listen", last, "drain", "exit", 5), world=world)
    running.expect(r"ready \d+")
    running.send(last)
    assert running.expect(r"signal (\d+) .*").group(1) == str(last)
    assert running.end() == 5


def test_our_own_time_is_up(make_case: MakeCase) -> None:
    """RLIMIT_CPU: each process has its own, and PID 1 may live long. A XCPU that is sent is passed on."""
    case = make_case("labelgate", FIRST)
    running = listening(case, "--signal=WINCH:0")
    limit = (1, resource.RLIM_INFINITY)
    resource.prlimit(running.pid, resource.RLIMIT_CPU, limit)
    # The kernel looks now and then, and raises the limit when it has sent the signal.
    while resource.prlimit(running.pid, resource.RLIMIT_CPU) == limit:
        subprocess.run([case.helpers / "init_send", str(running.pid), "28", "100000"], check=True)
    running.send(signal.SIGUSR1)
    running.expect("signal 10 .*")
    running.send(signal.SIGXCPU)
    running.expect("signal 24 0 0")
    running.send(LAST)
    running.expect(f"signal {LAST} .*")
    assert running.end() == 5
    assert len([line for line in running.out.seen if line.startswith("signal 24")]) == 1


def short_queue(case: Case, many: int, *actions: object):
    """An app whose own limit of waiting signals is far below what its init has waiting."""
    begin = case.folder / "begin"
    running = case.start(*case.app("ready", "wait", begin, *actions))
    running.expect(r"ready \d+")
    # The kernel counts those of all processes of this user, and others may have some waiting.
    room = int(status(running.app(), "SigQ").split("/")[0]) + 10
    resource.prlimit(running.app(), resource.RLIMIT_SIGPENDING, (room, room))
    # Stopped, so that all of them are there when it looks.
    pid = running.pid
    running.send(signal.SIGSTOP)
    until_state(pid, "T", case.patience)
    subprocess.run([case.helpers / "init_send", str(pid), "40", str(many)], check=True)
    running.send(signal.SIGUSR1)
    running.send(signal.SIGCONT)
    until(lambda: signals_waiting(running.app()), case.patience, "the app has its first signals")
    return running, begin


def signals_waiting(pid: int) -> bool:
    return int(status(pid, "ShdPnd") or "0", 16) >> (40 - 1) & 1 == 1


@both_places
def test_full_queue_holds_what_comes(make_case: MakeCase, place: str) -> None:
    """What finds no room waits; then the app gets all, in order and with values, and others come through."""
    case = make_case("labelgate", place)
    running, begin = short_queue(case, 50, "listen", 10, "count", 40, 50, "exit", 6)
    begin.touch()
    running.expect("signal 10 0 0")
    running.expect("in order")
    assert running.end() == 6


@both_places
def test_queue_that_nobody_empties(make_case: MakeCase, place: str) -> None:
    """More than can be held: some lose their value or meet in one, but nothing stands still."""
    case = make_case("labelgate", place)
    running, begin = short_queue(case, 500, "listen", 41, "exit", 6)
    begin.touch()
    running.expect(r"signal 40 .*")
    running.send(41)
    running.expect(r"signal 41 .*")
    assert running.end() == 6


def test_session_leader_hears_of_the_hang_up(make_case: MakeCase) -> None:
    """The kernel tells the leader of the session alone: here that is us, and not PID 1."""
    case = make_case("labelgate", OTHER)
    seen = case.folder / "seen"
    app = case.app("ready", "to", seen, "listen", 1, "exit", 0)
    line = [*case.world("--terminal"), *case.init.line(OTHER, ()), "--", *app]
    where = {"patience": case.patience, "cwd": case.folder, "env": {"PATH": PATH}}
    running = start(case.world("--parent"), line, first=False, terminal=True, **where)
    case.running.append(running)
    running.expect(r"ready \d+")
    running.out.close()
    assert running.end() == 0
    assert "signal 1 " in seen.read_text()


def test_cont_that_comes_before_our_own_stop(make_case: MakeCase) -> None:
    """The init was late: the app has stopped, and somebody has woken the init already, who does so once."""
    case = make_case("labelgate", OTHER)
    running = case.start(*case.app("ready", "nap"), options=["--group"], terminal="session")
    running.expect(r"ready \d+")
    init, app = running.pid, running.app()
    for pid in (init, app):
        os.kill(pid, signal.SIGSTOP)
        until_state(pid, "T", case.patience)
    os.kill(init, signal.SIGCONT)
    for pid in (init, app):
        until_state(pid, "S", case.patience)
    running.send(signal.SIGTERM)
    assert running.end() == 128 + signal.SIGTERM


def test_group_under_a_shell(make_case: MakeCase) -> None:
    """With --group the app has a group of its own, and the terminal with it; the shell gets it back."""
    case = make_case("labelgate", OTHER)
    shell = case.shell(("--group",))
    shell.run(*case.app("report", "ready", "nap"))
    shell.expect(r"group own")
    shell.expect(r"foreground yes")
    shell.expect(r"ready (\d+)")
    init = shell.job()
    for _ in range(2):
        shell.type("\x1a")
        shell.expect(STOPPED)
        shell.prompt()
        shell.type("fg\n")
        until_state(init, "S", case.patience)
        until_state(children(init)[0], "S", case.patience)
    shell.type("\x03")
    shell.prompt()
    assert shell.ask("echo code=$?", r"code=(\d+)") == "130"


def test_waiting_is_suspended(make_case: MakeCase) -> None:
    """Ctrl-Z, fg and Ctrl-C before there is an app."""
    case = make_case("labelgate", OTHER)
    case.init = replace(case.init, command=("run", "--wait", "60s", "--url", "http://127.0.0.1:9"))
    shell = case.shell()
    shell.type("export LABEL_STUDIO_API_TOKEN=0123456789abcdef0123456789abcdef01234567\n")
    shell.prompt()
    shell.run("true")
    shell.expect("waiting|awaits|wait")
    init = shell.job()
    until(lambda: status(init, "Name") == "labelgate", case.patience, "the init runs")
    time.sleep(0.3)
    shell.type("\x1a")
    shell.expect(STOPPED)
    shell.prompt()
    shell.type("fg\n")
    until_state(init, "S", case.patience)
    shell.type("\x03")
    shell.prompt()
    assert shell.ask("echo code=$?", r"code=(\d+)") == "130"


@both_places
def test_first_stop_after_the_end_is_the_first(make_case: MakeCase, place: str) -> None:
    """Survivors of an app that ended by itself keep their grace at the first TERM; the second ends it."""
    case = make_case("labelgate", place)
    running, _ = with_survivor(case, "ignore", 15, "ready", "nap", options=("--grace=8760h",))
    parent = running.pid
    until(
        lambda: "init_app" in [status(pid, "Name") for pid in children(parent)],
        case.patience,
        "it is adopted",
    )
    running.send(signal.SIGTERM)
    with pytest.raises(subprocess.TimeoutExpired):
        running.popen.wait(0.4)
    running.send(signal.SIGTERM)
    assert running.end() == 4


@both_places
def test_survivor_that_stops_instead(make_case: MakeCase, place: str) -> None:
    case = make_case("labelgate", place)
    actions = ("ready", "listen", 15, "listen", 18, "stop", "nap")
    running, _ = with_survivor(case, *actions, options=("--grace=300ms",))
    assert running.end() == 4
    assert len([line for line in running.said() if "(init_app)" in line]) == 1


@both_places
def test_old_image_does_all_of_it(make_case: MakeCase, place: str) -> None:
    """Where the resident image cannot be had."""
    case = make_case("labelgate", place)
    case.init = Init("staying", case.helpers / "init_faulty", ("--stay",))
    running = listening(case)
    app = running.app()
    running.send(LAST)
    running.expect(rf"signal {LAST} .*")
    assert running.end() == 5
    assert ended(running.popen.pid, app)


# ---- Apps that let their parent trace them ----------------------------------------------------------------


@both_places
@pytest.mark.parametrize("options", [(), ("--group",)], ids=["app", "group"])
def test_traced_app_has_its_signals(make_case: MakeCase, place: str, options: tuple[str, ...]) -> None:
    """Each that it can be ended by, a debugger's among them, however it was sent."""
    case = make_case("labelgate", place)
    for action, number in (("raise", signal.SIGTRAP), ("die", signal.SIGTRAP), ("raise", 40), ("die", 11)):
        assert case.code(*case.app("traced", action, number), options=options) == 128 + number
    for number in (signal.SIGTERM, signal.SIGTRAP, 34):
        running = case.start(*case.app("traced", "raise", 19, "ready", "nap"), options=options)
        running.expect(r"ready \d+")
        running.send(number)
        assert running.end() == 128 + number


@both_places
def test_traced_app_that_ends_at_once(make_case: MakeCase, place: str) -> None:
    """Its stop is not its end, and who goes on is the resident image all the same."""
    case = make_case("labelgate", place)
    for _ in range(10):
        assert case.code(*case.app("traced", "exec", "exit", 7)) == 7
    running = case.start(*case.app("traced", "exec", "ready", "nap"))
    running.expect(r"ready \d+")
    command = Path(f"/proc/{running.pid}/cmdline")
    until(lambda: command.read_bytes().split(b"\0")[1] == b"init", case.patience, "the resident image")
    running.send(signal.SIGTERM)
    assert running.end() == 143


@both_places
def test_traced_app_is_stopped_by_others(make_case: MakeCase, place: str) -> None:
    """STOP by somebody else is job control, and no tracer's business."""
    case = make_case("labelgate", place)
    running = case.start(*case.app("traced", "raise", 19, "traced", "ready", "nap"))
    running.expect(r"ready \d+")
    app = running.app()
    os.kill(app, signal.SIGSTOP)
    until(lambda: status(app, "State").startswith("T (stopped)"), case.patience, "it is stopped, untraced")
    running.send(signal.SIGTERM)
    assert running.end() == 143


@both_places
def test_traced_orphans(make_case: MakeCase, place: str) -> None:
    """They are ours once their parent is gone; those that outlive the app end by TERM."""
    case = make_case("labelgate", place)
    seen = case.folder / "seen"
    orphan = " ".join(case.app("lapse", 200, "turns", 4, "thread", "traced", "to", seen, "ready", "nap"))
    app = " ".join(case.app("wait", seen, "lapse", 100, "exit", 6))
    begin = time.monotonic()
    running = case.start("sh", "-c", f"({orphan} & ); ({orphan} & ); exec {app}", options=("--grace=8s",))
    assert running.end() == 6
    assert time.monotonic() - begin < 6
    assert running.said() == []


@both_places
def test_debugger_is_left_alone(make_case: MakeCase, place: str) -> None:
    """Its children are traced by it, and their stops are its own to see."""
    case = make_case("labelgate", place)
    assert case.code(*case.app(*["debug"] * 10, "exit", 3)) == 3


def test_traced_app_under_a_shell(make_case: MakeCase) -> None:
    """Ctrl-Z and fg, with an app that lets itself be traced before each."""
    stop_go_on_and_end(make_case("labelgate", OTHER), "traced", "exec", "traced", "ready", "nap")


def test_group_stopped_under_a_shell(make_case: MakeCase) -> None:
    """The init alone is told to end and woken: what the terminal stopped with it is woken too."""
    case = make_case("labelgate", OTHER)
    shell = case.shell()
    shell.run("sh", "-c", 'trap "exit 5" TERM; echo be""gun; sleep 1; exit 4')
    shell.expect("begun")
    init = shell.job()
    app = children(init)[0]
    child = until(lambda: children(app), case.patience, "the shell has a child")[0]
    until(lambda: status(child, "Name") == "sleep", case.patience, "it sleeps")
    shell.type("\x1a")
    shell.expect(STOPPED)
    shell.prompt()
    until_state(child, "T", case.patience)
    os.kill(init, signal.SIGTERM)
    os.kill(init, signal.SIGCONT)
    shell.expect(r"\[1\]\+ +Exit 5", nudge="\n")


# ---- What the kernel does not let us do -------------------------------------------------------------------


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the numbers of x86_64")
@both_places
@pytest.mark.parametrize("how", ["--deny", "--refuse"])
@pytest.mark.parametrize(
    ("number", "name"), [(14, "rt_sigprocmask"), (128, "rt_sigtimedwait"), (61, "wait4")], ids=lambda one: one
)
def test_denied_calls(make_case: MakeCase, place: str, number: int, name: str, how: str) -> None:
    """Without them PID 1 would hear nothing, or not end: it does not start the app."""
    case = make_case("labelgate", place)
    running = case.start(*case.app("ready", "exit", 0), world=case.world(how, number))
    assert running.end() == 125
    line, *_ = running.said()
    assert name in line and "[start_failed]" in line
    assert running.out.rest(case.patience) == []


# ---- A flood ----------------------------------------------------------------------------------------------


@both_places
def test_signals_come_through_a_flood_of_orphans(make_case: MakeCase, place: str) -> None:
    case = make_case("labelgate", place)
    flood = f"{case.helpers / 'init_app'} orphans 10000000 &"
    app = [
        "/bin/sh",
        "-c",
        f'{flood} {flood} {flood} exec "$@"',
        "sh",
        *case.app("ready", "listen", LAST, "exit", 5),
    ]
    running = case.start(*app, options=["--grace=200ms"])
    running.expect(r"ready \d+")
    for number in (signal.SIGTERM, signal.SIGCONT, 40, LAST):
        begin = time.monotonic()
        running.send(number)
        running.expect(rf"signal {int(number)} .*")
        assert time.monotonic() - begin < 2
    assert running.end() == 5


# ---- A standard error that nobody reads -------------------------------------------------------------------


@both_places
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT])
def test_stop_while_warnings_wait(make_case: MakeCase, place: str, number: int) -> None:
    """50 warnings before the start, and none of them finds room."""
    case = make_case("labelgate", place)
    case.file(".env", "".join(f"A{n}=$nosuch{n}\n" for n in range(50)).encode())
    world = unread(full_pipe(case.folder))
    took = []
    for _ in range(3):
        begin = time.monotonic()
        running = case.start(*case.app("ready", "nap"), options=("--env-file=.env",), world=world)
        pid = running.pid
        until(lambda pid=pid: status(pid, "Name") == "labelgate", case.patience, "it runs")
        blocked = lambda pid=pid: int(status(pid, "SigBlk") or "0", 16) >> (number - 1) & 1  # noqa: E731
        until(blocked, case.patience, "the signal is blocked")
        sent = time.monotonic()
        running.send(number)
        assert running.end() == 128 + number
        took.append((time.monotonic() - sent, sent - begin))
        # Not started, or started and ended: only if we were late.
        assert running.out.rest(case.patience) == [] or sent - begin > 0.2
    assert min(took)[0] < 0.1, took


@both_places
def test_warnings_that_nobody_reads(make_case: MakeCase, place: str) -> None:
    """They do not keep the app from being started."""
    case = make_case("labelgate", place)
    case.file(".env", "".join(f"A{n}=$nosuch{n}\n" for n in range(50)).encode())
    begin = time.monotonic()
    running = case.start(
        *case.app("ready", "exit", 3),
        options=("--env-file=.env",),
        world=unread(full_pipe(case.folder)),
    )
    assert running.end() == 3
    assert time.monotonic() - begin < 1.5


@both_places
def test_many_survivors(make_case: MakeCase, place: str) -> None:
    """Each of them is asked, each that stays is named once."""
    case = make_case("labelgate", place)
    child = ("child", "ignore", 15, "nap", "end")
    running = case.start(*case.app(*child * 30, "lapse", 300, "exit", 4), options=("--grace=200ms",))
    assert running.end() == 4
    named = [line.split()[2] for line in running.said() if "(init_app)" in line]
    assert len(named) == len(set(named)) == 30
