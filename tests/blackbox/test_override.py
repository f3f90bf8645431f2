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

TOKEN_NAMES = ("LABEL_STUDIO_API_TOKEN", "LABEL_STUDIO_API_KEY", "LABEL_STUDIO_ACCESS_TOKEN")

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
    (tmp_path / "part.yaml").write_text("services: {app: {image: app, entrypoint: [app]}}")
    (tmp_path / "part.env").write_text("LABEL_STUDIO_API_KEY=old")
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
        known = [name for name in expected if name in TOKEN_NAMES]
        expected |= dict.fromkeys(known or ["LABEL_STUDIO_API_TOKEN"], "")
        expected |= {name: "" for name in expected if name == "LABEL_STUDIO_API_TOKEN_FILE"}
        if "env_file" in project.read_text():
            expected |= dict.fromkeys(TOKEN_NAMES, "")
            expected |= dict.fromkeys((f"{name}_FILE" for name in TOKEN_NAMES), "")
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
STAYS = "stays"
# Unset (the engine's own 30 s), or the project's, which Compose alone knows.
UNSET, OWN = None, ...


def and_ours(line: str) -> list[str]:
    return ["CMD-SHELL", f"({line}) && /gate/labelgate health"]


@pytest.mark.parametrize(
    ("project", "test", "address", "timeout"),
    [
        ("bare", LIST, None, "10s"),
        ("check-disabled", LIST, None, "10s"),
        ("check-none", LIST, None, "10s"),
        ("env-files", LIST, None, "10s"),
        # curl -f, and nothing more: labelgate asks it.
        ("superinsight", LIST, "http://localhost:8000/health", "10s"),
        ("curl-string-check", LIST, "http://127.0.0.1:8000/health?deep=1", "10s"),
        ("curl-anchored", LIST, "http://localhost:80/ready", "10s"),
        # What labelgate would ask otherwise, or not at all, keeps its words.
        ("own-settings", and_ours("curl -f http://localhost:2/other"), "http://localhost:1/own", UNSET),
        (
            "curl-follows",
            and_ours("curl -fsSL 'http://localhost:8000/a b?x=1&y=$$HOME'\\''q'"),
            None,
            "10s",
        ),
        (
            "curl-without-fail",
            and_ours("# is it up?\ncurl -s http://localhost:8000/health # whatever it says\n\n"),
            None,
            OWN,
        ),
        ("curl-with-a-comment", and_ours("curl -f http://me@localhost:80/ # mine\n"), None, UNSET),
        ("curl-and-words-of-a-shell", and_ours("curl -f http://localhost/health '||' exit 1"), None, UNSET),
        ("curl-with-header", and_ours("curl -f -H 'Host: x' http://localhost:8000/health"), None, UNSET),
        (
            "curl-and-more",
            and_ours("curl -s http://localhost:8000/health 2>/dev/null | grep -q UP"),
            None,
            UNSET,
        ),
        (
            "curl-and-process",
            and_ours("curl -fs http://localhost:8000/ >/dev/null && pgrep worker"),
            None,
            UNSET,
        ),
        ("wget-check", and_ours("wget -q --spider http://localhost:80/ready || exit 1"), None, UNSET),
        (
            "wget-list",
            and_ours("wget --no-verbose --tries=1 --spider http://localhost:80/"),
            None,
            OWN,
        ),
        (
            "shell-as-program",
            and_ours("/bin/sh -c 'test -f /tmp/ready && echo \"it'\\''s\"'"),
            None,
            UNSET,
        ),
        ("shell-check", and_ours("pg_isready -q && test -f /tmp/$${MARK}"), None, OWN),
        ("shell-list-check", and_ours("nc -z localhost 5000 || exit 1"), None, "10s"),
        ("entrypoint-blank", and_ours("exit 1"), None, UNSET),
        ("list-not-understood", STAYS, None, OWN),
        ("python-check", STAYS, None, OWN),
        ("cmd-shell-of-words", STAYS, None, OWN),
    ],
)
def test_the_health_check(
    labelgate: Path,
    compose: Path,
    folder: Path,
    project: str,
    test: list[str] | str,
    address: str | None,
    timeout: Any,
) -> None:
    before, after, said = guarded(labelgate, compose, folder, ROOT / f"tests/data/projects/{project}.yml")
    old, new = before.get("healthcheck") or {}, after["healthcheck"]
    assert new["test"] == (old["test"] if test == STAYS else test)
    assert not new.get("disable")
    assert env_of(after).get("LABELGATE_APP_URL") == address
    for key in ("interval", "retries", "start_period", "start_interval"):
        assert new.get(key) == old.get(key)
    assert ("not understood" in said) == (test == STAYS)
    assert new.get("timeout") == (old.get("timeout") if timeout is OWN else timeout)


