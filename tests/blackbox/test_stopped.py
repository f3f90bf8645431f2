# SPDX-License-Identifier: MIT
"""Stop signals while a server is asked, and standard output that takes nothing."""

from __future__ import annotations

import json
import os
import platform
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from clock import SLACK, timed
from conftest import PATIENCE, call
from faults import FAULTS
from standin import TOKEN, USER, Connection, StandIn, answer, detail, label_studio, response

STOPS = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT]
PEOPLES = {
    "check": ["check"],
    "verify": ["verify"],
    "token": ["token", "--login", "--print"],
}


@dataclass
class Ended:
    code: int
    out: str
    err: str
    seconds: float


@pytest.fixture
def stop(labelgate: Path, tmp_path: Path) -> Callable[..., Ended]:
    """stop(["health"], SIGTERM): the signal comes while the server keeps silent."""

    def run(arguments: list[str], number: int, before: list[str] | None = None, limit: str = "30s") -> Ended:
        asked: list[float] = []
        started = threading.Event()  # it may ask before Popen has returned

        def listen(connection: Connection) -> None:
            if connection.read_request() and started.wait(PATIENCE):
                asked.append(time.monotonic())
                os.kill(process.pid, number)
                connection.wait()

        with StandIn(listen) as server:
            env = {
                "LABEL_STUDIO_URL": server.url,
                "API_BASE_URL": server.url,
                "LABEL_STUDIO_API_TOKEN": TOKEN,
                "LABEL_STUDIO_USERNAME": "a@example.com",
                "LABEL_STUDIO_PASSWORD": "p",
                "LABELGATE_TIMEOUT": limit,
            }
            pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
            command = [*(before or []), str(labelgate), *arguments]
            with subprocess.Popen(command, env=env, cwd=tmp_path, text=True, **pipes) as process:
                started.set()
                out, err = process.communicate(timeout=PATIENCE)
        return Ended(process.returncode, out, err, time.monotonic() - asked[0])

    return run


@pytest.mark.parametrize("number", STOPS)
def test_a_probe_ends_with_1(stop: Callable[..., Ended], number: int) -> None:
    """Docker knows no code but 0 and 1, and a shell would show 143."""
    for arguments in (["health"], ["health", "--wait", "1m"]):
        ended = stop(arguments, number)
        assert ended.code == 1 and "[stopped]" in ended.out, ended
        assert ended.out.count("\n") <= 3 and ended.seconds < SLACK


def test_a_reader_of_json_gets_json(stop: Callable[..., Ended]) -> None:
    for arguments in (["health", "--json"], ["health", "--json", "--wait", "1m"]):
        ended = stop(arguments, signal.SIGTERM)
        said = json.loads(ended.out)
        assert ended.code == 1 and (said["healthy"], said["reason"]) == (False, "stopped"), ended


@pytest.mark.native("its deadline is shorter than an emulator's start")
def test_an_ignored_signal_stays_ignored(stop: Callable[..., Ended]) -> None:
    nohup = ["/bin/sh", "-c", 'trap "" HUP; exec "$@"', "sh"]
    ended = stop(["health"], signal.SIGHUP, before=nohup, limit="500ms")
    assert ended.code == 1 and "[timeout]" in ended.out, ended


@pytest.mark.parametrize("number", STOPS)
@pytest.mark.parametrize("verb", PEOPLES)
def test_a_persons_verb_ends_as_a_shell_counts(stop: Callable[..., Ended], verb: str, number: int) -> None:
    ended = stop(PEOPLES[verb], number)
    assert ended.code == 128 + number, ended
    assert ended.err.count("[stopped]") == 1 and TOKEN not in ended.out + ended.err
    assert ended.seconds < SLACK


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the numbers of x86_64")
@pytest.mark.native("a filter of system calls is not for an emulator")
@pytest.mark.parametrize(
    "arguments", [["health"], ["health", "--json"], ["health", "--wait", "1m"], ["check"]]
)
def test_no_alarm_no_question(labelgate: Path, helpers: Path, tmp_path: Path, arguments: list[str]) -> None:
    """Where no alarm can be set nothing would end a server's silence: it is not asked."""
    asked = threading.Event()

    def listen(connection: Connection) -> None:
        asked.set()
        connection.wait()

    setitimer = "38"
    with StandIn(listen) as server:
        env = {"LABEL_STUDIO_URL": server.url, "LABEL_STUDIO_API_TOKEN": TOKEN, "LABELGATE_TIMEOUT": "1s"}
        done = call(
            str(helpers / "init_world"),
            "--refuse",
            setitimer,
            "--",
            str(labelgate),
            *arguments,
            env=env,
            cwd=tmp_path,
        )
    assert done.code == 1
    assert "start_failed" in done.out + done.err
    assert not asked.is_set()


@pytest.mark.native("filters system calls")
@pytest.mark.skipif(platform.machine() != "x86_64", reason="the numbers of x86_64")
@pytest.mark.parametrize("options", [[], ["--json"], ["--wait", "0"]])
@pytest.mark.parametrize("well", [True, False])
def test_what_is_looked_up_after_the_answer_takes_nothing_from_it(
    labelgate: Path, helpers: Path, tmp_path: Path, options: list[str], well: bool
) -> None:
    """For the notes beside a verdict a file is looked at, here on a mount that does not answer."""
    statx, links = "332", "4"
    (tmp_path / ".env").write_text(f"LABEL_STUDIO_API_TOKEN={TOKEN}\n")
    reply = response(200, USER) if well else response(401, detail(401, "Invalid token."))
    with StandIn(answer(reply)) as server:
        done, seconds = timed(
            lambda: call(
                *(helpers / "hold_call", "--fourth", links, statx, labelgate, "health", *options),
                env={"LABEL_STUDIO_URL": server.url, "LABELGATE_TIMEOUT": "700ms"},
                cwd=tmp_path,
            )
        )
    word = "ok" if well else "token_unknown"
    assert done.code == (0 if well else 1), done
    assert f"[{word}]" in done.out or f'"reason":"{word}"' in done.out, done
    assert seconds < 0.7 + SLACK


