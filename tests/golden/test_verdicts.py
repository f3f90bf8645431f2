# SPDX-License-Identifier: MIT
"""The verdict on every recorded answer, on mutations of it, and on the answers nobody recorded.

The two tables below were written from the meaning of the answers, not from the program's output.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
import verdict_rows
from answers import Answer, dump, mutations, recorded_rows
from verdict_rows import (
    BAD_BYTES,
    BLANK,
    INACTIVE,
    LEGACY_OFF,
    NO_PERMISSION,
    NO_VALUE,
    NOT_PROVIDED,
    Row,
    fault,
    gaps,
    words_without_a_row,
)

sys.path.append(str(Path(__file__).resolve().parents[1] / "blackbox"))
from faults import FAULTS  # noqa: E402

HAS_PAT = "You already have a valid token. Please revoke it before creating a new one."

# (question, status, what the answer says) → word. Recorded; each line is met by at least one row.
EXPECTED = {
    ("whoami_token", 200, "user"): "ok",
    ("whoami_token", 200, "user Deleted"): "no_organization",
    ("whoami_token", 200, "user of no organization"): "no_organization",
    ("whoami_token", 200, "members description name parses renders"): "not_label_studio",  # OPTIONS
    ("whoami_token", 200, "nothing"): "not_label_studio",  # HEAD
    ("whoami_token", 204, "nothing"): "not_label_studio",  # OPTIONS, nginx
    ("whoami_token", 302, "page 302 Found"): "redirected",
    ("whoami_token", 400, "page 400 Bad Request"): "bad_reply",
    ("whoami_token", 400, "page 400 Request Header Or Cookie Too Large"): "header_too_large",
    ("whoami_token", 400, "page 400 The plain HTTP request was sent to HTTPS port"): "https_needed",
    ("whoami_token", 400, "page Bad Request (400)"): "host_rejected",
    ("whoami_token", 401, NOT_PROVIDED): "header_lost",
    ("whoami_token", 401, LEGACY_OFF): "legacy_disabled",
    ("whoami_token", 401, NO_VALUE): "token_malformed",
    ("whoami_token", 401, BAD_BYTES): "token_malformed",
    ("whoami_token", 401, BLANK): "token_malformed",
    ("whoami_token", 401, "Invalid token."): "token_unknown",
    ("whoami_token", 401, INACTIVE): "user_inactive",
    ("whoami_token", 401, "nothing"): "proxy_auth",  # HEAD: why labelgate asks by GET
    ("whoami_token", 401, "page 401 Authorization Required"): "proxy_auth",
    ("whoami_token", 403, NO_PERMISSION): "forbidden",
    ("whoami_token", 404, "No Project matches the given query."): "not_found",
    ("whoami_token", 404, "page"): "not_found",
    ("whoami_token", 404, "page 404 Not Found"): "not_found",
    ("whoami_token", 404, "page 404 | Label Studio"): "not_found",
    ("whoami_token", 405, 'Method "POST" not allowed.'): "bad_reply",
    ("whoami_token", 405, 'Method "TRACE" not allowed.'): "bad_reply",
    ("whoami_token", 405, "page 405 Not Allowed"): "bad_reply",
    ("whoami_token", 406, "Could not satisfy the request Accept header."): "bad_reply",
    ("whoami_token", 429, "page 429 Too Many Requests"): "rate_limited",
    ("whoami_token", 431, "page Error response"): "header_too_large",
    ("whoami_token", 500, "page"): "server_error",
    ("whoami_token", 502, "page 502 Bad Gateway"): "server_error",
    ("whoami_token", 503, "page 503 Service Temporarily Unavailable"): "server_error",
    ("whoami_token", 504, "page 504 Gateway Time-out"): "server_error",
    ("whoami_jwt", 200, "user"): "ok",  # an operator's own token that looks like a JWT
    ("whoami_jwt", 401, NOT_PROVIDED): "header_lost",
    ("whoami_jwt", 401, "Invalid token."): "jwt_as_token",
    ("whoami_fresh", 200, "user"): "ok",
    ("whoami_fresh", 200, "user Deleted"): "no_organization",
    ("whoami_fresh", 401, NOT_PROVIDED): "jwt_disabled",
    ("whoami_fresh", 403, NO_PERMISSION): "forbidden",
    ("whoami_fresh", 500, "page 500 | Label Studio"): "server_error",  # until the second answer is there
    ("whoami_bearer", 200, "user"): "ok",
    ("whoami_bearer", 400, "Validation error"): "bad_reply",
    ("whoami_bearer", 401, NOT_PROVIDED): "bearer_refused",
    ("whoami_nobody", 200, "user"): "ok",  # by a session's cookie
    ("whoami_nobody", 200, "nothing"): "not_label_studio",
    ("whoami_nobody", 400, "page Bad Request (400)"): "host_rejected",
    ("whoami_nobody", 401, NOT_PROVIDED): "token_missing",
    ("whoami_nobody", 401, "nothing"): "proxy_auth",
    ("whoami_nobody", 401, "page 401 Authorization Required"): "proxy_auth",
    ("whoami_nobody", 404, "members detail"): "not_found",
    ("whoami_nobody", 404, "page"): "not_found",
    ("whoami_nobody", 409, HAS_PAT): "bad_reply",
    ("whoami_nobody", 414, "page Error response"): "bad_reply",
    ("whoami_nobody", 500, "page"): "server_error",
    ("whoami_nobody", 500, "page 500 | Label Studio"): "server_error",
    ("refresh", 200, "members access"): "ok",
    ("refresh", 400, "JSON parse error - Expecting value: line 1 column 1 (char 0)"): "bad_reply",
    ("refresh", 400, "Validation error"): "pat_missing",
    ("refresh", 401, "No active account found for the given token."): "user_inactive",
    ("refresh", 401, "Token has wrong type"): "access_as_pat",
    ("refresh", 401, "Token is blacklisted"): "pat_revoked",
    ("refresh", 401, "Token is expired"): "pat_expired",
    ("refresh", 401, "Token is invalid"): "pat_invalid",
    ("refresh", 405, 'Method "GET" not allowed.'): "bad_reply",
    ("refresh", 405, 'Method "PUT" not allowed.'): "bad_reply",
    ("refresh", 413, "page 413 Request Entity Too Large"): "bad_reply",
    ("refresh", 415, 'Unsupported media type "text/plain" in request.'): "bad_reply",
    ("refresh", 500, "User matching query does not exist."): "user_deleted",
    ("refresh", 500, "page"): "server_error",
    ("legacy", 200, "members token"): "ok",
    ("legacy", 401, NOT_PROVIDED): "jwt_disabled",
    ("legacy", 401, LEGACY_OFF): "legacy_disabled",
    ("legacy", 401, "Invalid token."): "header_lost",
    ("legacy", 401, INACTIVE): "user_inactive",
    ("legacy", 404, "page 404 | Label Studio"): "not_found",
    ("legacy", 500, "page 500 | Label Studio"): "server_error",
    ("switches", 200, "members api_tokens_enabled legacy_api_tokens_enabled"): "ok",
    ("switches", 400, "Validation error"): "bad_reply",
    ("switches", 401, NOT_PROVIDED): "jwt_disabled",
    ("switches", 401, "Invalid token."): "header_lost",
    ("switches", 401, INACTIVE): "user_inactive",
    ("switches", 403, NO_PERMISSION): "forbidden",
    ("switches", 404, "page 404 | Label Studio"): "no_pat_support",
    ("switches", 405, 'Method "PATCH" not allowed.'): "bad_reply",
    ("switches", 500, "'NoneType' object has no attribute 'jwt'"): "no_organization",
    ("switches", 500, "page 500 | Label Studio"): "server_error",
    ("login", 200, "page Label Studio"): "login_failed",
    ("login", 302, "nothing"): "ok",
    ("login", 403, "page 403 Forbidden"): "login_failed",
}

# Good answers at addresses that labelgate does not ask: passed over, by name.
NOT_ASKED = {
    "", "/bar", "/foo", "/api/invite", "/api/organizations/1", "/api/organizations/1/memberships",
    "/api/organizations/1/memberships/2", "/api/projects", "/api/projects/1", "/api/token",
    "/api/token/blacklist", "/api/token/rotate", "/api/users", "/api/version",
    "/foo/api/token", "/foo/api/version", "/foo/health", "/foo/health/x", "/foo/version",
    "/health", "/metrics", "/nginx_health", "/user/login", "/user/signup", "/version",
}  # fmt: skip

PAGE_500 = "<!doctype html>\n<html>\n<head>\n  <title>500 | Label Studio</title>\n</head>\n</html>\n"
PAGE_404 = PAGE_500.replace("500", "404")


def own(status: int, detail: str) -> dict[str, object]:
    return {"id": "0", "status_code": status, "version": "1.22.0", "detail": detail, "exc_info": None}


def to_token(status: int, body: object = "", headers: dict[str, str] | None = None, **more: object) -> Answer:
    """The answer to whoami with a token."""
    return replace(Answer("whoami_token", status, body, headers or {}), **more)


# Answers that the design names and that nobody recorded, and answers of strangers.
CONSTRUCTED = {
    "own 401 without a known text": (to_token(401, own(401, "Try again on Monday.")), "unauthorized"),
    "own 403 without a known text": (to_token(403, own(403, "Not today.")), "forbidden"),
    "403 of a proxy": (to_token(403, "<h1>403 Forbidden</h1>", {"Server": "nginx"}), "proxy_denied"),
    "403 JSON of a stranger": (to_token(403, {"detail": NO_PERMISSION}), "proxy_denied"),
    "401 JSON of a stranger": (to_token(401, {"detail": "Invalid token."}), "proxy_auth"),
    "401 JSON, version no string": (
        to_token(401, {"detail": "Invalid token.", "version": 1}),
        "proxy_auth",
    ),
    "401 that breaks off": (
        to_token(401, '{"version": "1.22.0", "det', {"Content-Type": "application/json"}, cut=True),
        "unauthorized",
    ),
    "403 that breaks off": (
        to_token(403, '{"version": "1.22.0", "det', {"Content-Type": "application/json"}, cut=True),
        "forbidden",
    ),
    "401, a page that does not end": (to_token(401, "<html>" + "x" * 900, cut=True), "unauthorized"),
    "401 that is cut behind its JSON": (to_token(401, own(401, "Invalid token."), cut=True), "token_unknown"),
    "401, noise": (to_token(401, "\x1f\udc8b\x08\x00"), "unauthorized"),
    "403, noise in a page": (to_token(403, "<html>\x07"), "forbidden"),
    "401 called JSON and none": (
        to_token(
            401, "\ufeff" + json.dumps(own(401, "Invalid token.")), {"Content-Type": "application/json"}
        ),
        "unauthorized",
    ),
    "401 of JSON without a byte": (to_token(401, "", {"Content-Type": "application/json"}), "proxy_auth"),
    "401, a page with line ends of all kinds": (to_token(401, "<html>\t\r\n\f\v</html>"), "proxy_auth"),
    "401 without a token that breaks off": (
        to_token(401, '{"version": "1.22.0", "det', question="whoami_nobody", cut=True),
        "unauthorized",
    ),
    "200 that breaks off": (
        to_token(200, '{"id": 1, "email": "a', {"Content-Type": "application/json"}, cut=True),
        "bad_reply",
    ),
    "200, long page that is cut": (
        to_token(200, "<html>", {"Content-Type": "text/html"}, cut=True),
        "not_label_studio",
    ),
    "200, welcome to nginx": (
        to_token(200, "<title>Welcome to nginx!</title>", {"Content-Type": "text/html"}),
        "not_label_studio",
    ),
    "200, Label Studio's login page": (
        to_token(200, "<title>Label Studio</title>", {"Content-Type": "text/html"}),
        "not_label_studio",
    ),
    "200, JSON of /health": (to_token(200, {"status": "UP"}), "not_label_studio"),
    "200, id no number": (to_token(200, {"id": "1", "email": "a@example.com"}), "not_label_studio"),
    "200, list": (to_token(200, [{"id": 1}]), "not_label_studio"),
    "200, two objects": (to_token(200, '{"id": 1} {"id": 1}'), "not_label_studio"),
    "200, few members": (to_token(200, {"id": 1, "email": "a@example.com"}), "ok"),
    "200, Deleted by active user of another name": (
        to_token(200, {"id": 1, "email": "deleted@example.com", "active_organization": 1}),
        "ok",
    ),
    "201": (to_token(201, {"id": 1, "email": "a@example.com"}), "not_label_studio"),
    "refresh, 1.16.0": (Answer("refresh", 404, PAGE_404), "no_pat_support"),
    "refresh, 404 of nginx": (Answer("refresh", 404, "<title>404 Not Found</title>"), "not_found"),
    "refresh, access no string": (Answer("refresh", 200, {"access": None}), "not_label_studio"),
    "legacy, no token row": (
        Answer("legacy", 500, own(500, "Token matching query does not exist.")),
        "server_error",
    ),
    "reset": (Answer("reset", 201, {"token": "0" * 40}), "ok"),
    "301": (
        to_token(301, "", {"Location": "https://ls.example.com/api/current-user/whoami"}),
        "redirected",
    ),
    "302, own path": (to_token(302, "", {"Location": "/user/login/"}), "redirected"),
    "login sends to another host": (
        Answer("login", 302, "", {"Location": "https://sso.example.com/"}),
        "redirected",
    ),
    "login sends to another host without scheme": (
        Answer("login", 302, "", {"Location": "//sso.example.com/"}),
        "redirected",
    ),
    "429 with Retry-After": (to_token(429, "", {"Retry-After": "30"}), "rate_limited"),
    "407": (to_token(407, ""), "proxy_auth"),
    "418": (to_token(418, ""), "bad_reply"),
    "500 of nginx": (to_token(500, "<title>500 Internal Server Error</title>"), "server_error"),
    "500 JSON of a stranger": (to_token(500, {"error": "x"}), "server_error"),
    "500 own JSON (NUL on PostgreSQL)": (to_token(500, own(500, "A string literal …")), "server_error"),
    "599": (to_token(599, ""), "server_error"),
    "199": (to_token(199, ""), "bad_reply"),
    "999": (to_token(999, {"id": 1}), "bad_reply"),
}

NOBODY = Answer("second", 401, own(401, NOT_PROVIDED))
AWAY = Answer("second", 500, PAGE_500)
# A first answer, whoami without a header asked next, and what both mean.
PAIRS = {
    "Bearer, user without an organization": (
        Answer("whoami_fresh", 500, PAGE_500),
        NOBODY,
        "no_organization",
    ),
    "Bearer, database away": (Answer("whoami_fresh", 500, PAGE_500), AWAY, "server_error"),
    "legacy token of a removed user": (Answer("legacy", 500, PAGE_500), NOBODY, "no_organization"),
    "login of a user without membership": (Answer("login", 500, PAGE_500), NOBODY, "no_organization"),
    "login, database away": (Answer("login", 500, PAGE_500), AWAY, "server_error"),
    "exchange, 1.16.0": (Answer("refresh", 404, ""), NOBODY, "no_pat_support"),
    "exchange, wrong base path": (Answer("refresh", 404, ""), Answer("second", 404, ""), "not_found"),
    "exchange, login proxy": (
        Answer("refresh", 404, ""),
        Answer("second", 302, "", {"Location": "https://sso.example.com/"}),
        "redirected",
    ),
}


@pytest.fixture(scope="module")
def recorded(data: Path) -> list[Answer]:
    return [row.answer for row in recorded_rows(data) if row.answer]


def expected(answer: Answer) -> str:
    key = (answer.question, answer.status, answer.what)
    assert key in EXPECTED, f"no line for {key}: {answer.name}"
    return EXPECTED[key]


def wrong(answers: list[Answer], words: list[str], helpers: Path) -> list[str]:
    verdicts = dump(helpers, answers)
    return [
        f"{answer.name}: {verdict['word']}, not {word}"
        for answer, word, verdict in zip(answers, words, verdicts, strict=True)
        if verdict["word"] != word
    ]


def test_recorded(recorded: list[Answer], helpers: Path) -> None:
    assert len(recorded) > 850
    assert wrong(recorded, [expected(answer) for answer in recorded], helpers) == []


def test_every_line_is_met(recorded: list[Answer]) -> None:
    met = Counter((answer.question, answer.status, answer.what) for answer in recorded)
    assert set(EXPECTED) - set(met) == set()


def test_passed_over(data: Path) -> None:
    """Nothing but good answers at other addresses is left out."""
    assert {row.path for row in recorded_rows(data) if not row.answer} == NOT_ASKED


def test_mutations(recorded: list[Answer], helpers: Path) -> None:
    answers, words = [], []
    for answer in recorded:
        word = expected(answer)
        for changed in mutations(answer):
            answers.append(changed)
            words.append(word)
    assert len(answers) > 4 * len(recorded)
    assert wrong(answers, words, helpers) == []


def test_header_names_and_server_do_not_decide(recorded: list[Answer], helpers: Path) -> None:
    """A proxy rewrites header names and values: only Location, and the type of a broken body, may count."""
    bare = [replace(a, headers={k: v for k, v in a.headers.items() if k == "Location"}) for a in recorded]
    assert wrong(bare, [expected(answer) for answer in bare], helpers) == []


@pytest.mark.parametrize("name", CONSTRUCTED)
def test_constructed(name: str, helpers: Path) -> None:
    answer, word = CONSTRUCTED[name]
    assert dump(helpers, [answer])[0]["word"] == word


@pytest.mark.parametrize("name", PAIRS)
def test_two_answers(name: str, helpers: Path) -> None:
    first, second, word = PAIRS[name]
    verdicts = dump(helpers, [first, second])
    assert verdicts[0]["second"]
    assert verdicts[1]["word"] == word


def test_second_answer_only_where_needed(recorded: list[Answer], helpers: Path) -> None:
    """500 with Label Studio's page, asked with a user's credentials: nothing else needs another question."""
    for answer, verdict in zip(recorded, dump(helpers, recorded), strict=True):
        user = answer.question not in ("whoami_token", "whoami_jwt", "whoami_nobody", "refresh")
        assert verdict["second"] == (user and answer.what == "page 500 | Label Studio"), answer.name


def test_unknown_texts_are_never_ok(recorded: list[Answer], helpers: Path) -> None:
    """Every other status on every recorded body, by every question."""
    bodies = {answer.text: answer for answer in recorded}.values()
    statuses = (100, 202, 204, 206, 304, 400, 402, 404, 409, 418, 451, 500, 501, 520, 600)
    answers = [replace(a, status=status) for a in bodies for status in statuses]
    for answer, verdict in zip(answers, dump(helpers, answers), strict=True):
        assert verdict["class"] != "fine", answer.name
        if answer.status not in (400, 500):
            assert verdict["class"] == "unclear" or verdict["word"] == "login_failed", answer.name


BY_STATUS = {401: "unauthorized", 403: "forbidden", 404: "not_found", 500: "server_error"}


@pytest.mark.parametrize("text", ["A text of tomorrow.", "", "Token is great", "ok"])
def test_texts_of_tomorrow_fall_back_by_status(recorded: list[Answer], helpers: Path, text: str) -> None:
    """Label Studio's own JSON, of a version and with a text that nobody knows yet."""
    own_json = [a for a in recorded if isinstance(a.body, dict) and {"detail", "version"} <= a.body.keys()]
    answers = [replace(a, body={**a.body, "detail": text, "version": "9.0.0"}) for a in own_json]
    words = [BY_STATUS.get(answer.status, "bad_reply") for answer in answers]
    assert len(answers) > 400
    assert wrong(answers, words, helpers) == []