# Each with `|| exit 1` and in a list; all of them but the first line are asked by curl itself.
@pytest.mark.parametrize(
    ("words", "ours"),
    [
        ("-f http://localhost/", True),
        ("--fail-with-body -sS -m 3 http://localhost/", True),
        ("-sf -o /dev/null http://localhost:1/a?b=%20,c", True),
        ("http://localhost/", False),
        ("-s http://localhost/", False),
        ("-fL http://localhost/", False),
        ("-f --location http://localhost/", False),
        ("-fk https://localhost/", False),
        ("-f --insecure https://localhost/", False),
        ("-f -X POST http://localhost/", False),
        ("-f -I http://localhost/", False),
        ("-f --head http://localhost/", False),
        ("-f -d x http://localhost/", False),
        ("-f -u a:b http://localhost/", False),
        ("-f --resolve a:80:127.0.0.1 http://a/", False),
        ("-f --unix-socket /s http://localhost/", False),
        ("-f --retry 3 http://localhost/", False),
        ("-f -o /tmp/x http://localhost/", False),
        ("-f -m 0.5 http://localhost/", False),
        ("-f -x http://proxy http://localhost/", False),
        ("-f http://localhost/ http://localhost/b", False),
        ("-f localhost:80", False),
        ("-f HTTP://localhost/", False),
        ("-f http://[::1]/", False),
        ("-f http://localhost/{a,b}", False),
        ("-f http://localhost/#top", False),
        ("-f http://a:b@localhost/", False),
        ("-f http://localhost/$$PATH", False),
        ("-f http://localhost/${A}${B:-x}", True),
        ("-f http://localhost/${A", False),
        ("-f http://localhost/ -m", False),
        ("-f -- http://localhost/", False),
        ("-f", False),
        ("", False),
    ],
)
@pytest.mark.parametrize("form", ["line", "list"])
def test_what_labelgate_asks_in_place_of_curl(
    labelgate: Path, folder: Path, words: str, ours: bool, form: str
) -> None:
    test = f"curl {words} || exit 1" if form == "line" else ["CMD", "curl", *words.split()]
    project = json.dumps({"services": {"app": {"entrypoint": ["a"], "healthcheck": {"test": test}}}})
    done = override(labelgate, project, folder, "app")
    assert done.returncode == 0
    assert ("LABELGATE_APP_URL: " in done.stdout) == ours
    assert ("CMD-SHELL" in done.stdout) == (not ours)


@pytest.mark.parametrize(
    ("project", "restart", "hold"),
    [
        ("bare", "on-failure:3", None),
        ("restart-no", "no", None),
        ("restart-limited", "on-failure:5", None),
        ("restart-unlimited", "on-failure", "hold"),
        ("superinsight", "unless-stopped", "hold"),
        ("entrypoint-list", "always", "hold"),
        ("swarm-policy", None, "hold"),
        ("quoted-lines", None, "hold"),
        ("hardened-on-the-host", None, None),
        ("dots-and-a-secret", "always", "hold"),
    ],
)
def test_a_refusal_does_not_loop(
    labelgate: Path, compose: Path, folder: Path, project: str, restart: str | None, hold: str | None
) -> None:
    _, after, _ = guarded(labelgate, compose, folder, ROOT / f"tests/data/projects/{project}.yml")
    assert after.get("restart") == restart
    assert env_of(after).get("LABELGATE_ON_REFUSAL") == hold
    assert env_of(after)["LABELGATE_WAIT"] == "2m"


