# SPDX-License-Identifier: MIT
"""What every pytest layer shares: the program under test, its helpers, a clean place to run them."""

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from watch import Watch

ROOT = Path(__file__).resolve().parent.parent
# A slow machine under sanitizers or an emulator; a test that means less says so.
PATIENCE = 30.0


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str


# What the fixture `run` is.
Run = Callable[..., Result]


def call(*command: str | bytes | Path, **options: Any) -> Result:
    """Runs a program to its end, whatever its code. `options` are those of subprocess.run."""
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "timeout": PATIENCE, **options}
    if "input" not in options:
        options.setdefault("stdin", subprocess.DEVNULL)
    done = subprocess.run(command, check=False, **options)
    out, err = ((stream or b"").decode("utf-8", "surrogateescape") for stream in (done.stdout, done.stderr))
    return Result(done.returncode, out, err)


def read_terminal(master: int) -> bytes:
    """What a terminal's other side has written, which comes in pieces; it has gone (EIO)."""
    whole = b""
    with contextlib.suppress(OSError):
        while piece := os.read(master, 65536):
            whole += piece
    os.close(master)
    return whole


def pytest_configure(config: pytest.Config) -> None:
    if "LABELGATE_WATCH" in os.environ:
        config.pluginmanager.register(Watch(Path(os.environ["LABELGATE_WATCH"])))
    config.addinivalue_line(
        "markers", "native(why): needs the machine's own processor; left out, by name, under an emulator"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    emulated = os.environ.get("LABELGATE_EMULATED")
    if not emulated:
        return
    for item in items:
        mark = item.get_closest_marker("native")
        if mark:
            why = mark.args[0] if mark.args else "needs the machine's own processor"
            item.add_marker(pytest.mark.skip(reason=f"{emulated} is emulated: {why}"))


def from_environment(name: str, default: str) -> Path:
    path = Path(os.environ.get(name, ROOT / default))
    if not path.exists():
        pytest.fail(f"{path} is not there ({name}): build it first, or run the layer with make")
    return path


@pytest.fixture(scope="session")
def world() -> str:
    return os.environ.get("LABELGATE_WORLD", "debug")


@pytest.fixture(scope="session")
def labelgate() -> Path:
    """The program under test."""
    return from_environment("LABELGATE", "build/debug/labelgate")


@pytest.fixture(scope="session")
def program(labelgate: Path) -> Path:
    """Its file, for those who read it: not the one that calls the emulator."""
    return Path(str(labelgate).replace("/run/", "/")) if os.environ.get("LABELGATE_EMULATED") else labelgate


@pytest.fixture(scope="session")
def labelgate_debug() -> Path:
    """The same program with sanitizers, whatever the world."""
    return from_environment("LABELGATE_DEBUG", "build/debug/labelgate")


@pytest.fixture(scope="session")
def helpers() -> Path:
    """The folder of the programs made of tests/helpers/*.c."""
    return from_environment("LABELGATE_HELPERS", "build/debug/helpers")


@pytest.fixture(scope="session")
def data() -> Path:
    return ROOT / "tests" / "data"


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where every user may look, as tmp_path is not."""
    with tempfile.TemporaryDirectory(prefix="labelgate-") as name:
        os.chmod(name, 0o755)
        yield Path(name)


@pytest.fixture
def clean_environment(tmp_path: Path) -> dict[str, str]:
    """What a program finds in its environment here unless a test adds to it."""
    return {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(tmp_path)}


@pytest.fixture
def run(labelgate: Path, tmp_path: Path, clean_environment: dict[str, str]) -> Run:
    """run("health", "-v", env={...}) runs the program in an empty folder; run(..., program=P) another."""

    def run_program(
        *arguments: str | bytes,
        program: Path | None = None,
        env: dict[str, str] | None = None,
        stdin: bytes | None = None,
        cwd: Path = tmp_path,
        timeout: float = PATIENCE,
    ) -> Result:
        typed = {} if stdin is None else {"input": stdin}
        env = {**clean_environment, **(env or {})}
        return call(program or labelgate, *arguments, cwd=cwd, env=env, timeout=timeout, **typed)

    return run_program
