# SPDX-License-Identifier: MIT
"""README.md and compose/README.md as data: lines that are run, tables that are measured."""

from __future__ import annotations

import re

from engine import ROOT


def lines(name: str, document: str) -> str:
    """The shell lines below the mark of this name."""
    text = (ROOT / document).read_text()
    found = re.search(rf"<!-- run: {name} -->\s*```(?:sh)?\n(.*?)```", text, re.DOTALL)
    assert found, f"{document} has no lines marked {name}"
    return found[1]


def table(name: str) -> str:
    """The rows of the table in compose/README.md below the mark of this name, without its head."""
    found = re.search(rf"<!-- table: {name} -->\s*((?:\|.*\n)+)", (ROOT / "compose/README.md").read_text())
    assert found, f"compose/README.md has no table marked {name}"
    return "".join(found[1].splitlines(keepends=True)[2:])


def as_table(rows: list[list[str]]) -> str:
    """Measured rows as the document writes them."""
    return "".join("| " + " | ".join(row) + " |\n" for row in rows)
