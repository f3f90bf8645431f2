# SPDX-License-Identifier: MIT
"""The .env reader against what the real compose-go gave, and its places, lints, tables and cost."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

DATA = Path(__file__).resolve().parents[1] / "data"
TOKEN = "00112233445566778899aabbccddeeff00112233"


@dataclass
class Issue:
    level: str
    line: int
    column: int
    other_line: int
    name: str
    character: str
    sentence: str
    word: str


@dataclass
class Reading:
    refused: bool
    variables: dict[str, str] = field(default_factory=dict)
    raw: dict[str, str] = field(default_factory=dict)
    offsets: dict[str, int] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)

    @property
    def errors(self) -> list[Issue]:
        return [issue for issue in self.issues if issue.level == "error"]

    @property
    def warnings(self) -> list[Issue]:
        return [issue for issue in self.issues if issue.level == "warning"]


def parse(output: bytes) -> Reading:
    fields = [piece.decode("utf-8", "surrogateescape") for piece in output.split(b"\0")[:-1]]
    reading = Reading(refused=fields.pop(0) == "refused")
    while fields:
        kind = fields.pop(0)
        if kind == "var":
            name, value, raw, offset, *_ = fields[:8]
            assert name not in reading.variables
            reading.variables[name], reading.raw[name], reading.offsets[name] = value, raw, int(offset)
            del fields[:8]
        else:
            line, column, other, name, character, sentence, word = fields[2:9]
            reading.issues.append(
                Issue(kind, int(line), int(column), int(other), name, character, sentence, word)
            )
            del fields[:9]
    return reading


Read = Callable[..., Reading]


@pytest.fixture
def read(helpers: Path, tmp_path: Path) -> Read:
    """read(BYTES..., env={...}): the files, read one after the other."""

    def read_files(*contents: bytes, env: dict[str, str] | None = None) -> Reading:
        paths = []
        for i, content in enumerate(contents):
            paths.append(tmp_path / f"{i}.env")
            paths[-1].write_bytes(content)
        done = subprocess.run(
            [helpers / "dotenv_dump", *paths], env=env or {}, capture_output=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr.decode(errors="replace")
        return parse(done.stdout)

    return read_files


def rows(file: str) -> list[Any]:
    cases = json.loads((DATA / file).read_text())
    return [pytest.param(case, id=case["name"]) for case in cases]


def as_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


# ---- What Compose reads -------------------------------------------------------------------------------


def test_the_data_is_all_there() -> None:
    assert len(rows("dotenv_cases.json")) == 245
    assert len(rows("dotenv_table.json")) == 151


@pytest.mark.parametrize("case", [*rows("dotenv_cases.json"), *rows("dotenv_table.json")])
def test_as_compose_reads_it(case: dict[str, Any], read: Read) -> None:
    reading = read(as_bytes(case["input"]), env=case["env"])
    # A NUL is refused whatever Compose does: no process environment can hold one.
    expected = None if "\0" in case["input"] else case["expect"]
    assert (None if reading.refused else reading.variables) == expected
    assert bool(reading.errors) == reading.refused


BYTES = [
    pytest.param(b"A=x\xffy\n", {"A": "x\udcffy"}, id="invalid UTF-8 in a value stays"),
    pytest.param(b"A\xff=1\n", None, id="invalid UTF-8 in a name"),
    pytest.param("A=b\n".encode("utf-16-le"), None, id="UTF-16LE"),
    pytest.param("A=b\n".encode("utf-16"), None, id="UTF-16LE with its mark"),
    pytest.param("A=b\n".encode("utf-16-be"), None, id="UTF-16BE"),
    pytest.param(b"A=" + b"x" * 300 + b"\nB=1\n", {"A": "x" * 300, "B": "1"}, id="a value of 300 bytes"),
    pytest.param(b"#" + b"x" * 300 + b"\nB=1\n", {"B": "1"}, id="a comment of 300 bytes"),
    pytest.param(b"A=" + b"x" * 70000 + b"\n", {"A": "x" * 70000}, id="a value above 64 KiB"),
    pytest.param(b'A="' + b"x\n" * 99999 + b'"', {"A": "x\n" * 99999}, id="a value of 100,000 lines"),
]


@pytest.mark.parametrize(("content", "expected"), BYTES)
def test_bytes_that_json_cannot_hold(content: bytes, expected: dict[str, str] | None, read: Read) -> None:
    reading = read(content)
    assert (None if reading.refused else reading.variables) == expected


def test_raw_is_what_stands_in_the_file(read: Read) -> None:
    content = "\ufeffA = \"x y\" # c\r\nB=z # c\r\nC: 'é'D=\r\nE=名\r\n".encode()
    reading = read(content)
    assert reading.raw == {"A": '"x y"', "B": "z", "C": "'é'", "D": "", "E": "名"}
    for name, raw in reading.raw.items():
        offset = reading.offsets[name]
        assert content[offset : offset + len(raw.encode())] == raw.encode()
    assert content[reading.offsets["D"] - 2 :].startswith(b"D=\r\n")


def test_several_files(read: Read) -> None:
    reading = read(b"A=1\nB=2\nH=f\n", b"A=3\nC=$A$B$H\nB\nH\n", env={"H": "host"})
    assert reading.variables == {"A": "3", "B": "2", "H": "host", "C": "12host"}
    assert read(b"A=1\n", b"B C=2\n").refused


# ---- Field cases --------------------------------------------------------------------------------------


def field_case(name: str) -> dict[str, Any]:
    cases = json.loads((DATA / "field_cases.json").read_text())
    return next(case for case in cases if case["id"] == name)


def field_bytes(name: str, part: str | None = None) -> bytes:
    given = field_case(name)["input"]
    given = given[part] if part else given
    if "files_base64" in given:
        return base64.b64decode(given["files_base64"][".env"])
    return given["files"][".env"].encode()


@pytest.mark.parametrize(
    "name", ["env-hash-and-quotes-grid", "env-default-with-braces", "env-line-continuation"]
)
def test_field_values(name: str, read: Read) -> None:
    reading = read(field_bytes(name))
    assert not reading.refused
    expected = field_case(name)["right"]["compose"]
    assert {key: reading.variables[key] for key in expected} == expected


def test_pasted_here_document(read: Read) -> None:
    (error,) = read(field_bytes("env-heredoc-pasted", "a")).errors
    assert (error.line, error.column) == (1, 5)
    assert "shell" in error.sentence
    assert error.word == "env_invalid"
    reading = read(field_bytes("env-heredoc-pasted", "b"))
    assert reading.variables == field_case("env-heredoc-pasted")["right"]["compose"]["b"]
    assert [warning.line for warning in reading.warnings] == [3]


def test_lines_run_together(read: Read) -> None:
    reading = read(field_bytes("env-append-without-newline", "b"))
    assert reading.variables == field_case("env-append-without-newline")["right"]["compose"]["b"]
    (warning,) = reading.warnings
    assert (warning.line, warning.name) == (2, "LABEL_STUDIO_API_TOKEN")
    assert TOKEN[:8] not in warning.sentence


@pytest.mark.parametrize(("part", "line"), [("a", 1), ("b", 2)])
def test_utf16(part: str, line: int, read: Read) -> None:
    (error,) = read(field_bytes("env-powershell-utf16", part)).errors
    assert (error.line, error.column, error.word) == (line, 1, "env_utf16")
    assert "UTF-16" in error.sentence
    assert "UTF-8" in error.sentence


def test_continuation_is_told_once(read: Read) -> None:
    warnings = read(field_bytes("env-line-continuation")).warnings
    assert [(w.line, "backslash" in w.sentence) for w in warnings] == [(2, True)]


def test_generated_secret_key(read: Read) -> None:
    reading = read(field_bytes("env-generated-secret-key"))
    assert reading.variables["SECRET_KEY"] == "1&2k$%w@ex53#%ay=+c$0&_w^*9=r-ao5@59m5$6-lcm#"
    (warning,) = reading.warnings
    # A piece of the value is no name to be shown.
    assert (warning.line, warning.name) == (3, "")
    assert "mgp" not in warning.sentence
    assert "single quotes" in warning.sentence


# ---- Nothing of a line is said ------------------------------------------------------------------------


def test_no_sentence_repeats_a_value(helpers: Path, tmp_path: Path) -> None:
    """Every case with its small letters and digits replaced by a word that no sentence has."""
    paths = []
    for i, row in enumerate([*rows("dotenv_cases.json"), *rows("dotenv_table.json")]):
        paths.append(tmp_path / f"{i}.env")
        paths[-1].write_bytes(as_bytes(re.sub(r"[a-z0-9]{3,}", "qzqz", row.values[0]["input"])))
    done = subprocess.run(
        [helpers / "dotenv_dump", "--many", *paths], env={}, capture_output=True, timeout=60, check=True
    )
    issues = [issue for output in done.stdout.split(b"next\0")[1:] for issue in parse(output).issues]
    assert len(issues) > 100
    for issue in issues:
        # A variable's name may be said.
        assert issue.name or "qzqz" not in issue.sentence
        assert "\n" not in issue.sentence
        assert issue.line >= 1
        assert issue.column >= 1


# ---- Letters ------------------------------------------------------------------------------------------


def test_letters_and_numbers(helpers: Path) -> None:
    """As Python's tables say for all characters that its Unicode knows (ours is Go's, 15.0.0)."""
    done = subprocess.run([helpers / "dotenv_dump", "--letters"], capture_output=True, timeout=60, check=True)
    ours = set()
    for line in done.stdout.decode().splitlines():
        first, last = (int(number, 16) for number in line.split())
        ours.update(range(first, last + 1))
    newer = tuple(map(int, unicodedata.unidata_version.split("."))) > (15, 0, 0)
    for code in range(0x110000):
        category = unicodedata.category(chr(code))
        later = newer and category[0] in "LN" and code not in ours
        if category != "Cn" and not later:
            assert (code in ours) == (category[0] in "LN"), f"U+{code:04X}"
    assert len(ours) == 137_935


# ---- Cost ---------------------------------------------------------------------------------------------

SHAPES: dict[str, Callable[[int], str]] = {
    "usual lines": lambda n: "".join(f"NAME_{i:06}=value number {i} # comment\n" for i in range(n)),
    "one name again and again": lambda n: "A=1\n" * n,
    "pairs on one line": lambda n: 'A="b" ' * n,
    "comments": lambda n: "# x\n" * n,
    "references": lambda n: "V=1\nA=" + "$V" * n + "\n",
    "unset references": lambda n: 'A="' + "\\n$V" * n + '"\n',
    "words in words": lambda n: "A=" + "${X:-" * n + "v" + "}" * n + "\n",
    "words without an end": lambda n: "A=" + "${X:-{" * n + "\n",
    "words side by side": lambda n: "A=" + "${X:-{}" * n + "}" * n + "\n",
    "braces": lambda n: "A=${X:-" + "{" * n + "}\n",
    "braces over lines": lambda n: 'A="' + "{\n" * n + "${X-b}" * n + '"\n',
    "lines in quotes": lambda n: 'A="' + "x\n" * n + '"\n',
    "mistakes": lambda n: "A B=1\n" * n,
    "mistakes with quotes": lambda n: '$="\n' * n,
    "half a token name": lambda n: "A=" + "LABEL_STUDIO_API_TOKEN" * n + "\n",
    "signs in a value": lambda n: "A=" + "a_B=" * n + "\n",
    "names of a table": lambda n: "".join(f"{chr(0x4E00 + i % 20000)}{i}=x\n" for i in range(n)),
}


def instructions(program: Path, file: Path) -> int:
    done = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program, "--time", file],
        env={},
        capture_output=True,
        timeout=300,
        check=True,
    )
    return int(re.search(rb"refs:\s+([\d,]+)", done.stderr)[1].replace(b",", b""))


@pytest.mark.timeout(600)
@pytest.mark.native("valgrind counts the machine's own instructions")
def test_cost_grows_with_the_length(helpers: Path, world: str, tmp_path: Path) -> None:
    if world == "debug":
        pytest.skip("valgrind does not run what AddressSanitizer has instrumented; counted in the musl world")
    if not shutil.which("valgrind"):
        pytest.skip("valgrind is not installed")
    program = helpers / "dotenv_dump"
    growth = {}
    for shape, make in SHAPES.items():
        costs = []
        for count in (0, 1000, 10000):
            file = tmp_path / str(count)
            file.write_text(make(count))
            costs.append(instructions(program, file))
        growth[shape] = (costs[2] - costs[0]) / (costs[1] - costs[0])
    assert {shape: times for shape, times in growth.items() if times > 11} == {}


def test_a_file_at_the_limit_takes_no_time(helpers: Path, world: str, tmp_path: Path) -> None:
    """1 MiB within 50 ms of processor time; sanitizers and emulators get twenty times that."""
    file = tmp_path / "big"
    file.write_text(SHAPES["usual lines"](30000)[: 1024 * 1024].rpartition("\n")[0])
    done = subprocess.run(
        [helpers / "dotenv_dump", "--time", *[file] * 5], env={}, capture_output=True, timeout=120, check=True
    )
    best = min(float(line) for line in done.stdout.split())
    assert best <= (50 if world == "musl" else 1000)
