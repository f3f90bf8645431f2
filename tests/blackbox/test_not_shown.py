# SPDX-License-Identifier: MIT
"""A token in a wrong place: whatever is said of that place, no byte of the token is."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Run
from field import OTHER_TOKEN, shows_token
from test_asking import jwt

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


NEAR = ["LABELSTUDIO_API_KEY", "label_studio_api_token", "LABEL_STUDIO_USER_TOKEN", "MY_LABEL_STUDIO_KEY"]


@pytest.mark.parametrize("name", NEAR)
@pytest.mark.parametrize("place", PLACES)
def test_the_value_of_a_name_that_is_told(run: Run, tmp_path: Path, place: str, name: str) -> None:
    """token_missing names it; what it holds is likely to be the token."""
    secret = "Kz8_under-another-name"
    rest = {known: text for known, text in BASE.items() if known != "LABEL_STUDIO_API_TOKEN"}
    words = [word.format(secret) for word in PLACES[place]]
    for token in ({}, {"LABEL_STUDIO_API_TOKEN": OTHER_TOKEN}):
        done = run(*words, env=rest | token | {name: secret}, stdin=b"0123456789ab\n")
        assert not shows_token(done.out + done.err, secret), done


@pytest.mark.parametrize("name", NEAR)
@pytest.mark.parametrize("option", ["--ca-file", "--header-file", "--env-file"])
def test_the_same_in_the_file(run: Run, tmp_path: Path, option: str, name: str) -> None:
    secret = "Kz8_under-another-name"
    (tmp_path / ".env").write_text(f"{name}={secret}\n{name}={secret}-2\n")
    for token in ({}, {"LABEL_STUDIO_API_TOKEN": OTHER_TOKEN}):
        for words in VERBS.values():
            files = ["--env-file", ".env", option, f"/no/{secret}"]
            done = run(words[0], *files, *words[1:], env=BASE | {"LABEL_STUDIO_API_TOKEN": ""} | token)
            assert not shows_token(done.out + done.err, secret), (words, done)


def test_what_was_brought_is_still_printed(run: Run) -> None:
    done = run("token", "--print", stdin=OTHER_TOKEN.encode() + b"\n")
    assert (done.code, done.out) == (0, OTHER_TOKEN + "\n")


# ---- Many secrets, and a second look --------------------------------------------------------------------

PASSWORD = "pW_of-a-user.7"


def names_in_the_environment() -> dict[str, str]:
    return {f"MY_TOKEN_{i}": f"env_{i}-Xq7mN2vR9" for i in range(16)}


def many(folder: Path) -> tuple[dict[str, str], list[str]]:
    """Environment and files with more than sixty different secrets, and those."""
    names = names_in_the_environment()
    first = {name: f"one-{i}_Kw4zT8pL3" for i, name in enumerate(names)}
    again = {name: f"two-{i}_Hy6bD1sJ5" for i, name in enumerate(names)}
    later = {name: f"file-{i}_Gc9fV0uM" for i, name in enumerate(names)}
    lines = [f"{name}={value}\n" for values in (first, again) for name, value in values.items()]
    (folder / "one.env").write_text("".join(lines))
    (folder / "two.env").write_text("".join(f"{name}={value}\n" for name, value in later.items()))
    env = {
        **names,
        "LABELGATE_TOKEN_VAR": ",".join(names),
        "LABELGATE_ENV_FILE": "one.env,two.env",
        "LABEL_STUDIO_URL": "http://127.0.0.1:9",
        "LABEL_STUDIO_PASSWORD": PASSWORD,
        "HTTP_PROXY": "http://gateway:pX%2D7_of-a-proxy@127.0.0.1:9",
        "DATABASE_URL": "mysql://admin:dB_p@ss-of-it@db/app",
    }
    secrets = [PASSWORD, "pX%2D7_of-a-proxy", "pX-7_of-a-proxy", "dB_p@ss-of-it"]
    for values in (names, first, again, later):
        secrets += values.values()
    return env, secrets


def test_of_many_secrets_none_is_shown(run: Run, tmp_path: Path) -> None:
    env, secrets = many(tmp_path)
    assert len(set(secrets)) > 60
    for secret in secrets:
        for words in (["check", "--offline"], ["check", "--offline", "--json"], ["health"]):
            # A path that is not there is named in each of them, or shown as a setting.
            done = run(*words, "--ca-file", f"/no/{secret}/ca.pem", env=env | {"LABELGATE_LOG": "debug"})
            assert not shows_token(done.out + done.err, secret), (secret, words, done)
        done = run("run", "--", f"/no/{secret}", env=env)
        assert done.code == 127 and not shows_token(done.out + done.err, secret), (secret, done)


def test_a_name_that_only_the_command_line_lists(run: Run) -> None:
    """What is wrong with the options is said before any setting was made."""
    secret = "Q7_chosen-by-hand"
    env = {"MY_OWN": secret, "MY_OTHER": "x"}
    for words in (["--token-var", "MY_OTHER,MY_OWN"], ["--token-var=MY_OWN"]):
        done = run("run", *words, "--grace", secret, "--", "/bin/true", env=env)
        assert done.code == 125 and not shows_token(done.out + done.err, secret), done
    done = run("run", "--grace", secret, "--", "/bin/true", env=env | {"LABELGATE_TOKEN_VAR": "MY_OWN"})
    assert done.code == 125 and not shows_token(done.out + done.err, secret), done


def test_the_second_look_of_hold_knows_all_of_the_first(
    labelgate: Path, clean_environment: dict[str, str], tmp_path: Path
) -> None:
    """The file is not there, then is there and broken: each finding names the path, which holds a secret."""
    env, secrets = many(tmp_path)
    secrets = ["env_0-Xq7mN2vR9", "env_9-Xq7mN2vR9", PASSWORD, "dB_p@ss-of-it", "kept-beside_T3x.9"]
    (tmp_path / "secret").write_text("kept-beside_T3x.9\n")
    env |= {"MY_TOKEN_0": "", "MY_TOKEN_0_FILE": "secret", "MY_TOKEN_1": secrets[0]}
    for secret in secrets:
        folder = tmp_path / "of" / secret
        path = folder / "more.env"
        words = ["run", "--on-refusal", "hold", "--env-file", str(path), "--", "/bin/true"]
        with subprocess.Popen(
            [labelgate, *words],
            cwd=tmp_path,
            env={**clean_environment, **env},
            stderr=subprocess.PIPE,
            text=True,
        ) as holding:
            assert holding.stderr
            said = ""
            while "holding" not in said:
                said += holding.stderr.readline()
            folder.mkdir(parents=True)
            path.write_text("A B=1\n")
            while "[env_invalid]" not in said:
                line = holding.stderr.readline()
                assert line, said
                said += line
            holding.terminate()
            said += holding.stderr.read()
        assert "[env_missing]" in said
        assert not shows_token(said, secret), said


# ---- Lints ----------------------------------------------------------------------------------------------

PIECE = "hunter2secret"
MISTAKES = {
    "a dollar in a password": f"DB_PASSWORD=abc${PIECE}",
    "a dollar in an address": f"DATABASE_URL=mysql://u:pa${PIECE}@db",
    "a dollar in quotes": f'GREETING="pa${PIECE}"',
    "a dollar in a token": f"LABEL_STUDIO_API_KEY=pa${PIECE}",
    "a brace in a value": f"GREETING=pa${{{PIECE}}}",
    "a brace in a token": f"LABEL_STUDIO_API_KEY=pa${{{PIECE}}}",
    "a word that is required": f"GREETING=${{{PIECE}:?…}}",
    "a word that is required, once more": f"DB_PASSWORD=${{{PIECE}?{PIECE} is needed}}",
    "a message": f"GREETING=${{NOT_SET:?{PIECE}}}",
    "inside a default": f"GREETING=${{NOT_SET:-${PIECE}}}",
    "inside a default in braces": f"GREETING=${{NOT_SET:-${{{PIECE}:?x}}}}",
    "a brace that is not closed": f"GREETING=pa${{{PIECE}",
    "an operator that nobody knows": f"GREETING=pa${{{PIECE}:x}}",
    "a blank in braces": f"GREETING=pa${{{PIECE} }}",
    "behind a quote": f'GREETING="a"{PIECE}',
    "behind a quote, a dollar": f'GREETING="a"${PIECE}',
    "a quote that is not closed": f"GREETING='a{PIECE}",
    "a quote that is not closed, a dollar": f'GREETING="a${PIECE}',
    "a line that was wrapped": f"LABEL_STUDIO_API_KEY=0123456789\n{PIECE}",
    "a line that was wrapped, another below": f"LABEL_STUDIO_API_KEY=0123456789\n{PIECE}\nA=1",
    "a line that goes on": f"GREETING=a\\\n{PIECE}",
    "a blank in a name": f"{PIECE} {PIECE}=1",
    "a character that no name has": f"{PIECE}/{PIECE}\nA=1",
    "a colon": f"GREETING: ${PIECE}",
    "a here-document": f"cat >.env <<{PIECE}\nA=1\n{PIECE}",
    "a here-document with a value": f"cat >{PIECE} <<EOF\nA=1\nEOF",
    "a link": f"../{PIECE}/.env",
    "two lines run together": f"GREETING={PIECE}OTHER_NAME={PIECE}",
    "a tab before a comment": f"GREETING={PIECE}\t# {PIECE}",
    "a comment for a value": f"LABEL_STUDIO_API_KEY=# {PIECE}",
    "a full-width space": f"GREETING=\u3000{PIECE}",
    "twice": f"GREETING={PIECE}1\nGREETING={PIECE}2",
    "a setting with a dollar": f"LABELGATE_TIMEOUT=5${PIECE}",
    "names of the token": f"LABELGATE_TOKEN_VAR=a-${PIECE}",
    "an address with a password": f"LABELGATE_APP_URL=http://u:{PIECE}@127.0.0.1:9/",
    "an address with a short password": "LABELGATE_APP_URL=http://u:hunter@127.0.0.1:9/",
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_no_mistake_in_the_file_shows_a_piece_of_a_value(run: Run, tmp_path: Path, mistake: str) -> None:
    (tmp_path / ".env").write_text(MISTAKES[mistake] + "\n")
    for words in VERBS.values():
        for load in ("token", "all"):
            done = run(*words, env=BASE | {"LABELGATE_LOAD": load}, stdin=b"x\n")
            assert "hunter" not in done.out + done.err, (words, done)


@pytest.mark.parametrize("line", [f"DB_PASSWORD=abc${PIECE}", f"A=${{{PIECE}:?x}}", f"A=b${{{PIECE}}}"])
def test_what_is_a_name_elsewhere_is_named(run: Run, tmp_path: Path, line: str) -> None:
    (tmp_path / ".env").write_text(f"{line}\n{PIECE}=1\n")
    done = run("check", "--offline", env=BASE)
    assert f"the variable {PIECE}" in " ".join(done.out.split()), done
    if ":?" in line:
        (tmp_path / ".env").write_text(f"{line}\n")
        done = run("run", "--", "/bin/true", env=BASE | {PIECE: ""})
        assert f"the variable {PIECE} is required here" in done.err
