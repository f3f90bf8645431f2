# SPDX-License-Identifier: MIT
"""Line and branch coverage of src/, from the counters of build/coverage.

    report.py [PREFIX...]     files below src/PREFIX alone; with -b also every branch not taken

Counters of all test layers that ran the coverage build add up until `make clean` or the next `make coverage`.
"""

import argparse
import gzip
import json
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
OBJECTS = ROOT / "build" / "coverage"


@dataclass
class Seen:
    lines: dict[int, int] = field(default_factory=dict)
    # (line, number within it) -> times taken; a branch that only an exception could take is none
    branches: dict[tuple[int, int], int] = field(default_factory=dict)
    functions: dict[int, str] = field(default_factory=dict)  # of a line

    def add(self, lines: list[dict]) -> None:
        for line in lines:
            number = line["line_number"]
            self.functions[number] = line.get("function_name", "")
            self.lines[number] = self.lines.get(number, 0) + line["count"]
            for index, branch in enumerate(line["branches"]):
                if not branch["throw"]:
                    key = (number, index)
                    self.branches[key] = self.branches.get(key, 0) + branch["count"]


def read_counters(objects: Path = OBJECTS / "src") -> dict[str, Seen]:
    seen: dict[str, Seen] = {}
    counters = sorted(str(path) for path in objects.rglob("*.gcno"))
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            ["gcov", "--json-format", "--branch-probabilities", "--preserve-paths", *counters],
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for path in Path(folder).glob("*.gcov.json.gz"):
            for file in json.loads(gzip.decompress(path.read_bytes()))["files"]:
                if file["file"].startswith("src/"):
                    seen.setdefault(file["file"], Seen()).add(file["lines"])
    return seen


def share(counts: list[int]) -> str:
    taken = sum(count > 0 for count in counts)
    percent = 100.0 * taken / len(counts) if counts else 100.0
    return f"{taken:5}/{len(counts):<5} {percent:5.1f} %"


def row(name: str, parts: list[Seen]) -> None:
    lines = [count for part in parts for count in part.lines.values()]
    branches = [count for part in parts for count in part.branches.values()]
    print(f"{name:34} lines {share(lines)}   branches {share(branches)}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Line and branch coverage of src/.")
    parser.add_argument("-b", "--branches", action="store_true", help="list every branch not taken")
    parser.add_argument("prefix", nargs="*", default=[""])
    options = parser.parse_args()
    wanted = tuple(f"src/{prefix}" for prefix in options.prefix)
    seen = {name: part for name, part in sorted(read_counters().items()) if name.startswith(wanted)}
    for name, part in seen.items():
        row(name, [part])
        if options.branches:
            for (line, index), count in sorted(part.branches.items()):
                if not count:
                    print(f"    {name}:{line}: branch {index} not taken")
    row("all", list(seen.values()))


if __name__ == "__main__":
    main()
