# SPDX-License-Identifier: MIT
"""What `make dist` makes for containers: the image for several processors, the wheel for images of Python."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from engine import ROOT, Engine

sys.path.insert(0, str(ROOT / "tests/build"))
from making import make_release

HERE = platform.machine()
ROWS = [line.split() for line in (ROOT / "docker/architectures").read_text().splitlines()]
# What the container engine calls each of ours, and this machine.
PLATFORMS = {row[0]: row[-1] for row in ROWS if row[0] != "#"}


@pytest.fixture(scope="module")
def release(binary: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release") / "dist"
    make_release(folder)
    return folder


@pytest.fixture
def context(release: Path, tmp_path: Path) -> Path:
    """The recipe, unpacked, with a place for each platform. Nothing runs of the others, so a name will do."""
    with tarfile.open(next(release.glob("*-image.tar.xz"))) as tar:
        tar.extractall(tmp_path, filter="tar")
    (folder,) = tmp_path.iterdir()
    for arch, place in PLATFORMS.items():
        if arch != HERE:
            shutil.copytree(folder / PLATFORMS[HERE], folder / place, dirs_exist_ok=True)
            (folder / place / "labelgate").write_text(f"the program for {arch}")
    return folder


@pytest.fixture
def tag(engine: Engine, run_name: str) -> Iterator[str]:
    yield f"{run_name}/release"
    engine.run("rmi", "--force", f"{run_name}/release", check=False)


def program_in(engine: Engine, image: str, target: Path) -> bytes:
    container = engine.out("create", image, "version")
    try:
        engine.run("cp", f"{container}:/labelgate", str(target))
    finally:
        engine.run("rm", container)
    return target.read_bytes()


@pytest.mark.parametrize("arch", PLATFORMS)
def test_each_platform_gets_its_own_program(
    engine: Engine, context: Path, tag: str, tmp_path: Path, arch: str
) -> None:
    system, processor, *variant = PLATFORMS[arch].split("/")
    engine.run(
        "buildx",
        "build",
        "--load",
        "--network",
        "none",
        "--platform",
        PLATFORMS[arch],
        "-t",
        tag,
        str(context),
    )
    shown = engine.out("image", "inspect", "--format", "{{.Os}}/{{.Architecture}}/{{.Variant}}", tag)
    assert shown == "/".join([system, processor, *(variant or [""])])
    assert engine.out("image", "inspect", "--format", "{{.Config.Entrypoint}}", tag) == "[/labelgate]"
    inside = program_in(engine, tag, tmp_path / "program")
    assert inside == (context / PLATFORMS[arch] / "labelgate").read_bytes()
    if arch == HERE:
        assert engine.out("run", "--rm", "--network", "none", tag, "version").startswith("labelgate ")


def test_pip_in_a_container_puts_it_on_path(engine: Engine, python_image: str, release: Path) -> None:
    """In an image of Python, whose pip is this machine's own: it is nothing but Python."""
    wheel = next(release.glob("*.whl"))
    where = [sys.executable, "-c", "import pip; print(pip.__path__[0])"]
    pip = subprocess.run(where, capture_output=True, text=True, check=True).stdout.strip()
    mounts = ["-v", f"{wheel}:/w/{wheel.name}:ro", "-v", f"{pip}:/p/pip:ro", "-e", "PYTHONPATH=/p"]
    install = "python3 -m pip install --quiet --no-index --break-system-packages --root-user-action ignore"
    script = (
        f"{install} /w/{wheel.name} && command -v labelgate && labelgate run --no-token -- labelgate version"
    )
    said = engine.out("run", "--rm", "--network", "none", *mounts, python_image, "sh", "-c", script)
    place, first, *_ = said.splitlines()
    assert os.path.basename(place) == "labelgate"
    assert first.startswith("labelgate ")
