# SPDX-License-Identifier: MIT
"""No byte of a token leaves a probe but in its request: no core file, no argument, no output."""

from __future__ import annotations

import os
import resource
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import call
from faults import FAULTS
from standin import TOKEN, Connection, StandIn

pytest_plugins = ("probes",)

WINDOW = 8
CORE_PATTERN = Path("/proc/sys/kernel/core_pattern")
QUICK = sorted(name for name, fault in FAULTS.items() if not fault.waits)


def shows_token(text: str) -> bool:
    return any(TOKEN[at : at + WINDOW] in text for at in range(len(TOKEN) - WINDOW + 1))


@pytest.fixture
def cores_allowed() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (before[1], before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_CORE, before)


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def abort_in_mid_question(
    command: list[str], env: dict[str, str], folder: Path, asking: Callable[[int], int]
) -> int:
    """Starts the command, sends ABRT to the process that waits for an answer; the first one's status."""
    heard: list[Connection] = []

    def listen(connection: Connection) -> None:
        if connection.read_request():
            heard.append(connection)
            os.kill(asking(pid), signal.SIGABRT)
            connection.wait()

    with StandIn(listen) as server:
        here = os.getcwd()
        os.chdir(folder)
        try:
            pid = os.posix_spawn(command[0], command, {**env, "LABEL_STUDIO_URL": server.url})
        finally:
            os.chdir(here)
        status = os.waitpid(pid, 0)[1]
    assert heard
    return status


def test_the_harness_sees_a_core(cores_allowed: None, tmp_path: Path) -> None:
    """Control: an unguarded process dumps core here. Without it the tests below prove nothing."""
    script = "import os, urllib.request; urllib.request.urlopen(os.environ['LABEL_STUDIO_URL'])"
    command = [sys.executable, "-c", script]
    status = abort_in_mid_question(command, {"no_proxy": "*"}, tmp_path, asker)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGABRT
    if resource.getrlimit(resource.RLIMIT_CORE)[1] == 0:
        pytest.skip("this machine allows no core file at all")
    assert os.WCOREDUMP(status), CORE_PATTERN.read_text()


VERBS = {
    "health": ["health"],
    "health --wait": ["health", "--wait", "5s"],
    "check": ["check"],
    "verify": ["verify"],
    "run --wait": ["run", "--wait", "1s", "--", "/bin/true"],
    "token --login": ["token", "--login", "--print"],
}


def asker(pid: int) -> int:
    """The process that asks: the verb's own, or the child that it made for that."""
    return next(iter(children(pid)), pid)


@pytest.mark.native("the emulator has a core file of its own")
@pytest.mark.parametrize("verb", VERBS)
def test_no_core_is_written(labelgate: Path, cores_allowed: None, tmp_path: Path, verb: str) -> None:
    limits: list[str] = []

    def asking(pid: int) -> int:
        process = asker(pid)
        limits.extend(
            line for line in Path(f"/proc/{process}/limits").read_text().splitlines() if "core" in line
        )
        return process

    env = {"LABEL_STUDIO_API_TOKEN": TOKEN, "LABELGATE_TIMEOUT": "2s"}
    env |= {"LABEL_STUDIO_USERNAME": "admin@example.com", "LABEL_STUDIO_PASSWORD": "pw-Example-1"}
    status = abort_in_mid_question([str(labelgate), *VERBS[verb]], env, tmp_path, asking)
    assert not os.WCOREDUMP(status)
    assert list(tmp_path.iterdir()) == []
    # A core_pattern that pipes to a program cannot be tried on a machine that others use. The kernel then
    # makes no core for a limit of one byte, and for no other.
    most = resource.getrlimit(resource.RLIMIT_CORE)[1]
    assert {limit.split()[4] for limit in limits} == {"0" if most == 0 else "1"}, limits


@pytest.mark.parametrize("share", [0, 1, None])
def test_the_app_has_its_own_limit_of_core_files(labelgate: Path, tmp_path: Path, share: int | None) -> None:
    """In blocks of 512 bytes, as sh counts; None: as many as may be."""
    most = resource.getrlimit(resource.RLIMIT_CORE)[1]
    if most == 0 and share != 0:
        pytest.skip("no core files are allowed here")
    soft = most if share is None else share * 512

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_CORE, (soft, most))

    done = call(
        *(labelgate, "run", "--no-token", "--", "sh", "-c", "ulimit -c"),
        env={"PATH": os.environ["PATH"]},
        cwd=tmp_path,
        preexec_fn=limit,
    )
    unlimited = soft == resource.RLIM_INFINITY
    assert done.out.strip() == ("unlimited" if unlimited else str(soft // 512)), done


def test_no_token_among_the_arguments(labelgate: Path, tmp_path: Path) -> None:
    """Of any process that runs while the question is asked."""
    seen: list[str] = []

    def look(connection: Connection) -> None:
        if connection.read_request():
            for process in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    seen.append(process.read_bytes().decode("utf-8", "replace"))
                except OSError:
                    continue

    with StandIn(look) as server:
        env = {"LABEL_STUDIO_API_TOKEN": TOKEN, "LABEL_STUDIO_URL": server.url}
        pid = os.posix_spawn(str(labelgate), [str(labelgate), "health"], env)
        os.waitpid(pid, 0)
    assert any("labelgate" in line for line in seen)
    assert not [line for line in seen if shows_token(line)]


@pytest.mark.parametrize("name", QUICK)
def test_no_token_in_any_output(run, name: str) -> None:
    with StandIn(FAULTS[name].play) as server:
        env = {"LABEL_STUDIO_API_TOKEN": TOKEN, "LABEL_STUDIO_URL": server.url, "LABELGATE_LOG": "debug"}
        for arguments in (["health", "-v", "-v"], ["health", "--json"]):
            seen = run(*arguments, env=env)
            assert seen.out and not shows_token(seen.out + seen.err), seen
