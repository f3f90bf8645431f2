# SPDX-License-Identifier: MIT
"""docker/progress.sh: what takes a while is never silent, and what fails says why."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

PROGRESS = Path(__file__).resolve().parents[2] / "docker/progress.sh"


def show(log: Path, seconds: int, program: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PROGRESS, "making tea", str(seconds), log, "sh", "-c", program],
        env={"PATH": os.environ["PATH"], "SHOW_EVERY": "1", **more},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_it_tells_what_how_far_and_how_long_yet(tmp_path: Path) -> None:
    done = show(tmp_path / "log", 60, "echo water; echo leaves >&2; sleep 3")
    assert (done.returncode, done.stdout) == (0, "")
    first, *between, last = done.stderr.splitlines()
    assert first == "  making tea: about 1:00"
    assert between and re.fullmatch(r"  making tea: 0:0\d, about 0:5\d yet; leaves", between[0])
    assert re.fullmatch(r"  making tea: done in 0:0\d", last)
    assert (tmp_path / "log").read_text() == "water\nleaves\n"


def test_a_known_share_makes_the_guess(tmp_path: Path) -> None:
    done = show(tmp_path / "log", 1, "sleep 3", PERCENT="echo 20")
    line = done.stderr.splitlines()[1]
    past, left = re.fullmatch(r"  making tea: 0:0(\d), 20 %, about 0:(\d\d) yet", line).groups()
    assert int(left) == 4 * int(past)


def test_one_that_takes_longer_than_the_guess_says_so(tmp_path: Path) -> None:
    done = show(tmp_path / "log", 1, "sleep 4")
    assert "longer than the usual 0:01" in done.stderr


def test_a_failure_shows_its_last_words_and_keeps_the_code(tmp_path: Path) -> None:
    done = show(tmp_path / "log", 5, "echo no tea; exit 7")
    assert done.returncode == 7
    assert re.search(r"making tea failed \(7\) after 0:0\d; its last words:\nno tea\n$", done.stderr)
