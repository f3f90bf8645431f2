# SPDX-License-Identifier: MIT
"""compose/recipes/: labelgate in images of all kinds, each built as its file says and run."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from artefacts import GUIDE_JWT
from engine import ROOT, Engine, Installed, LabelStudio, Project, script

RECIPES = ROOT / "compose/recipes"
URL = "LABEL_STUDIO_URL=http://label-studio:8080"
QUICK = ["--health-interval", "1s", "--health-retries", "2"]
SOON = 40.0
# Importing the SDK and all it needs takes some seconds of CPU.
SDK_START = 120.0
# Says what it got, sets a variable and runs it: what entry points of images do.
OWN_ENTRYPOINT = '#!/bin/sh\necho "own entry point: $*"\nexport PREPARED=yes\nexec "$@"\n'


@pytest.fixture(scope="module")
def build(engine: Engine, run_name: str, labelgate_image: str) -> Iterator[Callable[..., str]]:
    """Builds a recipe in a folder; the images go when the module ends."""
    images: list[str] = []

    def build(recipe: Path, folder: Path, base: str = "") -> str:
        image = f"{run_name}/{recipe.name.split('.')[0]}"
        arguments = ["--build-arg", f"LABELGATE={labelgate_image}"]
        if base:
            arguments += ["--build-arg", f"BASE={base}"]
        engine.run("build", "--quiet", "--file", str(recipe), *arguments, "--tag", image, str(folder))
        images.append(image)
        return image

    yield build
    for image in images:
        engine.run("rmi", "--force", image, check=False)


@pytest.fixture
def start(engine: Engine, run_name: str, project: Project) -> Iterator[Callable[..., str]]:
    """Starts an image on the network of the run's Label Studio."""
    names: list[str] = []

    def start(image: str, *environment: str, options: tuple[str, ...] = ()) -> str:
        name = f"{run_name}-recipe{len(names)}"
        names.append(name)
        words = [word for variable in environment for word in ("--env", variable)]
        network = ["--network", f"{project.name}_default"]
        engine.run("run", "--detach", "--name", name, *network, *QUICK, *words, *options, image)
        return name

    yield start
    for name in names:
        engine.run("rm", "--force", "--volumes", name, check=False)


@pytest.fixture(autouse=True)
def legacy_on(label_studio: LabelStudio) -> None:
    label_studio.settings(api=True, legacy=True)


def token_file(tmp_path: Path, token: str) -> tuple[str, ...]:
    """A token that stands in no argument list and in no container's configuration."""
    (tmp_path / "token").write_text(token)
    return ("--volume", f"{tmp_path / 'token'}:/run/secrets/token:ro")


def test_an_image_with_an_entry_point_of_its_own(
    engine: Engine,
    build: Callable[..., str],
    start: Callable[..., str],
    label_studio: LabelStudio,
    tmp_path: Path,
) -> None:
    (tmp_path / "own-entrypoint").write_text(OWN_ENTRYPOINT)
    (tmp_path / "own-entrypoint").chmod(0o755)
    base_file = tmp_path / "base.Dockerfile"
    base_file.write_text('FROM debian:trixie-slim\nCOPY own-entrypoint /\nENTRYPOINT ["/own-entrypoint"]\n')
    base = build(base_file, tmp_path)
    image = build(RECIPES / "own-entrypoint.Dockerfile", RECIPES, base)
    secret = token_file(tmp_path, label_studio.legacy_token())
    container = start(image, URL, "LABEL_STUDIO_API_TOKEN_FILE=/run/secrets/token", options=secret)
    engine.await_health(container, "healthy", SOON)
    assert "own entry point: sleep infinity" in engine.logs(container)
    processes = engine.out("top", container, "-o", "pid,args").splitlines()
    assert any("labelgate init" in line for line in processes)
    assert any(line.endswith(" sleep infinity") for line in processes)


def test_an_image_without_a_shell(
    engine: Engine,
    build: Callable[..., str],
    start: Callable[..., str],
    label_studio: LabelStudio,
    tmp_path: Path,
) -> None:
    (tmp_path / "app").mkdir()
    busybox = script(str(ROOT / "docker/apt-private.sh"), "unpack", "busybox-static")
    shutil.copy(next(Path(busybox).rglob("bin/busybox")), tmp_path / "app/busybox")
    image = build(RECIPES / "distroless.Dockerfile", tmp_path)
    secret = token_file(tmp_path, label_studio.legacy_token())
    container = start(image, URL, "LABEL_STUDIO_API_TOKEN_FILE=/run/secrets/token", options=secret)
    engine.await_health(container, "healthy", SOON)
    assert engine.run("exec", container, "/bin/sh", "-c", "true", check=False).returncode != 0
    label_studio.settings(legacy=False)
    engine.await_health(container, "unhealthy", SOON)
    assert "[legacy_disabled]" in engine.logs(container)


@pytest.mark.parametrize("kind", ["the guide's JWT", "a PAT"])
def test_a_backend_with_the_sdk_and_a_pat(
    engine: Engine,
    build: Callable[..., str],
    start: Callable[..., str],
    label_studio: LabelStudio,
    installed: Installed,
    tmp_path: Path,
    kind: str,
) -> None:
    """The SDK comes with Label Studio's packages. The guide's JWT is of the right kind, of another server."""
    image = build(RECIPES / "ml-backend.Dockerfile", RECIPES, installed.image)
    pat = label_studio.new_pat() if kind == "a PAT" else GUIDE_JWT
    secret = (*token_file(tmp_path, pat), *installed.mount)
    container = start(image, URL, "LABEL_STUDIO_API_KEY_FILE=/run/secrets/token", options=secret)
    if kind == "a PAT":
        engine.await_health(container, "healthy", SOON)
        engine.await_log(container, "backend: 0 projects", SDK_START)
        label_studio.settings(api=False)
        engine.await_health(container, "unhealthy", SOON)
        assert "[jwt_disabled]" in engine.health_log(container)
    else:
        engine.await_health(container, "unhealthy", SOON)
        assert "[pat_invalid]" in engine.health_log(container)


def test_label_studio_s_own_image(
    engine: Engine, build: Callable[..., str], start: Callable[..., str], installed: Installed
) -> None:
    image = build(RECIPES / "label-studio.Dockerfile", RECIPES, installed.image)
    container = start(image, options=installed.mount)
    engine.await_health(container, "healthy", 120.0)
    assert "[ok]" in engine.health_log(container)
    assert "labelgate init" in engine.out("top", container, "-o", "pid,args")
    stopped = engine.run("stop", "--time", "20", container)
    assert stopped.returncode == 0
    assert engine.inspect(container)["State"]["ExitCode"] in (0, 143)
