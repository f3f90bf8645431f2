# SPDX-License-Identifier: MIT
"""An existing Compose project, untouched, gets labelgate by the README's own lines and one line in .env."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from collections.abc import Iterator

import pytest
import readme
from artefacts import GUIDE_JWT
from engine import ROOT, Engine, Installed, LabelStudio, Project, poll, write_env

HERE = ROOT / "tests/engine/superinsight"
GUARD = "labelgate.yml"
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
    folder = tmp_path_factory.mktemp("superinsight")
    shutil.copy(HERE / "docker-compose.yml", folder)
    write_env(folder / ".env", {**admin, "LABEL_STUDIO_API_TOKEN": GUIDE_JWT})
    variables = {
        "COMPOSE_PROJECT_NAME": f"{run_name}super",
        "LABEL_STUDIO_IMAGE": installed.image,
        "LABEL_STUDIO_FOLDER": installed.folder,
        "APP_IMAGE": plain_app,
        "LABELGATE_IMAGE": labelgate_image,
    }
    project = Project(engine, variables["COMPOSE_PROJECT_NAME"], folder, ["docker-compose.yml"], variables)
    project.compose("up", "--detach")
    yield project
    if (folder / GUARD).exists():
        project.files.append(GUARD)
    project.remove()


@pytest.fixture(scope="module")
def server(existing: Project, admin: dict[str, str]) -> LabelStudio:
    server = LabelStudio(existing.address("label-studio"), *admin.values())
    poll(server.is_up, LABEL_STUDIO_START, "the project's Label Studio answers")
    server.settings(legacy=True)
    return server


def in_folder(project: Project, lines: str) -> subprocess.CompletedProcess[str]:
    """Runs them in the project's folder, as a person would; `labelgate` is the image under test."""
    image = project.variables["LABELGATE_IMAGE"]
    return subprocess.run(
        ["sh", "-e"],
        input=lines.replace("--rm labelgate ", f"--rm {image} "),
        cwd=project.folder,
        env={**project.engine.environment, **project.variables},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def write_project_env(project: Project, token: str, how: str = "in place", **more: str) -> None:
    kept = [line.split("=", 1) for line in project.env_file.read_text().splitlines()]
    write_env(project.env_file, {**dict(kept), "LABEL_STUDIO_API_TOKEN": token, **more}, how)


def test_without_labelgate_a_wrong_token_shows_nowhere(
    engine: Engine, existing: Project, server: LabelStudio
) -> None:
    """What the project is like before: this is the trouble that labelgate is for."""
    engine.await_health(existing.container("app"), "healthy", SOON)
    poll(lambda: existing.state("web") == "running", SOON, "the dependent service runs")
    assert server.ask("GET", "/api/current-user/whoami", f"Token {GUIDE_JWT}").status == 401


@pytest.mark.parametrize("document", ["README.md", "compose/README.md"])
def test_the_readme_s_lines_print_the_override(existing: Project, document: str) -> None:
    printed = in_folder(existing, readme.lines("existing project", document))
    assert printed.returncode == 0, printed.stderr
    assert f"COMPOSE_FILE=docker-compose.yml:{GUARD}" in printed.stderr
    guard = (existing.folder / GUARD).read_text()
    assert "/gate/labelgate" in guard and GUIDE_JWT not in guard + printed.stderr


def test_then_a_plain_up_shows_the_wrong_token(
    engine: Engine, existing: Project, server: LabelStudio
) -> None:
    write_project_env(existing, GUIDE_JWT, COMPOSE_FILE=f"docker-compose.yml:{GUARD}")
    shown = in_folder(existing, "docker compose up -d\n")
    assert shown.returncode == 1 and "is unhealthy" in shown.stderr, shown.stdout + shown.stderr
    app = existing.container("app")
    assert "[jwt_refresh]" in engine.logs(app) and "[jwt_refresh]" in engine.health_log(app)
    # The project's own: a refused app that would be started for ever is held instead.
    assert engine.inspect(app)["HostConfig"]["RestartPolicy"]["Name"] == "unless-stopped"
    assert engine.inspect(app)["RestartCount"] == 0


@pytest.mark.parametrize("how", ["in place", "rename"])
def test_the_right_token_and_a_plain_up_make_it_healthy(
    engine: Engine, existing: Project, server: LabelStudio, how: str
) -> None:
    write_project_env(existing, server.legacy_token(), how)
    shown = in_folder(existing, "docker compose up -d\n")
    assert shown.returncode == 0, shown.stdout + shown.stderr
    app = existing.container("app")
    engine.await_health(app, "healthy", SOON)
    assert "[ok]" in engine.health_log(app)
    assert existing.state("web") == "running"
    engine.await_log(existing.container("web"), "report: 0 projects", SOON)


def test_a_second_up_keeps_the_guard_and_leaves_everything_running(engine: Engine, existing: Project) -> None:
    """The init service runs at every `up` and must not disturb an app that executes the binary."""
    before = engine.inspect(existing.container("app"))["State"]["StartedAt"]
    again = in_folder(existing, "docker compose up -d\n")
    assert again.returncode == 0, again.stderr
    gate = engine.inspect(existing.container("labelgate"))["State"]
    assert (gate["Status"], gate["ExitCode"]) == ("exited", 0)
    app = engine.inspect(existing.container("app"))
    assert app["State"]["StartedAt"] == before
    assert app["Config"]["Entrypoint"] == ["/gate/labelgate", "run", "--"]


def test_refused_at_run_time_with_the_project_s_own_app(
    engine: Engine, existing: Project, server: LabelStudio
) -> None:
    server.settings(legacy=False)
    engine.await_health(existing.container("app"), "unhealthy", SOON)
    assert "[legacy_disabled]" in engine.logs(existing.container("app"))


def test_the_override_changes_nothing_else(existing: Project) -> None:
    """Of the other services, the networks and the volumes of the project nothing is touched."""
    both = in_folder(existing, "docker compose config --no-interpolate\n").stdout
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
    assert (existing.folder / "docker-compose.yml").read_bytes() == (HERE / "docker-compose.yml").read_bytes()
