# SPDX-License-Identifier: MIT
"""`--app-url`: what hangs never speaks for another, and a refused token is never healthy."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from clock import SLACK, timed
from conftest import PATIENCE
from standin import (
    HEAD_END,
    TOKEN,
    USER,
    Connection,
    Deaf,
    Play,
    StandIn,
    answer,
    detail,
    free_port,
    response,
)

pytest_plugins = ("probes",)

LIMIT = 0.6
TIMEOUT = "600ms"


def silent(connection: Connection) -> None:
    connection.read_request()
    connection.wait()


def drips(connection: Connection) -> None:
    connection.read_request()
    connection.drip(response(200, "ok"), 0.05)


def half_a_head(connection: Connection) -> None:
    connection.read_request()
    connection.send(response(200, "ok").partition(HEAD_END)[0])
    connection.wait()


@contextmanager
def deaf() -> Iterator[str]:
    with Deaf() as port:
        yield f"http://127.0.0.1:{port.port}"


@contextmanager
def plays(play: Play) -> Iterator[str]:
    with StandIn(play) as server:
        yield server.url


@contextmanager
def nobody() -> Iterator[str]:
    yield f"http://127.0.0.1:{free_port()}"


# How an end can be: how it is had, its word for the app and for Label Studio, whether only the deadline
# ends it.
APPS: dict[str, tuple[Callable[[], contextlib.AbstractContextManager[str]], str, bool]] = {
    "well": (lambda: plays(answer(response(200, "ok"))), "", False),
    "ill": (lambda: plays(answer(response(503, "ill"))), "app_status", False),
    "refuses us": (lambda: plays(answer(response(401, "who?"))), "app_status", False),
    "away": (nobody, "app_unreachable", False),
    "silent": (lambda: plays(silent), "app_unreachable", True),
    "dripping": (lambda: plays(drips), "app_unreachable", True),
    "stuck in its head": (lambda: plays(half_a_head), "app_unreachable", True),
    "deaf": (deaf, "app_unreachable", True),
}
SERVERS: dict[str, tuple[Callable[[], contextlib.AbstractContextManager[str]], str, bool]] = {
    "says yes": (lambda: plays(answer(response(200, USER))), "", False),
    "says no": (lambda: plays(answer(response(401, detail(401, "Invalid token.")))), "token_unknown", False),
    "is busy": (lambda: plays(answer(response(503))), "server_error", False),
    "is silent": (lambda: plays(silent), "timeout", True),
    "is deaf": (deaf, "timeout", True),
}
REFUSED = {"token_unknown"}


def expected(app: str, server: str) -> tuple[str, str]:
    """Word of the verdict, and of what is wrong besides: a refused token first, then the app."""
    words = [word for word in ((server, app) if server in REFUSED else (app, server)) if word]
    return (words + ["ok", ""])[0], (words[1:] + [""])[0]


@pytest.mark.parametrize("unreachable", ["unhealthy", "healthy"])
@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize("app", APPS)
def test_both_ends_at_once(probe, app: str, server: str, unreachable: str) -> None:
    make_app, app_word, app_waits = APPS[app]
    make_server, server_word, server_waits = SERVERS[server]
    options = ("--unreachable", unreachable)
    with ExitStack() as stack:
        app_url = stack.enter_context(make_app()) + "/health"
        url = stack.enter_context(make_server())
        env = {"LABELGATE_APP_URL": app_url}
        seen = probe(url, *options, timeout=TIMEOUT, env=env)
        told = probe(url, *options, "--json", timeout=TIMEOUT, env=env)
    word, other = expected(app_word, server_word)
    lenient = unreachable == "healthy" and not app_word and server_word not in REFUSED
    code = 0 if word == "ok" or lenient else 1
    assert (seen.code, seen.word) == (code, word), seen
    assert re.findall(r"note: also \[([a-z_]+)\]", seen.out) == ([other] if other else []), seen
    assert seen.out.count("\n") <= 3 and len(seen.out.encode()) <= 500 and seen.err == ""
    if "app_" in word:
        assert app_url in seen.out.splitlines()[0]
    waits = app_waits or server_waits
    assert (LIMIT - 0.1 if waits else 0) < seen.seconds < (LIMIT if waits else 0) + SLACK, seen
    verdict = json.loads(told.out)
    assert (told.code, verdict["reason"], verdict["healthy"]) == (code, word, code == 0), told
    assert (verdict["note"] or "").startswith(f"also [{other}]" if other else ""), told


@pytest.mark.parametrize(
    ("app", "server"), [("silent", "says no"), ("well", "says no"), ("silent", "is silent")]
)
def test_the_wait_knows_both(run, app: str, server: str) -> None:
    with ExitStack() as stack:
        app_url = stack.enter_context(APPS[app][0]())
        url = stack.enter_context(SERVERS[server][0]())
        env = {"LABEL_STUDIO_URL": url, "LABEL_STUDIO_API_TOKEN": TOKEN, "LABELGATE_APP_URL": app_url}
        options = ("--wait", "900ms", "--timeout", "400ms", "--unreachable", "healthy")
        done, seconds = timed(lambda: run("health", *options, env=env))
    assert done.code == 1
    if SERVERS[server][1] in REFUSED:  # cannot be cured: one try
        assert done.out.startswith("unhealthy [token_unknown]") and seconds < 0.4 + SLACK, done
        assert ("also [app_unreachable]" in done.out) == (app == "silent")
    else:
        assert done.out.startswith("unhealthy [wait_timeout]") and "last: [app_unreachable]" in done.out, done
        assert "note: also [timeout]" in done.out and seconds < 0.9 + SLACK


def test_the_wait_goes_on_until_the_app_answers(run) -> None:
    asked: list[float] = []

    def slow_start(_: object) -> bytes:
        asked.append(time.monotonic())
        return response(503 if len(asked) == 1 else 200, "")

    with StandIn(answer(slow_start)) as app, StandIn(answer(response(200, USER))) as server:
        env = {"LABEL_STUDIO_URL": server.url, "LABEL_STUDIO_API_TOKEN": TOKEN, "LABELGATE_APP_URL": app.url}
        done = run("health", "--wait", "1m", env=env)
    assert done.code == 0 and done.out.startswith("healthy [ok]") and len(asked) == 2
    assert "[app_status]" in done.err and server.connections == 2


def test_the_launch_does_not_wait_for_the_app_that_it_starts(run) -> None:
    with StandIn(answer(response(200, USER))) as server:
        env = {
            "LABEL_STUDIO_URL": server.url,
            "LABEL_STUDIO_API_TOKEN": TOKEN,
            "LABELGATE_APP_URL": f"http://127.0.0.1:{free_port()}",
        }
        done, seconds = timed(lambda: run("run", "--wait", "20s", "--", "/bin/true", env=env))
    assert done.code == 0 and seconds < 2


@pytest.mark.parametrize("app", ["silent", "ill", "well"])
@pytest.mark.parametrize("server", ["says no", "is silent", "says yes"])
def test_check_tells_of_both(run, app: str, server: str) -> None:
    with ExitStack() as stack:
        app_url = stack.enter_context(APPS[app][0]())
        url = stack.enter_context(SERVERS[server][0]())
        env = {"LABEL_STUDIO_URL": url, "LABEL_STUDIO_API_TOKEN": TOKEN, "LABELGATE_APP_URL": app_url}
        done = run("check", "--timeout", "400ms", env=env)
        told = run("check", "--timeout", "400ms", "--json", env=env)
    words = [word for word in (APPS[app][1], SERVERS[server][1]) if word]
    assert done.code == (1 if words else 0)
    for word in words:
        assert f"[{word}]" in done.out, done.out
    verdict = json.loads(told.out)
    assert verdict["label_studio"]["reason"] == (SERVERS[server][1] or "ok")
    assert verdict["health"]["reason"] == expected(APPS[app][1], SERVERS[server][1])[0]
    assert verdict["app"]["reason"] == (APPS[app][1] or "ok")


# ---- Processes ----------------------------------------------------------------------------------


def start(labelgate: Path, env: dict[str, str], url: str, app_url: str, limit: str) -> subprocess.Popen[str]:
    variables = {
        "LABEL_STUDIO_URL": url,
        "LABEL_STUDIO_API_TOKEN": TOKEN,
        "LABELGATE_APP_URL": app_url,
        "LABELGATE_TIMEOUT": limit,
    }
    return subprocess.Popen(
        [labelgate, "health"],
        env=env | variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def gone(pid: int) -> bool:
    """Not even a zombie of ours or of somebody who took it over."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def soon(holds: Callable[[], bool]) -> bool:
    ends = time.monotonic() + 2
    while not holds():
        if time.monotonic() > ends:
            return False
        time.sleep(0.01)
    return True


