# SPDX-License-Identifier: MIT
"""`make demo`: four scenes against recorded answers, without a container engine."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "tests/demo/demo.py"


def docker_that_fails(folder: Path) -> Path:
    """The file to which that `docker`, first in PATH below, adds a line for each call."""
    calls, docker = folder / "calls", folder / "bin/docker"
    docker.parent.mkdir()
    docker.write_text(f'#!/bin/sh\necho "$*" >>{calls}\nexit 1\n')
    docker.chmod(0o755)
    return calls


@pytest.fixture
def docker_calls(tmp_path: Path) -> Path:
    return docker_that_fails(tmp_path)


def play(program: Path, docker_calls: Path, **more: str) -> subprocess.CompletedProcess[str]:
    path = f"{docker_calls.parent / 'bin'}:{os.environ['PATH']}"
    return subprocess.run(
        [sys.executable, DEMO],
        env={"PATH": path, "LABELGATE": str(program), "PYTHONDONTWRITEBYTECODE": "1", **more},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


@pytest.fixture(scope="module")
def played(
    labelgate: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[subprocess.CompletedProcess[str], Path]:
    calls = docker_that_fails(tmp_path_factory.mktemp("played"))
    return play(labelgate, calls), calls


def test_four_scenes_against_recorded_answers(
    played: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    done, docker_calls = played
    assert done.returncode == 0, done.stdout + done.stderr
    scenes = re.split(r"^=== Scene \d: ", done.stdout, flags=re.MULTILINE)[1:]
    refused, started, healthy, unhealthy = scenes
    assert "[jwt_refresh]" in refused and "  125\n" in refused and "app: started" not in refused
    assert "app: started" in started
    assert "healthy [ok]" in healthy and "calls it healthy" in healthy
    assert "[legacy_disabled]" in unhealthy and "calls it unhealthy" in unhealthy
    assert not docker_calls.exists()


def test_it_says_what_it_is_and_how_to_see_a_real_one(
    played: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    lines = played[0].stdout.splitlines()
    assert "recorded answers of Label Studio 1.22.0" in lines[0]
    assert "make demo REAL=1" in lines[-1]
    assert "4 of 4 scenes" in lines[-2]


def test_it_shows_no_token(played: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    done = played[0]
    assert not re.search(r"\b[0-9a-f]{40}\b|eyJ", done.stdout + done.stderr)


def test_a_program_that_shows_something_else_fails_it(tmp_path: Path, docker_calls: Path) -> None:
    """Negative control: a gate that lets everything through."""
    program = tmp_path / "labelgate"
    program.write_text('#!/bin/sh\n[ "$1" != run ] || { shift 2; exec "$@"; }\necho "healthy [ok]"\n')
    program.chmod(0o755)
    # Its app would run for ever in the scene that must not start it.
    (tmp_path / "bin/python3").write_text('#!/bin/sh\necho "app: started, projects"\n')
    (tmp_path / "bin/python3").chmod(0o755)
    done = play(program, docker_calls)
    assert done.returncode == 1
    assert "this scene should show '[jwt_refresh]' and did not" in done.stderr
    assert "this scene must not show 'app: started' and did" in done.stderr
    assert "2 of 4 scenes" in done.stdout


def test_a_real_one_needs_an_engine(labelgate: Path, docker_calls: Path) -> None:
    done = play(labelgate, docker_calls, REAL="1")
    assert done.returncode == 1 and not done.stdout
    assert done.stderr.startswith("demo: REAL=1 needs a Docker engine")
    assert docker_calls.read_text() == "version\n"
