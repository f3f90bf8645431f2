# SPDX-License-Identifier: MIT
"""The table: from what is recorded, and from what a run saw."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from inits import TITLES
from rows import ROWS, Row

EXPECTED = Path(__file__).with_name("expected.json")
README = Path(__file__).with_name("README.md")
RECORD = bool(os.environ.get("CONFORMANCE_RECORD"))
BEGIN, END = "<!-- conformance -->", "<!-- /conformance -->"
# How an outcome in one place only is told.
ONLY = {"PID 1": "only as PID 1", "other": "only elsewhere"}


@dataclass(frozen=True)
class Outcome:
    yes: bool
    why: str


def cell(row: Row, places: dict[str, str] | None) -> str:
    if places is None:
        return "–"
    yes = [place for place in row.places if places.get(place) == "yes"]
    if len(yes) == len(row.places):
        return "yes"
    return ONLY[yes[0]] if yes else "no"


def table(seen: dict[str, dict[str, dict[str, str]]]) -> str:
    """Row → program → place → yes or no, as a table with a column a program."""
    lines = ["| | owed | " + " | ".join(TITLES.values()) + " |", "|---" * (2 + len(TITLES)) + "|"]
    section = ""
    for row in ROWS:
        head, section = (row.section if row.section != section else ""), row.section
        where = (
            "" if len(row.places) == 2 else f" ({'as PID 1' if row.places[0] == 'PID 1' else 'not as PID 1'})"
        )
        cells = [cell(row, seen.get(row.key, {}).get(program)) for program in TITLES]
        lines.append(f"| {head} | {row.owed}{where} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def expected_table() -> str:
    return table(json.loads(EXPECTED.read_text()))


def readme_block() -> str:
    text = README.read_text()
    assert BEGIN in text and END in text, f"{README} has no {BEGIN} … {END}"
    return text.split(BEGIN, 1)[1].split(END, 1)[0].strip() + "\n"


def gathered(outcomes: dict[tuple[str, str, str], Outcome]) -> dict[str, dict[str, dict[str, str]]]:
    seen: dict[str, dict[str, dict[str, str]]] = {}
    for row in ROWS:
        for program in TITLES:
            places = {
                place: "yes" if outcomes[row.key, program, place].yes else "no"
                for place in row.places
                if (row.key, program, place) in outcomes
            }
            if places:
                seen.setdefault(row.key, {})[program] = places
    return seen
