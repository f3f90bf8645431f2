# SPDX-License-Identifier: MIT
"""Field cases of secret files (NAME_FILE)."""

import os
import sys
from pathlib import Path

import pytest
from conftest import Result, Run, call
from field import CASES, OTHER_TOKEN, TOKEN, lay_files, shows_token


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "run" / "secrets" / "ls_token"
    path.parent.mkdir(parents=True)
    return path


def test_secret_file_with_windows_line_end(run: Run, tmp_path: Path, secret: Path) -> None:
    lay_files(CASES["secret-file-with-windows-line-end"]["input"], tmp_path)
    started = run("run", "--", "/usr/bin/env", env={"LABEL_STUDIO_API_TOKEN_FILE": str(secret)})
    assert started.code == 0
    assert f"LABEL_STUDIO_API_TOKEN={TOKEN}\n" in started.out and "\r" not in started.out
    assert "carriage return" in started.err


@pytest.mark.parametrize(
    ("dirt", "content"),
    [
        ("newline", f"{TOKEN}\n\n".encode()),
        ("byte-order mark", b"\xef\xbb\xbf" + TOKEN.encode()),
        ("blank", f" {TOKEN}\n".encode()),
        ("UTF-16", b"\xff\xfe" + TOKEN.encode("utf-16-le")),
        ("no-break space, byte 41", f"{TOKEN}\u00a0".encode()),
        ("U+001B escape, byte 1", b"\x1b[200~" + TOKEN.encode()),
    ],
)
def test_secret_file_with_other_dirt(run: Run, secret: Path, dirt: str, content: bytes) -> None:
    secret.write_bytes(content)
    refused = run("run", "--", "/usr/bin/env", env={"LABEL_STUDIO_API_TOKEN_FILE": str(secret)})
    assert refused.code == 125
    assert str(secret) in refused.err and dirt in refused.err
    assert not shows_token(refused.err)


@pytest.mark.parametrize(
    ("step", "content"),
    [
        ("without a byte-order mark", b"\xef\xbb\xbf" + TOKEN.encode()),
        ("without a byte-order mark", f"\ufeff{TOKEN}\r\n".encode("utf-16-le")),
        ("without a byte-order mark", f"{TOKEN}\n".encode("utf-16-le")),
        ("without a byte-order mark", f"\ufeff{TOKEN}".encode("utf-16-be")),
        ("delete the comment from that file", f"# of the bot\n{TOKEN}\n".encode()),
        ("delete what follows the first line", f"{TOKEN}\n\n".encode()),
        ("the token alone there", f"{TOKEN}\nEOF\n".encode()),
        ("have the tool that resolves it", b"age-encryption.org/v1\n-> X25519 abc\n"),
    ],
)
def test_the_first_step_for_a_secret_file(run: Run, secret: Path, step: str, content: bytes) -> None:
    secret.write_bytes(content)
    refused = run("run", "--", "/bin/true", env={"LABEL_STUDIO_API_TOKEN_FILE": str(secret)})
    sentence, remedy = refused.err.splitlines()
    assert refused.code == 125 and step in remedy and "= sign" not in remedy, refused.err
    assert str(secret) in sentence and not shows_token(refused.err)


def make_secret(kind: str, path: Path) -> None:
    if kind == "directory":
        path.mkdir()
    elif kind == "denied":
        path.write_text(TOKEN)
        path.chmod(0o400)
    elif kind == "empty":
        path.touch()
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "archive":
        path.write_bytes(b"0" * (64 * 1024 + 1))


@pytest.mark.parametrize(
    ("kind", "word", "says"),
    [
        ("directory", "secret_is_directory", "missing when the container was created"),
        ("missing", "secret_missing", "does not exist"),
        ("denied", "secret_unreadable", "permission denied for uid 65534"),
        ("empty", "secret_empty", "is empty"),
        ("fifo", "secret_not_regular", "not a regular file"),
        ("archive", "secret_too_big", "larger than 64 KiB"),
    ],
)
def test_secret_source_missing_becomes_a_directory(
    labelgate: Path, secret: Path, tmp_path: Path, kind: str, word: str, says: str
) -> None:
    make_secret(kind, secret)
    for folder in [tmp_path, *tmp_path.parents]:
        if folder.owner() == "root" and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o055)
    user = 65534 if os.geteuid() == 0 else None
    if user is None and kind == "denied":
        pytest.skip("needs root to become another user")
    env = {"PATH": "/usr/bin:/bin", "LABEL_STUDIO_API_TOKEN_FILE": str(secret)}
    refused = call(labelgate, "run", "--", "/bin/true", env=env, cwd="/", user=user)
    assert refused.code == 125
    assert f"[{word}]" in refused.err and says in refused.err and str(secret) in refused.err
    assert "token_missing" not in refused.err


def run_with_list(labelgate: Path, folder: Path, entries: list[str], *command: str) -> Result:
    """Through env -i, which keeps the order of its arguments."""
    return call("env", "-i", *entries, labelgate, "run", "--", *command, cwd=folder)


def test_secret_file_beside_an_empty_variable(labelgate: Path, secret: Path, tmp_path: Path) -> None:
    secret.write_text(f"{TOKEN}\n")
    entries = ["A=1", "LABEL_STUDIO_API_TOKEN=", f"LABEL_STUDIO_API_TOKEN_FILE={secret}", "B=2"]
    started = run_with_list(labelgate, tmp_path, entries, "/usr/bin/env")
    assert started.code == 0
    assert started.out.splitlines() == ["A=1", f"LABEL_STUDIO_API_TOKEN={TOKEN}", "B=2"]

    program = "import os; print(os.environ['LABEL_STUDIO_API_TOKEN'])"
    python = run_with_list(labelgate, tmp_path, entries, sys.executable, "-c", program)
    assert python.out == f"{TOKEN}\n"


def test_env_file_beside_an_empty_variable(labelgate: Path, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"LABEL_STUDIO_API_TOKEN={TOKEN}\n")
    started = run_with_list(labelgate, tmp_path, ["A=1", "LABEL_STUDIO_API_TOKEN=", "B=2"], "/usr/bin/env")
    assert started.out.splitlines() == ["A=1", f"LABEL_STUDIO_API_TOKEN={TOKEN}", "B=2"]


def test_secret_file_beside_a_variable(labelgate: Path, secret: Path, tmp_path: Path) -> None:
    secret.write_text(f"{TOKEN}\n")
    entries = [f"LABEL_STUDIO_API_TOKEN={OTHER_TOKEN}", f"LABEL_STUDIO_API_TOKEN_FILE={secret}"]
    refused = run_with_list(labelgate, tmp_path, entries, "/usr/bin/env")
    assert refused.code == 125 and "[token_conflict]" in refused.err
    assert not shows_token(refused.err) and not shows_token(refused.err, OTHER_TOKEN)
