# SPDX-License-Identifier: MIT
"""The README as data: lines that are run, tables that are measured."""

from __future__ import annotations

import re

from engine import ROOT


def text() -> str:
    return (ROOT / "README.md").read_text()


def lines(name: str) -> str:
    """The shell lines below the mark of this name."""
    found = re.search(rf"<!-- run: {name} -->\s*```(?:sh)?\n(.*?)```", text(), re.DOTALL)
    assert found, f"the README has no lines marked {name}"
    return found[1]


def table(name: str) -> str:
    """The rows of the table below the mark of this name, without its head."""
    found = re.search(rf"<!-- table: {name} -->\s*((?:\|.*\n)+)", text())
    assert found, f"the README has no table marked {name}"
    return "".join(found[1].splitlines(keepends=True)[2:])


def as_table(rows: list[list[str]]) -> str:
    """Measured rows as the README writes them."""
    return "".join("| " + " | ".join(row) + " |\n" for row in rows)
