# SPDX-License-Identifier: MIT
"""Each row with each program in each place: ours is a yes, a peer's is what expected.json says, so that the
README's table is checked and not typed."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
import rows_end  # noqa: F401  (enters its rows)
import rows_run  # noqa: F401
import rows_start  # noqa: F401
import rows_terminal  # noqa: F401
from inits import PLACES, TITLES, Case
from rows import ROWS, Row
from table import EXPECTED, README, RECORD, Outcome, expected_table, readme_block

CASES = [
    pytest.param(row, program, place, id=f"{row.key}-{program}-{place.replace(' ', '')}")
    for row in ROWS
    for program in TITLES
    for place in PLACES
    if place in row.places and program in ("labelgate", *row.peers)
]


@pytest.mark.parametrize(("row", "program", "place"), CASES)
def test_row(
    row: Row,
    program: str,
    place: str,
    make_case: Callable[[str, str], Case],
    outcomes: dict[tuple[str, str, str], Outcome],
) -> None:
    case = make_case(program, place)
    try:
        row.check(case)
        outcome = Outcome(True, "")
    except Exception:
        if program == "labelgate":
            outcomes[row.key, program, place] = Outcome(False, "")
            raise
        outcome = Outcome(False, traceback.format_exc(limit=-1))
    outcomes[row.key, program, place] = outcome
    if RECORD:
        return
    expected = json.loads(EXPECTED.read_text()).get(row.key, {}).get(program, {}).get(place)
    said = "yes" if outcome.yes else "no"
    assert said == expected, f"{TITLES[program]}, {place}: {said}, recorded is {expected}\n{outcome.why}"


def test_every_row_is_recorded() -> None:
    """No row without its outcomes, none that is gone, and ours are yes."""
    recorded = json.loads(EXPECTED.read_text())
    assert list(recorded) == [row.key for row in ROWS]
    for row in ROWS:
        assert recorded[row.key]["labelgate"] == dict.fromkeys(row.places, "yes")
        assert set(recorded[row.key]) == {"labelgate", *row.peers}


@pytest.mark.skipif(not README.exists(), reason="no README.md")
def test_readme_has_the_table() -> None:
    assert readme_block() == expected_table()


def test_report(outcomes: dict[tuple[str, str, str], Outcome], report: Path) -> None:
    """The last test: build/conformance.md as this run saw it."""
    if len(outcomes) < len(CASES):
        pytest.skip("only a part of the rows was run")
    assert report.read_text() != ""
