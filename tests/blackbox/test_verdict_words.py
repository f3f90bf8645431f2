# SPDX-License-Identifier: MIT
"""What people read: the token by name and source, and the first step for this cause (contract, section 6)."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

import pytest
from conftest import call
from container import APP, MOUNTS, NATIVE, namespace, probe, wait_for_resident
from field import ACCESS, PAT
from standin import TOKEN, USER, Request, StandIn, answer, detail, response

NAME = "LABEL_STUDIO_API_TOKEN"
OTHER = "LABEL_STUDIO_API_KEY"
WRONG = TOKEN[::-1]


def unknown() -> StandIn:
    return StandIn(answer(response(401, detail(401, "Invalid token."))))


def ask(verb: str, folder: Path, env: dict[str, str], *options: str) -> str:
    done = call(os.environ["LABELGATE"], verb, *options, cwd=folder, env={"PATH": "/usr/bin:/bin", **env})
    assert done.code == 1, done
    return done.out


@pytest.mark.parametrize("verb", ["health", "check"])
@pytest.mark.parametrize("where", ["environment", ".env line 2"])
def test_a_refused_token_is_named_by_variable_and_source(tmp_path: Path, verb: str, where: str) -> None:
    in_file = where != "environment"
    (tmp_path / ".env").write_text(f"A=1\n{NAME}={WRONG}\n" if in_file else "A=1\n")
    with unknown() as server:
        env = {"LABEL_STUDIO_URL": server.url, **({} if in_file else {NAME: WRONG})}
        out = " ".join(ask(verb, tmp_path, env).split())
    assert f"does not know the token in {NAME} ({where})" in out
    assert server.url in out and "to do: copy the token again from the Label Studio at this address" in out


def test_a_refusal_without_its_body_names_the_token_too(tmp_path: Path) -> None:
    def play(connection) -> None:  # type: ignore[no-untyped-def]
        connection.read_request()
        connection.send(b"HTTP/1.1 401 No\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{")
        connection.wait()

    with StandIn(play) as server:
        out = ask(
            "health", tmp_path, {"LABEL_STUDIO_URL": server.url, NAME: WRONG, "LABELGATE_TIMEOUT": "600ms"}
        )
    assert out.startswith("unhealthy [unauthorized]") and f"to the token in {NAME} (environment)" in out


@pytest.mark.parametrize("newer", [True, False])
def test_a_value_that_the_environment_overrides(tmp_path: Path, newer: bool) -> None:
    """What helps is told by when the file was written: before the container was created, or after."""
    file = tmp_path / ".env"
    file.write_text(f"{NAME}={TOKEN}\n")
    if not newer:
        os.utime(file, (0, 0))
    with unknown() as server:
        out = ask("health", tmp_path, {"LABEL_STUDIO_URL": server.url, NAME: WRONG})
    assert f"in {NAME} (environment); .env line 1 holds another one" in out
    if not Path("/.dockerenv").exists():
        assert "to do: unset the variable in this shell" in out or "to do: edit the value" in out
    elif newer:
        assert "to do: docker compose up -d, so that the container gets the new value" in out
    else:
        assert "to do: edit the value in the env_file: or environment: entry" in out


def test_the_file_has_the_name_that_its_owner_knows(tmp_path: Path) -> None:
    """The path here, which is the container's, is said beside it only where it is another."""
    file = tmp_path / ".env"
    file.write_text(f"{NAME}={WRONG}\n")
    with unknown() as server:
        env = {"LABEL_STUDIO_URL": server.url, "LABELGATE_ENV_FILE": str(file)}
        far = json.loads(ask("health", Path("/"), env, "--json"))["sentence"]
        near = json.loads(ask("health", tmp_path, {"LABEL_STUDIO_URL": server.url}, "--json"))["sentence"]
    assert f"{NAME} (.env line 1 [{file}])" in far
    assert f"{NAME} (.env line 1)" in near


def test_a_second_token_that_is_not_used(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"{NAME}={WRONG}\n{OTHER}={TOKEN}\n")
    with unknown() as server:
        out = ask("health", tmp_path, {"LABEL_STUDIO_URL": server.url})
    assert f"{OTHER} is set too, and is not used" in out
    step = f"to do: if the app reads {OTHER}: LABELGATE_TOKEN_VAR={OTHER} in the container's environment"
    assert step in out


