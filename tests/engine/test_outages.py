# SPDX-License-Identifier: MIT
"""Both versions of Label Studio without their database, starting again, and away for two minutes."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from engine import Engine, LabelStudio, Ran, poll, run_labelgate
from studio import Studio

NAME = "LABEL_STUDIO_API_TOKEN"
URL = "http://label-studio:8080"
AWAY = 120.0
# Two probes two seconds apart, each of which may take its five seconds on a busy machine.
SOON = 40.0
AGAIN = 120.0


@pytest.fixture
def health(studio: Studio, binary: Path, tmp_path: Path) -> Callable[..., Ran]:
    def ask(*options: str, token: str, **variables: str) -> Ran:
        given = {"LABEL_STUDIO_URL": studio.url, NAME: token, **variables}
        return run_labelgate(binary, tmp_path, "health", *options, **given)

    return ask


# ---- The database ----------------------------------------------------------------------------------------

# The name of the database is gone with its container: Label Studio looks for it before it answers.
PATIENT = ("--timeout", "20s")


def test_the_database_is_away(studio: Studio, health: Callable[..., Ran]) -> None:
    legacy, pat = studio.server.legacy_token(), studio.server.new_pat()
    with studio.without_database():
        said = health(*PATIENT, token=legacy)
        assert (said.code, said.word) == (1, "server_error") and "database" in said.out, said
        assert health(*PATIENT, "--unreachable", "healthy", token=legacy).code == 0
        # Not taken for a user without an organization, whose Bearer gets the same page.
        accepted = health(*PATIENT, token=pat, LABELGATE_JWT="accept")
        assert (accepted.code, accepted.word) == (1, "server_error"), accepted
    poll(lambda: health(*PATIENT, token=legacy).word == "ok", SOON, "well again, without a restart")
    assert health(token=pat, LABELGATE_JWT="accept").word == "ok"


def test_the_database_hangs(studio: Studio, health: Callable[..., Ran]) -> None:
    token = studio.server.legacy_token()
    with studio.with_frozen_database():
        begun = time.monotonic()
        said = health("--timeout", "2s", token=token)
        took = time.monotonic() - begun
    assert said.word == "timeout" and "did not answer in time" in said.out, said
    assert 1.9 < took < 2.0 + 0.5
    poll(lambda: health(token=token).word == "ok", SOON, "well again")


# ---- A new start -----------------------------------------------------------------------------------------


@pytest.fixture
def start(studio: Studio) -> Iterator[Callable[..., str]]:
    """A container beside Label Studio, removed after the test."""
    names: list[str] = []

    def run(name: str, image: str, *command: str, options: tuple[str, ...] = (), **variables: str) -> str:
        names.append(studio.run(name, image, *command, options=options, **variables))
        return names[-1]

    yield run
    for name in names:
        studio.engine.run("rm", "--force", name, check=False)


def test_who_waits_sees_a_new_start(
    studio: Studio, start: Callable[..., str], labelgate_image: str, app_image: str
) -> None:
    """`health --wait` as a one-shot job and `run --wait` before an app, each for a legacy token."""
    engine, token = studio.engine, studio.server.legacy_token()
    given = {"LABEL_STUDIO_URL": URL, NAME: token, "LABELGATE_WAIT": "2m"}
    studio.stop()
    job = start("job", labelgate_image, "health", **given)
    command = ("python3", "-c", "print('app: started')")
    app = start("app", app_image, *command, options=("--no-healthcheck",), **given)
    for container in (job, app):
        engine.await_log(container, "waiting for Label Studio, at most 2m: ", SOON)
        assert engine.inspect(container)["State"]["Status"] == "running"
    studio.start_again()
    assert engine.out("wait", job, app).split() == ["0", "0"]
    studio.await_up()

    said, waited = engine.run("logs", app), engine.run("logs", job)
    assert said.stdout == "app: started\n" and "[ok]" in waited.stdout
    for lines in (said.stderr.splitlines(), waited.stderr.splitlines()):
        assert all("waiting for Label Studio" in line for line in lines), lines
        words = [line.rpartition("[")[2] for line in lines]  # one line a change of state
        assert all(before != after for before, after in itertools.pairwise(words)), lines
    assert token not in said.stdout + said.stderr + waited.stdout + waited.stderr


# ---- Two minutes without an answer -----------------------------------------------------------------------

QUICK = ("--health-interval", "2s", "--health-retries", "2", "--health-start-period", "1s")


@pytest.fixture
def guarded(studios: dict[str, Studio], app_image: str) -> Iterator[dict[str, tuple[Studio, str, str]]]:
    """Beside each version two apps with a health check: one that puts up with silence, one that does not."""
    made = {}
    for version, studio in studios.items():
        studio.server.settings(legacy=True)
        given = {"LABEL_STUDIO_URL": URL, NAME: studio.server.legacy_token()}
        patient = studio.run("patient", app_image, options=QUICK, LABELGATE_UNREACHABLE="healthy", **given)
        strict = studio.run("strict", app_image, options=QUICK, **given)
        made[version] = (studio, patient, strict)
    yield made
    for studio, patient, strict in made.values():
        for container in (patient, strict):
            studio.engine.run("rm", "--force", container, check=False)


def test_away_for_two_minutes(engine: Engine, guarded: dict[str, tuple[Studio, str, str]]) -> None:
    """Both versions at once: two minutes are two minutes."""
    for _, patient, strict in guarded.values():
        engine.await_health(patient, "healthy", SOON)
        engine.await_health(strict, "healthy", SOON)
    for studio, _, _ in guarded.values():
        studio.stop()
    begun = time.monotonic()
    seen: set[str] = set()
    while time.monotonic() < begun + AWAY:
        for _, patient, _ in guarded.values():
            seen.add(engine.health(patient))
        time.sleep(1)
    assert seen == {"healthy"}
    for studio, patient, strict in guarded.values():
        assert engine.health(strict) == "unhealthy"
        log = engine.health_log(patient)
        assert "label-studio" in log and "healthy [" in log and "unhealthy" not in log, log
        studio.start_again()
    for studio, patient, strict in guarded.values():
        studio.await_up()
        engine.await_health(strict, "healthy", AGAIN)
        well_again_until_refused(engine, studio.server, patient)


def well_again_until_refused(engine: Engine, server: LabelStudio, patient: str) -> None:
    """A refused token is no silence: nobody puts up with that."""
    assert engine.health(patient) == "healthy"
    server.settings(legacy=False)
    try:
        engine.await_health(patient, "unhealthy", SOON)
    finally:
        server.settings(legacy=True)
    assert "[legacy_disabled]" in engine.health_log(patient)
    assert engine.inspect(patient)["RestartCount"] == 0
