# SPDX-License-Identifier: MIT
"""`override`: Compose itself reads the project with and without what it prints, and tells the difference."""

from __future__ import annotations

import copy
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECTS = sorted((ROOT / "tests/data/projects").glob("*.yml"))
GATE = ["/gate/labelgate", "run", "--"]
TOKEN = "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0"
VARIABLES = {"LABEL_STUDIO_API_TOKEN": TOKEN, "EXTRA": "--extra", "KEY": TOKEN}

Json = dict[str, Any]


@pytest.fixture(scope="session")
def compose() -> Path:
    """Compose as a program of its own: its plugin runs without an engine."""
    found = subprocess.run(
        [ROOT / "docker/apt-private.sh", "unpack", "docker-compose"], capture_output=True, text=True
    )
    if found.returncode != 0:
        pytest.skip(f"Debian's docker-compose is not to be had: {found.stderr.strip()}")
    return next(Path(found.stdout.strip()).rglob("cli-plugins/docker-compose"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "token.txt").write_text("x")
    (tmp_path / ".env").write_text("")
    return tmp_path


def config(compose: Path, folder: Path, *words: str, files: tuple[Path, ...]) -> str:
    named = [word for file in files for word in ("-f", str(file))]
    done = subprocess.run(
        [
            compose,
            "--project-directory",
            folder,
            *named,
            "--profile",
            "*",
            "config",
            "--format",
            "json",
            *words,
        ],
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), **VARIABLES},
        cwd=folder,
        check=True,
    )
    return done.stdout


def override(labelgate: Path, project: str, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [labelgate, "override", *words], input=project, capture_output=True, text=True, cwd=folder, env={}
    )


def guarded(
    labelgate: Path, compose: Path, folder: Path, project: Path, *words: str
) -> tuple[Json, Json, str]:
    """The project's first service called app…, before and after; and all that was said."""
    plain = config(compose, folder, "--no-interpolate", files=(project,))
    name = next(name for name in json.loads(plain)["services"] if name.startswith("app"))
    done = override(labelgate, plain, folder, *words, name)
    assert done.returncode == 0, done.stderr
    assert TOKEN not in done.stdout + done.stderr
    (folder / "labelgate.yml").write_text(done.stdout)
    before = json.loads(config(compose, folder, files=(project,)))
    after = json.loads(config(compose, folder, files=(project, folder / "labelgate.yml")))
    for other in set(before["services"]) - {name}:
        assert after["services"][other] == before["services"][other], "another service is untouched"
    return before["services"][name], after["services"][name], done.stderr


def env_of(service: Json) -> Json:
    return service.get("environment") or {}


@pytest.mark.parametrize("project", PROJECTS, ids=lambda path: path.stem)
@pytest.mark.parametrize("file", [False, True], ids=["environment", "env-file"])
def test_what_the_override_changes(
    labelgate: Path, compose: Path, folder: Path, project: Path, file: bool
) -> None:
    before, after, _ = guarded(labelgate, compose, folder, project, *(["--env-file", ".env"] if file else []))
    assert after["entrypoint"] == GATE + (before.get("entrypoint") or [])
    assert after.get("command") == before.get("command")
    expected = {**env_of(before)}
    if file:
        known = [name for name in expected if name in ("LABEL_STUDIO_API_TOKEN", "LABEL_STUDIO_API_KEY")]
        known += [name for name in expected if name == "LABEL_STUDIO_ACCESS_TOKEN"]
        expected |= dict.fromkeys(known or ["LABEL_STUDIO_API_TOKEN"], "")
        expected |= {name: "" for name in expected if name == "LABEL_STUDIO_API_TOKEN_FILE"}
    ours = {name: value for name, value in env_of(after).items() if expected.get(name, ...) != value}
    assert all(name.startswith("LABELGATE_") for name in ours), ours
    assert set(expected) <= set(env_of(after))
    assert ours.get("LABELGATE_ENV_FILE") == ("/gate.env" if file else None)
    mounts = {mount["target"]: mount for mount in after["volumes"]}
    assert mounts["/gate"]["type"] == "volume" and mounts["/gate"]["read_only"]
    assert ("/gate.env" in mounts) == file
    if file:
        assert mounts["/gate.env"]["source"] == str(folder / ".env") and mounts["/gate.env"]["read_only"]
    rest_before, rest_after = copy.deepcopy(before), copy.deepcopy(after)
    for service in (rest_before, rest_after):
        for key in (
            "entrypoint",
            "command",
            "environment",
            "healthcheck",
            "restart",
            "depends_on",
            "volumes",
        ):
            service.pop(key, None)
    assert rest_after == rest_before
    for mount in before.get("volumes") or []:
        assert mounts[mount["target"]]["source"] == mount["source"]
    for name, condition in (before.get("depends_on") or {}).items():
        assert after["depends_on"][name] == condition


