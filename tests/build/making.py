# SPDX-License-Identifier: MIT
"""What the tests of the build share: the clone, its commands, a release made of it."""

import os
import platform
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "docker" / "sources.lock"


def output(*command: str | Path, **keywords) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT, **keywords).stdout


def tracked_copy(target: Path) -> Path:
    """The clone as git knows it, with what is not committed yet."""
    listed = output("git", "ls-files", "-z", "-co", "--exclude-standard").split("\0")
    for name in filter(None, listed):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    return target


def environment(**more: str) -> dict[str, str]:
    """Without what an outer make hands to an inner one."""
    kept = {
        name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")
    }
    return {**kept, **more}


ARCH = platform.machine()


def make_release(folder: Path, clone: Path = ROOT, before: Sequence[str] = (), **variables: str) -> None:
    """`make dist` for this machine's own processor, without the tests, into a folder."""
    words = ["make", "dist", f"ARCHITECTURES={ARCH}", "DIST_TEST=no", f"DIST={folder}"]
    done = subprocess.run(
        [*before, *words],
        cwd=clone,
        env=environment(**variables),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
