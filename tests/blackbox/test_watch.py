# SPDX-License-Identifier: MIT
"""tests/watch.py and tests/run: how far a layer is can be seen while it runs."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

TESTS = Path(__file__).resolve().parents[1]
CONFTEST = """
from pathlib import Path
from watch import Watch

def pytest_configure(config):
    config.pluginmanager.register(Watch(Path(__file__).with_name("now")))
"""
SOME = """
import json, pathlib, pytest

def test_passes(): pass
def test_fails(): assert 0
def test_is_skipped(): pytest.skip("why")
def test_sees_itself():
    seen = json.loads(pathlib.Path(__file__).with_name("now").read_text())
    assert seen == {"total": 4, "done": 3, "failed": 1, "now": "test_some.py::test_sees_itself"}
"""


@pytest.fixture(scope="module")
def runner() -> ModuleType:
    """tests/run as a module."""
    loader = importlib.machinery.SourceFileLoader("labelgate_tests_run", str(TESTS / "run"))
    spec = importlib.util.spec_from_loader("labelgate_tests_run", loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    sys.modules["labelgate_tests_run"] = module  # dataclasses look their module up
    loader.exec_module(module)
    return module


def test_counts_are_there_while_pytest_runs(tmp_path: Path, runner: ModuleType) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_some.py").write_text(SOME)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-o", "console_output_style=classic", "."],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(TESTS)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1].startswith("1 failed, 2 passed, 1 skipped")
    assert json.loads((tmp_path / "now").read_text())["done"] == 4
    assert runner.pytest_far(tmp_path / "now") == "4 of 4 tests, 1 failed; now test_some.py::test_sees_itself"
    assert runner.pytest_far(tmp_path / "none") == "collecting"


def test_a_line_now_and_then(
    runner: ModuleType, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "SHOW_EVERY", 0.2)
    with runner.shown("a layer", lambda: "2 of 3 tests"):
        subprocess.run(["sleep", "0.7"], check=True)
    lines = capsys.readouterr().out.splitlines()
    assert 2 <= len(lines) <= 4 and set(lines) <= {
        "  a layer, 0:00, 2 of 3 tests",
        "  a layer, 0:01, 2 of 3 tests",
    }


def test_the_last_line_of_a_layer(
    runner: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "RESULTS", tmp_path)
    runner.write_results(
        "some", [runner.Case("a"), runner.Case("b", failure="no"), runner.Case("c", skip="so")]
    )
    assert runner.summary("some", runner.time.monotonic()) == "some: 3 tests, 1 failed, 1 skipped, 0:00"
    assert runner.summary("none", runner.time.monotonic()) == "none: no results, 0:00"
