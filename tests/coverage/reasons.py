# SPDX-License-Identifier: MIT
"""Lists each branch of src/init that no test takes, with its reason from init.reasons.

Ends with 1 when a branch has no reason. A reason that is not needed is only told: luck takes some.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from report import ROOT, read_counters

ROOM = "src/init"
REASONS = Path(__file__).with_name("init.reasons")


def read_reasons() -> dict[tuple[str, str], str]:
    reasons = {}
    for line in REASONS.read_text().splitlines():
        if line and not line.startswith("#"):
            file, source, reason = line.split(" | ", 2)
            reasons[file, source] = reason
    return reasons


def main() -> int:
    reasons = read_reasons()
    sources = {path.name: path.read_text().splitlines() for path in (ROOT / ROOM).glob("*.[ch]")}
    missing, used = 0, set()
    for path, seen in sorted(read_counters().items()):
        if not path.startswith(ROOM):
            continue
        name = Path(path).name
        untaken = Counter(line for (line, _), count in seen.branches.items() if count == 0)
        for line, count in sorted(untaken.items()):
            text = sources[name][line - 1].strip()
            used.add((name, text))
            missing += (name, text) not in reasons
            print(f"{path}:{line}: {count} not taken: {reasons.get((name, text), 'NO REASON GIVEN')}")
            print(f"    {text}")
    for name, text in reasons.keys() - used:
        print(f"init.reasons: not needed this time: {name}: {text}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