@pytest.mark.parametrize(
    ("restart", "policy", "hold"),
    [
        ("on-failure:3", {"condition": "any"}, True),
        ("always", {"condition": "on-failure", "max_attempts": 3}, False),
        ("always", {"condition": "none"}, False),
        ("no", {"condition": "on-failure"}, True),
    ],
)
def test_a_policy_of_deploy_counts_before_restart(
    labelgate: Path, folder: Path, restart: str, policy: Json, hold: bool
) -> None:
    """As in Compose's own getRestartPolicy."""
    service = {"entrypoint": ["a"], "restart": restart, "deploy": {"restart_policy": policy}}
    done = override(labelgate, json.dumps({"services": {"app": service}}), folder, "app")
    assert ("LABELGATE_ON_REFUSAL" in done.stdout) == hold
    assert '    restart: "on-failure' not in done.stdout


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


@pytest.mark.parametrize("project", ["entrypoint-empty", "entrypoint-blank"])
def test_an_entrypoint_without_words_keeps_the_image_s_cmd(
    labelgate: Path, compose: Path, folder: Path, project: str
) -> None:
    """So does Docker, and it takes an empty command for none."""
    (folder / "image.json").write_text(json.dumps([IMAGE]))
    file = ROOT / f"tests/data/projects/{project}.yml"
    plain = config(compose, folder, "--no-interpolate", files=(file,))
    done = override(labelgate, plain, folder, "--image-json", "image.json", "app")
    (folder / "labelgate.yml").write_text(done.stdout)
    after = json.loads(config(compose, folder, files=(file, folder / "labelgate.yml")))["services"]["app"]
    assert after["entrypoint"] == GATE
    assert after["command"] == ["serve", "$${X}"]
    assert ("is taken for []" in done.stderr) == (project == "entrypoint-empty")
    assert "the image's CMD: fill it in" in override(labelgate, plain, folder, "app").stderr


def test_the_image_s_health_check_counts_where_the_project_has_none(labelgate: Path, folder: Path) -> None:
    checks = {
        (
            "CMD-SHELL",
            "curl -f http://localhost/$X || exit 1",
        ): "(curl -f http://localhost/$$X || exit 1) && ",
        ("CMD", "curl", "-f", "http://localhost/"): 'LABELGATE_APP_URL: "http://localhost/"',
        # What its shell would fill in is nothing that LABELGATE_APP_URL could hold.
        (
            "CMD-SHELL",
            "curl -f http://localhost:${PORT}/",
        ): "(curl -f http://localhost:$${PORT}/) && ",
        ("CMD", "/check"): "Its health check stays",
        ("NONE",): '["CMD", "/gate/labelgate", "health"]',
    }
    for test, printed in checks.items():
        image = {"RepoTags": ["a"], "Config": {"Cmd": ["c"], "Healthcheck": {"Test": test}}}
        (folder / "image.json").write_text(json.dumps([image]))
        for check in (None, {"interval": "3s"}, {"test": ["CMD", "curl", "-f", "http://b/"]}):
            service = {"image": "a", **({"healthcheck": check} if check else {})}
            project = json.dumps({"services": {"app": service}})
            done = override(labelgate, project, folder, "--image-json", "image.json", "app")
            assert done.returncode == 0
            assert ('"http://b/"' in done.stdout) == ("test" in (check or {}))
            assert "test" in (check or {}) or printed in done.stdout, done.stdout
    project = json.dumps({"services": {"app": {"image": "a", "healthcheck": {"disable": True}}}})
    done = override(labelgate, project, folder, "--image-json", "image.json", "app")
    assert '["CMD", "/gate/labelgate", "health"]' in done.stdout


def test_an_image_that_is_guarded_already(labelgate: Path, folder: Path) -> None:
    config = {"Entrypoint": ["/labelgate", "run", "--"], "Cmd": ["app"]}
    (folder / "image.json").write_text(json.dumps([{"RepoTags": ["a:latest"], "Config": config}]))
    for service, code in (({"image": "a"}, 1), ({"image": "a", "entrypoint": ["app"]}, 0)):
        project = json.dumps({"services": {"app": service}})
        done = override(labelgate, project, folder, "--image-json", "image.json", "app")
        assert done.returncode == code and ("already" in done.stderr) == (code == 1)


def test_a_name_like_ours_is_not_ours(labelgate: Path, folder: Path) -> None:
    for entrypoint in (["/opt/labelgate-tools/run.sh"], ["labelgate"], "/x/labelgate/run now"):
        project = json.dumps({"services": {"app": {"entrypoint": entrypoint}}})
        assert override(labelgate, project, folder, "app").returncode == 0


