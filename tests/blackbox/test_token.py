# SPDX-License-Identifier: MIT
"""`token`: from standard input or traded for a PAT; written without losing a byte, or printed."""

import os
import re
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Result, Run, call
from field import ACCESS, CASES, OTHER_TOKEN, PAT, TOKEN, lay_files, shows_token
from standin import USER, WHOAMI, Connection, Play, Request, StandIn, answer, detail, response


class LabelStudio:
    """What the way from a PAT to a legacy token needs, answered as recorded from 1.22.0."""

    def __init__(self) -> None:
        self.legacy: str | None = TOKEN
        self.legacy_on = True
        self.posts: list[str] = []

    def __call__(self, request: Request) -> bytes:
        path = request.path.rstrip("/")
        bearer = request.header("Authorization") == f"Bearer {ACCESS}"
        if request.method == "POST":
            self.posts.append(path)
        if path == "/api/token/refresh":
            return response(200, {"access": ACCESS})
        if path == WHOAMI:
            return self.whoami(request)
        if not bearer:
            return response(401, detail(401, "Authentication credentials were not provided."))
        if path == "/api/current-user/token":
            if self.legacy is None:
                return response(500, detail(500, "Token matching query does not exist."))
            return response(200, {"token": self.legacy})
        if path == "/api/current-user/reset-token":
            self.legacy = TOKEN
            return response(201, {"token": TOKEN})
        if path == "/api/jwt/settings":
            self.legacy_on = self.legacy_on or request.method == "POST"
            return response(200, {"api_tokens_enabled": True, "legacy_api_tokens_enabled": self.legacy_on})
        return response(404, "<html><head><title>Label Studio</title></head></html>")

    def whoami(self, request: Request) -> bytes:
        if request.header("Authorization") != f"Token {self.legacy}":
            return response(401, detail(401, "Invalid token."))
        if not self.legacy_on:
            text = "Authentication token no longer valid: legacy token authentication has been disabled"
            return response(401, detail(401, f"{text} for this organization"))
        return response(200, USER)


@pytest.fixture
def label_studio() -> LabelStudio:
    return LabelStudio()


@pytest.fixture
def url(label_studio: LabelStudio) -> Iterator[str]:
    with StandIn(answer(label_studio)) as server:
        yield server.url


def quiet(result: Result, *secrets: str) -> bool:
    return not any(shows_token(result.out + result.err, secret) for secret in secrets)


# ---- Where it comes from --------------------------------------------------------------------------------


def test_a_legacy_token_is_taken_as_it_is(run: Run, tmp_path: Path) -> None:
    done = run("token", "--write", stdin=f"{TOKEN}\n".encode())
    assert done.code == 0 and quiet(done, TOKEN)
    env = tmp_path / ".env"
    assert env.read_text() == f"LABEL_STUDIO_API_TOKEN={TOKEN}\n"
    assert stat.S_IMODE(env.stat().st_mode) == 0o600


def test_print_gives_the_token_alone(run: Run) -> None:
    done = run("token", "--print", stdin=f"{TOKEN}\r\n".encode())
    assert (done.code, done.out, done.err) == (0, f"{TOKEN}\n", "")


def test_a_pat_is_traded(run: Run, url: str, label_studio: LabelStudio) -> None:
    done = run("token", "--print", "--url", url, stdin=PAT.encode())
    assert (done.code, done.out) == (0, f"{TOKEN}\n")
    assert label_studio.posts == ["/api/token/refresh"]


def test_a_pat_without_a_url_is_refused(run: Run, tmp_path: Path) -> None:
    done = run("token", "--write", stdin=PAT.encode())
    assert done.code == 1 and "[jwt_refresh]" in done.err and quiet(done, PAT)
    assert not (tmp_path / ".env").exists()


def test_a_pat_is_kept_where_the_app_exchanges_it(run: Run) -> None:
    done = run("token", "--print", "--jwt", "accept", stdin=PAT.encode())
    assert (done.code, done.out) == (0, f"{PAT}\n")


def test_legacy_off_is_said_and_switched_on_when_wanted(
    run: Run, url: str, label_studio: LabelStudio
) -> None:
    label_studio.legacy_on = False
    refused = run("token", "--print", "--url", url, stdin=PAT.encode())
    assert refused.code == 1 and "[legacy_disabled]" in refused.err and refused.out == ""
    assert not label_studio.legacy_on

    done = run("token", "--print", "--url", url, "--enable-legacy", stdin=PAT.encode())
    assert (done.code, done.out) == (0, f"{TOKEN}\n")
    assert label_studio.legacy_on and "switched on" in done.err


