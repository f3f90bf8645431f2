# SPDX-License-Identifier: MIT
"""The main job on real input: compose/compose.yaml beside a real Label Studio."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from artefacts import GUIDE_JWT, Trace
from engine import Engine, LabelStudio, Project, poll, write_env

pytestmark = pytest.mark.usefixtures("app_image")

# interval 1 s, 2 retries, and each probe may take its timeout of 5 s on a loaded machine.
SOON = 20.0
STARTED = "app: started"


@pytest.fixture(scope="module")
def trace(engine: Engine, project: Project, label_studio: LabelStudio) -> Iterator[Trace]:
    """What this module's containers say and show, kept for the last test."""
    trace = Trace(engine, project)
    trace.start()
    yield trace
    trace.stop()


@pytest.fixture(autouse=True)
def fresh(project: Project, label_studio: LabelStudio, trace: Trace) -> Iterator[None]:
    """No container of the app before a test; what it left is looked at, then removed."""
    label_studio.settings(api=True, legacy=True)
    yield
    trace.collect()
    project.compose("rm", "--stop", "--force", "app", "report")


@pytest.fixture
def give(project: Project, admin: dict[str, str]) -> Callable[..., None]:
    """Writes the project's .env with this token."""

    def write(token: str, how: str = "in place") -> None:
        write_env(project.env_file, {**admin, "LABEL_STUDIO_API_TOKEN": token}, how)

    return write


@pytest.fixture
def healthy_app(
    project: Project, label_studio: LabelStudio, give: Callable[..., None], engine: Engine
) -> str:
    """The app's container, started with a token that works."""
    give(label_studio.legacy_token())
    project.compose("up", "--detach", "app")
    app = project.container("app")
    engine.await_health(app, "healthy", SOON)
    return app


def ask_app(project: Project, path: str) -> tuple[int, dict]:
    connection = http.client.HTTPConnection(project.address("app"), 8000, timeout=20)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, json.load(answer)
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("token", "word"),
    [(GUIDE_JWT, "jwt_refresh"), ("<your-legacy-token-here>", "token_placeholder")],
    ids=["guide's JWT", "placeholder"],
)
def test_a_refused_token_never_starts_the_app(
    engine: Engine, project: Project, give: Callable[..., None], token: str, word: str
) -> None:
    give(token)
    up = project.compose("up", "--detach", "report", check=False)
    assert up.returncode == 1, up.stderr
    app = project.container("app")
    poll(
        lambda: engine.inspect(app)["RestartCount"] == 3 and project.state("app") == "exited",
        SOON,
        "the last try",
    )
    assert engine.inspect(app)["State"]["ExitCode"] == 125
    log = engine.logs(app)
    assert log.count(f"[{word}]") == 4, log
    assert STARTED not in log
    assert project.state("report") == "created"


def test_legacy_tokens_off_then_on(
    engine: Engine, project: Project, label_studio: LabelStudio, give: Callable[..., None]
) -> None:
    label_studio.settings(legacy=False)
    give(label_studio.legacy_token())
    up = project.compose("up", "--detach", "report", check=False)
    assert up.returncode == 1, up.stderr
    app = project.container("app")
    engine.await_health(app, "unhealthy", SOON)
    assert "[legacy_disabled]" in engine.health_log(app)
    assert "[legacy_disabled]" in engine.logs(app)
    assert STARTED in engine.logs(app)
    assert project.state("report") == "created"

    label_studio.settings(legacy=True)
    engine.await_health(app, "healthy", SOON)
    project.compose("up", "--detach", "report")
    report = project.container("report")
    engine.await_log(report, "report: 0 projects", SOON)


def test_a_dependent_service_starts_only_when_the_app_is_healthy(
    engine: Engine, project: Project, label_studio: LabelStudio, give: Callable[..., None]
) -> None:
    give(label_studio.legacy_token())
    project.compose("up", "--detach", "report")
    first = engine.inspect(project.container("app"))["State"]["Health"]["Log"][0]
    assert first["ExitCode"] == 0, first
    started = engine.inspect(project.container("report"))["State"]["StartedAt"]
    assert datetime.fromisoformat(started) > datetime.fromisoformat(first["End"])


@pytest.mark.parametrize("how", ["in place", "rename"])
def test_a_reset_token_then_a_corrected_env_file(
    engine: Engine,
    project: Project,
    label_studio: LabelStudio,
    healthy_app: str,
    give: Callable[..., None],
    how: str,
) -> None:
    assert ask_app(project, "/projects") == (200, {"projects": []})
    process = engine.inspect(healthy_app)["State"]["Pid"]

    token = label_studio.reset_legacy_token()
    engine.await_health(healthy_app, "unhealthy", SOON)
    assert "[token_unknown]" in engine.health_log(healthy_app)
    assert "[token_unknown]" in engine.logs(healthy_app)
    assert ask_app(project, "/health")[0] == 200
    assert ask_app(project, "/projects") == (502, {"error": "Label Studio answered 401"})
    assert engine.inspect(healthy_app)["State"]["Pid"] == process

    give(token, how)
    project.compose("restart", "--timeout", "5", "app")
    engine.await_health(healthy_app, "healthy", SOON)
    assert ask_app(project, "/projects") == (200, {"projects": []})


def test_the_container_as_others_see_it(engine: Engine, healthy_app: str, trace: Trace) -> None:
    """Every verb at its most talkative, for the last test; and what must stand in its output."""
    for command, word in [
        (["health", "-vv"], "[ok]"),
        (["health", "--json"], '"ok"'),
        (["check", "--offline", "-vv"], "LABEL_STUDIO_API_TOKEN"),
        (["check", "--offline", "--json"], "LABEL_STUDIO_API_TOKEN"),
    ]:
        result = engine.run("exec", healthy_app, "/labelgate", *command)
        assert word in result.stdout, result.stdout + result.stderr
        trace.keep("labelgate " + " ".join(command), result.stdout + result.stderr)


def test_no_artefact_holds_a_piece_of_a_token(
    trace: Trace, label_studio: LabelStudio, project: Project
) -> None:
    tokens = {GUIDE_JWT, project.variables["TEST_USER_TOKEN"], *label_studio.known_tokens}
    assert len(tokens) >= 4
    assert len(trace.artefacts) > 20
    assert trace.leaks(tokens) == []


def test_the_search_for_pieces_finds_one(trace: Trace, label_studio: LabelStudio) -> None:
    """Negative control: eight bytes from the middle of a token are found."""
    token = label_studio.legacy_token()
    trace.keep("planted", f"a line with {token[17:25]} in it")
    assert trace.leaks({token}) == ["planted"]
    trace.artefacts.pop()
