# SPDX-License-Identifier: MIT
"""A token in a wrong place: whatever is said of that place, no byte of the token is."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import Result
from field import OTHER_TOKEN, shows_token
from test_asking import jwt

Run = Callable[..., Result]

SECRETS = {
    # It begins with a letter: a name that a variable may have.
    "a legacy token": OTHER_TOKEN,
    "a JWT": jwt({"token_type": "refresh", "exp": 8076679723, "jti": "0" * 32, "user_id": "1"}),
    # Neither shape: known only because it is the token that is set.
    "the token in hand": "Q7_chosen-by-hand",
}
# Nothing listens there, and a name is looked up for a moment only.
BASE = {
    "LABEL_STUDIO_URL": "http://127.0.0.1:9",
    "LABELGATE_TIMEOUT": "300ms",
    "LABEL_STUDIO_API_TOKEN": SECRETS["the token in hand"],
    "LABELGATE_LOG": "debug",
}
VERBS = {
    "run": ["run", "--", "/bin/true"],
    "health": ["health"],
    "health as JSON": ["health", "--json"],
    "check": ["check"],
    "check as JSON": ["check", "--json"],
    "token": ["token", "--write"],
    "verify": ["verify"],
    "verify as JSON": ["verify", "--json"],
}


@pytest.fixture(scope="module")
def options(helpers: Path) -> list[dict[str, str]]:
    """Those of the program that take a value."""
    dumped = subprocess.run([helpers / "tables_dump"], capture_output=True, check=True)
    return [row for row in json.loads(dumped.stdout)["options"] if row["argument"]]


def forms(secret: str) -> Iterator[str]:
    yield secret
    yield f"first,{secret}"
    yield f"http://127.0.0.1:9/{secret}"
    yield f"http://{secret}.invalid/"
    yield f"TERM:{secret}"


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("verb", VERBS)
def test_as_the_value_of_a_setting(
    run: Run, options: list[dict[str, str]], tmp_path: Path, verb: str, name: str
) -> None:
    words, secret = VERBS[verb], SECRETS[name]
    for row in options:
        for value in forms(secret):
            runs = [run(words[0], f"--{row['name']}", value, *words[1:], env=BASE, stdin=b"x\n")]
            if row["variable"]:
                runs.append(run(*words, env=BASE | {row["variable"]: value}, stdin=b"x\n"))
                (tmp_path / ".env").write_text(f"{row['variable']}={value}\n")
                rest = {known: text for known, text in BASE.items() if known != row["variable"]}
                runs.append(run(*words, env=rest, stdin=b"x\n"))
                (tmp_path / ".env").unlink()
            for done in runs:
                assert not shows_token(done.out + done.err, secret), (row["name"], value, done)


PLACES: dict[str, list[str]] = {
    "a command": ["run", "--", "{}"],
    "a path": ["run", "--", "/no/{}/app"],
    "a name of an option": ["run", "--{}"],
    "a word after health": ["health", "{}"],
    "a shell's word": ["health", "${}"],
    "a verb": ["{}"],
    "a verb that begins as health does": ["health {}"],
    "a page of help": ["help", "{}"],
    "a destination": ["install", "/no/{}"],
    "a list of checks": ["verify", "{}"],
    "a folder of a list of checks": ["verify", "/no/{}.ini"],
    "an option of token": ["token", "--write", "--env-file", "/no/{}/.env"],
}


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("place", PLACES)
def test_as_a_word_of_the_command_line(run: Run, place: str, name: str) -> None:
    done = run(*(word.format(SECRETS[name]) for word in PLACES[place]), env=BASE, stdin=b"0123456789ab\n")
    assert done.code != 0
    assert not shows_token(done.out + done.err, SECRETS[name]), done


LINES = {
    "alone": "{}",
    "as a name": "{}=x",
    "behind an export": "export {}",
    "in a name that no line can have": "{}.x!=1",
    "in a reference": "A=${{{}:?nothing}}",
    "in a message": "A=${{B:?{}}}",
    "run together": "LABELGATE_GRACE=1s{}=x",
}


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("line", LINES)
def test_in_a_line_of_the_file(run: Run, tmp_path: Path, line: str, name: str) -> None:
    (tmp_path / ".env").write_text(LINES[line].format(SECRETS[name]) + "\nB=2\n")
    for words in VERBS.values():
        for load in ("token", "all"):
            done = run(*words, env=BASE | {"LABELGATE_LOAD": load}, stdin=b"x\n")
            assert not shows_token(done.out + done.err, SECRETS[name]), (words, done)


@pytest.mark.parametrize("name", ["a legacy token", "a JWT"])
def test_its_length_and_kind_are_said_instead(run: Run, name: str) -> None:
    done = run("run", "--", SECRETS[name], env=BASE)
    kind = {"a legacy token": "40 hex digits", "a JWT": f"a JWT of {len(SECRETS[name])} bytes"}[name]
    assert f"the command (not shown: {kind}" in done.err


def test_what_was_brought_is_still_printed(run: Run) -> None:
    done = run("token", "--print", stdin=OTHER_TOKEN.encode() + b"\n")
    assert (done.code, done.out) == (0, OTHER_TOKEN + "\n")
