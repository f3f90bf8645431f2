# SPDX-License-Identifier: MIT
"""Reads the results of all layers and prints failures, skips with their reasons, and the tally.

    tally.py RESULTS-FOLDER

expected.txt in that folder names the layers that were started, one a line; a layer whose file LAYER.xml is
missing, empty or broken counts as one failure. The last line is always `N passed, N failed, N skipped`;
the exit code is 0 only when nothing failed and something passed.
"""

import sys
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Tally:
    passed: int = 0
    failed: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def add_case(self, layer: str, case: ET.Element) -> None:
        name = f"{layer}: {case.get('classname', '')} {case.get('name', '?')}"
        trouble = case.find("failure")
        if trouble is None:
            trouble = case.find("error")
        skip = case.find("skipped")
        if trouble is not None:
            self.failed.append(f"{name}: {first_line(trouble)}")
        elif skip is not None:
            self.skipped.append(f"{name}: {first_line(skip)}")
        else:
            self.passed += 1

    def add_layer(self, layer: str, path: Path) -> None:
        try:
            cases = list(ET.parse(path).iter("testcase"))
        except FileNotFoundError:
            self.failed.append(f"{layer}: left no results (it crashed or was not run)")
            return
        except ET.ParseError as error:
            self.failed.append(f"{layer}: its results cannot be read: {error}")
            return
        if not cases:
            self.failed.append(f"{layer}: ran no test")
        for case in cases:
            self.add_case(layer, case)

    def report(self) -> int:
        for title, lines in (("skipped", self.skipped), ("failed", self.failed)):
            for line in lines:
                print(f"{title}: {line}")
        print(f"{self.passed} passed, {len(self.failed)} failed, {len(self.skipped)} skipped", flush=True)
        return 0 if self.passed and not self.failed else 1


def first_line(element: ET.Element) -> str:
    words = element.get("message") or (element.text or "").strip() or "no reason given"
    return words.strip().splitlines()[0] if words.strip() else "no reason given"


def tally(folder: Path) -> int:
    total = Tally()
    for layer in (folder / "expected.txt").read_text().split():
        total.add_layer(layer, folder / f"{layer}.xml")
    return total.report()


if __name__ == "__main__":
    sys.exit(tally(Path(sys.argv[1])))
