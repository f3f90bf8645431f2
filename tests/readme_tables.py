#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The tables of README.md that the program's own tables make (src/pages/readme.c).

    tests/readme_tables.py PROGRAM [--write]

PROGRAM is build/WORLD/print-pages. A table is between `<!-- table: NAME -->` and `<!-- /table -->`. Without
--write ends with 1 and the difference when one is not as the program prints it.
"""

import argparse
import difflib
import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).resolve().parent.parent / "README.md"
NAMES = ("settings", "exits")
PLACE = re.compile(rf"(<!-- table: ({'|'.join(NAMES)}) -->\n).*?(<!-- /table -->)", re.DOTALL)


def table(program: Path, name: str) -> str:
    return subprocess.run([program, f"readme-{name}"], check=True, capture_output=True, text=True).stdout


def renew(readme: str, program: Path) -> str:
    return PLACE.sub(lambda place: place[1] + table(program, place[2]) + place[3], readme)


def main() -> int:
    parser = argparse.ArgumentParser(description="Compares or writes the tables of README.md.")
    parser.add_argument("program", type=Path)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    old = README.read_text("utf-8")
    new = renew(old, options.program)
    if options.write:
        README.write_text(new, "utf-8")
        return 0
    sys.stdout.writelines(
        difflib.unified_diff(old.splitlines(True), new.splitlines(True), "README.md", "program")
    )
    return int(old != new)


if __name__ == "__main__":
    sys.exit(main())
