# SPDX-License-Identifier: MIT
"""Fixtures of the engine layer: real Docker, a real Label Studio once a run, everything removed again.

Names carry a random word, so two runs on one engine do not meet. Networks are internal: nothing
leaves the machine.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from engine import (
    ROOT,
    Engine,
    Installed,
    LabelStudio,
    Project,
    Turns,
    copy_stack,
    install_label_studio,
    poll,
    script,
    write_env,
)
from studio import VERSIONS, Prober, Studio

ADMIN = "admin@example.com"
# The first start of a container on a migrated database, on a machine that does other work too.
LABEL_STUDIO_START = 120.0
TEST_LIMIT = 1800


def pytest_configure(config: pytest.Config) -> None:
    """A run that is told to stop cleans up as one that ends."""
    config.addinivalue_line(
        "markers", "any_version: holds beside a Label Studio without PATs and switches too"
    )
    signal.signal(signal.SIGTERM, lambda *_: pytest.exit("terminated", 143))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The first test of a machine builds the images; the limit of the quick layers is not for that."""
    # Sorting is stable: all but the swarm, then the swarm, after which no name resolves any more.
    items.sort(key=lambda item: item.path.name == "test_swarm.py")
    for item in items:
        if item.path.is_relative_to(ROOT / "tests/engine") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(TEST_LIMIT))


@pytest.fixture(scope="session")
def engine() -> Engine:
    """The Docker client, with Compose 2 and buildx."""
    if shutil.which("docker") is None:
        pytest.skip("no docker client on this machine")
    if subprocess.run(["docker", "version"], capture_output=True, check=False).returncode != 0:
        pytest.skip("no Docker engine answers on this machine")
    environment = dict(os.environ)
    for line in script(str(ROOT / "docker/client.sh")).splitlines():
        name, value = line.split("=", 1)
        environment[name] = value
    return Engine(environment)


@pytest.fixture(scope="session")
def turns() -> Iterator[Turns]:
    """This run's share of the engine."""
    turns = Turns()
    turns.share()
    yield turns
    turns.end()


@pytest.fixture(scope="session")
def run_name(engine: Engine, turns: Turns) -> Iterator[str]:
    """A word that nothing else on this engine has in its name; what has it at the end is removed."""
    name = "lgtest" + secrets.token_hex(4)
    reaper = subprocess.Popen(
        [str(ROOT / "tests/engine/reaper.sh"), name],
        stdin=subprocess.PIPE,
        env=engine.environment,
        start_new_session=True,
    )
    yield name
    reaper.communicate()


@pytest.fixture(scope="session")
def installed(engine: Engine) -> Installed:
    """The real Label Studio 1.22.0 on SQLite, kept in the cache."""
    return install_label_studio("1.22.0", "sqlite")


@pytest.fixture(scope="session")
def binary() -> Path:
    """The static binary under test."""
    path = Path(os.environ.get("LABELGATE", ROOT / "build/labelgate"))
    assert path.is_file(), f"{path} is missing: make builds it"
    return path


@pytest.fixture(scope="session")
def labelgate_image(engine: Engine, run_name: str, binary: Path) -> Iterator[str]:
    """The product's image around the binary under test."""
    image = f"{run_name}/labelgate"
    script(str(ROOT / "docker/image.sh"), str(binary), image)
    yield image
    engine.run("rmi", "--force", image, check=False)


@pytest.fixture(scope="session")
def python_image(engine: Engine) -> str:
    """Debian with Python, the base of the apps; kept as a cache."""
    folder = ROOT / "compose/app"
    made_of = (folder / "Dockerfile").read_bytes() + (ROOT / "docker/base-image.sh").read_bytes()
    image = "labelgate-test/python:" + hashlib.sha256(made_of).hexdigest()[:12]
    if not engine.has_image(image):
        script(str(ROOT / "docker/base-image.sh"))
        engine.run("build", "--quiet", "--target", "python", "-t", image, str(folder))
    return image


@pytest.fixture(scope="session")
def app_image(engine: Engine, run_name: str, labelgate_image: str, python_image: str) -> Iterator[str]:
    """The example's app, guarded by the binary under test."""
    image = f"{run_name}/app"
    engine.run(
        "build",
        "--quiet",
        "--build-arg",
        f"LABELGATE={labelgate_image}",
        "-t",
        image,
        str(ROOT / "compose/app"),
    )
    yield image
    engine.run("rmi", "--force", image, check=False)


