# SPDX-License-Identifier: MIT
"""`verify FILE` beside a stand-in: what is asked, what is said, how it ends."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from clock import SLACK, timed
from conftest import Result
from standin import Connection, Request, StandIn, answer, response

Verify = Callable[..., Result]
PASSWORD = 'p"w\\ äöü 12345678'
LOGIN = """
[Login]
request = POST ${API_BASE_URL}/login
json = {"user": "${API_USERNAME:-me}", "password": "${API_PASSWORD}"}
save token = access
remedy = set API_PASSWORD

[Me]
request = GET ${API_BASE_URL}/me
header Authorization = Bearer ${token}
member name = me
"""


def app(request: Request) -> bytes:
    if request.path == "/login":
        body = json.loads(request.raw.partition(b"\r\n\r\n")[2])
        if body == {"user": "me", "password": PASSWORD}:
            return response(200, {"access": "secret-access-token"})
        return response(401, {"detail": f"wrong: {body['password']}"})
    right = request.path == "/me" and request.header("Authorization") == "Bearer secret-access-token"
    return response(200, {"name": "me"}) if right else response(403, {"detail": "no"})


@pytest.fixture
def verify(run: Callable[..., Result], tmp_path: Path) -> Verify:
    def ask(text: str, url: str, *options: str, password: str = PASSWORD) -> Result:
        (tmp_path / "my.checks.ini").write_text(text)
        quoted = password.replace("\\", "\\\\").replace('"', '\\"')
        (tmp_path / ".env").write_text(f'API_BASE_URL={url}\nAPI_PASSWORD="{quoted}"\n')
        result = run("verify", *options, "my.checks.ini")
        assert "secret-access-token" not in result.out + result.err
        assert password not in result.out + result.err
        return result

    return ask


def test_all_pass(verify: Verify) -> None:
    with StandIn(answer(app)) as server:
        ran = verify(LOGIN, server.url)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == "passed   Login\npassed   Me\n2 passed, 0 failed, 0 skipped\n"


def test_more_is_said_when_asked(verify: Verify) -> None:
    with StandIn(answer(app)) as server:
        ran = verify(LOGIN, server.url, "-v")
    assert f"asked: POST {server.url}/login" in ran.out and "came back: 200" in ran.out


def test_a_failure_says_what_was_asked_and_what_came_back(verify: Verify) -> None:
    with StandIn(answer(app)) as server:
        ran = verify(LOGIN, server.url, password="another one, 12345678")
    assert ran.code == 1
    assert f"FAILED   Login\n         asked: POST {server.url}/login\n" in ran.out
    assert "came back: 401, not 2xx; detail: " in ran.out and "not shown" in ran.out
    assert "to do: set API_PASSWORD" in ran.out
    assert 'skipped  Me\n         not asked: it needs "Login"\n' in ran.out
    assert ran.out.endswith("0 passed, 1 failed, 1 skipped\n")


def test_a_secret_in_an_address_is_not_shown(run: Callable[..., Result], tmp_path: Path) -> None:
    token, password = "d0f1e2a3b4c5968778695a4b3c2d1e0f12345678", "pass-word-12345"
    (tmp_path / "my.ini").write_text(
        LOGIN.replace("header Authorization = Bearer ${token}", "").replace("/me", "/me?token=${token}")
        + "[Token]\nrequest = GET ${API_BASE_URL}/x?t=${LABEL_STUDIO_API_TOKEN}\n"
        "[Password]\nrequest = GET ${API_BASE_URL}/x?p=${LABEL_STUDIO_PASSWORD}\n"
    )
    with StandIn(answer(app)) as server:
        env = {
            "API_BASE_URL": server.url,
            "API_PASSWORD": PASSWORD,
            "LABEL_STUDIO_API_TOKEN": token,
            "LABEL_STUDIO_PASSWORD": password,
        }
        ran = run("verify", "my.ini", env=env)
    assert ran.out.endswith("1 passed, 3 failed, 0 skipped\n")
    for secret in (token, password, "secret-access-token"):
        assert secret not in ran.out + ran.err
    assert "asked: GET ${API_BASE_URL}/x?t=${LABEL_STUDIO_API_TOKEN}" in ran.out


def test_json(verify: Verify) -> None:
    with StandIn(answer(app)) as server:
        found: dict[str, Any] = json.loads(verify(LOGIN, server.url, "--json").out)
        wrong: dict[str, Any] = json.loads(verify(LOGIN, server.url, "--json", password="12345678").out)
    assert (found["passed"], found["failed"], found["skipped"]) == (2, 0, 0)
    assert list(found["checks"][0]) == ["name", "result", "asked", "answer", "status", "milliseconds"]
    assert [check["result"] for check in wrong["checks"]] == ["failed", "skipped"]
    assert [check["status"] for check in wrong["checks"]] == [401, 0]


def test_each_check_has_its_own_deadline(verify: Verify) -> None:
    slow = "[Slow]\nrequest = GET ${API_BASE_URL}/\ntimeout = 500ms\n"
    with StandIn(Connection.wait) as server:
        ran, seconds = timed(lambda: verify(slow + slow.replace("Slow", "Slower"), server.url))
        by_option, sooner = timed(lambda: verify(slow, server.url, "--timeout", "200ms"))
    assert ran.code == 1 and ran.out.count("[timeout]") == 2
    assert 0.9 < seconds < 1 + 2 * SLACK
    assert by_option.code == 1 and sooner < 0.2 + SLACK


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[A]\nrequest = GET http://a/\ncolour = red\n", "line 3"),
        ("nonsense\n", "line 1"),
        ("", "no check"),
    ],
)
def test_a_broken_file(verify: Verify, text: str, says: str) -> None:
    ran = verify(text, "http://127.0.0.1:9")
    assert ran.code == 1 and ran.out == ""
    assert "[checks_invalid]" in ran.err and says in ran.err and "my.checks.ini" in ran.err


@pytest.mark.parametrize(("name", "why"), [("none.ini", "there is no such file"), (".", "it is a directory")])
def test_a_file_that_cannot_be_read(run: Callable[..., Result], name: str, why: str) -> None:
    """No line of it can be corrected: the remedy is another file, or none."""
    ran = run("verify", name)
    assert ran.code == 1 and "[checks_invalid]" in ran.err and why in ran.err
    assert "correct that line" not in ran.err and "without a FILE" in ran.err


def test_a_gateway_in_front_of_label_studio_gets_its_header(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    text = "[A]\nrequest = GET ${LABEL_STUDIO_URL}/health\n[B]\nrequest = GET ${API_BASE_URL}/health\n"
    (tmp_path / "my.checks.ini").write_text(text)
    (tmp_path / "headers").write_text("Authorization: Bearer platform-example\n")
    with StandIn(answer(response(200, {}))) as server, StandIn(answer(response(200, {}))) as other:
        variables = {"LABEL_STUDIO_URL": server.url, "API_BASE_URL": other.url}
        assert run("verify", "--header-file", "headers", "my.checks.ini", env=variables).code == 0
    assert server.requests[0].header("Authorization") == "Bearer platform-example"
    assert other.requests[0].header("Authorization") is None
    assert run("verify", "--header-file", "none", "my.checks.ini").code == 1


def test_called_wrongly(run: Callable[..., Result]) -> None:
    assert run("verify", "--colour").code == 2
    assert run("verify", "a.ini", "b.ini").code == 2


def test_a_broken_env_file_is_said_first(run: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("cat << EOF > .env\n")
    ran = run("verify")
    assert ran.code == 1 and "[env_invalid]" in ran.err and ran.out == ""


def test_a_full_output_is_no_success(
    labelgate: Path, tmp_path: Path, clean_environment: dict[str, str]
) -> None:
    (tmp_path / "my.checks.ini").write_text("[A]\njwt = a.b.c\n")
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [labelgate, "verify", "my.checks.ini"],
            cwd=tmp_path,
            env=clean_environment,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=30,
            check=False,
        )
    assert done.returncode == 1 and "[output_failed]" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_can_be_stopped(
    labelgate: Path, tmp_path: Path, clean_environment: dict[str, str], number: signal.Signals
) -> None:
    with StandIn(Connection.wait) as server:
        (tmp_path / "my.checks.ini").write_text(f"[A]\nrequest = GET {server.url}/\n[B]\njwt = x\n")
        process = subprocess.Popen(
            [labelgate, "verify", "my.checks.ini"],
            cwd=tmp_path,
            env=clean_environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        while not server.connections:
            assert process.poll() is None
        process.send_signal(number)
        out, _ = process.communicate(timeout=10)
    assert process.returncode == 128 + number and b"B" not in out
