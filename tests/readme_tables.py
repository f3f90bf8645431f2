#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The tables of README.md that say what the program's own tables say.

    tests/readme_tables.py PROGRAM [--write]

PROGRAM is build/WORLD/helpers/tables_dump. A table stands between `<!-- table: NAME -->` and
`<!-- /table -->`. Without --write ends with 1 and the difference when one is not as the program has it.
"""

import argparse
import difflib
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

README = Path(__file__).resolve().parent.parent / "README.md"

Tables = dict[str, list[dict[str, Any]]]


def read_tables(program: Path) -> Tables:
    return json.loads(subprocess.run([program], check=True, capture_output=True, text=True).stdout)


def cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def code(text: str) -> str:
    return f"`{text}`" if text else ""


def row(*cells: str) -> str:
    return f"| {' | '.join(cell(text) for text in cells)} |\n"


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    return row(*head) + "|" + "---|" * len(head) + "\n" + "".join(row(*cells) for cells in rows)


def settings_table(tables: Tables) -> str:
    rows = []
    for option in tables["options"]:
        if not option["verbs"]:
            continue
        variables = ", ".join(code(name) for name in (option["variable"], *option["variables_also"]) if name)
        rows.append(
            (
                code(option["spelled"])
                + (" (repeatable)" if option["repeatable"] and option["argument"] else ""),
                variables,
                option["fallback"] or "",
                f"{option['help']} For {', '.join(code(verb) for verb in option['verbs'])}.",
            )
        )
    for variable in tables["variables"]:
        if variable["verbs"]:
            rows.append(("", code(variable["name"]), "", variable["help"]))
    return table(("option", "variable", "default", "meaning"), rows)


CLASSES = {
    "local": "labelgate knows without asking. Always unhealthy.",
    "refused": "Label Studio itself said no. Always unhealthy.",
    "unclear": "Everything else a network can do. `--unreachable` decides.",
}


def reasons_table(tables: Tables) -> str:
    rows = []
    for kind, meaning in CLASSES.items():
        words = dict.fromkeys(reason["word"] for reason in tables["reasons"] if reason["class"] == kind)
        rows.append((kind, meaning, " ".join(map(code, words))))
    return table(("class", "meaning", "words"), rows)


def exits_table(tables: Tables) -> str:
    rows = [(line["code"], ", ".join(map(code, line["verbs"])), line["meaning"]) for line in tables["exits"]]
    return table(("code", "of", "meaning"), rows)


MAKERS: dict[str, Callable[[Tables], str]] = {
    "settings": settings_table,
    "exits": exits_table,
    "reasons": reasons_table,
}
# Tables of other names are somebody else's.
PLACE = re.compile(rf"(<!-- table: ({'|'.join(MAKERS)}) -->\n).*?(<!-- /table -->)", re.DOTALL)


def renew(readme: str, tables: Tables) -> str:
    return PLACE.sub(lambda place: place[1] + MAKERS[place[2]](tables) + place[3], readme)


def main() -> int:
    parser = argparse.ArgumentParser(description="Compares or writes the tables of README.md.")
    parser.add_argument("program", type=Path)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    old = README.read_text("utf-8")
    new = renew(old, read_tables(options.program))
    if options.write:
        README.write_text(new, "utf-8")
        return 0
    sys.stdout.writelines(
        difflib.unified_diff(old.splitlines(True), new.splitlines(True), "README.md", "program")
    )
    return int(old != new)


if __name__ == "__main__":
    sys.exit(main())
