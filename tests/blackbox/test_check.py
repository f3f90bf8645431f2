# SPDX-License-Identifier: MIT
"""What `check` says of a project, beside the verdict."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Result
from field import PAT, TOKEN
from standin import Request, StandIn, answer, detail, response

Run = Callable[..., Result]


@pytest.mark.parametrize(
    ("variables", "word", "kind", "size"),
    [
        (
            {"LABEL_STUDIO_API_TOKEN": TOKEN, "LABEL_STUDIO_API_TOKEN_FILE": "x"},
            "token_conflict",
            "legacy",
            40,
        ),
        ({"LABEL_STUDIO_API_TOKEN_FILE": "missing"}, "secret_missing", "empty", 0),
    ],
)
def test_a_token_that_cannot_be_used_is_not_called_another(
    run: Run, variables: dict[str, str], word: str, kind: str, size: int
) -> None:
    # Nothing listens there: a secret that was not read must not be asked about, as an empty token would.
    told = json.loads(run("check", "--json", env={**variables, "LABEL_STUDIO_URL": "http://127.0.0.1:9"}).out)
    assert told["run"]["reason"] == word
    assert (told["token"]["kind"], told["token"]["bytes"]) == (kind, size)
    assert told["label_studio"]["asked"] == (kind == "legacy")


def test_nothing_is_said_for_a_server_that_was_not_asked(run: Run) -> None:
    done = run("check", "--offline", "--json", env={"LABEL_STUDIO_API_TOKEN": TOKEN})
    assert done.code == 0
    told = json.loads(done.out)
    assert told["run"]["ok"] and told["run"]["sentence"] is None
    assert told["health"] == {"ok": None, "reason": None, "class": None, "sentence": None}


def test_names_that_are_ignored_in_the_file_are_noted(run: Run, tmp_path: Path) -> None:
    ignored = ["LABELGATE_ENV_FILE", "LABELGATE_LOAD", "LABEL_STUDIO_API_KEY_FILE"]
    lines = [*(f"{name}=x" for name in ignored), f"LABEL_STUDIO_API_TOKEN={TOKEN}", "OTHER_FILE=x"]
    (tmp_path / ".env").write_text("\n".join(lines) + "\n")
    out = run("check", "--offline").out
    for line, name in enumerate(ignored, 1):
        assert f"line {line}: {name} is ignored in the file" in " ".join(out.split())
    assert out.count("is ignored in the file") == len(ignored)


def test_json_names_what_is_ignored_and_has_null_for_what_is_not_set(run: Run, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"LABELGATE_LOAD=all\nLABEL_STUDIO_API_TOKEN={TOKEN}\n")
    told = json.loads(run("check", "--offline", "--json").out)
    ignored = {row["name"]: row["ignored"] for row in told["files"][0]["variables"]}
    assert ignored == {"LABELGATE_LOAD": True, "LABEL_STUDIO_API_TOKEN": False}
    settings = {row["name"]: (row["value"], row["source"]) for row in told["settings"]}
    for name in ("LABEL_STUDIO_URL", "LABELGATE_APP_URL", "LABELGATE_WAIT", "LABELGATE_HEADER_FILE"):
        assert settings[name] == (None, None), name
    assert settings["LABELGATE_GRACE"] == ("5s", "default")
    assert not [row for row in told["settings"] if row["value"] in ("", "-") or row["source"] in ("", "-")]


@pytest.mark.parametrize("place", ["environment", "file"])
def test_a_wrong_setting_is_a_finding_and_a_wrong_option_a_wrong_call(
    run: Run, tmp_path: Path, place: str
) -> None:
    """Contract, section 1: 1 for what makes `run` refuse, 2 when called wrongly."""
    (tmp_path / ".env").write_text("LABELGATE_TIMEOUT=soon\n" if place == "file" else "")
    env = {"LABEL_STUDIO_API_TOKEN": TOKEN} | ({"LABELGATE_TIMEOUT": "soon"} if place != "file" else {})
    done = run("check", "--offline", env=env)
    assert done.code == 1 and "LABELGATE_TIMEOUT" in done.out and "[usage]" in done.out and done.err == ""
    told = json.loads(run("check", "--offline", "--json", env=env).out)
    assert told["run"]["reason"] == "usage" and not told["run"]["ok"]
    for words in (["token", "--print"], ["verify"]):
        found = run(*words, env=env, stdin=TOKEN.encode())
        assert found.code == 1 and found.out == "" and "[usage]" in found.err, words
        assert run(*words, "--timeout", "soon", stdin=TOKEN.encode()).code == 2, words
    wrong = run("check", "--timeout", "soon", env=env)
    assert wrong.code == 2 and "--timeout takes" in wrong.err and wrong.out == ""


def test_rows_fit_eighty_columns(run: Run) -> None:
    out = run("check", "--offline", env={"LABEL_STUDIO_API_TOKEN": TOKEN}).out
    assert not [line for line in out.splitlines() if len(line) > 80]
    assert "()" not in out
    # What is to be copied stands whole on its line.
    assert "\n      docker inspect --format '{{json .State.Health}}' CONTAINER\n" in out


@pytest.mark.parametrize(
    ("url", "option", "word"),
    [
        ("http://127.0.0.1:9", "--header-file", "header_file_invalid"),
        ("https://127.0.0.1:9", "--ca-file", "ca_file_invalid"),
    ],
)
def test_files_of_a_question_are_judged_offline(run: Run, url: str, option: str, word: str) -> None:
    env = {"LABEL_STUDIO_URL": url, "LABEL_STUDIO_API_TOKEN": TOKEN}
    done = run("check", "--offline", option, "/none", env=env)
    assert done.code == 1 and f"[{word}]" in done.out
    assert "docker compose restart" not in done.out  # there is no new value that the app should get


def test_an_address_that_is_not_in_force_is_not_shown_with_its_password(run: Run, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("LABEL_STUDIO_URL=http://me:hunter2hunter2@h/\n")
    env = {"LABEL_STUDIO_URL": "http://127.0.0.1:9", "LABEL_STUDIO_API_TOKEN": TOKEN}
    for more in ((), ("--json",)):
        assert "hunter2" not in run("check", "--offline", *more, env=env).out


def test_the_same_step_is_said_once(run: Run) -> None:
    def refuse(request: Request) -> bytes:
        return response(401, detail(401, "Invalid token."))

    with StandIn(answer(refuse)) as server:
        env = {"LABEL_STUDIO_URL": server.url, "LABEL_STUDIO_API_TOKEN": PAT}
        done = run("check", "--json", env=env)
    found = json.loads(done.out)
    assert found["run"]["reason"] == "jwt_refresh" and found["label_studio"]["reason"] == "jwt_as_token"
    assert len(found["next_steps"]) == 1
