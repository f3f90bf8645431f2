# SPDX-License-Identifier: MIT
"""What a container is to a probe, without an engine: process and mount namespaces, probes that enter them."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from conftest import PATIENCE, Result, call

NATIVE = pytest.mark.native("starts a program of the machine's own")
MOUNTS = pytest.mark.skipif(os.geteuid() != 0, reason="a namespace of its own needs root")


@contextmanager
def listener() -> Iterator[str]:
    """An address where a connection is accepted by the kernel and never answered."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(64)
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@contextmanager
def namespace(*command: str | Path, env: dict[str, str], cwd: Path, init: bool = True) -> Iterator[int]:
    """Runs the command in a process and mount namespace of its own, as its PID 1 or below a shell that is.
    Gives the pid, seen from here, of the namespace's first process once the app has said that it is there."""
    words = [str(word) for word in command]
    if not init:
        words = ["sh", "-c", '"$@"; exit', "sh", *words]
    process = subprocess.Popen(
        ["unshare", "--fork", "--pid", "--mount-proc", "--kill-child", *words],
        env=env,
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    first = 0
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n", process.stderr and process.stderr.read()
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        first = int(children[0])
        yield first
    finally:
        # A change of user takes --kill-child back.
        if first > 0:
            with suppress(ProcessLookupError):
                os.kill(first, signal.SIGKILL)
        process.kill()
        process.communicate()


APP = ["/bin/sh", "-c", "echo ready; exec sleep 60"]


def marked(first: int) -> Iterator[tuple[int, dict[str, str]]]:
    """Each process in that namespace, or in one below it, whose environment begins with the marker."""
    inside = {first}
    for path in sorted(Path("/proc").glob("[0-9]*"), key=lambda path: int(path.name)):
        try:
            parent = int((path / "status").read_text().partition("\nPPid:\t")[2].split()[0])
            if int(path.name) != first and parent not in inside:
                continue
            inside.add(int(path.name))
            entries = (path / "environ").read_text().split("\0")
        except OSError:
            continue
        if entries[0] == "LABELGATE_STARTED=1":
            yield int(path.name), dict(entry.split("=", 1) for entry in entries[:-1])


def wait_for_marked(first: int, count: int) -> list[int]:
    """Their pids, seen from here, once there are so many."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = [pid for pid, _ in marked(first)]
        if len(found) == count:
            return found
        time.sleep(0.01)
    raise AssertionError(f"no {count} processes with the marker")


def wait_for_resident(first: int) -> dict[str, str]:
    """The environment of the process in that namespace that carries the marker, once there is one."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        for _, environment in marked(first):
            return environment
        time.sleep(0.01)
    raise AssertionError("no resident process")


def probe(
    first: int,
    labelgate: Path,
    *options: str,
    env: dict[str, str],
    user: int | None = None,
    before: tuple[str, ...] = (),
) -> Result:
    """`labelgate health` as that container's HEALTHCHECK; `before`: words that start it in their own way."""
    command: list[str | Path] = ["nsenter", "-t", str(first), "-p", "-m", "--wd=/"]
    if user is not None:
        command += [f"--setuid={user}", f"--setgid={user}"]
    command += before
    done = call(*command, labelgate, "health", *options, env=env)
    return Result(done.code, done.out, done.err)
