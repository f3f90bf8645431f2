# SPDX-License-Identifier: MIT
"""Which rows of spec/reasons.def the tests made the program say (said.c counts them), and why not the others.

    rows.py [--report]

Ends with 1 for a row that no test had and that has no reason in rows.reasons, or that has both; for a run of
some layers, with --report, with 0.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from report import OBJECTS, ROOT, read_counters

TABLE = "src/spec/reasons.def"
REASONS = Path(__file__).with_name("rows.reasons")


def read_rows() -> dict[str, int]:
    """Each row and the line that it begins in."""
    lines = (ROOT / TABLE).read_text().splitlines()
    found = [(re.match(r"ROW\((\w+),", line), number) for number, line in enumerate(lines, 1)]
    return {match[1]: number for match, number in found if match}


def read_reasons() -> dict[str, str]:
    lines = REASONS.read_text().splitlines()
    return dict(line.split(" | ", 1) for line in lines if line and not line.startswith("#"))


def main() -> None:
    parser = argparse.ArgumentParser(description="The reasons that the tests made the program say.")
    parser.add_argument("--report", action="store_true", help="end with 0 whatever is missing")
    options = parser.parse_args()
    rows, reasons = read_rows(), read_reasons()
    counts = read_counters(OBJECTS / "tests/coverage")[TABLE].lines
    silent = [row for row, line in rows.items() if not counts.get(line)]
    for row in silent:
        print(f"{TABLE}:{rows[row]}: {row} is not said: {reasons.get(row, 'NO REASON GIVEN')}")
    wrong = [row for row in silent if row not in reasons]
    for row in reasons:
        if row not in silent:
            print(f"{REASONS.name}: {row} {'is said' if row in rows else 'is no row'}: its reason goes")
            wrong.append(row)
    print(f"rows said: {len(rows) - len(silent)} of {len(rows)}")
    sys.exit(bool(wrong) and not options.report)


if __name__ == "__main__":
    main()