@NATIVE
@MOUNTS
@pytest.mark.parametrize("place", ["environment", ".env line 1"])
def test_a_traded_token_that_was_reset_since(labelgate: Path, folder: Path, place: str) -> None:
    """The token in its place is right: another exchange is what helps, at the next start."""
    tokens = {"legacy": TOKEN}

    def studio(request: Request) -> bytes:
        if request.path == "/api/token/refresh":
            return response(200, {"access": ACCESS})
        if request.path == "/api/current-user/token":
            return response(200, {"token": tokens["legacy"]})
        if request.header("Authorization") == f"Token {tokens['legacy']}":
            return response(200, USER)
        return response(401, detail(401, "Invalid token."))

    with StandIn(answer(studio)) as server:
        env = {"PATH": "/usr/bin:/bin", "LABEL_STUDIO_URL": server.url, "LABELGATE_JWT": "trade"}
        if place == "environment":
            env[NAME] = PAT
        else:
            (folder / ".env").write_text(f"{NAME}={PAT}\n")
        with namespace(labelgate, "run", *APP, env=env, cwd=folder) as first:
            wait_for_resident(first)
            assert probe(first, labelgate, env=env).code == 0
            tokens["legacy"] = WRONG
            done = probe(first, labelgate, env=env)
    assert done.code == 1 and done.out.startswith("unhealthy [token_unknown]"), done
    assert "does not know the legacy token that labelgate run got for the one in" in done.out
    assert f"{NAME} ({place}" in done.out and "to do: restart the container" in done.out
    assert TOKEN not in done.out and PAT[:40] not in done.out


@pytest.mark.parametrize("policy", ["accept", "trade"])
def test_an_access_token_where_a_pat_belongs(tmp_path: Path, policy: str) -> None:
    """`run` refuses it, and `check` goes on: it has what Label Studio says of it too."""
    asked = []

    def studio(request: Request) -> bytes:
        asked.append(request.path)
        return response(401, detail(401, "Token has wrong type"))

    with StandIn(answer(studio)) as server:
        env = {"LABEL_STUDIO_URL": server.url, NAME: ACCESS, "LABELGATE_JWT": policy}
        out = " ".join(ask("check", tmp_path, env).split("\n\nFiles\n")[0].split())
    assert "[jwt_access]" in out and "[access_as_pat]" in out and "/api/token/refresh" in asked
    assert (
        f"the token in {NAME} (environment) is an access token; a Personal Access Token belongs there" in out
    )
    assert "to do: put the Personal Access Token itself there (token_type refresh)" in out


IN_POD = {"KUBERNETES_SERVICE_HOST": "10.96.0.1"}
UP, RESTART = ", then docker compose up -d", ", then docker compose restart SERVICE"
RECREATE, POD = ", then docker compose up -d --force-recreate SERVICE", ", then kubectl rollout restart"


@pytest.mark.parametrize("verb", ["run", "health", "check", "token"])
@pytest.mark.parametrize("where", ["environment", "file", "secret"])
@pytest.mark.parametrize("around", ["", "pod"])
def test_what_brings_a_changed_token_to_the_app(tmp_path: Path, verb: str, where: str, around: str) -> None:
    """By where it comes from: an environment is made with the container, a file is read by `run` again."""
    env = {"PATH": "/usr/bin:/bin", "LABEL_STUDIO_URL": "http://127.0.0.1:9", **(IN_POD if around else {})}
    if where == "environment":
        env[NAME] = "Token " + WRONG
    elif where == "file":
        (tmp_path / ".env").write_text(f"{NAME}=Token {WRONG}\n")
    else:
        (tmp_path / "secret").write_text(f"Token {WRONG}")
        env[f"{NAME}_FILE"] = str(tmp_path / "secret")
    words = {"run": ["--", "true"], "check": ["--offline"], "token": ["--print"]}.get(verb, [])
    given = f"Token {WRONG}\n".encode() if verb == "token" else b""
    done = call(os.environ["LABELGATE"], verb, *words, cwd=tmp_path, env=env, input=given)
    said = " ".join((done.out + done.err).split())
    assert "[token_prefixed]" in said, done
    step = said.split("to do: remove that word and the blank after it")[1]
    if verb == "token":
        assert not step.startswith(","), said  # it is typed again
    elif around:
        assert step.startswith(POD), said
    elif verb == "check":
        assert step.startswith(UP if where == "environment" else RECREATE), said
    elif Path("/.dockerenv").exists():
        assert step.startswith({"environment": UP, "file": RESTART, "secret": RECREATE}[where]), said
        assert step.startswith(RECREATE) == (where == "secret"), said
    else:
        assert step.startswith(", then start the app again"), said


