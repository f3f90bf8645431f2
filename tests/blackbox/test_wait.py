# SPDX-License-Identifier: MIT
"""`--wait` is over when its time is."""

import signal
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from clock import SLACK, timed
from conftest import PATIENCE, Result
from standin import TOKEN, Connection, StandIn, answer, response

WAIT = 0.6


@pytest.mark.parametrize(("verb", "code"), [("health", 1), ("run", 125)])
def test_the_last_try_ends_with_the_wait(run: Callable[..., Result], verb: str, code: int) -> None:
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
    assert "container" not in out
