# SPDX-License-Identifier: MIT
"""Secret files, hardening, a second init, a shared process namespace, restart policies."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from artefacts import GUIDE_JWT
from engine import Engine, LabelStudio, Project, poll, write_env

SOON = 20.0


@pytest.fixture(scope="module")
def hardened(side_project: Callable[[str], Project], label_studio: LabelStudio) -> Project:
    project = side_project("hardened.yaml")
    write_secrets(project, label_studio.legacy_token(), "0" * 20 + "1" * 20)
    write_env(project.env_file, {"LABEL_STUDIO_API_TOKEN": GUIDE_JWT})
    return project


def write_secrets(project: Project, token: str, other: str) -> None:
    """Readable by the containers' user, as a secret's source has to be: Compose mounts the file as it is."""
    for name, text in {"token": token, "other": other}.items():
        (project.folder / name).write_text(text + "\n")
        (project.folder / name).chmod(0o644)


@pytest.fixture(autouse=True)
def legacy_on(label_studio: LabelStudio) -> None:
    label_studio.settings(api=True, legacy=True)


@pytest.mark.parametrize("service", ["hardened", "second-init"])
def test_healthy_and_unhealthy_with_nothing_allowed(
    engine: Engine, hardened: Project, label_studio: LabelStudio, service: str
) -> None:
    hardened.compose("up", "--detach", service)
    container = hardened.container(service)
    engine.await_health(container, "healthy", SOON)
    label_studio.settings(legacy=False)
    engine.await_health(container, "unhealthy", SOON)
    assert "[legacy_disabled]" in engine.health_log(container)
    assert "[legacy_disabled]" in engine.logs(container)
    hardened.compose("rm", "--stop", "--force", service)


def test_each_of_two_neighbours_judges_its_own_token(engine: Engine, hardened: Project) -> None:
    hardened.compose("up", "--detach", "neighbour")
    neighbour, hard = hardened.container("neighbour"), hardened.container("hardened")
    engine.await_health(neighbour, "unhealthy", SOON)
    assert "[token_unknown]" in engine.health_log(neighbour)
    engine.await_health(hard, "healthy", SOON)
    assert "[ok]" in engine.health_log(hard)
    hardened.compose("rm", "--stop", "--force", "neighbour", "hardened")


@pytest.mark.skipif(os.geteuid() != 0, reason="making a file of root's that nobody else reads needs root")
def test_a_secret_that_the_user_may_not_read(engine: Engine, hardened: Project) -> None:
    (hardened.folder / "token").chmod(0o600)
    hardened.compose("up", "--detach", "hardened")
    container = hardened.container("hardened")
    poll(lambda: hardened.state("hardened") == "exited", SOON, "the refusal")
    assert engine.inspect(container)["State"]["ExitCode"] == 125
    assert "[secret_unreadable]" in engine.logs(container)
    assert "1000" in engine.logs(container)
    (hardened.folder / "token").chmod(0o644)
    hardened.compose("rm", "--stop", "--force", "hardened")


def test_a_refusal_loops_under_some_policies_and_holds_when_told(
    engine: Engine, hardened: Project, label_studio: LabelStudio
) -> None:
    loops = ["loop-always", "loop-unless-stopped"]
    hardened.compose("up", "--detach", *loops, "hold")
    for service in loops:
        container = hardened.container(service)
        poll(
            lambda c=container: engine.inspect(c)["RestartCount"] >= 4,
            SOON,
            f"{service} starts again and again",
        )
        assert engine.logs(container).count("[jwt_refresh]") >= 4
    hold = hardened.container("hold")
    engine.await_health(hold, "unhealthy", SOON)
    assert "[jwt_refresh]" in engine.health_log(hold)
    assert engine.inspect(hold)["RestartCount"] == 0

    write_env(hardened.env_file, {"LABEL_STUDIO_API_TOKEN": label_studio.legacy_token()})
    engine.await_health(hold, "healthy", SOON)
    assert engine.inspect(hold)["RestartCount"] == 0
    hardened.compose("rm", "--stop", "--force", *loops, "hold")
