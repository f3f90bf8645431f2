# SPDX-License-Identifier: MIT
"""`verify` against the guide's app (tests/superinsight) and a real Label Studio: 7 of 9, then 9 of 9."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from artefacts import GUIDE_JWT
from conftest import script
from engine import ROOT, Engine, LabelStudio, Project, Ran, poll, run_labelgate

USER = "annotator@example.com"
GUIDE = [
    "SuperInsight API health",
    "Label Studio health",
    "JWT login",
    "JWT token format",
    "Protected endpoint access",
    "Task creation",
    "Task retrieval",
    "Label Studio connection test",
    "Label Studio sync",
]
APP_START = 60.0


@dataclass
class App:
    """The guide's app in a container of its own, in the project's network."""

    engine: Engine
    network: str
    image: str
    password: str
    name: str

    def start(self, token: str) -> str:
        """Its address, once it answers."""
        variables = {
            "LABEL_STUDIO_URL": "http://label-studio:8080",
            "LABEL_STUDIO_API_TOKEN": token,
            "API_USERNAME": USER,
            "API_PASSWORD": self.password,
        }
        names = [word for name in variables for word in ("-e", name)]
        self.stop()
        self.engine.run(
            "run", "-d", "--name", self.name, "--network", self.network, *names, self.image, env=variables
        )
        networks = self.engine.inspect(self.name)["NetworkSettings"]["Networks"]
        address = f"http://{networks[self.network]['IPAddress']}:8000"
        command = ["curl", "-f", "-s", "http://localhost:8000/health"]
        poll(
            lambda: self.engine.run("exec", self.name, *command, check=False).returncode == 0,
            APP_START,
            "the app answers",
        )
        return address

    def stop(self) -> None:
        self.engine.run("rm", "--force", "--volumes", self.name, check=False)


@pytest.fixture(scope="module")
def app(engine: Engine, project: Project, label_studio: LabelStudio, run_name: str) -> Iterator[App]:
    image = script(str(ROOT / "tests/superinsight/build.sh"))
    app = App(
        engine, f"{project.name}_default", image, 'p"w\\ ' + secrets.token_urlsafe(8), f"{run_name}-guide"
    )
    yield app
    app.stop()


@pytest.fixture(autouse=True)
def switches(label_studio: LabelStudio) -> None:
    label_studio.settings(api=True, legacy=True)


@pytest.fixture
def verify(binary: Path, label_studio: LabelStudio, app: App, tmp_path: Path) -> Callable[..., Ran]:
    def run(address: str, *arguments: str, token: str | None = None, dotenv: bool = False) -> Ran:
        variables = {
            "LABEL_STUDIO_API_TOKEN": label_studio.legacy_token() if token is None else token,
            "API_BASE_URL": address,
            "LABEL_STUDIO_URL": f"http://{label_studio.host}:{label_studio.port}",
            "API_USERNAME": USER,
        }
        if dotenv:
            lines = [f"{name}={value}" for name, value in variables.items()]
            (tmp_path / ".env").write_text("\n".join([*lines, f"API_PASSWORD='{app.password}'"]) + "\n")
            variables = {}
        else:
            variables["API_PASSWORD"] = app.password
        ran = run_labelgate(binary, tmp_path, "verify", *arguments, **variables)
        assert app.password not in ran.out + ran.err
        return ran

    return run


def test_with_the_guides_token_seven_of_nine(app: App, verify: Callable[..., Ran]) -> None:
    ran = verify(app.start(GUIDE_JWT), token=GUIDE_JWT)
    assert ran.code == 1 and ran.out.endswith("7 passed, 2 failed, 0 skipped\n"), ran
    assert list(ran.marks) == GUIDE
    assert [name for name, mark in ran.marks.items() if mark == "FAILED"] == GUIDE[7:]
    words = " ".join(ran.out.split())
    assert "401: Invalid token." in words and "labelgate check" in words and "[jwt_" in words
    # An address is not broken: it must be copied whole.
    assert max(len(line) for line in ran.out.splitlines() if "http://" not in line) <= 80


def test_with_the_legacy_token_nine_of_nine(
    app: App, label_studio: LabelStudio, verify: Callable[..., Ran]
) -> None:
    before = label_studio.as_admin("GET", "/api/projects?page_size=1").json["count"]
    address = app.start(label_studio.legacy_token())
    ran = verify(address)
    assert ran.code == 0 and ran.out.endswith("9 passed, 0 failed, 0 skipped\n"), ran
    assert list(ran.marks) == GUIDE and set(ran.marks.values()) == {"passed"}
    assert 'the app\'s own test says status "error"' in " ".join(ran.out.split())
    assert label_studio.as_admin("GET", "/api/projects?page_size=1").json["count"] == before + 1
    told = verify(address, "--json", dotenv=True)
    assert told.code == 0 and told.json["passed"] == 9
    assert [check["name"] for check in told.json["checks"]] == GUIDE
    assert told.json["checks"][0]["asked"] == f"GET {address}/health"
    assert all(check["milliseconds"] >= 0 for check in told.json["checks"])


def test_the_copied_file_is_the_built_in_one(
    app: App, label_studio: LabelStudio, verify: Callable[..., Ran]
) -> None:
    address = app.start(label_studio.legacy_token())
    ran = verify(address, str(ROOT / "compose/superinsight.checks.ini"))
    assert ran.code == 0 and list(ran.marks) == GUIDE, ran


def test_the_eighth_can_fail_on_a_200(
    app: App, label_studio: LabelStudio, verify: Callable[..., Ran]
) -> None:
    """What the original script passes: 200, and Label Studio refuses the token."""
    address = app.start(label_studio.legacy_token())
    label_studio.settings(legacy=False)
    checks = verify(address, "--json").json["checks"]
    assert (checks[7]["result"], checks[7]["status"]) == ("failed", 200)
    assert "[legacy_disabled]" in checks[7]["answer"]
    assert (checks[8]["result"], checks[8]["status"]) == ("failed", 500)


def test_what_needs_a_failed_check_is_skipped(app: App, verify: Callable[..., Ran]) -> None:
    app.start(GUIDE_JWT)
    ran = verify("http://127.0.0.1:9")  # the port of "discard", where nobody listens
    assert ran.code == 1 and ran.out.endswith("1 passed, 2 failed, 6 skipped\n"), ran
    assert ran.marks["JWT token format"] == "skipped"
    assert 'it needs "JWT login"' in ran.out and "[connection_refused]" in ran.out


def test_from_a_container_in_the_network(
    app: App, label_studio: LabelStudio, engine: Engine, labelgate_image: str
) -> None:
    app.start(label_studio.legacy_token())
    variables = {
        "LABEL_STUDIO_API_TOKEN": label_studio.legacy_token(),
        "API_BASE_URL": f"http://{app.name}:8000",
        "LABEL_STUDIO_URL": "http://label-studio:8080",
        "API_USERNAME": USER,
        "API_PASSWORD": app.password,
    }
    names = [word for name in variables for word in ("-e", name)]
    ran = engine.run(
        "run", "--rm", "--network", app.network, *names, labelgate_image, "verify", check=False, env=variables
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
