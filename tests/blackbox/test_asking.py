# SPDX-License-Identifier: MIT
"""The whole program beside a stand-in: recorded answers, --unreachable, header file, --jwt, clocks."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest
from answers import Answer, recorded_rows
from conftest import Result, Run
from standin import TOKEN, USER, WHOAMI, Connection, Request, StandIn, answer, detail, response

pytest_plugins = ("probes",)

DATA = Path(__file__).resolve().parents[1] / "data"
NOT_PROVIDED = "Authentication credentials were not provided."
LEGACY_OFF = "legacy token authentication has been disabled for this organization"
PAGE_500 = "<html><head><title>500 | Label Studio</title></head></html>"


def jwt(claims: dict[str, Any]) -> str:
    def part(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part(claims)}.c2lnbmF0dXJlLW9mLWEtdGVzdA"


def pat(lives: int = 3600) -> str:
    now = int(time.time())
    return jwt({"token_type": "refresh", "exp": now + lives, "iat": now, "jti": "f" * 32, "user_id": "1"})


ACCESS = jwt({"token_type": "access", "exp": 8076679723, "jti": "e" * 32, "user_id": "1"})

Route = Callable[[Request], bytes]


def routes(table: dict[tuple[str, str], Route | bytes]) -> StandIn:
    """Answers by method and path; whatever else is asked gets a 418."""

    def play(connection: Connection) -> None:
        request = connection.read_request()
        if request:
            found = table.get((request.method, request.path), response(418))
            connection.send(found(request) if callable(found) else found)

    return StandIn(play)


def whoami(request: Request) -> bytes:
    """By the legacy token, or by the access token that the exchange gives."""
    if request.header("Authorization") in (f"Token {TOKEN}", f"Bearer {ACCESS}"):
        return response(200, USER)
    return response(401, detail(401, "Invalid token."))


def samples() -> dict[str, Answer]:
    """One recorded answer to a question with a token for each way to answer it."""
    found: dict[str, Answer] = {}
    for row in recorded_rows(DATA):
        if row.answer and row.answer.question == "whoami_token" and row.method == "GET":
            found.setdefault(f"{row.answer.status} {row.answer.what[:50]}", row.answer)
    return found


SAMPLES = samples()
REFUSED = {"legacy_disabled", "token_unknown", "header_lost", "user_inactive", "no_organization", "forbidden"}
LOCAL = {"token_malformed"}


def test_there_are_samples_of_every_class() -> None:
    assert len(SAMPLES) > 20


@pytest.mark.parametrize("name", SAMPLES)
def test_unreachable_decides_only_what_is_unclear(probe, name: str) -> None:
    sample = SAMPLES[name]
    kept = ("location", "www-authenticate", "content-type", "retry-after", "server")
    headers = [(key, value) for key, value in sample.headers.items() if key.lower() in kept]
    body = sample.text.encode("utf-8", "surrogateescape")
    lines = "".join(f"{key}: {value}\r\n" for key, value in [*headers, ("Content-Length", str(len(body)))])
    data = f"HTTP/1.1 {sample.status} X\r\n{lines}\r\n".encode() + body
    with StandIn(answer(data)) as server:
        plain = probe(server.url)
        healthy = probe(server.url, "--unreachable", "healthy")
    assert plain.word == healthy.word
    if plain.word == "ok":
        assert (plain.code, healthy.code) == (0, 0)
    elif plain.word in REFUSED | LOCAL:
        assert (plain.code, healthy.code) == (1, 1)
        assert "unhealthy" in healthy.out
    else:
        assert (plain.code, healthy.code) == (1, 0)
    assert plain.code == 0 or "to do: " in plain.out


# ---- Header file --------------------------------------------------------------------------------


def test_a_gateway_gets_its_header(probe, tmp_path: Path) -> None:
    lines = tmp_path / "headers"
    lines.write_text("# the platform's own\nAuthorization: Bearer platform-example\nX-Team: blue\n")
    with routes(
        {("GET", WHOAMI): lambda r: response(200 if r.header("X-Api-Key") == TOKEN else 401, USER)}
    ) as server:
        seen = probe(server.url, "--header-file", str(lines))
        by_variable = probe(server.url, env={"LABELGATE_HEADER_FILE": str(lines)})
    assert (seen.code, by_variable.code) == (0, 0)
    request = server.requests[0]
    assert request.header("Authorization") == "Bearer platform-example" and request.header("X-Team") == "blue"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("X-A: 1\nsecret-without-colon\n", "line 2"),
        ("Host: elsewhere\n", "line 1"),
        ("X-A: a\x01b\n", "line 1"),
    ],
)
def test_a_broken_header_file_is_said_before_anything_is_asked(
    probe, tmp_path: Path, text: str, says: str
) -> None:
    lines = tmp_path / "headers"
    lines.write_text(text)
    with routes({}) as server:
        seen = probe(server.url, "--header-file", str(lines), "--unreachable", "healthy")
    assert (seen.code, seen.word) == (1, "header_file_invalid")
    assert says in seen.out and "secret" not in seen.out and server.connections == 0


def test_a_missing_header_file(probe, tmp_path: Path) -> None:
    seen = probe("http://127.0.0.1:9", "--header-file", str(tmp_path / "none"))
    assert (seen.code, seen.word) == (1, "header_file_invalid")


# ---- --no-token ---------------------------------------------------------------------------------


def test_without_a_token(probe) -> None:
    with routes({("GET", WHOAMI): response(401, detail(401, NOT_PROVIDED))}) as server:
        seen = probe(server.url, "--no-token")
    assert seen.code == 0 and seen.word == "ok" and "no token was sent" in seen.out
    assert (
        server.requests[0].header("Authorization") is None and server.requests[0].header("X-Api-Key") is None
    )
    with routes({("GET", WHOAMI): response(401, "<h1>401</h1>")}) as server:
        assert probe(server.url, "--no-token").word == "proxy_auth"


# ---- --jwt accept and trade ---------------------------------------------------------------------


def exchange(wanted: str) -> Route:
    def play(request: Request) -> bytes:
        body = request.raw.partition(b"\r\n\r\n")[2]
        if json.loads(body) == {"refresh": wanted}:
            return response(200, {"access": ACCESS})
        return response(401, detail(401, "Token is invalid"))

    return play


def test_accept_asks_with_a_fresh_access_token(probe) -> None:
    token = pat()
    table = {("POST", "/api/token/refresh"): exchange(token), ("GET", WHOAMI): whoami}
    with routes(table) as server:
        seen = probe(server.url, env={"LABEL_STUDIO_API_TOKEN": token, "LABELGATE_JWT": "accept"})
    assert (seen.code, seen.word) == (0, "ok")
    assert [request.path for request in server.requests] == ["/api/token/refresh", WHOAMI]
    assert server.requests[0].header("Authorization") is None


@pytest.mark.parametrize(
    ("answers", "word"),
    [
        ({("POST", "/api/token/refresh"): response(401, detail(401, "Token is blacklisted"))}, "pat_revoked"),
        ({("POST", "/api/token/refresh"): response(401, detail(401, "Token is expired"))}, "pat_expired"),
        (
            {
                ("POST", "/api/token/refresh"): response(
                    500, detail(500, "User matching query does not exist.")
                )
            },
            "user_deleted",
        ),
        ({("POST", "/api/token/refresh"): response(401, "<h1>401</h1>")}, "proxy_auth"),
        ({("POST", "/api/token/refresh"): response(200, {"access": ""})}, "bad_reply"),
        ({("POST", "/api/token/refresh"): response(200, {"access": "a b"})}, "bad_reply"),
        ({("POST", "/api/token/refresh"): response(200, "<html>")}, "not_label_studio"),
        (
            {
                ("POST", "/api/token/refresh"): response(404, "<title>404 | Label Studio</title>"),
                ("GET", WHOAMI): response(401, detail(401, NOT_PROVIDED)),
            },
            "no_pat_support",
        ),
        (
            {("POST", "/api/token/refresh"): response(404, ""), ("GET", WHOAMI): response(404, "")},
            "not_found",
        ),
    ],
)
def test_accept_says_why_there_is_no_access_token(probe, answers: dict[Any, Any], word: str) -> None:
    with routes(answers) as server:
        seen = probe(server.url, env={"LABEL_STUDIO_API_TOKEN": pat(), "LABELGATE_JWT": "accept"})
    assert (seen.code, seen.word) == (1, word), seen


@pytest.mark.parametrize(
    ("nobody", "word"),
    [
        (response(401, detail(401, NOT_PROVIDED)), "no_organization"),
        (response(500, PAGE_500), "server_error"),
    ],
)
def test_a_500_to_a_bearer_is_told_from_a_lost_database(probe, nobody: bytes, word: str) -> None:
    token = pat()
    table = {
        ("POST", "/api/token/refresh"): exchange(token),
        ("GET", WHOAMI): lambda r: nobody if r.header("Authorization") is None else response(500, PAGE_500),
    }
    with routes(table) as server:
        seen = probe(server.url, env={"LABEL_STUDIO_API_TOKEN": token, "LABELGATE_JWT": "accept"})
    assert (seen.code, seen.word) == (1, word)


def launch(run: Run, url: str, token: str, *options: str) -> Result:
    variables = {"LABEL_STUDIO_URL": url, "LABEL_STUDIO_API_TOKEN": token, "LABELGATE_JWT": "trade"}
    return run("run", *options, "--", "/usr/bin/env", env=variables)


def test_trade_gives_the_app_the_legacy_token(run: Run) -> None:
    token = pat()
    table = {
        ("POST", "/api/token/refresh"): exchange(token),
        ("GET", "/api/current-user/token"): response(200, {"token": TOKEN}),
        ("GET", WHOAMI): whoami,
    }
    with routes(table) as server:
        ran = launch(run, server.url, token)
    assert ran.code == 0 and f"LABEL_STUDIO_API_TOKEN={TOKEN}" in ran.out.splitlines(), ran.err
    assert token not in ran.out + ran.err


def test_trade_makes_a_token_only_where_there_is_none(run: Run) -> None:
    token = pat()
    reset = ("POST", "/api/current-user/reset-token/")
    none = detail(500, "Token matching query does not exist.") | {"exc_info": "Traceback: /lib/python3"}
    table = {
        ("POST", "/api/token/refresh"): exchange(token),
        ("GET", "/api/current-user/token"): response(500, none),
        reset: response(201, {"token": TOKEN}),
        ("GET", WHOAMI): whoami,
    }
    with routes(table) as server:
        ran = launch(run, server.url, token)
    assert ran.code == 0 and f"LABEL_STUDIO_API_TOKEN={TOKEN}" in ran.out.splitlines(), ran.err
    assert "Traceback" not in ran.err and "/lib/python" not in ran.err
    table["GET", "/api/current-user/token"] = response(500, detail(500, "database is locked"))
    with routes(table) as server:
        ran = launch(run, server.url, token)
    assert ran.code == 125 and "[server_error]" in ran.err
    assert reset not in [(request.method, request.path) for request in server.requests]


def test_trade_switches_legacy_tokens_on_only_when_told(run: Run) -> None:
    token = pat()
    switched: list[bool] = []

    def switch(_: Request) -> bytes:
        switched.append(True)
        return response(200, {"api_tokens_enabled": True, "legacy_api_tokens_enabled": True})

    table = {
        ("POST", "/api/token/refresh"): exchange(token),
        ("GET", "/api/current-user/token"): response(200, {"token": TOKEN}),
        ("POST", "/api/jwt/settings"): switch,
        ("GET", WHOAMI): lambda r: whoami(r) if switched else response(401, detail(401, LEGACY_OFF)),
    }
    with routes(table) as server:
        ran = launch(run, server.url, token)
        assert ran.code == 125 and "[legacy_disabled]" in ran.err and not switched
        ran = launch(run, server.url, token, "--enable-legacy")
    assert ran.code == 0 and switched, ran.err


# ---- Clocks and echoes --------------------------------------------------------------------------


@pytest.mark.parametrize(("offset", "says"), [(-7200, "ahead of"), (7200, "behind"), (5, "")])
def test_a_wrong_clock_is_noted(probe, offset: int, says: str) -> None:
    date = formatdate(time.time() + offset, usegmt=True)
    with StandIn(answer(response(200, USER, [("Date", date)]))) as server:
        seen = probe(server.url)
    assert seen.code == 0
    assert says in seen.out and ("clock" in seen.out) == bool(says)


@pytest.mark.parametrize(
    "data",
    [
        response(401, detail(401, f"no such token: {TOKEN}")),
        response(302, "", [("Location", f"https://{TOKEN}.example.com/{TOKEN}")]),
        response(401, "x", [("WWW-Authenticate", f'Basic realm="{TOKEN}"')]),
        response(200, "x", [("Content-Type", TOKEN)]),
        response(403, "x", [("Server", TOKEN)]),
        response(429, "x", [("Retry-After", TOKEN)]),
    ],
    ids=["detail", "location", "authenticate", "type", "server", "retry"],
)
def test_a_server_that_repeats_the_token_is_not_repeated(probe, data: bytes) -> None:
    with StandIn(answer(data)) as server:
        seen = probe(server.url, "-v", "-v")
        told = probe(server.url, "--json")
    for text in (seen.out + seen.err, told.out + told.err):
        assert not any(TOKEN[i : i + 8] in text for i in range(len(TOKEN) - 7)), text