def test_trade_user_without_legacy_token(
    run: Run, url: str, label_studio: LabelStudio, tmp_path: Path
) -> None:
    label_studio.legacy = None
    done = run("token", "--write", "--url", url, stdin=PAT.encode())
    assert done.code == 0 and "no legacy token" in done.err
    assert (tmp_path / ".env").read_text() == f"LABEL_STUDIO_API_TOKEN={TOKEN}\n"
    assert "Traceback" not in done.out + done.err and quiet(done, TOKEN, PAT)
    assert "/api/current-user/reset-token" in label_studio.posts

    label_studio.posts.clear()
    run("token", "--print", "--url", url, stdin=PAT.encode())
    assert label_studio.posts == ["/api/token/refresh"]  # a user who has one keeps it


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (ACCESS, "jwt_access"),
        (PAT.rpartition(".")[0], "jwt_truncated"),
        (PAT.rpartition(".")[0] + ".", "jwt_truncated"),
        ("<your-legacy-token-here>", "token_placeholder"),
        (f"Token {TOKEN}", "token_prefixed"),
        (f"{TOKEN}\n{TOKEN}", "token_malformed"),
        ("", "token_missing"),
        ("x" * 5000, "token_too_long"),
    ],
)
def test_what_is_no_token_is_refused(run: Run, tmp_path: Path, text: str, word: str) -> None:
    (tmp_path / ".env").write_text("A=1\n")
    done = run("token", "--write", stdin=text.encode())
    assert done.code == 1 and f"[{word}]" in done.err
    assert (tmp_path / ".env").read_text() == "A=1\n"


# ---- Does Label Studio accept it? -------------------------------------------------------------------------


PAT_REFUSED = detail(401, "Token is blacklisted")
LEGACY_OFF = "legacy token authentication has been disabled for this organization"
NOT_ACCEPTED = {
    "token_unknown": response(401, detail(401, "Invalid token.")),
    "legacy_disabled": response(401, detail(401, LEGACY_OFF)),
    "user_inactive": response(401, detail(401, "User inactive or deleted.")),
    "no_organization": response(200, {**USER, "active_organization": None}),
    "forbidden": response(403, detail(403, "no")),
    "unauthorized": response(401, b"\0\1\2"),
    "header_lost": response(401, detail(401, "Authentication credentials were not provided.")),
}


@pytest.mark.parametrize("word", NOT_ACCEPTED)
@pytest.mark.parametrize("way", ["--write", "--print"])
def test_what_label_studio_refuses_is_not_handed_over(run: Run, tmp_path: Path, word: str, way: str) -> None:
    (tmp_path / ".env").write_text("A=1\n")
    with StandIn(answer(NOT_ACCEPTED[word])) as server:
        done = run("token", way, "--url", server.url, stdin=OTHER_TOKEN.encode())
    assert done.code == 1 and f"[{word}]" in done.err and done.out == ""
    assert (tmp_path / ".env").read_text() == "A=1\n" and quiet(done, OTHER_TOKEN)
    assert [request.path for request in server.requests] == [WHOAMI]


def test_what_label_studio_accepts_is_written(run: Run, url: str, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"LABEL_STUDIO_URL={url}\nLABEL_STUDIO_API_TOKEN={OTHER_TOKEN}\n")
    done = run("token", "--write", stdin=TOKEN.encode())
    assert (done.code, done.err) == (0, "") and quiet(done, TOKEN, OTHER_TOKEN)
    assert f"LABEL_STUDIO_API_TOKEN={TOKEN}\n" in (tmp_path / ".env").read_text()


