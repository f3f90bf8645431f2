# SPDX-License-Identifier: MIT
"""A server that sends the token back: in whatever place, spelling and length, no piece of it is shown."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Run
from field import OTHER_TOKEN
from standin import USER, Connection, Request, StandIn, answer, detail, response
from test_asking import jwt

Build = Callable[[str], bytes]

WINDOW = 6
SECRETS = {
    "a legacy token": OTHER_TOKEN,
    "a JWT": jwt({"token_type": "refresh", "exp": 8076679723, "jti": "0" * 32, "user_id": "1"}),
    "a token of another kind": "Zq7_kP-mN2.xV9wRtB4hhQQ",
}


def percent(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode())


def entities(text: str) -> str:
    return "".join(f"&#{byte};" for byte in text.encode())


SPELLINGS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "in words": lambda token: f"the token ({token}) is bad",
    "in the other case": str.swapcase,
    "percent-encoded": percent,
    "as entities": entities,
    "a part of it": lambda token: token[3:17],
    "without its end": lambda token: token[:-2] + "..",
}
# Around every limit: of the words of a coding, of what is shown of a text, of what is kept of a header.
PADS = [0, 26, 60, 79, 480, 505]
FEW_PADS = [0, 74]


def header(status: int, name: str) -> Callable[[str], bytes]:
    return lambda text: response(status, "x", [(name, text)])


def content_type(text: str) -> bytes:
    return f"HTTP/1.1 200 X\r\nContent-Type: {text}\r\nContent-Length: 1\r\n\r\nx".encode()


def version(text: str) -> bytes:
    return response(401, {**detail(401, "Invalid token."), "version": text})


PLACES: dict[str, Build] = {
    "Content-Encoding": header(200, "Content-Encoding"),
    "Content-Type": content_type,
    "WWW-Authenticate": header(401, "WWW-Authenticate"),
    "Server": header(403, "Server"),
    "Retry-After": header(429, "Retry-After"),
    "Location, a host": lambda text: response(302, "", [("Location", f"http://{text}/")]),
    "Location, a user": lambda text: response(302, "", [("Location", f"http://{text}@example.com/")]),
    "Location, a path": lambda text: response(302, "", [("Location", f"http://example.com/{text}")]),
    "Location, a path alone": lambda text: response(302, "", [("Location", f"/{text}")]),
    "Location, a host without a scheme": lambda text: response(302, "", [("Location", f"//{text}/a")]),
    "Location, no scheme": lambda text: response(302, "", [("Location", text)]),
    "detail of a 401": lambda text: response(401, detail(401, text)),
    "detail of a 403": lambda text: response(403, detail(403, text)),
    "detail, escaped": lambda text: response(
        401, json.dumps(detail(401, "@")).replace("@", "".join(f"\\u{ord(c):04x}" for c in text))
    ),
    "Invalid token header": lambda text: response(401, detail(401, f"Invalid token header. {text}")),
    "version": version,
    "e-mail": lambda text: response(200, {**USER, "email": text}),
    "title of a page": lambda text: response(502, f"<html><title>{text}</title>"),
    "heading of a page": lambda text: response(404, f"<html><h1>{text}</h1>"),
    "text of a gateway": lambda text: response(503, text),
    "message of a gateway": lambda text: response(
        503, json.dumps({"message": "@"}).replace("@", "".join(f"\\u{ord(c):04x}" for c in text))
    ),
    "code of a store": lambda text: response(403, f"<Error><Code>{text}</Code></Error>"),
    "detail of a 500": lambda text: response(500, detail(500, text)),
    "a status line": lambda text: f"HTTP/1.1 200 {text}\r\nContent-Length: 0\r\n\r\n".encode(),
    "no HTTP": lambda text: text.encode(),
    "a broken head": lambda text: f"HTTP/1.1 200 X\r\n{text}\r\n{text}: \x01\r\n\r\n".encode(),
}


def piece_shown(text: str, secret: str) -> str:
    """The first piece of the secret that is in the text, in any case."""
    text, secret = text.lower(), secret.lower()
    pieces = (secret[at : at + WINDOW] for at in range(len(secret) - WINDOW + 1))
    return next((piece for piece in pieces if piece in text and piece not in "labelgate token"), "")


class Echo:
    """Says to every question what it was told last."""

    def __init__(self) -> None:
        self.bytes = b""

    def __call__(self, request: Request) -> bytes:
        return self.bytes


@pytest.mark.parametrize("before", ["<html><title>", ""], ids=["page", "text"])
@pytest.mark.parametrize("came", [5, 7, 12])
def test_of_an_answer_that_breaks_off_in_the_token(run: Run, before: str, came: int) -> None:
    """A few bytes of it are no piece that could be known."""
    body = before + OTHER_TOKEN
    data = response(503, body)
    data = data[: len(data) - len(OTHER_TOKEN) + came]
    with StandIn(answer(data)) as server:
        env = {
            "LABEL_STUDIO_URL": server.url,
            "LABEL_STUDIO_API_TOKEN": OTHER_TOKEN,
            "LABELGATE_TIMEOUT": "2s",
        }
        done = run("health", env=env)
        assert done.code == 1 and "server_error" in done.out
        assert OTHER_TOKEN[:5] not in done.out + done.err


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("place", PLACES)
def test_of_the_token(run: Run, place: str, name: str) -> None:
    secret, echo = SECRETS[name], Echo()
    with StandIn(answer(echo)) as server:
        env = {
            "LABEL_STUDIO_URL": server.url,
            "LABEL_STUDIO_API_TOKEN": secret,
            "LABELGATE_TIMEOUT": "2s",
            "LABELGATE_JWT": "accept",
            "LABELGATE_LOG": "debug",
        }
        for spelling, spell in SPELLINGS.items():
            for pad in PADS if spelling == "plain" else FEW_PADS:
                echo.bytes = PLACES[place]("." * pad + spell(secret))
                done = run("health", "--json" if pad % 4 else "-v", env=env)
                assert done.code in (0, 1) and done.out
                assert not piece_shown(done.out + done.err, secret), (spelling, pad, done)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    "words", [["check"], ["check", "--json"], ["run", "--wait", "0s", "--", "/bin/true"]]
)
def test_in_every_verb(run: Run, place: str, words: list[str]) -> None:
    secret, echo = SECRETS["a token of another kind"], Echo()
    with StandIn(answer(echo)) as server:
        env = {"LABEL_STUDIO_URL": server.url, "LABEL_STUDIO_API_TOKEN": secret, "LABELGATE_TIMEOUT": "2s"}
        for spelling in ("plain", "percent-encoded"):
            for pad in (0, 26, 74, 500):
                echo.bytes = PLACES[place]("." * pad + SPELLINGS[spelling](secret))
                done = run(*words, env=env)
                assert not piece_shown(done.out + done.err, secret), (spelling, pad, done)


LOGINS = {
    "user and password": ("someone:hunter2sword", "someone:hunter2sword"),
    "percent-encoded": ("some%40one:hunter%2F2sword", "some@one:hunter/2sword"),
    "a short password": ("someone:ab", "someone:ab"),
    "a password alone": (":hunter2sword", ":hunter2sword"),
    "a user alone": ("hunter2sword", "hunter2sword:"),
    "an empty password": ("someone-hunter2:", "someone-hunter2:"),
}


def behind_a_proxy(scheme: str, variable: str, proxy: StandIn, login: str) -> dict[str, str]:
    return {
        "LABEL_STUDIO_URL": f"{scheme}://studio.example",
        "LABEL_STUDIO_API_TOKEN": OTHER_TOKEN,
        variable: f"http://{login}@{proxy.netloc}",
    }


@pytest.mark.parametrize("login", LOGINS)
@pytest.mark.parametrize("place", PLACES)
def test_of_a_login_at_a_proxy(run: Run, place: str, login: str) -> None:
    """A proxy that repeats what was sent to it, or what that means."""
    given, meant = LOGINS[login]
    sent, echo = base64.b64encode(meant.encode()).decode(), Echo()
    with StandIn(answer(echo)) as proxy:
        for scheme in ("http", "https"):
            env = {**behind_a_proxy(scheme, f"{scheme}_proxy", proxy, given), "LABELGATE_TIMEOUT": "2s"}
            for pad in (0, 20, 70, 500):
                for words in (["health", "--json"], ["check"], ["run", "--wait", "0", "--", "/bin/true"]):
                    echo.bytes = PLACES[place]("." * pad + f"Basic {sent}")
                    done = run(*words, env=env)
                    assert not piece_shown(done.out + done.err, sent.rstrip("=")), (pad, words, done)
        assert proxy.requests[0].header("Proxy-Authorization") == f"Basic {sent}"


def proxy_page(text: str) -> bytes:
    return response(407, f"<p>{text}</p>", [("Proxy-Authenticate", f'Basic realm="{text}"'), ("Via", text)])


@pytest.mark.parametrize("login", LOGINS)
def test_of_a_login_that_a_proxy_refuses(run: Run, login: str) -> None:
    given, meant = LOGINS[login]
    sent, echo = base64.b64encode(meant.encode()).decode(), Echo()
    with StandIn(answer(echo)) as proxy:
        for scheme in ("http", "https"):
            env = {**behind_a_proxy(scheme, "LABELGATE_PROXY", proxy, given), "LABELGATE_LOG": "debug"}
            for text in (sent, meant, given, f"you said {sent}"):
                echo.bytes = proxy_page(text)
                done = run("health", env=env)
                assert "[proxy_failed]" in done.out, done
                assert not piece_shown(done.out + done.err, sent.rstrip("=")), done
                assert "hunter2" not in done.out + done.err and "/2sword" not in done.out + done.err, done


GATEWAY = base64.b64encode(b"gateway:pL4in_of-it.9").decode()
LINES = {
    "a scheme and a word": (f"Authorization: Basic {GATEWAY}", GATEWAY),
    "what that word means": (f"Authorization: Basic {GATEWAY}", "pL4in_of-it.9"),
    "what it means, elsewhere": (f"X-Gateway: basic  {GATEWAY}", "pL4in_of-it.9"),
    "a key": ("X-Gateway-Key: kW4-nV8_pQ2.tR6", "kW4-nV8_pQ2.tR6"),
    "a cookie": ("Cookie: a=1; session=kW4-nV8_pQ2.tR6; b=2", "kW4-nV8_pQ2.tR6"),
}


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("place", PLACES)
def test_of_the_header_file(run: Run, tmp_path: Path, place: str, line: str) -> None:
    text, secret = LINES[line]
    echo = Echo()
    (tmp_path / "headers").write_text(text + "\nX-Team: blue\n")
    with StandIn(answer(echo)) as server:
        env = {
            "LABEL_STUDIO_URL": server.url,
            "LABEL_STUDIO_API_TOKEN": OTHER_TOKEN,
            "LABELGATE_HEADER_FILE": "headers",
            "LABELGATE_TIMEOUT": "2s",
        }
        for pad in (0, 20, 70, 500):
            echo.bytes = PLACES[place]("." * pad + secret)
            done = run("health", env=env)
            assert not piece_shown(done.out + done.err, secret), (pad, done)


@pytest.mark.parametrize("place", PLACES)
def test_of_what_a_login_gave(run: Run, place: str) -> None:
    """Password, each cookie and the token that came: the answer after them repeats each."""
    given = {
        "password": "kU4-zR9-wM3-tB6v",
        "csrftoken": "cS7fT2kNqW8zXv4L",
        "sessionid": "sE3sS9iOnRt6YpHd",
        "gateway": "gW5aY1xQ9jLm7rTb",
        "token": OTHER_TOKEN,
    }
    names = ("csrftoken", "gateway", "sessionid")
    cookies = [("Set-Cookie", f"{name}={given[name]}; Path=/") for name in names]
    said = b""

    def reply(request: Request) -> bytes:
        if request.path == "/user/login" and request.method == "GET":
            return response(200, "x", cookies[:2])
        if request.path == "/user/login":
            return response(302, "", [("Location", "/projects"), *cookies])
        if request.path == "/api/current-user/token" and which == "token":
            return response(200, {"token": given["token"]})
        return said

    with StandIn(answer(reply)) as server:
        env = {
            "LABEL_STUDIO_URL": server.url,
            "LABEL_STUDIO_USERNAME": "admin@example.com",
            "LABEL_STUDIO_PASSWORD": given["password"],
            "LABELGATE_TIMEOUT": "2s",
        }
        for which, secret in given.items():
            for pad in (0, 20, 70, 500):
                said = PLACES[place]("." * pad + secret)
                done = run("token", "--login", "--print", env=env)
                # An answer that accepts the token ends well, and --print then prints it.
                shown = done.err if done.code == 0 else done.out + done.err
                assert not piece_shown(shown, secret), (which, pad, done)


@pytest.mark.parametrize("place", PLACES)
def test_of_what_a_check_saved(run: Run, tmp_path: Path, place: str) -> None:
    secret = "sAv3d-vAlu3-0f-Ch3ck"
    said = b""

    def reply(request: Request) -> bytes:
        return response(200, {"key": secret}) if request.path == "/first" else said

    (tmp_path / "checks.ini").write_text(
        "[first]\nrequest = GET ${LABEL_STUDIO_URL}/first\nsave KEY = key\n"
        "[second]\nrequest = GET ${LABEL_STUDIO_URL}/second\nheader X-Key = ${KEY}\nmember never = 1\n"
    )
    with StandIn(answer(reply)) as server:
        env = {"LABEL_STUDIO_URL": server.url, "LABELGATE_TIMEOUT": "2s"}
        for pad in (0, 20, 70, 230, 500):
            said = PLACES[place]("." * pad + secret)
            for words in (["verify", "checks.ini"], ["verify", "--json", "checks.ini"]):
                done = run(*words, env=env)
                assert done.code == 1 and not piece_shown(done.out + done.err, secret), (pad, done)


def test_what_repeats_nothing_is_shown(run: Run) -> None:
    """Control: the places above are quoted at all."""
    quoted = ["Content-Encoding", "Content-Type", "WWW-Authenticate", "Server", "Retry-After"]
    quoted += ["Location, a host", "detail of a 401", "detail of a 403", "Invalid token header"]
    for place in quoted:
        with StandIn(answer(PLACES[place]("harmless-words"))) as server:
            env = {"LABEL_STUDIO_URL": server.url, "LABEL_STUDIO_API_TOKEN": OTHER_TOKEN}
            done = run("health", env=env)
        assert "harmless-words" in done.out, (place, done)


def test_an_echo_that_goes_on_for_long_costs_no_time(run: Run) -> None:
    """64 KiB of nearly the token, and a token as long as one may be."""
    secret = "aB" * 2000
    almost = "aBaBaBa_" * 8000

    def play(connection: Connection) -> None:
        if connection.read_request():
            connection.send(response(403, detail(403, almost[:60_000]), [("Server", almost[:60_000])]))

    with StandIn(play) as server:
        env = {"LABEL_STUDIO_URL": server.url, "LABEL_STUDIO_API_TOKEN": secret, "LABELGATE_TIMEOUT": "2s"}
        done = run("health", env=env)
    assert "[timeout]" not in done.out and done.code == 1, done