@pytest.mark.native("filters system calls")
@pytest.mark.skipif(platform.machine() != "x86_64", reason="the numbers of x86_64")
@pytest.mark.parametrize("name", [[], ["--app-url", "http://127.0.0.1:9/"]])
def test_time_that_is_up_before_anybody_was_asked_is_not_the_name_servers(
    labelgate: Path, helpers: Path, tmp_path: Path, name: list[str], world: str
) -> None:
    """A process that got no time, here for its random numbers: the address is one, no name is looked up."""
    if name and world == "coverage":
        pytest.skip("the counters are written with random numbers too")
    getrandom = "318"
    env = {
        "LABEL_STUDIO_URL": "http://127.0.0.1:9",
        "LABEL_STUDIO_API_TOKEN": TOKEN,
        "LABELGATE_TIMEOUT": "700ms",
    }
    verb, held = (["health", *name], []) if name else (["check"], ["--children"])
    done = call(helpers / "hold_call", *held, getrandom, labelgate, *verb, env=env, cwd=tmp_path)
    assert "[timeout]" in done.out + done.err, done
    assert "before" in done.out + done.err and "name server" not in done.out + done.err


# ---- Standard output -------------------------------------------------------------------------------------


def ends_unsaid(command: list[str], env: dict[str, str], folder: Path) -> list[tuple[int, str]]:
    """Code and standard error: with a full standard output, and with a closed one."""
    found = []
    with open("/dev/full", "wb") as full:
        for arguments in (command, ["/bin/sh", "-c", 'exec "$@" >&-', "sh", *command]):
            done = call(*arguments, env=env, cwd=folder, stdout=full)
            found.append((done.code, done.err))
    return found


@pytest.mark.parametrize("more", [[], ["--json"], ["--wait", "0"]], ids=["plain", "json", "wait"])
def test_a_verdict_that_nobody_gets_is_an_error(labelgate: Path, tmp_path: Path, more: list[str]) -> None:
    with StandIn(answer(label_studio)) as server:
        env = {"LABEL_STUDIO_URL": server.url, "LABEL_STUDIO_API_TOKEN": TOKEN}
        for code, err in ends_unsaid([str(labelgate), "health", *more], env, tmp_path):
            assert code == 1 and err.count("[output_failed]") == 1, err


@pytest.mark.native("its deadline is shorter than an emulator's start")
def test_a_verdict_that_nobody_takes_does_not_hang(labelgate: Path, tmp_path: Path) -> None:
    """A full pipe whose reader sleeps."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    with pytest.raises(BlockingIOError):
        while True:
            os.write(writer, b"x" * 4096)
    os.set_blocking(writer, True)
    with StandIn(answer(label_studio)) as server:
        env = {"LABEL_STUDIO_URL": server.url, "LABEL_STUDIO_API_TOKEN": TOKEN, "LABELGATE_TIMEOUT": "400ms"}
        for more in ([], ["--wait", "400ms"]):
            command = [str(labelgate), "health", *more]
            done, seconds = timed(
                lambda command=command: call(*command, env=env, cwd=tmp_path, stdout=writer)
            )
            assert done.code == 1 and seconds < 0.4 + SLACK, more
    os.close(reader)
    os.close(writer)


def test_a_deadline_that_nobody_reads_is_no_yes(labelgate: Path, tmp_path: Path) -> None:
    """`--unreachable healthy` would be 0."""
    with StandIn(FAULTS["never answers"].play) as server:
        env = {
            "LABEL_STUDIO_URL": server.url,
            "LABEL_STUDIO_API_TOKEN": TOKEN,
            "LABELGATE_TIMEOUT": "300ms",
            "LABELGATE_UNREACHABLE": "healthy",
        }
        assert [code for code, _ in ends_unsaid([str(labelgate), "health"], env, tmp_path)] == [1, 1]


@pytest.mark.native("its deadline is shorter than an emulator's start")
@pytest.mark.parametrize("closed", ["1", "2"])
def test_a_closed_descriptor_is_not_the_servers(labelgate: Path, tmp_path: Path, closed: str) -> None:
    """The socket must not get the number of standard output or error: the server would hear the verdict."""
    requests, after = [], []

    def listen(connection: Connection) -> None:
        if connection.read_request():
            requests.append(connection)
            connection.socket.settimeout(PATIENCE)
            after.append(connection.socket.recv(1000))

    with StandIn(listen) as server:
        env = {"LABEL_STUDIO_URL": server.url, "LABEL_STUDIO_API_TOKEN": TOKEN, "LABELGATE_TIMEOUT": "300ms"}
        for verb in ("health -v", "check -v", "run --wait 300ms -- /bin/true"):
            command = ["/bin/sh", "-c", f'exec "$0" {verb} {closed}>&-', str(labelgate)]
            call(*command, env=env, cwd=tmp_path)
    assert len(requests) >= 4
    assert b"".join(after) == b""
