#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The table of sizes in README.md: the program of each architecture beside the inits that Debian 13 packages.

    tests/sizes.py [--write]

Measured from build/ (`make dist DIST_TEST=no` builds them all) and from the packages, unpacked. Without
--write ends with 1 and the rows that are more than a twentieth off: compilers differ, and so do Debian's
rebuilds, by less. A row whose program is not built is left as it is.
"""

import argparse
import platform
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
PLACE = re.compile(r"(<!-- sizes -->\n)(.*?)(<!-- /sizes -->)", re.DOTALL)
TOLERANCE = 0.05
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
    """What README.md says."""
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


def differs(said: int | None, measured: int | None) -> bool:
    if said is None or measured is None:
        return said is not measured
    return abs(said - measured) > TOLERANCE * measured


def old_rows(measured: dict[str, Row]) -> list[str]:
    said = written()
    found = []
    for arch, row in measured.items():
        if len(said.get(arch, [])) != len(row) or any(map(differs, said[arch], row)):
            found.append(f"{arch}: README.md has {said.get(arch)}, measured {row}")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description="Compares or writes the table of sizes in README.md.")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    measured = {arch: measure(arch) for arch in architectures() if program(arch)}
    if options.write:
        rows = {**dict.fromkeys(architectures()), **written(), **measured}
        text = table({arch: row for arch, row in rows.items() if row})
        readme = README.read_text("utf-8")
        README.write_text(PLACE.sub(lambda place: place[1] + text + place[3], readme), "utf-8")
        return 0
    old = old_rows(measured)
    print("\n".join(old) or "as README.md has it")
    return int(bool(old))


if __name__ == "__main__":
    sys.exit(main())
