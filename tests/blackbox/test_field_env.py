# SPDX-License-Identifier: MIT
"""Field cases of the .env file."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Run, call
from field import CASES, CASES_2, OTHER_TOKEN, PAT, TOKEN, lay_files, shows_token, variables


def test_env_heredoc_pasted(run: Run, tmp_path: Path) -> None:
    case = CASES["env-heredoc-pasted"]["input"]
    lay_files(case["a"], tmp_path)
    refused = run(*case["a"]["argv"])
    assert refused.code == 125
    assert "line 1" in refused.err and "column 5" in refused.err
    assert "shell" in refused.err and "[env_invalid]" in refused.err
    assert not shows_token(refused.err)
    assert run("check", "--offline").code == 1

    lay_files(case["b"], tmp_path)
    started = run(*case["b"]["argv"])
    assert started.code == 0
    seen = variables(started.out)
    assert seen["LABEL_STUDIO_URL"] == "http://label-studio:8080" and seen["LABEL_STUDIO_API_TOKEN"] == TOKEN
    assert not any(line.startswith("=") for line in started.out.splitlines())
    assert "line 3" in started.err


def test_env_append_without_newline_the_damage_is_there(run: Run, tmp_path: Path) -> None:
    case = CASES["env-append-without-newline"]["input"]["b"]
    lay_files(case, tmp_path)
    refused = run(*case["argv"])
    assert refused.code == 125
    assert (
        "line 2" in refused.err
        and "LABEL_STUDIO_API_TOKEN" in refused.err
        and "[token_missing]" in refused.err
    )
    checked = run("check", "--offline")
    assert not shows_token(refused.err) and not shows_token(checked.out + checked.err)


@pytest.mark.parametrize("part", ["a", "b"])
def test_env_powershell_utf16(run: Run, tmp_path: Path, part: str) -> None:
    case = CASES["env-powershell-utf16"]["input"][part]
    lay_files(case, tmp_path)
    refused = run(*case["argv"])
    assert refused.code == 125
    assert "UTF-16" in refused.err and "[env_utf16]" in refused.err
    assert not shows_token(refused.err) and "0\x000\x001\x00" not in refused.err
    assert ("line 2" in refused.err) == (part == "b")
    assert run("check", "--offline").code == 1


def test_env_line_continuation(run: Run, tmp_path: Path) -> None:
    case = CASES["env-line-continuation"]["input"]
    lay_files(case, tmp_path)
    started = run(*case["argv"])
    assert started.code == 0
    seen = variables(started.out)
    for name, value in CASES["env-line-continuation"]["right"]["compose"].items():
        assert seen[name] == value
    warnings = [line for line in started.err.splitlines() if "line 2" in line and "backslash" in line]
    assert len(warnings) == 1


def test_env_generated_secret_key(run: Run, tmp_path: Path) -> None:
    case = CASES["env-generated-secret-key"]
    lay_files(case["input"], tmp_path)
    started = run(*case["input"]["argv"])
    assert started.code == 0
    value = case["right"]["compose"]["SECRET_KEY"]
    assert variables(started.out)["SECRET_KEY"] == value
    # A piece of the value is no name to be shown.
    assert "line 3" in started.err and "mgp" not in started.err
    assert not shows_token(started.err, value)


@pytest.mark.parametrize("name", ["env-hash-and-quotes-grid", "env-default-with-braces"])
def test_values_as_compose_reads_them(run: Run, tmp_path: Path, name: str) -> None:
    case = CASES[name]
    lay_files(case["input"], tmp_path)
    started = run(*case["input"]["argv"])
    assert started.code == 0
    seen = variables(started.out)
    assert {key: seen[key] for key in case["right"]["compose"]} == case["right"]["compose"]


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\n\n"])
def test_env_link_as_text(run: Run, tmp_path: Path, end: str) -> None:
    text = CASES_2["env-link-as-text-with-newline"]["input"][".env"].rstrip("\n") + end
    (tmp_path / ".env").write_bytes(text.encode())
    started = run("run", "true", env={"LABEL_STUDIO_API_TOKEN": TOKEN})
    assert started.code == 0
    assert ".env line 1" in started.err and "symbolic link that was checked out as text" in started.err
    assert "symbolic link that was checked out as text" in " ".join(run("check", "--offline").out.split())


@pytest.mark.parametrize("token", [TOKEN, OTHER_TOKEN, PAT])
@pytest.mark.parametrize("text", ["{}\n", "{}", "A=1\n{}\nB=2\n"])
def test_a_token_without_its_name(run: Run, tmp_path: Path, token: str, text: str) -> None:
    """Compose takes it for the name of a variable, and says nothing."""
    (tmp_path / ".env").write_text(text.format(token))
    refused = run("run", "--", "/bin/true")
    line = 2 if "A=1" in text else 1
    assert refused.code == 125 and "[token_missing]" in refused.err, refused
    assert f".env line {line}: a token without a name is in this line" in refused.err, refused
    checked = run("check", "--offline")
    assert "a token without a name" in " ".join(checked.out.split())
    assert not shows_token(refused.err + checked.out, token)


def lay_of_another_user(path: Path) -> None:
    path.write_text(f"LABEL_STUDIO_API_TOKEN={TOKEN}\n")
    path.chmod(0o400)


def lay_dump(path: Path) -> None:
    path.write_bytes(b"#" * (1024 * 1024 + 1))


# What is at the path of the file, its word, and the words of sentence and first step.
NO_FILES: dict[str, tuple[Callable[[Path], None], str, str, str]] = {
    "another user's": (lay_of_another_user, "env_unreadable", "denied for uid 65534", "chown or chmod"),
    "a link to itself": (
        lambda path: path.symlink_to(path.name),
        "env_unreadable",
        "ymbolic link",
        "symbolic links in it",
    ),
    "a directory": (Path.mkdir, "env_is_directory", "source was missing", "remove the empty directory"),
    "a pipe": (os.mkfifo, "env_not_regular", "not a regular file", "regular file"),
    "a dump": (lay_dump, "env_too_big", "larger than 1 MiB", "name the .env file itself"),
}


@pytest.mark.parametrize("kind", NO_FILES)
@pytest.mark.parametrize("named", [False, True])
def test_what_is_no_file_to_read(
    labelgate: Path, folder: Path, clean_environment: dict[str, str], kind: str, named: bool
) -> None:
    lay, word, says, step = NO_FILES[kind]
    if kind == "another user's" and os.geteuid() != 0:
        pytest.skip("needs root to become another user")
    lay(folder / ".env")
    env = clean_environment | ({"LABELGATE_ENV_FILE": str(folder / ".env")} if named else {})
    user = 65534 if os.geteuid() == 0 else None
    refused = call(labelgate, "run", "--", "/bin/true", env=env, cwd="/" if named else folder, user=user)
    sentence, remedy = refused.err.splitlines()
    assert refused.code == 125 and sentence.endswith(f"[{word}]"), refused.err
    assert ".env" in sentence and says in sentence and step in remedy.partition("; ")[0], refused.err
    assert ("chmod" in remedy) == (kind == "another user's") and not shows_token(refused.err)


@pytest.mark.parametrize("name", ["LABELGATE_ENV_FILE", "LABEL_STUDIO_API_TOKEN_FILE"])
def test_a_path_that_is_too_long(run: Run, name: str) -> None:
    """No permission is at fault."""
    refused = run("run", "--", "/bin/true", env={name: "x" * 300})
    sentence, remedy = refused.err.splitlines()
    word = "env_unreadable" if name == "LABELGATE_ENV_FILE" else "secret_unreadable"
    assert refused.code == 125 and sentence.endswith(f"[{word}]") and "too long" in sentence, refused.err
    assert "correct the path in" in remedy and name in remedy and "chmod" not in remedy
