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
from conftest import Result, Run, call
from field import ACCESS, PAT, jwt
from standin import TOKEN, USER, WHOAMI, Connection, Request, StandIn, answer, detail, response

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
def verify(run: Run, tmp_path: Path) -> Verify:
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
    assert f"FAILED   Login\n         asked: POST {server.url}/login\n         sent: {{" in ran.out
    assert '"password": "${API_PASSWORD}"' in " ".join(ran.out.split())
    assert "came back: 401, not 2xx; detail: " in ran.out and "not shown" in ran.out
    assert "to do: set API_PASSWORD" in ran.out
    assert 'skipped  Me\n         not asked: it needs "Login"\n' in ran.out
    assert ran.out.endswith("0 passed, 1 failed, 1 skipped\n")


def test_a_secret_in_an_address_is_not_shown(run: Run, tmp_path: Path) -> None:
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
    assert f"asked: GET {server.url}/x?t=${{LABEL_STUDIO_API_TOKEN}}" in ran.out
    assert f"asked: GET {server.url}/x?p=${{LABEL_STUDIO_PASSWORD}}" in ran.out


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
def test_a_file_that_cannot_be_read(run: Run, name: str, why: str) -> None:
    """No line of it can be corrected: the remedy is another file, or none."""
    ran = run("verify", name)
    assert ran.code == 1 and "[checks_invalid]" in ran.err and why in ran.err
    assert "correct that line" not in ran.err and "without a FILE" in ran.err


def test_a_gateway_in_front_of_label_studio_gets_its_header(run: Run, tmp_path: Path) -> None:
    text = "[A]\nrequest = GET ${LABEL_STUDIO_URL}/health\n[B]\nrequest = GET ${API_BASE_URL}/health\n"
    (tmp_path / "my.checks.ini").write_text(text)
    (tmp_path / "headers").write_text("Authorization: Bearer platform-example\n")
    with StandIn(answer(response(200, {}))) as server, StandIn(answer(response(200, {}))) as other:
        variables = {"LABEL_STUDIO_URL": server.url, "API_BASE_URL": other.url}
        assert run("verify", "--header-file", "headers", "my.checks.ini", env=variables).code == 0
    assert server.requests[0].header("Authorization") == "Bearer platform-example"
    assert other.requests[0].header("Authorization") is None
    assert run("verify", "--header-file", "none", "my.checks.ini").code == 1


def test_called_wrongly(run: Run) -> None:
    assert run("verify", "--colour").code == 2
    assert run("verify", "a.ini", "b.ini").code == 2


