# SPDX-License-Identifier: MIT
"""`install` replaces the program under a running `run`: a probe reads what another version has written.

tests/data/resident_0.1.0.json has what 0.1.0 wrote at each launch, byte for byte and in its order (@DIR@: the
folder, @URL@: Label Studio), and what 0.1.0 reads.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from container import APP, MOUNTS, NATIVE, marked, namespace, probe, wait_for_marked
from standin import StandIn, answer, label_studio

pytestmark = [NATIVE, MOUNTS]

RECORD = json.loads((ROOT / "tests/data/resident_0.1.0.json").read_text())
LAUNCHES: dict[str, dict[str, Any]] = {launch["name"]: launch for launch in RECORD["launches"]}
READS: dict[str, str] = RECORD["reads"]
SLEEP = shutil.which("sleep") or "/bin/sleep"
# What the probe has of its own: another token and an address that nobody answers at.
OF_PROBE = {
    "PATH": "/usr/bin:/bin",
    "LABEL_STUDIO_URL": "http://127.0.0.1:9",
    "LABEL_STUDIO_API_TOKEN": "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0",
}


@pytest.fixture
def server() -> Iterator[StandIn]:
    with StandIn(answer(label_studio)) as server:
        yield server


def filled(value: Any, folder: Path, url: str) -> Any:
    return json.loads(json.dumps(value).replace("@DIR@", str(folder)).replace("@URL@", url))


def lay_out(launch: dict[str, Any], folder: Path, url: str) -> None:
    for name, text in launch["files"].items():
        (folder / name).write_text(filled(text, folder, url))


@contextmanager
def old_resident(environ: list[str], folder: Path) -> Iterator[int]:
    """A process with exactly this environment, below a PID 1 that is no labelgate."""
    words = ["env", "-i", *environ, SLEEP, "60"]
    quoted = " ".join("'" + word.replace("'", "'\\''") + "'" for word in words)
    env = {"PATH": os.environ["PATH"]}
    with namespace("sh", "-c", f"{quoted} </dev/null & echo ready; wait", env=env, cwd=folder) as first:
        wait_for_marked(first, 1)
        yield first


@contextmanager
def new_resident(labelgate: Path, launch: dict[str, Any], folder: Path, url: str) -> Iterator[list[str]]:
    """What this version's `run` writes at that launch, in its order."""
    env = {"PATH": os.environ["PATH"], **filled(launch["env"], folder, url)}
    with namespace(labelgate, "run", *launch["options"], "--", *APP, env=env, cwd=folder) as first:
        (pid,) = wait_for_marked(first, 1)
        assert [found for found, _ in marked(first)] == [pid]
        yield Path(f"/proc/{pid}/environ").read_text().split("\0")[:-1]


@pytest.mark.parametrize("name", LAUNCHES)
def test_our_probe_reads_what_the_old_run_wrote(
    labelgate: Path, server: StandIn, folder: Path, name: str
) -> None:
    launch = LAUNCHES[name]
    lay_out(launch, folder, server.url)
    with old_resident(filled(launch["environ"], folder, server.url), folder) as first:
        done = probe(first, labelgate, "-v", env=OF_PROBE)
    asked = [[request.path, request.header("authorization")] for request in server.requests]
    assert asked and asked[0] == launch["asks"], done
    assert (done.code == 0) == launch["healthy"], done


@pytest.mark.parametrize("name", LAUNCHES)
def test_the_old_probe_can_read_what_our_run_writes(
    labelgate: Path, server: StandIn, folder: Path, name: str
) -> None:
    """All that 0.1.0 wrote, as it wrote it; what is more has a name that 0.1.0 does not read."""
    launch = LAUNCHES[name]
    lay_out(launch, folder, server.url)
    with new_resident(labelgate, launch, folder, server.url) as environ:
        recorded = filled(launch["environ"], folder, server.url)
        assert environ[0] == RECORD["marker"]
        assert [entry for entry in environ if entry in recorded] == recorded
        token_name = dict(entry.split("=", 1) for entry in environ).get("LABELGATE_TOKEN_VAR")
        for entry in environ:
            variable, _, value = entry.partition("=")
            if entry not in recorded:
                assert variable not in READS and variable != token_name, entry
            elif variable in READS:
                assert re.fullmatch(READS[variable], value), entry
        assert len("\0".join(environ)) + 1 <= RECORD["bytes_max"]
