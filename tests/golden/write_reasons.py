#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes reasons.txt, which test_reasons.py compares with: every reason as `help reasons` prints it.

    tests/golden/write_reasons.py [LABELGATE]

A change of it is read by a person before it is committed: what would you do who sees this output alone?
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

GOLDEN = Path(__file__).resolve().parent / "reasons.txt"
PROGRAM = Path(__file__).resolve().parents[2] / "build/labelgate"


def reasons(program: str) -> str:
    return subprocess.run([program, "help", "reasons"], check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    GOLDEN.write_text(reasons(sys.argv[1] if len(sys.argv) > 1 else str(PROGRAM)))