def test_a_broken_env_file_is_said_first(run: Run, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("cat << EOF > .env\n")
    ran = run("verify")
    assert ran.code == 1 and "[env_invalid]" in ran.err and ran.out == ""


def test_a_full_output_is_no_success(
    labelgate: Path, tmp_path: Path, clean_environment: dict[str, str]
) -> None:
    (tmp_path / "my.checks.ini").write_text("[A]\njwt = a.b.c\n")
    with open("/dev/full", "w") as full:
        done = call(labelgate, "verify", "my.checks.ini", cwd=tmp_path, env=clean_environment, stdout=full)
    assert done.code == 1 and "[output_failed]" in done.err


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


# ---- The built-in nine, beside an app as SuperInsight is --------------------------------------------------


class Guide:
    """The app and its Label Studio. The app's own test always says error, as the real one does."""

    def __init__(self) -> None:
        self.base_url = "http://label-studio:8080"
        self.app_works = True  # its own token is right
        self.status = 200  # of its test
        self.whoami: bytes | None = None
        self.asked: list[Request] = []

    def label_studio(self, request: Request) -> bytes:
        self.asked.append(request)
        if request.path == "/health":
            return response(200, {"status": "UP"})
        if self.whoami is not None:
            return self.whoami
        if request.path == "/api/token/refresh":
            return response(200, {"access": ACCESS})
        right = request.header("Authorization") in (f"Token {TOKEN}", f"Bearer {ACCESS}")
        return response(200, USER) if right else response(401, detail(401, "Invalid token."))

    def app(self, request: Request) -> bytes:
        if request.path == "/health":
            return response(200, {})
        if request.path == "/api/auth/login":
            return response(200, {"access_token": jwt(sub="me")})
        if request.header("Authorization") != f"Bearer {jwt(sub='me')}":
            return response(401, {"detail": "no"})
        if request.path == "/api/auth/me":
            return response(200, {"email": "annotator@example.com"})
        if request.path.endswith("test-connection"):
            details = {"connected": False, "base_url": self.base_url, "auth_method": "api_token"}
            return response(self.status, {"status": "error", "message": "404", "details": details})
        if request.path.endswith("/sync-label-studio"):
            failed = {"detail": "Failed to sync with Label Studio: 401"}
            return response(200, {"project_id": 1}) if self.app_works else response(500, failed)
        return response(200, {"id": "0d1f-77", "name": "labelgate verify"})


Nine = Callable[..., Result]


@pytest.fixture
def guide() -> Guide:
    return Guide()


@pytest.fixture
def nine(run: Run, guide: Guide) -> Nine:
    def verify(*options: str, token: str = TOKEN, **variables: str) -> Result:
        with StandIn(answer(guide.app)) as app, StandIn(answer(guide.label_studio)) as server:
            env = {
                "API_BASE_URL": app.url,
                "LABEL_STUDIO_URL": server.url,
                "LABEL_STUDIO_API_TOKEN": token,
                "API_USERNAME": "annotator@example.com",
                "API_PASSWORD": "Xq7-Zw-pass",
                **variables,
            }
            done = run("verify", *options, env={name: value for name, value in env.items() if value})
        for secret in (token, ACCESS, jwt(sub="me"), "Xq7-Zw-pass"):
            assert not secret or secret not in done.out + done.err
        return done

    return verify


def of(done: Result, name: str) -> str:
    """What is said of a check, in one line."""
    rest = done.out.partition(name)[2]
    return " ".join(rest.partition("\nFAILED")[0].partition("\npassed")[0].split())


def test_nine_of_nine_though_the_apps_own_test_says_error(nine: Nine) -> None:
    done = nine()
    assert done.code == 0 and done.out.endswith("9 passed, 0 failed, 0 skipped\n"), done.out
    remark = of(done, "Label Studio connection test")
    assert 'the app\'s own test says status "error": it asks another address' in remark
    assert 'details.base_url "http://label-studio:8080"' in remark
    assert 'details.auth_method "api_token"' in remark
    told = json.loads(nine("--json").out)["checks"]
    assert "own test says" in told[7]["remark"] and "remark" not in told[8]


REFUSED = {
    "legacy_disabled": response(401, detail(401, "legacy token authentication has been disabled")),
    "user_inactive": response(401, detail(401, "User inactive or deleted.")),
    "no_organization": response(200, {**USER, "active_organization": None}),
    "server_error": response(502, "<h1>Bad Gateway</h1>"),
    "not_label_studio": response(200, "<h1>Welcome to nginx!</h1>"),
    "unauthorized": response(401, b"\0\1"),
}


@pytest.mark.parametrize("word", REFUSED)
def test_the_eighth_fails_with_the_word_of_what_label_studio_said(
    nine: Nine, guide: Guide, word: str
) -> None:
    guide.whoami = REFUSED[word]
    done = nine()
    assert done.code == 1 and done.out.endswith("8 passed, 1 failed, 0 skipped\n")
    said = of(done, "FAILED Label Studio connection test") or of(done, "Label Studio connection test")
    assert "200, but" in said and f"[{word}]" in said and "to do: " in said


@pytest.mark.parametrize(
    ("token", "word"),
    [
        ("", "token_missing"),
        ("changeme", "token_placeholder"),
        (PAT, "jwt_refresh"),
        (ACCESS, "jwt_access"),
        ("0" * 40, "token_unknown"),
    ],
)
def test_seven_of_nine_with_a_token_that_cannot_work(nine: Nine, guide: Guide, token: str, word: str) -> None:
    guide.app_works = False
    done = nine(token=token)
    assert done.code == 1 and done.out.endswith("7 passed, 2 failed, 0 skipped\n")
    assert f"[{word}]" in of(done, "Label Studio connection test")
    asked = [request.path for request in guide.asked]
    assert asked.count(WHOAMI) == (word == "token_unknown")


@pytest.mark.parametrize("way", [("--jwt", "accept"), ("--jwt", "trade")])
def test_a_pat_is_asked_about_as_health_does(nine: Nine, guide: Guide, way: tuple[str, str]) -> None:
    assert nine(*way, token=PAT).out.endswith("9 passed, 0 failed, 0 skipped\n")
    by_variable = nine(token=PAT, LABELGATE_JWT=way[1])
    assert by_variable.out.endswith("9 passed, 0 failed, 0 skipped\n")
    other = nine("--token-var", "OTHER", token="", OTHER=TOKEN)
    assert other.out.endswith("9 passed, 0 failed, 0 skipped\n")


def test_the_token_is_asked_about_where_the_checks_find_label_studio(nine: Nine) -> None:
    """Without LABEL_STUDIO_URL the checks ask http://localhost:8080: the token goes nowhere else."""
    done = nine(LABEL_STUDIO_URL="")
    assert done.code == 1 and "http://localhost:8080" in of(done, "Label Studio connection test")


@pytest.mark.parametrize("status", [404, 500, 302])
def test_an_app_that_does_not_answer_200_fails_the_eighth(nine: Nine, guide: Guide, status: int) -> None:
    guide.status = status
    said = of(nine(), "Label Studio connection test")
    assert f"{status}, not 200" in said and "remark" not in said


def test_a_password_in_the_apps_address_is_not_shown(nine: Nine, guide: Guide) -> None:
    guide.base_url = "http://someone:pa55-Word@label-studio:8080"
    done = nine()
    assert done.code == 0 and "pa55" not in done.out and "details.base_url" in of(done, "connection test")


def test_a_login_that_makes_the_app_ignore_its_token_is_remarked(nine: Nine, guide: Guide) -> None:
    guide.app_works = False
    both = {"LABEL_STUDIO_USERNAME": "a@example.com", "LABEL_STUDIO_PASSWORD": "Xq7-Zw-more"}
    assert "ignores the token" in of(nine(**both), "Label Studio sync")
    for name in both:
        assert "ignores the token" not in nine(**{name: both[name]}).out
    guide.app_works = True
    assert "ignores the token" not in nine(**both).out


def test_a_failing_check_shows_its_request(nine: Nine, guide: Guide) -> None:
    guide.app_works = False
    said = of(nine(), "Label Studio sync")
    assert "/api/tasks/0d1f-77/sync-label-studio" in said and "asked: POST http://127.0.0.1:" in said
    assert "${" not in said.partition("came back")[0]
