# SPDX-License-Identifier: MIT
"""What Compose says and returns for both conditions of depends_on: the table of compose/README.md."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator

import pytest
import readme
from artefacts import GUIDE_JWT
from engine import Engine, LabelStudio, Project, write_env

URL = "http://label-studio:8080"
CASES = ["the token works", "a JWT", "legacy tokens off", "Label Studio away"]


@pytest.fixture(scope="module")
def conditions(side_project: Callable[[str], Project]) -> Project:
    return side_project("conditions.yaml")


@pytest.fixture
def arranged(conditions: Project, label_studio: LabelStudio) -> Iterator[Callable[[str], Project]]:
    """The project with this case arranged and none of its containers there."""

    def arrange(case: str) -> Project:
        conditions.variables["URL"] = "http://nobody:8080" if case == "Label Studio away" else URL
        token = GUIDE_JWT if case == "a JWT" else label_studio.legacy_token()
        write_env(conditions.env_file, {"LABEL_STUDIO_API_TOKEN": token})
        label_studio.settings(api=True, legacy=case != "legacy tokens off")
        return conditions

    yield arrange
    conditions.compose("down", "--timeout", "2")


def first_words(result: subprocess.CompletedProcess[str]) -> str:
    """The engine's complaint without the container's name, which differs from run to run."""
    said = result.stdout + result.stderr
    for words in ("is unhealthy", "exited (125)", "exited (1)", "didn't complete successfully: exit 1"):
        if words in said:
            return f"{result.returncode}, “{words}”"
    return str(result.returncode)


def tell(project: Project, *arguments: str) -> str:
    result = project.compose(*arguments, check=False, limit=120)
    project.compose("down", "--timeout", "2")
    return first_words(result)


@pytest.fixture(scope="module")
def table() -> dict[str, list[str]]:
    """Collects the rows; the last test compares them with the README."""
    return {}


@pytest.mark.parametrize("case", CASES)
def test_service_healthy(
    engine: Engine, arranged: Callable[[str], Project], table: dict[str, list[str]], case: str
) -> None:
    project = arranged(case)
    up = project.compose("up", "--detach", "web", check=False)
    well = case == "the token works"
    assert (up.returncode == 0) == well, up.stderr
    assert project.state("web") == ("running" if well else "created")
    project.compose("down", "--timeout", "2")
    wait = project.compose("up", "--detach", "--wait", "web", check=False)
    assert (wait.returncode == 0) == well, wait.stderr
    project.compose("down", "--timeout", "2")
    table.setdefault(case, []).extend([first_words(up), first_words(wait)])
    attached = tell(project, "up", "--exit-code-from", "app", "app") if case == "a JWT" else "does not end"
    table[case].append(attached)


@pytest.mark.parametrize("case", CASES)
def test_service_completed_successfully(
    engine: Engine, arranged: Callable[[str], Project], table: dict[str, list[str]], case: str
) -> None:
    project = arranged(case)
    up = project.compose("up", "--detach", "after", check=False)
    well = case == "the token works"
    assert (up.returncode == 0) == well, up.stderr
    assert project.state("after") == ("running" if well else "created")
    word = {"the token works": "[ok]", "a JWT": "[jwt_refresh]", "legacy tokens off": "[legacy_disabled]"}
    assert word.get(case, "[wait_timeout]") in engine.logs(project.container("job"))
    project.compose("down", "--timeout", "2")
    attached = project.compose("up", "--exit-code-from", "job", "job", check=False)
    assert word.get(case, "[wait_timeout]") in attached.stdout
    table.setdefault(case, []).extend([first_words(up), str(attached.returncode)])


def test_the_readme_says_so(table: dict[str, list[str]]) -> None:
    assert readme.table("conditions") == readme.as_table([[case, *table[case]] for case in CASES])
