# SPDX-License-Identifier: MIT
"""An existing Compose project, untouched, gets labelgate by one `-f`: by the README's own lines."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import readme
from artefacts import GUIDE_JWT
from engine import ROOT, Engine, Installed, LabelStudio, Project, poll, write_env

HERE = ROOT / "tests/engine/superinsight"
LABEL_STUDIO_START = 120.0
SOON = 30.0


@pytest.fixture(scope="module")
def plain_app(engine: Engine, python_image: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The project's own image, without labelgate; kept as a cache."""
    sources = [HERE / "Dockerfile", ROOT / "compose/app/app.py", ROOT / "compose/app/report.py"]
    key = hashlib.sha256(python_image.encode() + b"".join(file.read_bytes() for file in sources)).hexdigest()[
        :12
    ]
    image = f"labelgate-test/superinsight:{key}"
    if not engine.has_image(image):
        folder = tmp_path_factory.mktemp("superinsight-image")
        for file in sources:
            shutil.copy(file, folder)
        engine.run("build", "--quiet", "--build-arg", f"PYTHON={python_image}", "--tag", image, str(folder))
    return image


@pytest.fixture(scope="module")
def existing(
    engine: Engine,
    run_name: str,
    installed: Installed,
    labelgate_image: str,
    plain_app: str,
    admin: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Project]:
    """The project as labelgate finds it, with the guide's JWT in .env, running."""
    home = tmp_path_factory.mktemp("home")
    (home / "labelgate").symlink_to(ROOT)
    folder = home / "superinsight"
    folder.mkdir()
    shutil.copy(HERE / "docker-compose.yml", folder)
    write_env(folder / ".env", {**admin, "LABEL_STUDIO_API_TOKEN": GUIDE_JWT})
    variables = {
        "HOME": str(home),
        "COMPOSE_PROJECT_NAME": f"{run_name}super",
        "LABEL_STUDIO_IMAGE": installed.image,
        "LABEL_STUDIO_FOLDER": installed.folder,
        "APP_IMAGE": plain_app,
        "LABELGATE_IMAGE": labelgate_image,
    }
    project = Project(engine, variables["COMPOSE_PROJECT_NAME"], folder, ["docker-compose.yml"], variables)
    project.compose("up", "--detach")
    yield project
    project.files.append("override.labelgate.yaml")
    if not (folder / "override.labelgate.yaml").exists():
        project.files.pop()
    project.remove()


@pytest.fixture(scope="module")
def server(existing: Project, admin: dict[str, str]) -> LabelStudio:
    server = LabelStudio(existing.address("label-studio"), *admin.values())
    poll(server.is_up, LABEL_STUDIO_START, "the project's Label Studio answers")
    server.settings(legacy=True)
    return server


def run_readme(project: Project, name: str) -> subprocess.CompletedProcess[str]:
    """Runs them in the project's folder, as a person would who cloned labelgate into the home folder."""
    return subprocess.run(
        ["sh", "-e"],
        input=readme.lines(name),
        cwd=project.folder,
        env={**project.engine.environment, **project.variables},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )


def test_without_labelgate_a_wrong_token_shows_nowhere(
    engine: Engine, existing: Project, server: LabelStudio
) -> None:
    """What the project is like before: this is the trouble that labelgate is for."""
    engine.await_health(existing.container("app"), "healthy", SOON)
    poll(lambda: existing.state("web") == "running", SOON, "the dependent service runs")
    assert server.ask("GET", "/api/current-user/whoami", f"Token {GUIDE_JWT}").status == 401


def test_the_readme_s_lines_show_the_wrong_token(
    engine: Engine, existing: Project, server: LabelStudio
) -> None:
    shown = run_readme(existing, "existing project")
    assert shown.returncode == 1, shown.stdout + shown.stderr
    assert "[jwt_refresh]" in engine.logs(existing.container("app"))
    assert engine.inspect(existing.container("app"))["HostConfig"]["RestartPolicy"]["Name"] == "on-failure"
    existing.files.append("override.labelgate.yaml")


def test_the_readme_s_lines_put_the_right_one_in(
    engine: Engine, existing: Project, server: LabelStudio, admin: dict[str, str]
) -> None:
    write_env(existing.env_file, {**admin, "LABEL_STUDIO_API_TOKEN": server.legacy_token()}, "rename")
    shown = run_readme(existing, "token corrected")
    assert shown.returncode == 0, shown.stdout + shown.stderr
    app = existing.container("app")
    engine.await_health(app, "healthy", SOON)
    assert "[ok]" in engine.health_log(app)
    assert existing.state("web") == "running"
    engine.await_log(existing.container("web"), "report: 0 projects", SOON)


def test_the_token_is_not_in_the_container_s_configuration(
    engine: Engine, existing: Project, server: LabelStudio
) -> None:
    environment = engine.inspect(existing.container("app"))["Config"]["Env"]
    assert "LABEL_STUDIO_API_TOKEN=" in environment
    assert server.legacy_token() not in str(environment)


def test_a_second_up_leaves_everything_running(engine: Engine, existing: Project) -> None:
    """The init service runs at every `up` and must not disturb an app that executes the binary."""
    before = engine.inspect(existing.container("app"))["State"]["StartedAt"]
    existing.compose("up", "--detach")
    gate = engine.inspect(existing.container("labelgate"))["State"]
    assert (gate["Status"], gate["ExitCode"]) == ("exited", 0)
    assert engine.inspect(existing.container("app"))["State"]["StartedAt"] == before


def test_refused_at_run_time_with_the_project_s_own_app(
    engine: Engine, existing: Project, server: LabelStudio
) -> None:
    server.settings(legacy=False)
    engine.await_health(existing.container("app"), "unhealthy", SOON)
    assert "[legacy_disabled]" in engine.logs(existing.container("app"))


def test_the_override_changes_nothing_else(existing: Project) -> None:
    """Of the other services, the networks and the volumes of the project nothing is touched."""
    both = existing.compose("config", "--no-interpolate").stdout
    alone = Project(
        existing.engine, existing.name, existing.folder, ["docker-compose.yml"], existing.variables
    )
    before = alone.compose("config", "--no-interpolate").stdout

    def service(text: str, name: str) -> str:
        found = re.search(rf"^  {name}:\n((?:    .*\n)+)", text, re.MULTILINE)
        assert found, f"no service {name}"
        return found[1]

    for name in ("label-studio", "web"):
        assert service(both, name) == service(before, name)
    assert (
        Path(existing.folder / "docker-compose.yml").read_bytes()
        == (HERE / "docker-compose.yml").read_bytes()
    )