@pytest.mark.parametrize(
    ("play", "word"),
    [
        (answer(response(502, "<h1>Bad Gateway</h1>")), "server_error"),
        (answer(response(404, "404 page not found")), "not_found"),
        (answer(response(200, "<h1>Welcome to nginx!</h1>")), "not_label_studio"),
        (Connection.reset, "connection_reset"),
        (Connection.wait, "timeout"),
        (None, "connection_refused"),
    ],
)
@pytest.mark.parametrize("way", ["--write", "--print"])
def test_an_unclear_answer_keeps_nothing_back(
    run: Run, tmp_path: Path, play: Play | None, word: str, way: str
) -> None:
    with StandIn(play or answer(b"")) as server:
        if play is None:
            server.close()
        done = run("token", way, "--url", server.url, "--timeout", "1s", stdin=TOKEN.encode())
    assert done.code == 0 and "could not be asked" in done.err and f"[{word}]" in done.err
    given = (tmp_path / ".env").read_text() if way == "--write" else done.out
    assert TOKEN in given and not shows_token(done.err)


def test_without_a_url_or_offline_nobody_is_asked(
    run: Run, url: str, label_studio: LabelStudio, tmp_path: Path
) -> None:
    label_studio.legacy = OTHER_TOKEN
    env = tmp_path / ".env"
    without = run("token", "--write", stdin=TOKEN.encode())
    assert without.code == 0 and "was not asked" in without.err and "LABEL_STUDIO_URL" in without.err
    assert env.read_text() == f"LABEL_STUDIO_API_TOKEN={TOKEN}\n"

    offline = run("token", "--write", "--offline", "--url", url, stdin=TOKEN.encode())
    assert offline.code == 0 and "was not asked" in offline.err and "--offline" in offline.err
    pat = run("token", "--write", "--offline", "--url", url, stdin=PAT.encode())
    assert pat.code == 1 and "[jwt_refresh]" in pat.err and label_studio.posts == []
    assert env.read_text() == f"LABEL_STUDIO_API_TOKEN={TOKEN}\n"
    login = run("token", "--login", "--print", "--offline", "--url", url)
    assert login.code == 2 and "[usage]" in login.err


@pytest.mark.parametrize("policy", ["accept", "trade"])
def test_a_pat_that_is_kept_is_asked_about_too(run: Run, tmp_path: Path, policy: str) -> None:
    with StandIn(answer(response(401, PAT_REFUSED))) as server:
        done = run("token", "--write", "--jwt", policy, "--url", server.url, stdin=PAT.encode())
    assert done.code == 1 and "[pat_revoked]" in done.err and not (tmp_path / ".env").exists()
    assert [request.path for request in server.requests] == ["/api/token/refresh"]


@pytest.mark.parametrize("setting", [{"--ca-file": "none.pem"}, {"--header-file": "none"}])
def test_a_setting_that_cannot_be_used_is_said_before_anything_is_written(
    run: Run, tmp_path: Path, setting: dict[str, str]
) -> None:
    words = [word for pair in setting.items() for word in pair]
    done = run("token", "--write", "--url", "https://127.0.0.1:9", *words, stdin=TOKEN.encode())
    assert done.code == 1 and "_file_invalid]" in done.err and not (tmp_path / ".env").exists()


# ---- Nothing was given ------------------------------------------------------------------------------------


@pytest.mark.parametrize("nothing", [b"", b"\n", b"\r\n"])
@pytest.mark.parametrize("place", ["the file", "the environment", "a second name"])
def test_nothing_given_trades_the_pat_that_is_there(
    run: Run, url: str, label_studio: LabelStudio, tmp_path: Path, nothing: bytes, place: str
) -> None:
    env = tmp_path / ".env"
    environment = {}
    if place == "the environment":
        environment["LABEL_STUDIO_API_TOKEN"] = PAT
    elif place == "the file":
        env.write_text(f"LABEL_STUDIO_API_TOKEN={PAT}\n")
    else:
        env.write_text(f"LABEL_STUDIO_API_TOKEN={OTHER_TOKEN}\nLABEL_STUDIO_API_KEY={PAT}\n")
    done = run("token", "--write", "--url", url, stdin=nothing, env=environment)
    assert done.code == 0 and "standard input is empty" in done.err and quiet(done, PAT, TOKEN)
    assert f"LABEL_STUDIO_API_TOKEN={TOKEN}\n" in env.read_text()
    assert label_studio.posts == ["/api/token/refresh"]


