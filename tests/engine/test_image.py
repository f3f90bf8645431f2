# SPDX-License-Identifier: MIT
"""The image itself: what is in it, what it says of itself, and that each builder makes it."""

from __future__ import annotations

import io
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from engine import ROOT, Engine

LOCK = (ROOT / "docker/sources.lock").read_text()
LICENCES = "licenses/"
# The compiler has to come from a Debian mirror, and everything is built from its source.
COMPILE_LIMIT = 900.0


def components() -> dict[str, str]:
    """Names and versions of what is in the binary, from the lock."""
    rows = LOCK.split("# Tests only")[0].splitlines()
    return dict(row.split()[:2] for row in rows if row and not row.startswith("#"))


def files_of(engine: Engine, image: str) -> list[tarfile.TarInfo]:
    """Everything in the image, by way of a container that is never started."""
    container = engine.out("create", image, "version")
    try:
        export = subprocess.run(
            ["docker", "export", container], env=engine.environment, capture_output=True, check=True
        )
    finally:
        engine.run("rm", container)
    with tarfile.open(fileobj=io.BytesIO(export.stdout)) as archive:
        return [member for member in archive if member.isfile() and member.size > 0]


def label(engine: Engine, image: str, name: str) -> str:
    return engine.out("image", "inspect", "--format", f'{{{{index .Config.Labels "{name}"}}}}', image)


def test_it_holds_the_binary_and_the_licence_texts_only(
    engine: Engine, labelgate_image: str, binary: Path
) -> None:
    files = {member.name: member for member in files_of(engine, labelgate_image)}
    texts = {LICENCES + name for name in [*components(), "labelgate"]}
    assert set(files) == {"labelgate", *texts}
    assert files["labelgate"].size == binary.stat().st_size
    assert files["labelgate"].mode & 0o7777 == 0o755
    size = int(engine.out("image", "inspect", "--format", "{{.Size}}", labelgate_image))
    assert size == sum(member.size for member in files.values())


def test_its_labels_are_the_lock_and_the_version(engine: Engine, labelgate_image: str) -> None:
    said = engine.out("run", "--rm", "--network", "none", labelgate_image, "version")
    assert label(engine, labelgate_image, "labelgate.components") == ", ".join(
        " ".join(row) for row in components().items()
    )
    assert label(engine, labelgate_image, "org.opencontainers.image.version") in said
    for name, version in components().items():
        if name != "musl":
            assert f"{name} {version}" in said.lower()


@pytest.mark.parametrize("uid", ["0:0", "1000:1000"])
def test_it_runs_hardened_as_any_user(engine: Engine, labelgate_image: str, uid: str) -> None:
    hard = ["--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--network", "none"]
    gate = engine.run(
        "run",
        "--rm",
        *hard,
        "--user",
        uid,
        labelgate_image,
        "run",
        "--no-token",
        "--",
        "/labelgate",
        "version",
    )
    assert gate.stdout.startswith("labelgate ")


@pytest.fixture
def tag(engine: Engine, run_name: str) -> Iterator[str]:
    yield f"{run_name}/built"
    engine.run("rmi", "--force", f"{run_name}/built", check=False)


@pytest.mark.parametrize("builder", ["DOCKER_BUILDKIT=0", "DOCKER_BUILDKIT=1", "buildx"])
def test_each_builder_copies_it_into_a_debian_image(
    engine: Engine, labelgate_image: str, tag: str, tmp_path: Path, builder: str
) -> None:
    """What the README tells people to write, from the images of this engine and without a network."""
    (tmp_path / "Dockerfile").write_text(
        f"FROM {labelgate_image} AS labelgate\n"
        "FROM debian:trixie-slim\n"
        "COPY --from=labelgate /labelgate /labelgate\n"
        'ENTRYPOINT ["/labelgate", "run", "--"]\n'
        'CMD ["echo", "the app"]\n'
    )
    env = {"DOCKER_BUILDKIT": "0" if builder == "DOCKER_BUILDKIT=0" else "1"}
    words = ["buildx", "build", "--load"] if builder == "buildx" else ["build"]
    engine.run(*words, "--network", "none", "--tag", tag, str(tmp_path), env=env)
    ran = engine.run("run", "--rm", "--network", "none", "--env", "LABELGATE_NO_TOKEN=1", tag)
    assert ran.stdout == "the app\n"


def test_the_dockerfile_compiles_it_from_source(engine: Engine, tag: str) -> None:
    """docker/Dockerfile as it stands; `make sources` has been here, so only the compiler is fetched."""
    engine.run(
        "build", "--file", str(ROOT / "docker/Dockerfile"), "--tag", tag, str(ROOT), limit=COMPILE_LIMIT
    )
    assert engine.run("run", "--rm", "--network", "none", tag, "version").stdout.startswith("labelgate ")
    names = {member.name for member in files_of(engine, tag)}
    assert names == {"labelgate", *(LICENCES + name for name in [*components(), "labelgate"])}
