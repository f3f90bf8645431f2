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
from table import EXPECTED, RECORD, Outcome, expected_table, readme_block

CASES = [
    pytest.param(row, program, place, id=f"{row.key}-{program}-{place.replace(' ', '')}")
    for row in ROWS
    for program in TITLES
    for place in PLACES
    if place in row.places and program in ("labelgate", *row.peers)
]


# A peer may lose a race of its own, or be slow on a busy machine. labelgate gets one try.
PEER_TRIES = 3


def recorded(row: Row, program: str, place: str) -> str | None:
    return json.loads(EXPECTED.read_text()).get(row.key, {}).get(program, {}).get(place)


def peer_says(row: Row, case: Case, expected: str | None) -> tuple[str, str]:
    """yes or no, and why not; asked again when it is not what was recorded."""
    said, why = "no", ""
    for _ in range(PEER_TRIES):
        try:
            row.check(case)
            said, why = "yes", ""
        except Exception:
            said, why = "no", traceback.format_exc(limit=-1)
        if said == expected:
            break
    return said, why


@pytest.mark.parametrize(("row", "program", "place"), CASES)
def test_row(
    row: Row,
    program: str,
    place: str,
    make_case: Callable[[str, str], Case],
    outcomes: dict[tuple[str, str, str], Outcome],
) -> None:
    if program == "labelgate":
        outcomes[row.key, program, place] = Outcome(False, "")
        row.check(make_case(program, place))
        outcomes[row.key, program, place] = Outcome(True, "")
        said, why = "yes", ""
    else:
        said, why = peer_says(row, make_case(program, place), recorded(row, program, place))
        outcomes[row.key, program, place] = Outcome(said == "yes", why)
    if RECORD:
        return
    expected = recorded(row, program, place)
    assert said == expected, f"{TITLES[program]}, {place}: {said}, recorded is {expected}\n{why}"


def test_every_row_is_recorded() -> None:
    """No row without its outcomes, none that is gone, and ours are yes."""
    recorded = json.loads(EXPECTED.read_text())
    assert list(recorded) == [row.key for row in ROWS]
    for row in ROWS:
        assert recorded[row.key]["labelgate"] == dict.fromkeys(row.places, "yes")
        assert set(recorded[row.key]) == {"labelgate", *row.peers}


def test_readme_has_the_table() -> None:
    assert readme_block() == expected_table()


def test_report(outcomes: dict[tuple[str, str, str], Outcome], report: Path) -> None:
    """The last test: build/conformance.md as this run saw it."""
    if len(outcomes) < len(CASES):
        pytest.skip("only a part of the rows was run")
    assert report.read_text() != ""