LIST = ["CMD", "/gate/labelgate", "health"]


@pytest.mark.parametrize(
    ("project", "test", "address"),
    [
        ("bare", LIST, None),
        ("superinsight", LIST, "http://localhost:8000/health"),
        ("wget-check", LIST, "http://localhost:80/ready"),
        ("curl-string-check", LIST, "http://127.0.0.1:8000/health?deep=1"),
        ("own-settings", LIST, "http://localhost:1/own"),
        (
            "shell-check",
            ["CMD-SHELL", "(pg_isready -q && test -f /tmp/$${MARK}) && /gate/labelgate health"],
            None,
        ),
        (
            "shell-list-check",
            ["CMD-SHELL", "(nc -z localhost 5000 || exit 1) && /gate/labelgate health"],
            None,
        ),
        (
            "curl-with-header",
            ["CMD-SHELL", "(curl -f -H 'Host: x' http://localhost:8000/health) && /gate/labelgate health"],
            None,
        ),
        (
            "curl-and-more",
            [
                "CMD-SHELL",
                "(curl -s http://localhost:8000/health 2>/dev/null | grep -q UP) && /gate/labelgate health",
            ],
            None,
        ),
        (
            "curl-and-process",
            [
                "CMD-SHELL",
                "(curl -fs http://localhost:8000/ >/dev/null && pgrep worker) && /gate/labelgate health",
            ],
            None,
        ),
        ("list-not-understood", ["CMD", "/app/check", "--all"], None),
        ("check-disabled", LIST, None),
        ("check-none", LIST, None),
    ],
)
def test_the_health_check(
    labelgate: Path, compose: Path, folder: Path, project: str, test: list[str], address: str | None
) -> None:
    before, after, said = guarded(labelgate, compose, folder, ROOT / f"tests/data/projects/{project}.yml")
    assert after["healthcheck"]["test"] == test
    assert not after["healthcheck"].get("disable")
    assert env_of(after).get("LABELGATE_APP_URL") == address
    for key in ("interval", "retries"):
        assert after["healthcheck"].get(key) == (before.get("healthcheck") or {}).get(key)
    assert ("not understood" in said) == (project == "list-not-understood")
    if project == "shell-check":
        assert after["healthcheck"]["timeout"] == "1m0s", "a longer one stays"
    elif project != "list-not-understood":
        assert after["healthcheck"]["timeout"] == "10s"


@pytest.mark.parametrize(
    ("project", "restart", "hold"),
    [
        ("bare", "on-failure:3", None),
        ("restart-no", "on-failure:3", None),
        ("restart-limited", "on-failure:5", None),
        ("restart-unlimited", "on-failure", "hold"),
        ("superinsight", "unless-stopped", "hold"),
        ("entrypoint-list", "always", "hold"),
        ("swarm-policy", None, "hold"),
    ],
)
def test_a_refusal_does_not_loop(
    labelgate: Path, compose: Path, folder: Path, project: str, restart: str | None, hold: str | None
) -> None:
    _, after, _ = guarded(labelgate, compose, folder, ROOT / f"tests/data/projects/{project}.yml")
    assert after.get("restart") == restart
    assert env_of(after).get("LABELGATE_ON_REFUSAL") == hold
    assert env_of(after)["LABELGATE_WAIT"] == "2m"


def test_the_program_on_the_host(labelgate: Path, compose: Path, folder: Path) -> None:
    project = ROOT / "tests/data/projects/names-taken.yml"
    _, after, _ = guarded(labelgate, compose, folder, project, "--bin", "/opt/lab$elgate")
    assert after["entrypoint"] == ["/labelgate", "run", "--", "app"]
    mount = next(mount for mount in after["volumes"] if mount["target"] == "/labelgate")
    assert mount["source"] == "/opt/lab$$elgate" or mount["source"] == "/opt/lab$elgate"
    assert "depends_on" not in after


IMAGE = {
    "Config": {"Entrypoint": ["/entry", "a$b"], "Cmd": ["serve", "${X}"]},
    "RepoTags": ["python:3.13-slim"],
}