class Silent:
    """Two silent ends, and an event for when both have been asked."""

    def __init__(self) -> None:
        self.barrier = threading.Barrier(3)

    def play(self, connection: Connection) -> None:
        connection.read_request()
        with contextlib.suppress(threading.BrokenBarrierError):
            self.barrier.wait(PATIENCE)
        connection.wait()


@pytest.fixture
def hanging(
    labelgate: Path, clean_environment: dict[str, str]
) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """A probe whose both ends have been asked and do not answer."""
    ends = Silent()
    probes: list[subprocess.Popen[str]] = []
    with StandIn(ends.play) as app, StandIn(ends.play) as server:

        def begin(limit: str = "20s") -> subprocess.Popen[str]:
            probes.append(start(labelgate, clean_environment, server.url, app.url, limit))
            ends.barrier.wait(PATIENCE)
            return probes[-1]

        yield begin
        for probe in probes:
            probe.kill()
            probe.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT])
def test_a_stop_ends_all_of_it_at_once(hanging, number: signal.Signals) -> None:
    probe = hanging()
    asking = children(probe.pid)
    assert len(asking) == 2
    began = time.monotonic()
    probe.send_signal(number)
    out, _ = probe.communicate(timeout=PATIENCE)
    assert time.monotonic() - began < 0.1 + SLACK
    assert probe.returncode == 1 and out.startswith("unhealthy [stopped]")
    # Killed with it; a busy machine or an emulator takes a moment to end them.
    assert soon(lambda: all(gone(pid) for pid in asking))


