# SPDX-License-Identifier: MIT
"""Another value for one variable in every file of the Compose cases: what changes, and what does not."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

TOKEN = "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0"
VALUES = [TOKEN, "a$b${c}", "a'b\"c", "a\\", "#x y ", "it's\\"]
NEW_NAME = "LABEL_STUDIO_API_TOKEN"
CASES = json.loads((Path(__file__).resolve().parents[1] / "data" / "dotenv_cases.json").read_text("utf-8"))
READ = [case for case in CASES if case["expect"] is not None and "\0" not in case["input"]]
REFUSED = [case for case in CASES if case["expect"] is None]


@dataclass(frozen=True)
class Var:
    name: bytes
    value: bytes
    raw: bytes
    offset: int
    has_reference: bool


def assign(
    helpers: Path, env: dict[str, str], cases: list[tuple[bytes, bytes, bytes]]
) -> list[tuple[str, bytes]]:
    stdin = b"".join(b"%d %d %d\n" % tuple(map(len, case)) + b"".join(case) for case in cases)
    done = subprocess.run([helpers / "assign_dump"], input=stdin, env=env, capture_output=True, check=True)
    assert done.stderr == b""
    lines = [line.split(" ") for line in done.stdout.decode().splitlines()]
    assert len(lines) == len(cases)
    return [(word, bytes.fromhex(data)) for word, data in lines]


def read_back(helpers: Path, env: dict[str, str], folder: Path, files: list[bytes]) -> list[dict[bytes, Var]]:
    paths = []
    for number, data in enumerate(files):
        path = folder / str(number)
        path.write_bytes(data)
        paths.append(path)
    command = [helpers / "dotenv_dump", "--many", *paths]
    done = subprocess.run(command, env=env, capture_output=True, check=True)
    found: list[dict[bytes, Var]] = []
    fields = done.stdout.split(b"\0")
    at = 0
    while at < len(fields) - 1:
        word = fields[at]
        if word == b"next":
            found.append({})
            at += 1
        elif word == b"var":
            name, value, raw, offset = fields[at + 1 : at + 5]
            found[-1][name] = Var(name, value, raw, int(offset), b"r" in fields[at + 8])
            at += 9
        elif word in (b"error", b"warning"):
            at += 10
        else:
            assert word == b"ok", fields[at : at + 10]
            at += 1
    assert len(found) == len(files)
    return found


def common(one: bytes, other: bytes) -> int:
    limit = min(len(one), len(other))
    return next((at for at in range(limit) if one[at] != other[at]), limit)


def check_bytes(old: bytes, new: bytes, var: Var | None) -> None:
    """Every byte that is not the value's is kept."""
    if var is None:
        assert new.startswith(old)
        return
    end = var.offset + len(var.raw)
    assert common(old, new) >= var.offset
    assert common(old[::-1], new[::-1]) >= len(old) - end or new.endswith(old[end:])


@pytest.mark.parametrize("case", READ, ids=lambda case: case["name"])
def test_only_this_variable_changes(helpers: Path, tmp_path: Path, case: dict[str, Any]) -> None:
    env, data = case.get("env") or {}, case["input"].encode()
    outside = {name: value for name, value in env.items() if "\0" not in name + value}
    (old,) = read_back(helpers, outside, tmp_path, [data])
    names = [name for name in old if name and name.decode() not in outside] + [NEW_NAME.encode()]
    asked = [(data, name, value.encode()) for name in names for value in VALUES]
    answers = assign(helpers, outside, asked)
    news = read_back(helpers, outside, tmp_path, [new for _, new in answers])
    for (_, name, value), (word, new), now in zip(asked, answers, news, strict=True):
        was = old.get(name)
        assert word == ("ok" if was else "appended"), (name, value)
        assert now[name].value == value
        check_bytes(data, new, was)
        for other in old.values():
            if other.name not in (name, b"") and not other.has_reference:
                assert now[other.name].value == other.value


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case["name"])
def test_a_refused_file_is_left_alone(helpers: Path, case: dict[str, Any]) -> None:
    asked = [(case["input"].encode(), NEW_NAME.encode(), TOKEN.encode())]
    assert assign(helpers, case.get("env") or {}, asked) == [("broken", b"")]


def test_the_cases_are_there() -> None:
    assert len(READ) > 150
    assert len(REFUSED) > 30