def test_the_image_s_entrypoint_and_cmd(labelgate: Path, compose: Path, folder: Path) -> None:
    """What is the image's own is no reference of Compose's."""
    (folder / "image.json").write_text(json.dumps([{"RepoTags": ["other:1"], "Config": {}}, IMAGE]))
    plain = config(compose, folder, "--no-interpolate", files=(ROOT / "tests/data/projects/bare.yml",))
    project = json.loads(plain)
    del project["services"]["app"]["command"]
    done = override(labelgate, json.dumps(project), folder, "--image-json", "image.json", "app")
    assert done.returncode == 0 and "fill it in" not in done.stderr
    (folder / "plain.yml").write_text(json.dumps(project))
    (folder / "labelgate.yml").write_text(done.stdout)
    after = json.loads(config(compose, folder, files=(folder / "plain.yml", folder / "labelgate.yml")))
    assert after["services"]["app"]["entrypoint"] == [*GATE, "/entry", "a$$b"]
    assert after["services"]["app"]["command"] == ["serve", "$${X}"]


def test_one_image_is_not_every_service_s(labelgate: Path, folder: Path) -> None:
    (folder / "image.json").write_text(json.dumps([IMAGE]))
    project = json.dumps(
        {"services": {"web": {"image": "python:3.13-slim"}, "worker": {"image": "other/worker:1"}}}
    )
    done = override(labelgate, project, folder, "--image-json", "image.json", "web", "worker")
    assert done.returncode == 0 and done.stdout.count('"/entry"') == 1
    assert "worker: the project does not say" in done.stderr and "web: the project" not in done.stderr


@pytest.mark.parametrize("where", ["command", "entrypoint", "healthcheck"])
def test_what_looks_like_a_token_is_refused_and_not_replaced(
    labelgate: Path, folder: Path, where: str
) -> None:
    value = {"test": f"check {TOKEN}"} if where == "healthcheck" else ["serve", "--rev", TOKEN]
    project = json.dumps({"services": {"app": {"entrypoint": ["a"], where: value}}})
    done = override(labelgate, project, folder, "app")
    assert (done.returncode, done.stdout) == (1, "")
    assert "[project_invalid]" in done.stderr and TOKEN not in done.stderr


def test_what_a_person_has_to_fill_in(labelgate: Path, compose: Path, folder: Path) -> None:
    plain = config(compose, folder, "--no-interpolate", files=(ROOT / "tests/data/projects/bare.yml",))
    done = override(labelgate, plain, folder, "app")
    assert "docker image inspect python:3.13-slim" in done.stderr
    assert "COMPOSE_FILE=docker-compose.yml:labelgate.yml" in done.stderr


def test_the_line_names_what_compose_reads_today(labelgate: Path, folder: Path) -> None:
    (folder / "compose.yml").write_text("")
    (folder / "compose.override.yml").write_text("")
    done = override(labelgate, '{"services": {"app": {"entrypoint": ["a"]}}}', folder, "app")
    assert "COMPOSE_FILE=compose.yml:compose.override.yml:labelgate.yml" in done.stderr


@pytest.mark.parametrize(
    ("project", "services", "said"),
    [
        ("", ["app"], "not JSON"),
        ("services: {}", ["app"], "not JSON"),
        ("{}", ["app"], "no services"),
        ('{"services": []}', ["app"], "no services"),
        ('{"services": {"app": null}}', ["app"], "no service of this name"),
        ('{"services": {"app": {}}}', ["web"], "no service of this name"),
        ('{"services": {"app": {}}}', ["app", "app"], "given twice"),
        ('{"services": {"app": {"entrypoint": ["/labelgate", "run", "--"]}}}', ["app"], "already"),
        ('{"services": {"app": {"entrypoint": "/gate/labelgate run -- x"}}}', ["app"], "already"),
        (
            '{"services": {"a": {"environment": {"LABEL_STUDIO_API_TOKEN": "x"}}, "b": {}, '
            '"c": {"environment": ["LABEL_STUDIO_API_KEY_FILE=/x"]}}}',
            [],
            "a, c",
        ),
    ],
)
def test_wrong_input(labelgate: Path, folder: Path, project: str, services: list[str], said: str) -> None:
    done = override(labelgate, project, folder, *services)
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr and "[project_invalid]" in done.stderr


@pytest.mark.parametrize("text", ["{}", "x", "[1"])
def test_a_file_that_is_no_image(labelgate: Path, folder: Path, text: str) -> None:
    (folder / "image.json").write_text(text)
    done = override(labelgate, '{"services": {"app": {}}}', folder, "--image-json", "image.json", "app")
    assert (done.returncode, done.stdout) == (1, "")
    done = override(labelgate, '{"services": {"app": {}}}', folder, "--image-json", "absent.json", "app")
    assert (done.returncode, done.stdout) == (1, "")
