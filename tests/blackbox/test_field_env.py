# SPDX-License-Identifier: MIT
"""Field cases of the .env file."""

from pathlib import Path

import pytest
from conftest import Run
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
