# SPDX-License-Identifier: MIT
"""Fixtures of the conformance layer: the static program beside the three inits that Debian packages."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import inits
import pytest
from inits import OURS, PEERS, ROOT, Case, Init
from table import EXPECTED, RECORD, Outcome, gathered, table

REPORT = ROOT / "build/conformance.md"


@pytest.fixture(scope="session")
def programs(labelgate: Path) -> dict[str, Init]:
    return {"labelgate": inits.labelgate(labelgate), **{name: inits.peer(name) for name in inits.PACKAGES}}


@pytest.fixture
def make_case(
    programs: dict[str, Init], helpers: Path, tmp_path: Path
) -> Iterator[Callable[[str, str], Case]]:
    """A program in a place; whatever it leaves behind is ended."""
    made: list[Case] = []

    def make(program: str, place: str) -> Case:
        init = programs[program]
        made.append(Case(init, place, helpers, tmp_path, OURS if init.ours else PEERS))
        return made[-1]

    yield make
    for case in made:
        case.clean()


@pytest.fixture(scope="session")
def outcomes() -> Iterator[dict[tuple[str, str, str], Outcome]]:
    """What each row gave. RECORD writes them down as the expected ones, for a person to look at."""
    seen: dict[tuple[str, str, str], Outcome] = {}
    yield seen
    if RECORD:
        (REPORT.parent / "conformance-why.txt").write_text(
            "\n".join(f"== {key}\n{outcome.why}" for key, outcome in seen.items() if outcome.why)
        )
        EXPECTED.write_text(json.dumps(gathered(seen), indent=1, ensure_ascii=False) + "\n")


@pytest.fixture
def report(outcomes: dict[tuple[str, str, str], Outcome]) -> Path:
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(table(gathered(outcomes)))
    return REPORT