def test_nobody_outlives_a_probe_that_is_killed(hanging) -> None:
    """As Docker ends a probe that takes longer than its own limit; theirs is 20 s away."""
    probe = hanging()
    asking = children(probe.pid)
    probe.kill()
    probe.communicate()
    assert len(asking) == 2 and soon(lambda: all(gone(pid) for pid in asking))


@pytest.mark.parametrize("which", ["one", "both"])
def test_a_child_that_is_stopped_does_not_hold_up_the_probe(hanging, which: str) -> None:
    """Stopped, it hears no alarm: the deadline is the parent's then."""
    began = time.monotonic()
    probe = hanging("1s")
    asking = children(probe.pid)
    for pid in asking[: 1 if which == "one" else 2]:
        os.kill(pid, signal.SIGSTOP)
    out, _ = probe.communicate(timeout=PATIENCE)
    assert time.monotonic() - began < 1 + SLACK
    assert probe.returncode == 1 and "[app_unreachable]" in out and "note: also [timeout]" in out, out
    assert all(not Path(f"/proc/{pid}").exists() for pid in asking)


def test_a_probe_of_label_studio_alone_makes_no_process(labelgate, clean_environment) -> None:
    asked = threading.Event()

    def play(connection: Connection) -> None:
        connection.read_request()
        asked.set()
        connection.wait()

    with StandIn(play) as server, start(labelgate, clean_environment, server.url, "", "20s") as probe:
        assert asked.wait(PATIENCE)
        assert children(probe.pid) == []
        probe.kill()
