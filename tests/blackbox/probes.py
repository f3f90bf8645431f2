# SPDX-License-Identifier: MIT
"""Fixtures of the tests that speak to servers: probes with a clock, a test certificate authority.

A plugin, not a conftest.py: `from conftest import ...` means the one of all layers.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from authority import Authority
from clock import timed
from standin import TOKEN


@dataclass(frozen=True)
class Probe:
    code: int
    out: str
    err: str
    seconds: float

    @property
    def word(self) -> str:
        """The reason word in brackets, "" when there is none."""
        found = re.search(r"\[([a-z_]+)\]", self.out)
        return found.group(1) if found else ""


@pytest.fixture
def probe(run) -> Callable[..., Probe]:
    """probe(url, "--json", timeout="2s", env={...}): `labelgate health` against the address, timed."""

    def ask(url: str, *options: str, timeout: str = "5s", env: dict[str, str] | None = None) -> Probe:
        variables = {"LABEL_STUDIO_URL": url, "LABEL_STUDIO_API_TOKEN": TOKEN, "LABELGATE_TIMEOUT": timeout}
        result, seconds = timed(lambda: run("health", *options, env={**variables, **(env or {})}))
        return Probe(result.code, result.out, result.err, seconds)

    return ask


@pytest.fixture
def http_get(run, helpers: Path) -> Callable[..., Probe]:
    """http_get(url, timeout=2.0, ca_file=path): one question of the http room, without a verdict."""

    def ask(url: str, timeout: float = 5.0, ca_file: Path | None = None) -> Probe:
        arguments = [url, str(round(timeout * 1000)), *([str(ca_file)] if ca_file else [])]
        result, seconds = timed(lambda: run(*arguments, program=helpers / "http_get"))
        return Probe(result.code, result.out, result.err, seconds)

    return ask


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))
