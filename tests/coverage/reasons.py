# SPDX-License-Identifier: MIT
"""Lists each branch of src/init that no test takes, with the reasons that init.reasons has for its function.

The last line counts those of functions without a reason. A report: it ends with 0, whatever a function
is called.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from report import ROOT, read_counters

ROOM = "src/init"
REASONS = Path(__file__).with_name("init.reasons")


def read_reasons() -> dict[tuple[str, str], list[str]]:
    reasons: dict[tuple[str, str], list[str]] = {}
    for line in REASONS.read_text().splitlines():
        if line and not line.startswith("#"):
            file, function, reason = line.split(" | ", 2)
            reasons.setdefault((file, function), []).append(reason)
    return reasons


def main() -> None:
    reasons = read_reasons()
    without = 0
    for path, seen in sorted(read_counters().items()):
        if not path.startswith(ROOM):
            continue
        name = Path(path).name
        source = (ROOT / path).read_text().splitlines()
        untaken = Counter(line for (line, _), count in seen.branches.items() if count == 0)
        for line, count in sorted(untaken.items()):
            function = seen.functions.get(line, "")
            why = reasons.get((name, function), [])
            without += 0 if why else count
            print(f"{path}:{line}: {function}: {count} not taken: {source[line - 1].strip()}")
            for reason in why or ["NO REASON GIVEN"]:
                print(f"    {reason}")
    print(f"coverage: {without} branches of {ROOM} that no test takes have no reason in {REASONS.name}")


if __name__ == "__main__":
    main()
