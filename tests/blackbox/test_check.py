# SPDX-License-Identifier: MIT
"""What `check` says of a project, beside the verdict."""

import json
import os
import pty
from pathlib import Path

import pytest
from conftest import Run, call, read_terminal
from field import PAT, TOKEN
from standin import Request, StandIn, answer, detail, response, tls_port


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
    assert told["label_studio"]["asked"] and not told["label_studio"]["up"]
    assert told["label_studio"]["token_asked"] == (kind == "legacy")


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


# ---- After a local fault it goes on -----------------------------------------------------------------------


def plain_on_tls(request: Request) -> bytes:
    return response(400, "<h1>400</h1>The plain HTTP request was sent to HTTPS port")


def label_studio(request: Request) -> bytes:
    if request.path == "/health":
        return response(200, {"status": "UP"})
    return response(401, detail(401, "Invalid token."))


TOKEN_FAULTS = {
    "a full-width digit": (f"{TOKEN[:-1]}\uff13", "token_malformed"),
    "a placeholder": ("your-token-here", "token_placeholder"),
    "quotes": (f'"{TOKEN}"', "token_quoted"),
    "a scheme": (f"Token {TOKEN}", "token_prefixed"),
    "a reference": ("op://Team/labelstudio/token", "token_placeholder"),
    "nothing": ("", "token_missing"),
}


@pytest.mark.parametrize("fault", TOKEN_FAULTS)
def test_health_is_asked_whatever_the_token_is(run: Run, fault: str) -> None:
    token, word = TOKEN_FAULTS[fault]
    with StandIn(tls_port(plain_on_tls)) as server:
        env = {"LABEL_STUDIO_API_TOKEN": token, "LABEL_STUDIO_URL": server.url}
        done, told = run("check", env=env), json.loads(run("check", "--json", env=env).out)
    assert done.code == 1
    verdict = done.out.partition("\nFiles\n")[0]
    assert f"[{word}]" in verdict and "[https_needed]" in verdict
    assert [fault["reason"] for fault in told["faults"]] == [word, "https_needed"]
    assert told["label_studio"]["asked"] and not told["label_studio"]["token_asked"]
    assert told["label_studio"]["reason"] == "https_needed" and told["run"]["reason"] == word
    assert [request.path for request in server.requests] == ["/health"] * 2
    assert "write https:// instead" in done.out


def test_a_server_that_is_up_is_no_verdict_on_a_token_that_was_not_asked_about(run: Run) -> None:
    with StandIn(answer(label_studio)) as server:
        env = {"LABEL_STUDIO_API_TOKEN": "changeme", "LABEL_STUDIO_URL": server.url}
        done, told = run("check", env=env), json.loads(run("check", "--json", env=env).out)
    assert done.code == 1 and "/health: it runs" in done.out and "accepts the token" not in done.out
    assert told["label_studio"]["up"] and told["label_studio"]["reason"] is None
    assert [fault["reason"] for fault in told["faults"]] == ["token_placeholder"]


def faults(run: Run, *arguments: str, env: dict[str, str]) -> list[str]:
    done = run("check", "--json", *arguments, env=env)
    assert done.code == 1
    text = run("check", *arguments, env=env).out.partition("\nFiles\n")[0]
    words = [fault["reason"] for fault in json.loads(done.out)["faults"]]
    assert all(f"[{word}]" in text for word in words)
    return words


def test_every_fault_is_in_the_verdict(run: Run, tmp_path: Path) -> None:
    bad = {"LABEL_STUDIO_API_TOKEN": "changeme"}
    assert faults(run, env=bad) == ["token_placeholder", "url_missing"]
    assert faults(run, "--offline", env=bad) == ["token_placeholder"]
    underscore = {**bad, "LABEL_STUDIO_URL": "http://label_studio:8080"}
    assert faults(run, "--offline", env=underscore) == ["token_placeholder", "host_rejected"]
    files = {**bad, "LABEL_STUDIO_URL": "http://127.0.0.1:9", "LABELGATE_HEADER_FILE": "none"}
    assert faults(run, env=files) == ["token_placeholder", "header_file_invalid"]
    refused = {**bad, "LABEL_STUDIO_URL": "ftp://a"}
    assert faults(run, env=refused) == ["url_invalid", "token_placeholder"]
    (tmp_path / ".env").write_text("A B=1\n")
    with StandIn(answer(response(502, "x"))) as server:
        words = faults(run, env={"LABEL_STUDIO_URL": server.url})
    assert words[0] == "env_invalid" and words[-1] == "server_error"


def test_one_fault_of_the_server_is_said_once(run: Run) -> None:
    with StandIn(answer(plain_on_tls)) as server:
        env = {"LABEL_STUDIO_API_TOKEN": TOKEN, "LABEL_STUDIO_URL": server.url}
        assert faults(run, env=env) == ["https_needed"]
    with StandIn(answer(label_studio)) as server:
        assert faults(run, env={"LABEL_STUDIO_API_TOKEN": TOKEN, "LABEL_STUDIO_URL": server.url}) == [
            "token_unknown"
        ]


@pytest.mark.parametrize(("no_color", "is_coloured"), [(None, True), ("", True), ("1", False)])
def test_colour_is_for_a_terminal(
    labelgate: Path,
    clean_environment: dict[str, str],
    tmp_path: Path,
    no_color: str | None,
    is_coloured: bool,
) -> None:
    env = clean_environment | ({} if no_color is None else {"NO_COLOR": no_color})
    leader, follower = pty.openpty()
    call(labelgate, "check", "--offline", cwd=tmp_path, env=env, stdout=follower)
    os.close(follower)
    assert (b"\x1b[" in read_terminal(leader)) == is_coloured
    assert "\x1b" not in call(labelgate, "check", "--offline", cwd=tmp_path, env=env).out


def test_it_ends_with_where_to_look(run: Run) -> None:
    """The guide's "Need Help?", with the names that are known."""
    out = run("check", "--offline", env={"LABEL_STUDIO_URL": "http://studio:8080"}).out
    *_, last = out.split("\n\n")
    assert last.startswith("Need help?\n")
    for words in ("docker compose logs studio", "docker compose logs app", ".State.Health", "Legacy Tokens"):
        assert words in last
