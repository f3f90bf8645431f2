# SPDX-License-Identifier: MIT
"""Fixtures of the build's tests: the tarballs, and a release for this machine's own processor."""

import subprocess
from pathlib import Path

import pytest
from making import ROOT, make_release


@pytest.fixture(scope="session")
def tarballs() -> Path:
    subprocess.run([ROOT / "docker/fetch-sources.sh", ROOT / "sources"], check=True)
    return ROOT / "sources"


@pytest.fixture(scope="session")
def dist(labelgate: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release") / "dist"
    make_release(folder)
    return folder