def test_refused_only_by_label_studio(recorded: list[Answer], helpers: Path) -> None:
    """The same refusals without Label Studio's `version` say nothing about the token."""
    refusals = [a for a in recorded if a.status in (401, 403) and isinstance(a.body, dict)]
    strangers = [replace(a, body={k: v for k, v in a.body.items() if k != "version"}) for a in refusals]
    assert len(strangers) > 100
    for answer, verdict in zip(strangers, dump(helpers, strangers), strict=True):
        assert verdict["word"] == ("proxy_auth" if answer.status == 401 else "proxy_denied"), answer.name


MADE = {name: word for name, (*_, word) in {**CONSTRUCTED, **PAIRS}.items()}


def test_every_row_has_a_test() -> None:
    """`tests/golden/verdict_rows.py` lists them."""
    assert list(gaps(EXPECTED, MADE, FAULTS)) == []


def test_every_word_has_a_row() -> None:
    assert words_without_a_row() == set()


def test_a_gap_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Control."""
    strange = [
        Row("no test at all", "ok"),
        Row("another word", "pat_missing", (("whoami_token", 200, "user"),)),
        Row("a name that is none", "ok", made=("no such name",)),
        Row("a fault with another word", "bad_reply", tests=(fault("never answers"),)),
        Row("a function that is none", "ok", tests=("blackbox/test_tls.py::test_nothing",)),
        Row("a function with another word", "pat_missing", tests=("blackbox/test_tls.py::test_expired",)),
    ]
    monkeypatch.setattr(verdict_rows, "ROWS", strange)
    assert [gap.partition(":")[0] for gap in gaps(EXPECTED, MADE, FAULTS)] == [row.what for row in strange]
    assert "timeout" in words_without_a_row()


def test_identity(recorded: list[Answer], helpers: Path) -> None:
    answers = [answer for answer in recorded if answer.question.startswith("whoami")]
    for answer, verdict in zip(answers, dump(helpers, answers), strict=True):
        body = answer.body if isinstance(answer.body, dict) else {}
        user = body if isinstance(body.get("id"), int) else {}
        assert verdict["user"] == user.get("id", 0), answer.name
        assert verdict["email"] == user.get("email", ""), answer.name
        assert verdict["organization"] == (user.get("active_organization") or 0), answer.name
        assert verdict["version"] == body.get("version", ""), answer.name


def one(helpers: Path, answer: Answer) -> dict[str, str]:
    return dump(helpers, [answer])[0]


def test_redirect_names_scheme_and_host_only(helpers: Path) -> None:
    where = "https://user:secret@login.example.com:8443/start?rd=/api/current-user/whoami"
    verdict = one(helpers, to_token(302, "", {"Location": where}))
    assert "https://login.example.com:8443" in verdict["sentence"]
    assert "secret" not in verdict["sentence"] and "rd=" not in verdict["sentence"]


@pytest.mark.parametrize("below", ["", "/labels", "/a/b"])
def test_who_redirects_to_the_root_of_https_has_forgotten_the_path(helpers: Path, below: str) -> None:
    moved = to_token(
        301,
        "",
        {"Location": "https://ls.example.com/"},
        url=f"http://ls.example.com{below}/api/current-user/whoami",
    )
    remedy = one(helpers, moved)["remedy"].removesuffix(", then docker compose up -d")
    assert remedy.rstrip("/") == f"write LABEL_STUDIO_URL=https://ls.example.com{below}"


def test_underscore_is_named(helpers: Path) -> None:
    refused = to_token(400, "<h1>Bad Request (400)</h1>", url="http://label_studio:8080/api")
    verdict = one(helpers, refused)
    assert verdict["word"] == "host_rejected" and "label_studio" in verdict["sentence"]
    assert "underscore" in verdict["sentence"] and "alias" in verdict["remedy"]
    other = one(helpers, replace(refused, url="http://label-studio:8080/api_x"))
    assert other["word"] == "host_rejected" and "underscore" not in other["sentence"] + other["remedy"]


def test_unknown_text_is_shown_in_part(helpers: Path) -> None:
    text = "\u001b[31mred\n" + "é" * 100
    verdict = one(helpers, to_token(401, own(401, text)))
    assert "\\x1b[31mred\\n" in verdict["sentence"].lower()
    assert 30 < verdict["sentence"].count("é") <= 40
    assert verdict["sentence"].isprintable()


def test_retry_after_is_said(helpers: Path) -> None:
    assert "30" in one(helpers, to_token(429, "", {"Retry-After": "30"}))["sentence"]
    assert "after" not in one(helpers, to_token(429, ""))["sentence"]


def test_proxy_login_is_named(helpers: Path) -> None:
    answer = to_token(401, "<h1>401</h1>", {"WWW-Authenticate": 'Basic realm="Team"'})
    assert 'Basic realm="Team"' in one(helpers, answer)["sentence"]


def test_bytes_that_are_no_text(helpers: Path) -> None:
    """NUL, broken UTF-8 and a broken surrogate, in bodies and headers: a verdict, and a printable one."""
    surrogate = '{"detail": "\\ud800", "version": "1"}'
    headers = {
        "Location": "\udcff://\udcfe",
        "WWW-Authenticate": "\x01",
        "Server": "\x7f",
        "Retry-After": "\t",
    }
    for body in ("\x00" * 9, '{"id": 1\x00}', surrogate, "\udcff\udcfe", "{" * 5000):
        for status in (200, 302, 401, 403, 429, 500):
            verdict = one(helpers, to_token(status, body, headers))
            unread = "\x00" in body and status in (401, 403)
            assert verdict["class"] == ("refused" if unread else "unclear")
            assert json.loads(json.dumps(verdict["sentence"])).isprintable()
