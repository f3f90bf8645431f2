# SPDX-License-Identifier: MIT
"""Writes the recorded table into README.md, between its marks: python3 tests/conformance/write_readme.py"""

from __future__ import annotations

import rows_end  # noqa: F401  (enters its rows)
import rows_run  # noqa: F401
import rows_start  # noqa: F401
import rows_terminal  # noqa: F401
from table import BEGIN, END, README, expected_table

text = README.read_text()
head, rest = text.split(BEGIN, 1)
README.write_text(f"{head}{BEGIN}\n{expected_table()}{END}{rest.split(END, 1)[1]}")