@pytest.fixture(scope="session")
def admin() -> dict[str, str]:
    """The lines of .env that make Label Studio's first user."""
    return {"LABEL_STUDIO_USERNAME": ADMIN, "LABEL_STUDIO_PASSWORD": secrets.token_urlsafe(18)}


@pytest.fixture(scope="session")
def project(
    engine: Engine,
    run_name: str,
    installed: Installed,
    admin: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Project]:
    """The example's Compose project under a name of its own, Label Studio not yet started."""
    folder = tmp_path_factory.mktemp("project")
    copy_stack(folder)
    variables = {
        "TEST_LABEL_STUDIO": installed.image,
        "TEST_LABEL_STUDIO_FOLDER": installed.folder,
        "TEST_APP": f"{run_name}/app",
        "TEST_USER_TOKEN": secrets.token_hex(20),
    }
    write_env(folder / ".env", admin)
    project = Project(engine, run_name, folder, ["compose.yaml", "compose.test.yaml"], variables)
    yield project
    project.remove()


@pytest.fixture(scope="session")
def label_studio(project: Project, admin: dict[str, str]) -> LabelStudio:
    """A real Label Studio of this run, logged in as its administrator."""
    project.compose("up", "--detach", "label-studio")
    server = LabelStudio(
        project.address("label-studio"), admin["LABEL_STUDIO_USERNAME"], admin["LABEL_STUDIO_PASSWORD"]
    )
    poll(server.is_up, LABEL_STUDIO_START, "Label Studio answers")
    assert server.legacy_token() == project.variables["TEST_USER_TOKEN"]
    return server


@pytest.fixture(scope="session")
def studios(engine: Engine, run_name: str, admin: dict[str, str]) -> Iterator[dict[str, Studio]]:
    """All versions of this run, each on its kind of database, all started when the first is needed."""
    made: dict[str, Studio] = {}
    try:
        for version, database in VERSIONS.items():
            name = f"{run_name}-{version.replace('.', '')}"
            there = install_label_studio(version, database)
            made[version] = Studio(engine, name, version, database, there, admin)
            made[version].start()
        for studio in made.values():
            studio.await_up()
        yield made
    finally:
        for studio in made.values():
            studio.remove()


@pytest.fixture(scope="module", params=VERSIONS)
def studio(request: pytest.FixtureRequest, studios: dict[str, Studio]) -> Studio:
    """One version after the other, its switches both on."""
    studio = studios[request.param]
    if studio.has_pats:
        studio.server.settings(api=True, legacy=True)
    return studio


@pytest.fixture(autouse=True)
def old_version(request: pytest.FixtureRequest) -> None:
    """What needs Personal Access Tokens or switches is skipped where there are none."""
    if "studio" not in request.fixturenames or request.node.get_closest_marker("any_version"):
        return
    studio = request.getfixturevalue("studio")
    if not studio.has_pats:
        pytest.skip(f"Label Studio {studio.version} has no Personal Access Tokens and no switches")


@pytest.fixture(scope="module")
def prober(studio: Studio, app_image: str) -> Iterator[Prober]:
    """prober("health", LABEL_STUDIO_URL=…): labelgate among the names of this Label Studio's network."""
    options = ("--no-healthcheck", "--entrypoint", "sleep")
    yield Prober(studio.engine, studio.run("prober", app_image, "infinity", options=options))
    studio.engine.run("rm", "--force", f"{studio.name}-prober", check=False)


@pytest.fixture(scope="module")
def side_project(
    engine: Engine,
    run_name: str,
    project: Project,
    label_studio: LabelStudio,
    labelgate_image: str,
    app_image: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[str], Project]]:
    """Makes a project of a file here, on the network of the run's Label Studio; removed after the module."""
    made: list[Project] = []

    def make(file: str) -> Project:
        folder = tmp_path_factory.mktemp("side")
        shutil.copy(ROOT / "tests/engine" / file, folder)
        variables = {
            "LABELGATE_IMAGE": labelgate_image,
            "APP_IMAGE": app_image,
            "NETWORK": f"{project.name}_default",
        }
        made.append(Project(engine, run_name + Path(file).stem, folder, [file], variables))
        return made[-1]

    yield make
    for side in made:
        side.remove()
