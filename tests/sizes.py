#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The table of sizes in docker/README.md: the program of each architecture beside the inits of Debian 13.

    tests/sizes.py [--write]

Prints what each program that is built in build/ has now, beside what the table says. --write measures the
inits too, from their packages, and renews the table; a row whose program is not built is left as it is.
"""

import argparse
import platform
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "docker/README.md"
PLACE = re.compile(r"(<!-- sizes -->\n)(.*?)(<!-- /sizes -->)", re.DOTALL)
PEERS = {"tini": "tini", "tini-static": "tini", "dumb-init": "dumb-init"}
NONE = "–"

Row = list[int | None]


def architectures() -> dict[str, str]:
    """Ours → Debian's name."""
    lines = (ROOT / "docker/architectures").read_text().splitlines()
    rows = [line.split() for line in lines if not line.startswith("#")]
    return {row[0]: row[3] for row in rows}


def program(arch: str) -> int | None:
    path = ROOT / "build" / ("labelgate" if arch == platform.machine() else f"{arch}/labelgate")
    return path.stat().st_size if path.exists() else None


def peer(name: str, debian: str) -> int | None:
    """None where Debian 13 has no such package."""
    command = [ROOT / "docker/apt-private.sh", "unpack", f"{PEERS[name]}:{debian}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    path = Path(done.stdout.strip()) / "usr/bin" / name
    return path.stat().st_size if done.returncode == 0 and path.is_file() else None


def measure(arch: str) -> Row:
    debian = architectures()[arch]
    return [program(arch), *(peer(name, debian) for name in PEERS)]


def written() -> dict[str, Row]:
    """What docker/README.md says."""
    found = PLACE.search(README.read_text("utf-8"))
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in found[2].splitlines()[2:]]
    return {
        row[0]: [None if cell == NONE else int(cell.replace(",", "")) for cell in row[1:]] for row in rows
    }


def table(rows: dict[str, Row]) -> str:
    lines = [["architecture", "labelgate", *PEERS], ["---", *["---:"] * (1 + len(PEERS))]]
    for arch, row in rows.items():
        lines.append([arch, *(NONE if size is None else f"{size:,}" for size in row)])
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def trend(said: dict[str, Row], now: dict[str, int]) -> str:
    """A line a program: bytes now, bytes in the table, the difference."""
    lines = [f"{'architecture':12} {'bytes':>9} {'table':>9} {'change':>8}"]
    for arch, size in now.items():
        before = said.get(arch, [None])[0]
        change = f"{100 * (size - before) / before:+.1f} %" if before else NONE
        lines.append(f"{arch:12} {size:>9,} {before or NONE:>9{',' if before else ''}} {change:>8}")
    return "".join(f"{line}\n" for line in lines)


def main() -> None:
    parser = argparse.ArgumentParser(description="Shows or writes the table of sizes in docker/README.md.")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    sizes = {arch: size for arch in architectures() if (size := program(arch))}
    print(trend(written(), sizes), end="")
    if options.write:
        rows = {**dict.fromkeys(architectures()), **written(), **{arch: measure(arch) for arch in sizes}}
        text = table({arch: row for arch, row in rows.items() if row})
        readme = README.read_text("utf-8")
        README.write_text(PLACE.sub(lambda place: place[1] + text + place[3], readme), "utf-8")


if __name__ == "__main__":
    main()
