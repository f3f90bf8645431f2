# SPDX-License-Identifier: MIT
"""The soak stands on the conformance layer's programs and places."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "conformance"))

import inits  # noqa: E402
from inits import Case  # noqa: E402

# A whole soak takes minutes; nothing in it may take this long.
PATIENCE = 300.0


@pytest.fixture(scope="session")
def scale() -> float:
    """1 is the whole soak, which `make soak` runs; the ordinary test run takes a tenth."""
    return float(os.environ.get("LABELGATE_SOAK", "0.1"))


@pytest.fixture
def make_case(labelgate: Path, helpers: Path, tmp_path: Path) -> Iterator[Callable[[str], Case]]:
    made: list[Case] = []

    def make(place: str) -> Case:
        made.append(Case(inits.labelgate(labelgate), place, helpers, tmp_path, PATIENCE))
        return made[-1]

    yield make
    for case in made:
        case.clean()
