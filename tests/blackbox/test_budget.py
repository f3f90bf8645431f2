# SPDX-License-Identifier: MIT
"""What a plain probe over http costs, in figures that a busy machine does not change.

The budgets of `make bench`, which adds times and peers. In a process namespace of its own, as in a container:
the probe looks at every process it can see.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from standin import TOKEN, StandIn, answer, label_studio

CALLS_MOST = 60
INSTRUCTIONS_MOST = 250_000
# A server that answers late, as on a busy machine, costs a line for the deadline: the least counts.
TRIES = 3
ALONE = ["unshare", "--fork", "--pid", "--kill-child", "--mount-proc"]


def can_unshare() -> bool:
    return subprocess.run([*ALONE, "true"], capture_output=True, check=False).returncode == 0


pytestmark = [
    pytest.mark.native("counts this machine's own instructions and system calls"),
    pytest.mark.skipif(not can_unshare(), reason="needs root: a process namespace of its own"),
]


@pytest.fixture
def environment(world: str) -> Iterator[dict[str, str]]:
    if world != "musl":
        pytest.skip(f"budgets are for the static binary; this is {world}")
    with StandIn(answer(label_studio)) as server:
        yield {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "LABEL_STUDIO_URL": server.url,
            "LABEL_STUDIO_API_TOKEN": TOKEN,
        }


def run(command: list[str | Path], env: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [*ALONE, *command], env=env, cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0 and done.stdout.startswith("healthy [ok]"), done
    return done


@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
def test_system_calls(labelgate: Path, environment: dict[str, str], tmp_path: Path) -> None:
    trace = tmp_path / "trace"

    def calls() -> list[str]:
        run(["strace", "-f", "-o", trace, labelgate, "health"], environment, tmp_path)
        return [line for line in trace.read_text(errors="replace").splitlines() if "(" in line]

    counted = min((calls() for _ in range(TRIES)), key=len)
    assert any("execve(" in line for line in counted) and any("sendto(" in line for line in counted)
    assert len(counted) <= CALLS_MOST, "\n".join(counted)


@pytest.mark.skipif(not shutil.which("valgrind"), reason="valgrind is not installed")
def test_instructions(labelgate: Path, environment: dict[str, str], tmp_path: Path) -> None:
    tool = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]

    def instructions() -> int:
        done = run([*tool, labelgate, "health"], environment, tmp_path)
        found = re.search(r"refs:\s*([\d,]+)", done.stderr)
        assert found, done.stderr
        return int(found.group(1).replace(",", ""))

    assert 50_000 < min(instructions() for _ in range(TRIES)) <= INSTRUCTIONS_MOST