def test_nothing_given_and_nothing_to_trade(run: Run, url: str, tmp_path: Path) -> None:
    env = tmp_path / ".env"
    for text in ("", f"LABEL_STUDIO_API_TOKEN={OTHER_TOKEN}\n", f"LABEL_STUDIO_API_TOKEN={ACCESS}\n"):
        env.write_text(text)
        done = run("token", "--write", "--url", url, stdin=b"")
        assert done.code == 1 and "[token_missing]" in done.err and "traded" not in done.err
        assert env.read_text() == text
    env.write_text(f"LABEL_STUDIO_API_TOKEN={PAT}\n")
    could = run("token", "--write", stdin=b"")
    assert could.code == 1 and "[token_missing]" in could.err and quiet(could, PAT)
    assert "LABEL_STUDIO_API_TOKEN (.env line 1) can be exchanged once LABEL_STUDIO_URL is set" in could.err
    kept = run("token", "--write", "--jwt", "accept", "--url", url, stdin=b"")
    assert kept.code == 1 and "[token_missing]" in kept.err
    env.write_text(f"LABEL_STUDIO_API_TOKEN={PAT}\n")
    late = run("token", "--write", "--offline", "--url", url, stdin=b"")
    assert late.code == 1 and "--offline" in late.err
    assert env.read_text() == f"LABEL_STUDIO_API_TOKEN={PAT}\n"


@pytest.mark.parametrize(
    ("env", "stdin", "says"),
    [
        ({}, b"", "no user name is known"),
        ({}, b"\n", "no user name is known"),
        ({}, b"u" * 400, "the user name is too long"),
        ({"LABEL_STUDIO_USERNAME": "a@example.com"}, b"", "no password is known"),
        ({"LABEL_STUDIO_USERNAME": "a@example.com"}, b"\n", "no password is known"),
        ({"LABEL_STUDIO_USERNAME": "a@example.com"}, b"p" * 2000, "the password is too long"),
    ],
)
def test_a_login_without_user_or_password_is_not_tried(
    run: Run, url: str, label_studio: LabelStudio, env: dict[str, str], stdin: bytes, says: str
) -> None:
    done = run("token", "--login", "--print", "--url", url, env=env, stdin=stdin)
    assert done.code == 1 and "[login_failed]" in done.err and says in done.err
    assert "no login was tried" in done.err and "did not accept" not in done.err
    assert label_studio.posts == []


# ---- Logging in behind a proxy ----------------------------------------------------------------------------


LOGIN = "/user/login"
CSRF_PAGE = (
    "<html><title>403 Forbidden</title><h1>Forbidden <span>(403)</span></h1><p>CSRF verification failed.</p>"
)


class Believer:
    """Label Studio that believes it is on https: Django then takes a form with a Referer of its own only."""

    def __init__(self, base: str = "") -> None:
        self.base = base
        self.seen: list[Request] = []
        self.refuse: bytes | None = None  # what the form gets
        self.refuse_post: bytes | None = None  # what a POST of the session gets

    def __call__(self, request: Request) -> bytes:
        self.seen.append(request)
        path = request.path.removeprefix(self.base)
        origin = f"http://{request.header('Host')}"
        trusted = (request.header("Referer") or "").startswith(origin + "/") and not request.header("Origin")
        if path == LOGIN and request.method == "GET":
            return response(
                200, "<title>Label Studio</title>", [("Set-Cookie", "csrftoken=cS7fT2kNqW8zXv4L")]
            )
        if path == LOGIN:
            if self.refuse is not None or not trusted:
                return self.refuse or response(403, CSRF_PAGE)
            return response(302, "", [("Location", "/"), ("Set-Cookie", "sessionid=sE3sS9iOnRt6YpHd")])
        if path == WHOAMI:
            off = self.refuse_post is not None
            return response(401, detail(401, LEGACY_OFF)) if off else response(200, USER)
        if request.method == "POST":
            return self.refuse_post or response(201, {"token": TOKEN})
        return response(200, {"token": TOKEN})


USER_AND_PASSWORD = {"LABEL_STUDIO_USERNAME": "admin@example.com", "LABEL_STUDIO_PASSWORD": "Xq-7-Zw"}


@pytest.mark.parametrize("base", ["", "/studio", "/a/b"])
def test_a_login_sends_the_referer_that_https_wants(run: Run, base: str) -> None:
    server = Believer(base)
    with StandIn(answer(server)) as stand_in:
        env = {**USER_AND_PASSWORD, "LABEL_STUDIO_URL": stand_in.url + base + "/"}
        done = run("token", "--login", "--print", env=env)
        assert (done.code, done.out) == (0, f"{TOKEN}\n"), done.err
        form = next(request for request in server.seen if request.method == "POST")
        assert form.header("Referer") == f"{stand_in.url}{base}/user/login"
        assert form.header("Origin") is None


