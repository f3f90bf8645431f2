# SPDX-License-Identifier: MIT
"""Options, precedence, the app's environment, and what a probe believes, of the program as a whole."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import PATIENCE, Run, call
from container import APP, MOUNTS, NATIVE, listener, namespace, probe, wait_for_resident
from field import OTHER_TOKEN, TOKEN, shows_token

URL = {"LABEL_STUDIO_URL": "http://127.0.0.1:9"}
TOKEN_SET = {"LABEL_STUDIO_API_TOKEN": TOKEN}


# ---- Called wrongly ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--bogus"], "there is no option --bogus"),
        (["--timeo", "5s"], "there is no option --timeo"),
        (["--url"], "--url needs a value (URL)"),
        (["--url="], "--url needs a value (URL)"),
        (["--no-token=yes"], "--no-token takes no value"),
        (["-q"], "there is no option that begins with a single dash but -v and -h"),
        (["--timeout", "soon"], '--timeout takes a duration such as 500ms, 5s, 2m or 1m30s, not "soon"'),
        (["--timeout", "0"], "longer than zero"),
        (["--jwt", "maybe"], '--jwt takes reject, trade or accept, not "maybe"'),
        (["--timeout", "1s", "--timeout", "2s"], "--timeout is given twice"),
    ],
)
@pytest.mark.parametrize("verb", ["run", "health", "check"])
def test_each_verb_has_its_code_for_being_called_wrongly(
    run: Run, verb: str, arguments: list[str], said: str
) -> None:
    done = run(verb, *arguments, env=TOKEN_SET | URL)
    assert done.code == {"run": 125, "health": 1, "check": 2}[verb]
    # Only a probe's standard output reaches the engine.
    told, silent = (done.out, done.err) if verb == "health" else (done.err, done.out)
    assert said in told and "[usage]" in told and f"labelgate help {verb}" in told
    assert silent == ""


@pytest.mark.parametrize("words", [[], ["--"], ["--wait", "0", "--"]])
def test_run_without_a_command(run: Run, words: list[str]) -> None:
    """As a container of an image whose CMD was dropped is started."""
    sentence, step = run("run", *words, env=TOKEN_SET | URL).err.splitlines()
    assert "the command to start is missing" in sentence and sentence.endswith("[usage]")
    assert "CMD" in step and "command:" in step and "ENTRYPOINT" in step


@pytest.mark.parametrize(
    "words",
    [["--json", "--bogus"], ["--bogus", "--json"], ["--json", "--timeout", "x"], ["--json=1"], ["--json="]],
)
def test_a_reader_of_json_gets_json_also_when_called_wrongly(run: Run, words: list[str]) -> None:
    done = run("health", *words)
    told = json.loads(done.out)
    assert done.code == 1 and told["reason"] == "usage" and not told["healthy"]


@pytest.mark.parametrize(
    "words", ["help run x", "help --bogus", "help init", "version x", "version --bogus", "--version --json"]
)
def test_help_and_version_take_no_other_words(run: Run, words: str) -> None:
    done = run(*words.split())
    assert done.code == 2 and done.out == "" and "[usage]" in done.err


def test_install_without_a_place_is_called_wrongly(run: Run) -> None:
    for words in ([], [""]):
        done = run("install", *words)
        assert done.code == 2 and "one destination is wanted" in done.err


def test_a_pasted_token_is_not_repeated(run: Run) -> None:
    for arguments in (
        ["health", TOKEN],
        ["health", f"--token={TOKEN}"],
        ["run", f"--{TOKEN}"],
        ["check", "--jwt", TOKEN],
        ["run", "--token-var", TOKEN, "true"],
        ["run", "--url", f"http://user:{TOKEN}@h", "true"],
        ["run", "--url", TOKEN, "true"],
    ):
        done = run(*arguments)
        assert done.code != 0
        assert not shows_token(done.out + done.err), arguments


def test_every_wrong_setting_is_told_in_one_run(run: Run, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("LABELGATE_GRACE=long\n")
    done = run(
        "run", "--signal", "KILL:TERM", "true", env={"LABELGATE_JWT": "x", "LABEL_STUDIO_URL": "nowhere"}
    )
    assert done.code == 125
    for said in (
        "LABELGATE_GRACE (.env line 1)",
        "--signal takes",
        "LABELGATE_JWT (environment)",
        "[url_invalid]",
    ):
        assert said in done.err
    assert "long" not in done.err


# ---- The app's environment -----------------------------------------------------------------------------


@pytest.fixture
def app_environment(labelgate: Path, helpers: Path, tmp_path: Path) -> Callable[..., list[bytes]]:
    """The entries that the app finds when the program was started with these entries, in order."""

    def read(entries: list[bytes], *options: str) -> list[bytes]:
        command = [helpers / "exec_env", labelgate, "run", *options, "--", "/bin/cat", "/proc/self/environ"]
        done = call(*command, input=b"".join(entry + b"\0" for entry in entries), cwd=tmp_path)
        assert done.code == 0, done.err
        assert done.out.endswith("\0")
        return os.fsencode(done.out[:-1]).split(b"\0")

    return read


ODD = [b"A=1", b"", b"NOEQUALS", b"=x", b"=C:=y", b"A=2", b"B=\xff\xfe", b"EMPTY=", b"NL=a\nb"]


@NATIVE
def test_an_environment_with_the_token_passes_untouched(app_environment: Callable[..., list[bytes]]) -> None:
    entries = [*ODD, b"LABEL_STUDIO_API_TOKEN=" + TOKEN.encode(), b"LABEL_STUDIO_API_KEY=", b"Z=9"]
    assert app_environment(entries) == entries


@NATIVE
def test_the_app_sees_no_other_token_than_the_judged_one(app_environment: Callable[..., list[bytes]]) -> None:
    """C and Python take the first entry of a name, a shell the last: the judged one alone stays."""
    name, token = b"LABEL_STUDIO_API_TOKEN=", TOKEN.encode()
    entries = [b"A=1", name + token, b"B=2", name + OTHER_TOKEN.encode(), name, b"A=3"]
    for load in ("token", "missing", "all"):
        assert app_environment(entries, "--load", load) == [b"A=1", name + token, b"B=2", b"A=3"]
    assert app_environment(entries, "--no-token") == entries


@NATIVE
def test_an_empty_first_entry_is_not_told_as_another_name(
    labelgate: Path, helpers: Path, folder: Path
) -> None:
    """A C program finds the first entry of a name, which is empty: that is what is said."""
    name = b"LABEL_STUDIO_API_TOKEN="
    done = call(
        *(helpers / "exec_env", labelgate, "run", "--", "/bin/true"),
        input=b"\0".join([name, name + TOKEN.encode()]),
        cwd=folder,
    )
    assert done.code == 125 and "is set in the environment, but empty" in done.err, done
    assert "rename" not in done.err


@NATIVE
def test_a_name_that_is_set_stands_once_in_its_first_place(
    app_environment: Callable[..., list[bytes]], tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text(f"LABEL_STUDIO_API_TOKEN={TOKEN}\nX=file\n")
    name = b"LABEL_STUDIO_API_TOKEN="
    assert app_environment([*ODD, name, b"Y=1", name + b"old", name]) == [*ODD, name + TOKEN.encode(), b"Y=1"]
    assert app_environment(ODD) == [*ODD, name + TOKEN.encode()]


@NATIVE
def test_load_decides_what_the_file_adds(app_environment: Callable[..., list[bytes]], tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"A=file\nNEW=file\nEMPTY=\nLABEL_STUDIO_API_TOKEN={TOKEN}\nBARE\nC\nword")
    token, other = (
        f"LABEL_STUDIO_API_TOKEN={TOKEN}".encode(),
        f"LABEL_STUDIO_API_TOKEN={OTHER_TOKEN}".encode(),
    )
    start = [b"A=1", b"EMPTY=full", b"C=c", b"A=2"]
    assert app_environment(start, "--load", "token") == [*start, token]
    assert app_environment(start, "--load", "missing") == [*start, b"NEW=file", token]
    assert app_environment([other, *start], "--load", "missing") == [other, *start, b"NEW=file"]
    everything = [token, b"A=file", b"EMPTY=full", b"C=c", b"NEW=file"]
    assert app_environment([other, *start], "--load", "all") == everything


@NATIVE
def test_a_secret_file_is_handed_over_as_the_value(
    app_environment: Callable[..., list[bytes]], tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text(f"{TOKEN}\n")
    entries = [b"A=1", b"LABEL_STUDIO_API_TOKEN_FILE=secret", b"B=2"]
    assert app_environment(entries) == [b"A=1", b"B=2", f"LABEL_STUDIO_API_TOKEN={TOKEN}".encode()]


@NATIVE
def test_the_apps_environment_may_be_large(
    app_environment: Callable[..., list[bytes]], tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text(
        f"LABEL_STUDIO_API_TOKEN={TOKEN}\n" + "".join(f"V{i}=file\n" for i in range(3000))
    )
    entries = [f"V{i}={'x' * 200}".encode() for i in range(0, 6000, 2)]
    found = app_environment(entries, "--load", "missing")
    added = [f"V{i}=file".encode() for i in range(1, 3000, 2)]
    assert found == [*entries, f"LABEL_STUDIO_API_TOKEN={TOKEN}".encode(), *added]


def test_options_end_at_the_first_word(run: Run) -> None:
    assert run("run", "sh", "-c", "exit 3", env=TOKEN_SET).code == 3
    assert run("run", "--", "sh", "-c", 'echo "$@"', "sh", "--url", "x", env=TOKEN_SET).out == "--url x\n"
    assert run("run", "--no-token", "sh", "-c", "exit 4").code == 4


# ---- What a probe believes ---------------------------------------------------------------------------


@NATIVE
@MOUNTS
@pytest.mark.parametrize("init", [True, False])
def test_resident_process_keeps_what_the_probe_needs(
    labelgate: Path, tmp_path: Path, clean_environment: dict[str, str], init: bool
) -> None:
    (tmp_path / "x.env").write_text(f"A=1\nLABEL_STUDIO_API_TOKEN={TOKEN}\nLABEL_STUDIO_URL=http://h/ls/\n")
    (tmp_path / "headers").write_text("X-Gateway: 1\n")
    options = ["--env-file", "x.env", "--header-file", "headers"]
    with namespace(labelgate, "run", *options, *APP, env=clean_environment, cwd=tmp_path, init=init) as first:
        assert wait_for_resident(first) == {
            "LABELGATE_STARTED": "1",
            "LABEL_STUDIO_URL": "http://h/ls",
            "LABEL_STUDIO_API_TOKEN": TOKEN,
            "LABELGATE_TOKEN_VAR": "LABEL_STUDIO_API_TOKEN",
            "LABELGATE_TOKEN_SOURCE": f"{tmp_path}/x.env:2",
            "LABELGATE_JWT": "reject",
            "LABELGATE_ENV_FILE": f"{tmp_path}/x.env",
            "LABELGATE_LOAD": "token",
            "LABELGATE_HEADER_FILE": f"{tmp_path}/headers",
        }


@NATIVE
@MOUNTS
@pytest.mark.parametrize("init", [True, False])
def test_probe_asks_what_the_app_was_started_with(
    labelgate: Path, tmp_path: Path, clean_environment: dict[str, str], init: bool
) -> None:
    (tmp_path / ".env").write_text(f"LABEL_STUDIO_API_TOKEN={TOKEN}\nLABELGATE_TIMEOUT=300ms\n")
    with listener() as url:
        environment = clean_environment | {"LABEL_STUDIO_URL": url}
        with namespace(labelgate, "run", *APP, env=environment, cwd=tmp_path, init=init) as first:
            wait_for_resident(first)
            # The container's own environment, and a working directory without the file.
            done = probe(first, labelgate, env={"LABEL_STUDIO_URL": "http://127.0.0.1:9"})
            assert done.code == 1 and url in done.out and "[timeout]" in done.out
            # How to ask is the probe's own business: here it is the file's 300 ms, then its option.
            assert "300ms" in done.out
            done = probe(first, labelgate, "--timeout", "150ms", "--json", env={})
            assert '"reason":"timeout"' in done.out.replace(" ", "") and url in done.out


@NATIVE
@MOUNTS
def test_probe_of_another_user_resolves_for_itself(
    labelgate: Path, tmp_path: Path, clean_environment: dict[str, str]
) -> None:
    environment = clean_environment | {"LABEL_STUDIO_URL": "http://127.0.0.1:8", **TOKEN_SET}
    with namespace(labelgate, "run", *APP, env=environment, cwd=tmp_path) as first:
        wait_for_resident(first)
        own = {"LABEL_STUDIO_URL": "http://127.0.0.1:9", **TOKEN_SET}
        done = probe(first, labelgate, "-v", env=own, user=65534)
        assert done.code == 1 and "127.0.0.1:9" in done.out
        why = "belongs to uid 0 and cannot be read by uid 65534: give HEALTHCHECK the same user"
        assert why in done.err and why in done.out


@NATIVE
@MOUNTS
def test_another_mount_namespace_is_another_container(
    labelgate: Path, tmp_path: Path, clean_environment: dict[str, str]
) -> None:
    environment = clean_environment | {"LABEL_STUDIO_URL": "http://127.0.0.1:8", **TOKEN_SET}
    with namespace(labelgate, "run", *APP, env=environment, cwd=tmp_path) as first:
        wait_for_resident(first)
        command = ["nsenter", "-t", str(first), "-p", "-m", "unshare", "--mount", labelgate, "health", "-v"]
        own = clean_environment | {"LABEL_STUDIO_URL": "http://127.0.0.1:9", **TOKEN_SET}
        done = call(*command, env=own)
        assert "127.0.0.1:9" in done.out
        assert "no running `labelgate run` found" in done.err


@NATIVE
@MOUNTS
def test_of_two_residents_none_is_believed(
    labelgate: Path, tmp_path: Path, clean_environment: dict[str, str]
) -> None:
    environment = clean_environment | {"LABEL_STUDIO_URL": "http://127.0.0.1:8", **TOKEN_SET}
    two = f"'{labelgate}' run sleep 60 & exec '{labelgate}' run /bin/sh -c 'echo ready; exec sleep 60'"
    with namespace("sh", "-c", f"({two}); exit", env=environment, cwd=tmp_path) as first:
        deadline = time.monotonic() + PATIENCE
        said = ""
        while "several" not in said and time.monotonic() < deadline:
            said = probe(
                first, labelgate, "-v", env={"LABEL_STUDIO_URL": "http://127.0.0.1:9", **TOKEN_SET}
            ).err
        assert "several `labelgate run` share this container" in said


@NATIVE
@MOUNTS
def test_a_secret_that_is_named_like_a_line_is_a_secret(
    labelgate: Path, tmp_path: Path, clean_environment: dict[str, str]
) -> None:
    """Beside a .env file of the shorter name, too: neither is taken for a line of it."""
    secret = tmp_path / "t:3"
    secret.write_text(f"{TOKEN}\n")
    (tmp_path / "t").write_text("A=1\n")
    environment = clean_environment | {
        "LABEL_STUDIO_URL": "http://127.0.0.1:9",
        "LABEL_STUDIO_API_TOKEN_FILE": str(secret),
        "LABELGATE_ENV_FILE": str(tmp_path / "t"),
    }
    with namespace(labelgate, "run", *APP, env=environment, cwd=tmp_path) as first:
        wait_for_resident(first)
        assert "changed" not in probe(first, labelgate, env={}).out
        secret.write_text(TOKEN[::-1] + "\n")
        said = probe(first, labelgate, env={}).out
        assert "t:3 changed since the app started" in said and " line 3" not in said


@NATIVE
@MOUNTS
def test_a_spoilt_file_does_not_change_the_verdict(
    labelgate: Path, tmp_path: Path, clean_environment: dict[str, str]
) -> None:
    (tmp_path / ".env").write_text(f"LABEL_STUDIO_API_TOKEN={TOKEN}\n")
    environment = clean_environment | {"LABEL_STUDIO_URL": "http://127.0.0.1:9"}
    with namespace(labelgate, "run", *APP, env=environment, cwd=tmp_path) as first:
        wait_for_resident(first)
        (tmp_path / ".env").write_text("A B\n")
        assert "[connection_refused]" in probe(first, labelgate, env={}).out
        (tmp_path / ".env").unlink()
        assert "[connection_refused]" in probe(first, labelgate, env={}).out


@NATIVE
@MOUNTS
def test_hold_judges_the_file_again(
    labelgate: Path, tmp_path: Path, clean_environment: dict[str, str]
) -> None:
    """While it holds, the probe resolves for itself and says the same word."""
    (tmp_path / ".env").write_text("LABEL_STUDIO_API_TOKEN=your-token\n")
    environment = clean_environment | URL | {"LABELGATE_ON_REFUSAL": "hold"}
    process = subprocess.Popen(
        [labelgate, "run", *APP],
        env=environment,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        assert process.stderr is not None and process.stdout is not None
        while b"[token_placeholder]" not in (line := process.stderr.readline()):
            assert line
        done = call("unshare", "--mount", labelgate, "health", env=environment, cwd=tmp_path)
        assert done.code == 1 and "[token_placeholder]" in done.out
        (tmp_path / ".env").write_text(f"LABEL_STUDIO_API_TOKEN={TOKEN}\n")
        assert process.stdout.readline() == b"ready\n"
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE)
