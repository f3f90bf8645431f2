# SPDX-License-Identifier: MIT
"""Lets tests/run see how far pytest is: a file with the counts and the test that runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest


class Watch:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.total = self.done = self.failed = 0

    def write(self, now: str) -> None:
        text = json.dumps({"total": self.total, "done": self.done, "failed": self.failed, "now": now})
        new = self.path.with_suffix(".new")
        new.write_text(text)
        new.rename(self.path)  # a reader sees one or the other

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.total = len(session.items)
        self.write("")

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.write(nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.failed += report.failed

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        self.done += 1
        self.write(nodeid)

    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        """No dots: tests/run prints lines of its own between."""
        if report.failed:
            return ("failed" if report.when == "call" else "error"), "", ""
        if report.skipped:
            return ("xfailed" if hasattr(report, "wasxfail") else "skipped"), "", ""
        return ("passed" if report.when == "call" else ""), "", ""