def test_a_referer_of_the_header_file_counts(run: Run, tmp_path: Path) -> None:
    server = Believer()
    with StandIn(answer(server)) as stand_in:
        (tmp_path / "headers").write_text(f"referer: {stand_in.url}/\n")
        env = {**USER_AND_PASSWORD, "LABEL_STUDIO_URL": stand_in.url, "LABELGATE_HEADER_FILE": "headers"}
        assert run("token", "--login", "--print", env=env).code == 0
    form = next(request for request in server.seen if request.method == "POST")
    assert [value for name, value in form.headers if name.lower() == "referer"] == [f"{stand_in.url}/"]


@pytest.mark.parametrize(
    ("page", "says"),
    [
        (response(403, CSRF_PAGE), "its CSRF check failed (403)"),
        (
            response(403, CSRF_PAGE + "<p>this site requires a CSRF cookie when submitting forms</p>"),
            "the cookie of the login page was lost",
        ),
        (
            response(403, CSRF_PAGE + "<p>this HTTPS site requires a “Referer header” to be sent</p>"),
            "the Referer was lost or changed",
        ),
        (
            response(403, "<h1>Forbidden</h1><p>CSRF verification failed. Request aborted.</p>"),
            "its CSRF check failed",
        ),
        (
            response(403, detail(403, "CSRF Failed: Origin checking failed - https://a does not match")),
            "the Origin is not one that it trusts",
        ),
        (
            response(403, detail(403, "CSRF Failed: Referer checking failed - no Referer.")),
            "the Referer was lost",
        ),
    ],
)
def test_a_failed_csrf_check_is_about_the_proxy(run: Run, page: bytes, says: str) -> None:
    server = Believer()
    server.refuse = page
    with StandIn(answer(server)) as stand_in:
        done = run("token", "--login", "--print", env={**USER_AND_PASSWORD, "LABEL_STUDIO_URL": stand_in.url})
    assert done.code == 1 and "[login_failed]" in done.err and says in done.err
    assert "proxy" in done.err and "CSRF_TRUSTED_ORIGINS" in done.err and "assword" not in done.err.lower()


def test_a_failed_csrf_check_behind_the_login_is_one_too(run: Run) -> None:
    server = Believer()
    server.refuse_post = response(403, detail(403, "CSRF Failed: CSRF cookie not set."))
    with StandIn(answer(server)) as stand_in:
        env = {**USER_AND_PASSWORD, "LABEL_STUDIO_URL": stand_in.url}
        done = run("token", "--login", "--print", "--enable-legacy", env=env)
    assert done.code == 1 and "CSRF_TRUSTED_ORIGINS" in done.err and "cookie" in done.err
    assert server.seen[-1].method == "POST" and server.seen[-1].header("Referer")


def test_a_wrong_password_is_still_said(run: Run) -> None:
    server = Believer()
    server.refuse = response(200, "<title>Label Studio</title>")
    with StandIn(answer(server)) as stand_in:
        done = run("token", "--login", "--print", env={**USER_AND_PASSWORD, "LABEL_STUDIO_URL": stand_in.url})
    assert done.code == 1 and "[login_failed]" in done.err and "wrong user name or password" in done.err
    assert "CSRF" not in done.err


def test_a_session_that_is_lost_behind_the_login(run: Run) -> None:
    """The proxy passes the cookie of the login page on, and drops that of the session."""
    studio = Believer()

    def without_the_session(request: Request) -> bytes:
        assert request.path == LOGIN or "sessionid=" in (request.header("Cookie") or "")
        if request.path == LOGIN:
            return studio(request)
        return response(401, detail(401, "Authentication credentials were not provided."))

    with StandIn(answer(without_the_session)) as server:
        done = run("token", "--login", "--print", env={**USER_AND_PASSWORD, "LABEL_STUDIO_URL": server.url})
    sentence, step, *_ = done.err.splitlines()
    assert done.code == 1 and done.out == "" and "[login_failed]" in sentence and server.url in sentence
    assert "accepted the login" in sentence and "cookie" in sentence and "assword" not in done.err
    assert "to do: let the proxy in front of Label Studio pass cookies on" in step


NO_PERMISSION = "You do not have permission to perform this action."