@pytest.mark.parametrize("in_file", [True, False])
def test_what_brings_a_changed_address_to_the_app(tmp_path: Path, in_file: bool) -> None:
    """The address is where it is, wherever the token comes from."""
    gone = response(404, "<!DOCTYPE html><html><head><title>Label Studio</title></head></html>")
    with StandIn(answer(gone)) as server:
        url, env = f"{server.url}/studio", {NAME: TOKEN}
        if in_file:
            (tmp_path / ".env").write_text(f"LABEL_STUDIO_URL={url}\n")
        else:
            env["LABEL_STUDIO_URL"] = url
        near, far = ask("health", tmp_path, env), ask("health", tmp_path, env | IN_POD)
        person = " ".join(ask("check", tmp_path, env).split())
    step = "take /studio out of LABEL_STUDIO_URL"
    assert f"{step}{POD}" in far
    assert f"{step}{RECREATE if in_file else UP}" in person
    if Path("/.dockerenv").exists():
        assert f"{step}{RESTART if in_file else UP}" in near
    else:
        assert f"{step}, then start the app again" in near


def test_a_right_token_has_no_such_words(tmp_path: Path) -> None:
    """The control: the server knows nobody by status 503, which says nothing about a token."""
    with StandIn(answer(response(503, b"x"))) as server:
        out = ask("health", tmp_path, {"LABEL_STUDIO_URL": server.url, NAME: TOKEN, OTHER: WRONG})
    assert "[server_error]" in out and NAME not in out and OTHER not in out


def test_a_commented_token_and_an_extra_line(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"{NAME}=#{TOKEN}\n")
    out = ask("health", tmp_path, {"LABEL_STUDIO_URL": "http://127.0.0.1:9"})
    assert out.startswith("unhealthy [token_comment]") and "to do: remove the # in front of it" in out
    secret = tmp_path / "secret"
    secret.write_bytes(f"{TOKEN}\r\n\r\n".encode())
    env = {"PATH": "/usr/bin:/bin", f"{NAME}_FILE": str(secret)}
    done = call(os.environ["LABELGATE"], "run", "true", cwd="/", env=env)
    assert done.code == 125 and "has an extra line after the token" in done.err
    assert "dropped" not in done.err


def test_check_begins_with_verdict_and_step(tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    (tmp_path / ".env").write_text(f"{NAME}={TOKEN}\n")
    out = ask("check", tmp_path, {"LABEL_STUDIO_URL": url})
    verdict, step = out.split("\n\nFiles\n")[0].split("  to do: ")
    assert "health would say unhealthy" in verdict and "[connection_refused]" in verdict
    assert "connection_refused" not in step
    assert out.index("health would say") < out.index("Settings") < out.index("All steps")
    assert "docker logs" not in out  # there is no running app: this container was made for the check


@pytest.mark.parametrize(
    ("options", "says"), [((), "LABEL_STUDIO_URL"), (("--offline",), "no address is set")]
)
def test_check_says_what_it_could_not_see(tmp_path: Path, options: tuple[str, ...], says: str) -> None:
    (tmp_path / ".env").write_text(f"{NAME}={TOKEN}\n")
    done = call(os.environ["LABELGATE"], "check", *options, cwd=tmp_path, env={"PATH": "/usr/bin:/bin"})
    assert done.code == (0 if options else 1)
    assert says in done.out.split("\n\nFiles\n")[0]
