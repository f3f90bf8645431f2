# SPDX-License-Identifier: MIT
"""`--wait`: how often is asked, what is said meanwhile, what ends it."""

import os
import pty
import re
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest
from clock import SLACK, timed
from conftest import PATIENCE, Run, call, read_terminal
from standin import TOKEN, USER, Connection, Play, Request, StandIn, answer, detail, response

WAIT = 0.6


@pytest.mark.parametrize(("verb", "code"), [("health", 1), ("run", 125)])
def test_the_last_try_ends_with_the_wait(run: Run, verb: str, code: int) -> None:
    """Busy at once, then silent: the last try must not get the whole limit of a try."""
    asked = threading.Event()

    def play(connection: Connection) -> None:
        connection.read_request()
        if asked.is_set():
            connection.wait()
        asked.set()
        connection.send(response(503))

    options = ["--wait", f"{WAIT * 1000:.0f}ms", "--timeout", "20s"]
    with StandIn(play) as server:
        env = {"LABEL_STUDIO_URL": server.url, "LABEL_STUDIO_API_TOKEN": TOKEN}
        command = [verb, *options] + (["--", "/bin/true"] if verb == "run" else [])
        done, seconds = timed(lambda: run(*command, env=env))
        tries = server.connections
    assert done.code == code
    assert "[wait_timeout]" in done.out + done.err
    assert seconds < WAIT + SLACK
    assert tries == 2


def test_a_stopped_probe_does_not_speak_of_a_start(labelgate: Path, tmp_path: Path) -> None:
    asked = threading.Event()

    def busy(_: object) -> bytes:
        asked.set()
        return response(503)

    with StandIn(answer(busy)) as server:
        env = {"LABEL_STUDIO_URL": server.url, "LABEL_STUDIO_API_TOKEN": TOKEN}
        with subprocess.Popen(
            [labelgate, "health", "--wait", "1m"], env=env, cwd=tmp_path, stdout=subprocess.PIPE, text=True
        ) as probe:
            assert asked.wait(PATIENCE)
            probe.send_signal(signal.SIGTERM)
            out = probe.communicate(timeout=PATIENCE)[0]
    assert probe.returncode == 1
    assert "[stopped]" in out and "while waiting" in out
    assert "start the container" not in out


# Command, and its code when Label Studio says no.
WAITERS = {"health": (["health"], 1), "run": (["run", "--", "/bin/true"], 125)}


def one_by_one(*answers: bytes) -> tuple[Play, list[float]]:
    """Answers in this order, the last one from then on; when each question came."""
    asked: list[float] = []

    def next_answer(_: Request) -> bytes:
        asked.append(time.monotonic())
        return answers[min(len(asked), len(answers)) - 1]

    return answer(next_answer), asked


BUSY, NOT_FOUND, OK = response(503), response(404), response(200, USER)


@pytest.mark.parametrize("verb", WAITERS)
def test_a_log_gets_one_line_a_change_of_state(run: Run, verb: str) -> None:
    play, asked = one_by_one(BUSY, BUSY, NOT_FOUND, OK)
    with StandIn(play) as server:
        env = {"LABEL_STUDIO_URL": server.url, "LABEL_STUDIO_API_TOKEN": TOKEN, "LABELGATE_WAIT": "1m"}
        done = run(*WAITERS[verb][0], env=env)
    assert done.code == 0, done
    assert re.findall(r"at most 1m: .*\[(\w+)\]", done.err) == ["server_error", "not_found"]
    assert done.err.count("\n") == 2 and "\x1b" not in done.err
    # A second, then half as much again each time, give or take 20 %.
    pauses = [later - earlier for earlier, later in zip(asked, asked[1:], strict=False)]
    assert len(pauses) == 3
    for pause, meant in zip(pauses, (1.0, 1.5, 2.25), strict=True):
        assert 0.8 * meant - 0.01 < pause < 1.2 * meant + SLACK, pauses


@pytest.mark.parametrize("verb", WAITERS)
def test_a_person_sees_one_line_that_tells_the_time(
    labelgate: Path, clean_environment: dict[str, str], tmp_path: Path, verb: str
) -> None:
    """On a terminal the line is renewed in place, and ends when the wait does."""
    play, _ = one_by_one(BUSY, BUSY, OK)
    master, slave = pty.openpty()
    with StandIn(play) as server:
        env = {"LABEL_STUDIO_URL": server.url, "LABEL_STUDIO_API_TOKEN": TOKEN, "LABELGATE_WAIT": "1m"}
        done = call(labelgate, *WAITERS[verb][0], env=clean_environment | env, cwd=tmp_path, stderr=slave)
    os.close(slave)
    shown = read_terminal(master).decode()
    assert done.code == 0, shown
    head, *lines = shown.split("\r\x1b[K")
    assert head == "" and len(lines) == 2
    for line, waited in zip(lines, ("0s", "[01]s"), strict=True):  # the first pause may be below a second
        words = f"labelgate: waiting for Label Studio, {waited} of at most 1m: .*\\[server_error\\]"
        assert re.match(words, line), shown
    assert shown.endswith("\n") and shown.count("\n") == 1


CURELESS = {
    "refused": (response(401, detail(401, "Invalid token.")), TOKEN, "token_unknown", 1),
    "local": (OK, "your-token-here", "token_placeholder", 0),
}


@pytest.mark.parametrize("kind", CURELESS)
@pytest.mark.parametrize("verb", WAITERS)
def test_what_waiting_cannot_cure_ends_it(run: Run, verb: str, kind: str) -> None:
    data, token, word, tries = CURELESS[kind]
    command, code = WAITERS[verb]
    with StandIn(answer(data)) as server:
        env = {"LABEL_STUDIO_URL": server.url, "LABEL_STUDIO_API_TOKEN": token, "LABELGATE_WAIT": "1m"}
        done, seconds = timed(lambda: run(*command, env=env))
        assert server.connections == tries
    assert done.code == code and f"[{word}]" in done.out + done.err and seconds < SLACK


@pytest.mark.parametrize("moment", ["while it asks", "between two tries"])
@pytest.mark.parametrize("verb", WAITERS)
def test_term_ends_it_at_once(
    labelgate: Path, clean_environment: dict[str, str], tmp_path: Path, verb: str, moment: str
) -> None:
    asked = threading.Event()

    def play(connection: Connection) -> None:
        connection.read_request()
        if moment == "between two tries":
            connection.send(BUSY)
            connection.gone(1)
        asked.set()
        connection.wait()

    with StandIn(play) as server:
        env = {"LABEL_STUDIO_URL": server.url, "LABEL_STUDIO_API_TOKEN": TOKEN, "LABELGATE_WAIT": "1m"}
        with subprocess.Popen(
            [labelgate, *WAITERS[verb][0]],
            env=clean_environment | env,
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            assert asked.wait(PATIENCE)
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            out, err = process.communicate(timeout=PATIENCE)
            took = time.monotonic() - began
    assert process.returncode == (143 if verb == "run" else 1)
    assert "[stopped]" in out + err and took < 0.1 + SLACK