@pytest.mark.parametrize(
    ("says", "why"),
    [
        (response(403, detail(403, NO_PERMISSION)), NO_PERMISSION),
        (
            response(200, {"api_tokens_enabled": True, "legacy_api_tokens_enabled": False}),
            "they are still off",
        ),
    ],
)
@pytest.mark.parametrize("way", ["--login", "--write"])
def test_a_user_who_may_not_switch_legacy_tokens_on(
    run: Run, tmp_path: Path, says: bytes, why: str, way: str
) -> None:
    studio = Believer()
    studio.refuse_post = says

    def reply(request: Request) -> bytes:
        if request.path == "/api/token/refresh":
            return response(200, {"access": ACCESS})
        return studio(request)

    words = ["--login", "--print"] if way == "--login" else ["--write"]
    with StandIn(answer(reply)) as server:
        env = {**USER_AND_PASSWORD, "LABEL_STUDIO_URL": server.url}
        done = run("token", *words, "--enable-legacy", env=env, stdin=PAT.encode())
    assert done.code == 1 and done.out == "" and not (tmp_path / ".env").exists() and quiet(done, PAT, ACCESS)
    assert "[enable_refused]" in done.err and "did not switch legacy tokens on" in done.err
    assert why in done.err and "administrator" in done.err.partition("to do: ")[2].partition(";")[0]
    assert studio.seen[-1].path == "/api/jwt/settings" and studio.seen[-1].method == "POST"


@pytest.mark.parametrize("arguments", [["token"], ["token", "--write", "--print"]])
def test_one_place_to_put_it(run: Run, arguments: list[str]) -> None:
    done = run(*arguments, stdin=TOKEN.encode())
    assert done.code == 2 and "[usage]" in done.err


def test_a_full_output_is_an_error(labelgate: Path, tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = call(
            str(labelgate), "token", "--print", input=TOKEN.encode(), stdout=full, cwd=tmp_path, env={}
        )
    assert done.code == 1 and "[output_failed]" in done.err


# ---- Where it goes --------------------------------------------------------------------------------------


def test_env_append_without_newline(run: Run, tmp_path: Path) -> None:
    case = CASES["env-append-without-newline"]["input"]["a"]
    lay_files(case, tmp_path)
    env = tmp_path / ".env"
    env.chmod(0o640)
    done = run(*case["argv"], stdin=case["stdin"].encode())
    assert done.code == 0
    assert env.read_bytes() == f"MODEL_DIR=/data/models\nLABEL_STUDIO_API_TOKEN={TOKEN}\n".encode()
    assert stat.S_IMODE(env.stat().st_mode) == 0o640


@pytest.mark.parametrize("part", ["a", "b"])
def test_env_powershell_utf16_is_left_alone(run: Run, tmp_path: Path, part: str) -> None:
    case = CASES["env-powershell-utf16"]["input"]
    lay_files(case[part], tmp_path)
    before = (tmp_path / ".env").read_bytes()
    done = run(*case["c"]["argv"], stdin=case["c"]["stdin"].encode())
    assert done.code == 1 and "UTF-16" in done.err and quiet(done, OTHER_TOKEN)
    assert (tmp_path / ".env").read_bytes() == before


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "A=1\r\nLABEL_STUDIO_API_TOKEN=old # note\r\nB=2\r\n",
            "A=1\r\nLABEL_STUDIO_API_TOKEN={} # note\r\nB=2\r\n",
        ),
        ('export LABEL_STUDIO_API_TOKEN = "old"\nB=2', 'export LABEL_STUDIO_API_TOKEN = "{}"\nB=2'),
        (
            "LABEL_STUDIO_API_TOKEN=first\nLABEL_STUDIO_API_TOKEN=last\n",
            "LABEL_STUDIO_API_TOKEN=first\nLABEL_STUDIO_API_TOKEN={}\n",
        ),
    ],
)
def test_only_the_value_changes(run: Run, tmp_path: Path, before: str, after: str) -> None:
    env = tmp_path / ".env"
    env.write_bytes(before.encode())
    assert run("token", "--write", stdin=TOKEN.encode()).code == 0
    assert env.read_bytes() == after.format(TOKEN).encode()


