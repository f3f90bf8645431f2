# SPDX-License-Identifier: MIT
"""Figures of earlier versions (trend.csv) beside those of now, for what a busy machine hardly changes."""

from __future__ import annotations

import csv
import re
from datetime import date
from pathlib import Path

HERE = Path(__file__).resolve().parent
RECORD = HERE / "trend.csv"
NOW = "now"


def version() -> str:
    makefile = (HERE.parents[1] / "Makefile").read_text()
    return re.search(r"^VERSION = (.*)$", makefile, re.MULTILINE)[1]


def read() -> dict[str, dict[str, float]]:
    """Column (version and day) → what → figure, oldest first."""
    columns: dict[str, dict[str, float]] = {}
    with open(RECORD, newline="") as file:
        for row in csv.DictReader(file):
            columns.setdefault(f"{row['version']} {row['date']}", {})[row["what"]] = float(row["figure"])
    return columns


def cell(figure: float | None) -> str:
    if figure is None:
        return ""
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:.3g}"


def table(columns: dict[str, dict[str, float]]) -> str:
    """The last column's change against the one before it stands behind it."""
    whats = list(dict.fromkeys(what for column in columns.values() for what in column))
    lines = [["trend", *columns, "change"]]
    for what in whats:
        figures = [column.get(what) for column in columns.values()]
        known = [figure for figure in figures[:-1] if figure]
        change = f"{100 * (figures[-1] / known[-1] - 1):+.1f} %" if known and figures[-1] is not None else ""
        lines.append([what, *map(cell, figures), change])
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "".join(
        "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip() + "\n"
        for line in lines
    )


def show(figures: dict[str, float]) -> None:
    print(table({**read(), NOW: figures}), end="")


def append(figures: dict[str, float]) -> None:
    with open(RECORD, "a", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerows([date.today().isoformat(), version(), what, f"{it:g}"] for what, it in figures.items())
