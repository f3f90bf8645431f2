# SPDX-License-Identifier: MIT
"""What people read for every reason: sentence, example and what to do (reasons.txt, by write_reasons.py)."""

from __future__ import annotations

import os
import re
from pathlib import Path

from write_reasons import GOLDEN, reasons

TABLE = Path(__file__).resolve().parents[2] / "src/spec/reasons.def"


def printed() -> str:
    return reasons(os.environ["LABELGATE"])


def test_every_reason_reads_as_it_was_reviewed() -> None:
    assert printed() == GOLDEN.read_text(), "read the change, then run tests/golden/write_reasons.py"


def test_every_row_is_printed_with_its_example() -> None:
    rows = re.findall(r"^ROW\((\w+),", TABLE.read_text(), re.M)
    listed = printed().split("\nKinds of token")[0]
    situations = re.findall(r"^  \S", listed, re.M)
    assert len(situations) >= len(rows) > 100  # a long sentence has more than one line
    examples = listed.count("    e.g. ")
    without = {"OK_NO_TOKEN"}
    assert examples >= 0.9 * (len(rows) - len(without))


# house.md's table: what was said before.
OLD = (
    "called wrongly",
    "does not give labelgate",
    "has not said yes",
    "sends on to",
    "stands there twice",
    "no process to ask with",
    "resolved anew",
    "only in exchange",
    "never made here",
    "somebody else meanwhile",
    " stands ",
    "it is no ",
    "that is no ",
    "is no verb",
    "is no list",
)


def test_no_old_phrase_is_left() -> None:
    source = Path(__file__).resolve().parents[2] / "src"
    strings = re.compile(r'"(?:[^"\\\n]|\\.)*"')
    found = []
    for path in [*source.rglob("*.c"), *source.rglob("*.h"), *source.rglob("*.def")]:
        text = "".join(
            line for line in path.read_text().splitlines(True) if not line.lstrip().startswith("//")
        )
        said = "|".join(match.group()[1:-1] for match in strings.finditer(text))
        found += [f"{path.name}: {phrase!r}" for phrase in OLD if phrase in said]
    assert not found