def test_a_symbolic_link_that_leads_nowhere_has_its_own_remedy(run: Run, tmp_path: Path) -> None:
    (tmp_path / ".env").symlink_to("elsewhere/.env")
    done = run("token", "--write", stdin=TOKEN.encode())
    assert done.code == 1 and "[write_failed]" in done.err
    assert ".env is a symbolic link to a file that does not exist" in done.err
    assert "create the file that it points to; or remove the link" in done.err
    assert "make room" not in done.err
    assert os.readlink(tmp_path / ".env") == "elsewhere/.env"
    nowhere = "a symbolic link to a file that does not exist"
    assert f".env is {nowhere}" in run("run", "true").err
    assert f".env: {nowhere}" in run("check", "--offline").out
    (tmp_path / ".env").unlink()
    assert nowhere not in run("run", "true").err + run("check", "--offline").out


def test_a_symbolic_link_stays_one(run: Run, tmp_path: Path) -> None:
    (tmp_path / "real").write_text("A=1\n")
    (tmp_path / ".env").symlink_to("real")
    assert run("token", "--write", stdin=TOKEN.encode()).code == 0
    assert (tmp_path / ".env").is_symlink()
    assert (tmp_path / "real").read_text() == f"A=1\nLABEL_STUDIO_API_TOKEN={TOKEN}\n"


def system_calls(program: Path, folder: Path) -> int:
    """How many system calls one write makes."""
    trace = folder / "trace"
    command = ["strace", "-f", "-o", str(trace), str(program), "token", "--write"]
    subprocess.run(
        command, input=TOKEN.encode(), cwd=folder, env={}, capture_output=True, timeout=30, check=True
    )
    return len(re.findall(r"^\d+ +\w+\(", trace.read_text(), re.MULTILINE))


@pytest.mark.native("strace follows this machine's own programs")
def test_killed_at_every_system_call_the_file_is_the_old_or_the_new_one(
    labelgate: Path, tmp_path: Path
) -> None:
    env = tmp_path / ".env"
    old = b"A=1\nLABEL_STUDIO_API_TOKEN=old\n"
    env.write_bytes(old)
    count = system_calls(labelgate, tmp_path)
    new = env.read_bytes()
    assert new != old and count > 20
    seen = set()
    for number in range(1, count + 1):
        env.write_bytes(old)
        inject = f"inject=all:signal=KILL:when={number}"
        command = ["strace", "-f", "-o", "/dev/null", "-e", inject, str(labelgate), "token", "--write"]
        call(*command, input=TOKEN.encode(), cwd=tmp_path, env={})
        after = env.read_bytes()
        assert after in (old, new), f"call {number} left {len(after)} bytes"
        seen.add(after)
        for left in tmp_path.glob("..env.labelgate-*"):
            left.unlink()
    assert seen == {old, new}


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to mount a file system of its own")
def test_a_full_disk_loses_nothing(labelgate: Path, tmp_path: Path) -> None:
    script = """
        mount -t tmpfs -o size=16k none "$1" && cd "$1"
        echo LABEL_STUDIO_API_TOKEN=old >.env
        dd if=/dev/zero of=filler bs=1k count=64 2>/dev/null
        "$2" token --write
        code=$?
        cat .env
        exit "$code"
    """
    disk = tmp_path / "disk"
    disk.mkdir()
    done = call(
        "unshare", "--mount", "sh", "-c", script, "sh", str(disk), str(labelgate), input=TOKEN.encode()
    )
    assert done.code == 1 and "[write_failed]" in done.err
    assert done.out == "LABEL_STUDIO_API_TOKEN=old\n"


def test_a_broken_file_is_left_alone(run: Run, tmp_path: Path) -> None:
    env = tmp_path / ".env"
    env.write_text("A B=1\n")
    done = run("token", "--write", stdin=TOKEN.encode())
    assert done.code == 1 and "[env_invalid]" in done.err and "line 1" in done.err
    assert env.read_text() == "A B=1\n"


def test_the_token_goes_to_the_last_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "one").write_text("LABEL_STUDIO_API_TOKEN=old\n")
    (tmp_path / "two").write_text("B=2\n")
    done = run("token", "--write", "--env-file", "one", "--env-file", "two", stdin=TOKEN.encode())
    assert done.code == 0
    assert (tmp_path / "one").read_text() == "LABEL_STUDIO_API_TOKEN=old\n"
    assert (tmp_path / "two").read_text() == f"B=2\nLABEL_STUDIO_API_TOKEN={TOKEN}\n"