@pytest.mark.parametrize(
    ("target", "words", "code"),
    [
        ("/gate", [], 1),
        ("/gate/x", [], 1),
        ("/gates", [], 0),
        ("/gate", ["--bin", "/b"], 0),
        ("/labelgate", ["--bin", "/b"], 1),
        ("/gate.env", [], 0),
        ("/gate.env", ["--env-file", ".env"], 1),
    ],
)
def test_a_mount_of_the_project_is_not_lost(
    labelgate: Path, folder: Path, target: str, words: list[str], code: int
) -> None:
    mount = {"type": "volume", "source": "data", "target": target}
    project = json.dumps({"services": {"app": {"entrypoint": ["a"], "volumes": [mount]}}})
    done = override(labelgate, project, folder, *words, "app")
    assert (done.returncode, done.stdout == "") == (code, code == 1)
    assert ("it has a mount at" in done.stderr) == (code == 1)


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
            '"c": {"environment": ["LABEL_STUDIO_API_KEY_FILE=/x"]}, "d": {"env_file": [".env"]}}}',
            [],
            "a, c, d",
        ),
    ],
)
def test_wrong_input(labelgate: Path, folder: Path, project: str, services: list[str], said: str) -> None:
    done = override(labelgate, project, folder, *services)
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr and "[project_invalid]" in done.stderr


@pytest.mark.parametrize("word", ["a\0b", "x" * (128 << 10)], ids=["NUL", "too long"])
@pytest.mark.parametrize("place", ["command", "entrypoint"])
def test_a_word_that_cannot_be_repeated(labelgate: Path, folder: Path, place: str, word: str) -> None:
    project = {"services": {"app": {place: ["a", word]}}}
    done = override(labelgate, json.dumps(project), folder, "app")
    assert (done.returncode, done.stdout) == (1, "")
    assert "[output_failed]" not in done.stderr and "128 KiB" in done.stderr


@pytest.mark.parametrize(
    "line",
    [
        "true",
        "false",
        "true # why",
        "cat <<END\nx\nEND",
        "cat <<-'END' | grep -q x\n\tx\n\tEND",
        "true \\",
        "false \\",
        "test 1 = 1 || exit 1; exit 3",
        "case x in x) false;; esac",
        "true &",
        "true;",
        "echo ')'; ! true",
    ],
)
def test_a_line_that_stays_ends_as_it_did(labelgate: Path, folder: Path, line: str) -> None:
    """By a shell, with our own check after it."""
    project = {"services": {"app": {"healthcheck": {"test": ["CMD-SHELL", line]}}}}
    done = override(labelgate, json.dumps(project), folder, "app")
    found = next(text for text in done.stdout.splitlines() if text.startswith("      test: "))
    kind, ours = json.loads(found.removeprefix("      test: "))
    assert kind == "CMD-SHELL" and ours.endswith(" && /gate/labelgate health")
    before = subprocess.run(["sh", "-c", line], capture_output=True)
    after = subprocess.run(["sh", "-c", ours.replace("/gate/labelgate health", "true")], capture_output=True)
    assert (after.returncode, after.stdout, after.stderr) == (before.returncode, before.stdout, b"")


def test_no_heading_without_a_line(labelgate: Path, folder: Path) -> None:
    """`environment:` alone is null, which older Composes refuse."""
    project = {"services": {"app": {"entrypoint": ["a"], "environment": {"LABELGATE_WAIT": "1m"}}}}
    done = override(labelgate, json.dumps(project), folder, "app")
    assert done.returncode == 0 and "environment:" not in done.stdout
    del project["services"]["app"]["environment"]
    assert (
        "    environment:\n      LABELGATE_WAIT"
        in override(labelgate, json.dumps(project), folder, "app").stdout
    )


@pytest.mark.parametrize("text", ["{}", "x", "[1"])
def test_a_file_that_is_no_image(labelgate: Path, folder: Path, text: str) -> None:
    (folder / "image.json").write_text(text)
    done = override(labelgate, '{"services": {"app": {}}}', folder, "--image-json", "image.json", "app")
    assert (done.returncode, done.stdout) == (1, "")
    done = override(labelgate, '{"services": {"app": {}}}', folder, "--image-json", "absent.json", "app")
    assert (done.returncode, done.stdout) == (1, "")
