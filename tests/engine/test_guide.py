# SPDX-License-Identifier: MIT
"""From the guide's problem to its expected result, with nothing but labelgate's commands.

The tests of this module are one story and stand in its order.
"""

from __future__ import annotations

import secrets
import shutil
import subprocess
from collections.abc import Callable, Iterator

import pytest
from artefacts import GUIDE_JWT
from conftest import script
from engine import ROOT, Engine, Installed, LabelStudio, Project, install_label_studio, poll, write_env

NAME = "LABEL_STUDIO_API_TOKEN"
LABEL_STUDIO_START = 120.0
SOON = 40.0
SEVEN = "7 passed, 2 failed, 0 skipped\n"
NINE = "9 passed, 0 failed, 0 skipped\n"

Labelgate = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module", params=["1.22.0", "1.23.2"])
def installed(request: pytest.FixtureRequest, engine: Engine) -> Installed:
    """The guide's version, and one that came after it."""
    return install_label_studio(request.param, "sqlite")


@pytest.fixture(scope="module")
def dotenv(admin: dict[str, str]) -> dict[str, str]:
    """The guide's situation: a JWT that cannot work, user and password known."""
    return {
        **admin,
        "LABEL_STUDIO_URL": "http://label-studio:8080",
        "API_BASE_URL": "http://app:8000",
        "API_USERNAME": "annotator@example.com",
        "API_PASSWORD": secrets.token_urlsafe(12),
        NAME: GUIDE_JWT,
    }


@pytest.fixture(scope="module")
def guide(
    engine: Engine,
    installed: Installed,
    labelgate_image: str,
    dotenv: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Project]:
    folder = tmp_path_factory.mktemp("guide")
    shutil.copy(ROOT / "tests/superinsight/docker-compose.yml", folder)
    write_env(folder / ".env", dotenv)
    variables = {
        "LABEL_STUDIO_IMAGE": installed.image,
        "LABEL_STUDIO_FOLDER": installed.folder,
        "APP_IMAGE": script(str(ROOT / "tests/superinsight/build.sh")),
        "LABELGATE_IMAGE": labelgate_image,
    }
    project = Project(engine, "lgguide" + secrets.token_hex(4), folder, ["docker-compose.yml"], variables)
    yield project
    project.remove()


@pytest.fixture(scope="module")
def server(guide: Project, admin: dict[str, str]) -> LabelStudio:
    guide.compose("up", "--detach")
    server = LabelStudio(guide.address("label-studio"), *admin.values())
    poll(server.is_up, LABEL_STUDIO_START, "Label Studio answers")
    return server


@pytest.fixture
def labelgate(engine: Engine, guide: Project, labelgate_image: str) -> Labelgate:
    """The README's line for a Label Studio that only the Compose network knows."""

    def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        command = ["run", "--rm", "--interactive", "--network", f"{guide.name}_default"]
        folder = ["--volume", f"{guide.folder}:/w", "--workdir", "/w"]
        done = engine.run(*command, *folder, labelgate_image, *arguments, check=False, stdin=stdin.encode())
        for secret in (GUIDE_JWT, stdin.strip()):
            assert not secret or secret not in done.stdout + done.stderr
        return done

    return run


def add_labelgate(guide: Project) -> None:
    """What people copy, with the app's own command in it."""
    text = (ROOT / "compose/override.labelgate.yaml").read_text()
    command = '["uvicorn", "app:app", "--host", "0.0.0.0", "--port", "8000"]'
    assert 'command: ["python3", "app.py"]' in text
    text = text.replace('["python3", "app.py"]', command)
    (guide.folder / "override.labelgate.yaml").write_text(text)
    guide.files.append("override.labelgate.yaml")


def token_line(guide: Project) -> str:
    lines = guide.env_file.read_text().splitlines()
    found = [line for line in lines if line.startswith(NAME + "=")]
    assert len(found) == 1
    return found[0].split("=", 1)[1]


def test_without_labelgate_seven_of_nine(
    engine: Engine, guide: Project, server: LabelStudio, labelgate: Labelgate
) -> None:
    """Every container is healthy, and the app does not work."""
    engine.await_health(guide.container("app"), "healthy", SOON)
    assert not server.settings()["legacy_api_tokens_enabled"]
    shown = labelgate("verify")
    assert shown.returncode == 1 and shown.stdout.endswith(SEVEN), shown.stdout + shown.stderr


def test_with_labelgate_the_start_is_refused(engine: Engine, guide: Project, server: LabelStudio) -> None:
    add_labelgate(guide)
    guide.compose("up", "--detach", check=False)
    app = guide.container("app")
    poll(lambda: engine.inspect(app)["State"]["Status"] == "exited", SOON, "the app's container has ended")
    assert engine.inspect(app)["State"]["ExitCode"] == 125
    assert "[jwt_refresh]" in engine.logs(app)


def test_check_says_what_to_type(guide: Project, server: LabelStudio, labelgate: Labelgate) -> None:
    shown = labelgate("check")
    assert shown.returncode == 1
    assert "[jwt_refresh]" in shown.stdout and "labelgate token" in shown.stdout
    assert token_line(guide) == GUIDE_JWT


def test_one_command_brings_the_token(
    guide: Project, server: LabelStudio, labelgate: Labelgate, dotenv: dict[str, str]
) -> None:
    shown = labelgate("token", "--login", "--enable-legacy", "--write")
    assert shown.returncode == 0, shown.stdout + shown.stderr
    assert token_line(guide) == server.legacy_token()
    lines = [f"{name}={value}" for name, value in dotenv.items() if name != NAME]
    assert guide.env_file.read_text().splitlines() == [*lines, f"{NAME}={server.legacy_token()}"]
    assert server.settings()["legacy_api_tokens_enabled"]


def test_after_a_restart_nine_of_nine(
    engine: Engine, guide: Project, server: LabelStudio, labelgate: Labelgate
) -> None:
    guide.compose("restart", "app")
    engine.await_health(guide.container("app"), "healthy", SOON)
    shown = labelgate("verify")
    assert shown.returncode == 0 and shown.stdout.endswith(NINE), shown.stdout + shown.stderr


def test_the_same_from_a_pat_alone(
    engine: Engine, guide: Project, server: LabelStudio, labelgate: Labelgate, dotenv: dict[str, str]
) -> None:
    server.settings(legacy=False)
    pat = server.new_pat()
    alone = {k: v for k, v in dotenv.items() if k not in ("LABEL_STUDIO_USERNAME", "LABEL_STUDIO_PASSWORD")}
    write_env(guide.env_file, {**alone, NAME: pat}, "rename")
    guide.variables |= {k: v for k, v in dotenv.items() if k not in alone}  # Compose wants them still
    guide.compose("restart", "app", check=False)
    app = guide.container("app")
    poll(lambda: "[jwt_refresh]" in engine.logs(app), SOON, "the start is refused")

    shown = labelgate("token", "--enable-legacy", "--write", stdin=pat + "\n")
    assert shown.returncode == 0, shown.stdout + shown.stderr
    assert token_line(guide) == server.legacy_token()
    guide.compose("restart", "app")
    engine.await_health(app, "healthy", SOON)
    shown = labelgate("verify")
    assert shown.returncode == 0 and shown.stdout.endswith(NINE), shown.stdout + shown.stderr
