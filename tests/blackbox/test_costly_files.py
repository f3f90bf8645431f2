# SPDX-License-Identifier: MIT
"""A `.env` of the largest size costs what its size costs, whatever is in it."""

from __future__ import annotations

import os
import resource
import subprocess
from pathlib import Path

import pytest

SIZE = 1 << 20
# Processor time, which a busy machine stretches less than the clock's. Each of these takes at most a fifth
# of it; what grows with the square of the size takes a hundred times as much.
SECONDS_MOST = 1.5
MEMORY_MAX = 96 * 1024 * 1024
GROWN = b"A=" + b"x" * 1024 + b"\n"
GROWN += b"".join(b"%c=$%c$%c\n" % (66 + i, 65 + i, 65 + i) for i in range(12))

SHAPES = {
    "many names": b"".join(b"A%x=%x\n" % (i, i) for i in range(SIZE // 12)),
    "one name again and again": b"".join(b"A=%d\n" % i for i in range(SIZE // 8)),
    "references in each other": b"A=" + b"${A:-" * (SIZE // 6 - 9) + b"}" * (SIZE // 6 - 9),
    "references that stay open": b"A=" + b"${A${B}" * (SIZE // 7),
    "only single quotes": b"'" * SIZE,
    "only double quotes": b'"' * SIZE,
    "a value of quotes": b"A=" + b"'" * (SIZE - 2),
    "quotes over two lines": b"A='x\n' B='y\n' C=\"z\n\" " * (SIZE // 22),
    "only dollars": b"$" * SIZE,
    "a value of dollars": b"A=" + b"$" * (SIZE - 2),
    "one line": b"A=" + b"x" * (SIZE - 2),
    "one long name": b"A" * (SIZE - 1) + b"=",
    "many errors": b"!='\"\n" * (SIZE // 5),
    "assignments run together": b"A=x" + b"A_B=" * (SIZE // 4 - 1),
    "a large value named by every line": (GROWN + b"Z=$L$L$L$L$L\n" * SIZE)[:SIZE],
    "a default that is large": (GROWN + b"Z=${Q:-$M}\n" * SIZE)[:SIZE],
    "a variable from outside on every line": b"BIG\n" * (SIZE // 4),
    "references to one from outside": b"A=${BIG:+}\n" * (SIZE // 11),
}


@pytest.mark.native("measures this machine's own time")
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("verb", ["run", "token"])
def test_no_file_costs_more_than_its_size(
    labelgate: Path, world: str, tmp_path: Path, verb: str, shape: str
) -> None:
    if world != "musl":
        pytest.skip(f"the time of the static binary; this is {world}")
    (tmp_path / ".env").write_bytes(SHAPES[shape][:SIZE])
    command = {
        "run": ["run", "--no-token", "--load", "all", "--", "/bin/true"],
        "token": ["token", "--write"],
    }
    (tmp_path / "token").write_text("9f8e7d6c5b4a39281706f5e4d3c2b1a098765432\n")
    with (tmp_path / "token").open() as token:
        process = subprocess.Popen(
            [labelgate, *command[verb]],
            cwd=tmp_path,
            env={"BIG": "x" * 120_000},
            stdin=token,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            # ru_maxrss would count this process's own memory, which the child begins with.
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_MAX, MEMORY_MAX)),
        )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode in (0, 1, 125), "never for want of memory or by a signal"
    assert used.ru_utime + used.ru_stime < SECONDS_MOST
