# SPDX-License-Identifier: MIT
"""`token`: from standard input or traded for a PAT; written without losing a byte, or printed."""

import os
import re
import stat
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import Result
from field import ACCESS, CASES, OTHER_TOKEN, PAT, TOKEN, lay_files, shows_token
from standin import USER, WHOAMI, Request, StandIn, answer, detail, response

Run = Callable[..., Result]


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


@pytest.mark.parametrize("arguments", [["token"], ["token", "--write", "--print"]])
def test_one_place_to_put_it(run: Run, arguments: list[str]) -> None:
    done = run(*arguments, stdin=TOKEN.encode())
    assert done.code == 2 and "[usage]" in done.err


def test_a_full_output_is_an_error(labelgate: Path, tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [str(labelgate), "token", "--print"],
            input=TOKEN.encode(),
            stdout=full,
            stderr=subprocess.PIPE,
            cwd=tmp_path,
            env={},
            timeout=10,
            check=False,
        )
    assert done.returncode == 1 and b"[output_failed]" in done.stderr


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
    for call in range(1, count + 1):
        env.write_bytes(old)
        inject = f"inject=all:signal=KILL:when={call}"
        command = ["strace", "-f", "-o", "/dev/null", "-e", inject, str(labelgate), "token", "--write"]
        subprocess.run(
            command, input=TOKEN.encode(), cwd=tmp_path, env={}, capture_output=True, timeout=30, check=False
        )
        after = env.read_bytes()
        assert after in (old, new), f"call {call} left {len(after)} bytes"
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
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script, "sh", str(disk), str(labelgate)],
        input=TOKEN,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 1 and "[write_failed]" in done.stderr
    assert done.stdout == "LABEL_STUDIO_API_TOKEN=old\n"


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
