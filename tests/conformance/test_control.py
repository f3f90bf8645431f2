# SPDX-License-Identifier: MIT
"""The control: a deliberately broken init fails its rows. A row that it passes could not fail."""

from __future__ import annotations

from pathlib import Path

import pytest
import rows_end
import rows_run
import rows_start
import rows_terminal
from inits import FIRST, OTHER, Case, Init
from rows import ROWS, Row

# What even this one does right, or what is about features that it does not offer.
SPARED = {
    # It does nothing to these.
    "closed_descriptors", "environment_untouched", "large_lists", "standard_error_full",
    "same_group", "old_kernel", "foreign_terminal", "hang_up", "shell_with_jobs",
    "dispositions_kept", "foreground", "nohup",
    # Features, asked for by an option.
    "whole_group", "mapped", "ok_exit", "grace_from_stop", "second_stop",
}  # fmt: skip
MODULES = (rows_end, rows_run, rows_start, rows_terminal)


def test_spared_rows_exist() -> None:
    assert {row.key for row in ROWS} >= SPARED
    assert all(any(hasattr(module, row.key) for module in MODULES) for row in ROWS)


@pytest.mark.parametrize("row", [row for row in ROWS if row.key not in SPARED], ids=lambda row: row.key)
def test_broken_init_fails(row: Row, helpers: Path, tmp_path: Path) -> None:
    place = FIRST if FIRST in row.places else OTHER
    case = Case(Init("broken", helpers / "init_broken"), place, helpers, tmp_path, patience=1.0)
    try:
        with pytest.raises((AssertionError, OSError)):
            row.check(case)
    finally:
        case.clean()
