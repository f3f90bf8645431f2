# SPDX-License-Identifier: MIT
"""The table's rows: what a PID 1 owes, one function a row. One that raises is a no."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from inits import PLACES, Case

PEERS = ("tini", "dumb-init", "catatonit")


@dataclass(frozen=True)
class Row:
    key: str
    section: str
    owed: str
    check: Callable[[Case], None]
    places: tuple[str, ...]
    peers: tuple[str, ...]  # the others are not asked: the row is about something they do not offer


SECTIONS = ("Start", "Run", "Terminal", "End")
ROWS: list[Row] = []


def row(
    section: str, owed: str, places: tuple[str, ...] = PLACES, peers: tuple[str, ...] = PEERS
) -> Callable[[Callable[[Case], None]], Callable[[Case], None]]:
    def enter(check: Callable[[Case], None]) -> Callable[[Case], None]:
        ROWS.append(Row(check.__name__, section, owed, check, places, peers))
        ROWS.sort(key=lambda one: SECTIONS.index(one.section))
        return check

    return enter
