# SPDX-License-Identifier: MIT
"""The file itself: static, position independent and hardened, for whatever processor it is built."""

import os
import re
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    os.environ.get("LABELGATE_WORLD") in ("debug", "plain", "coverage"),
    reason="a build for tests, with the machine's own C library",
)
# What readelf calls the processors.
MACHINES = {
    "musl": "X86-64" if os.uname().machine == "x86_64" else os.uname().machine,
    "x86_64": "X86-64",
    "aarch64": "AArch64",
    "armv7": "ARM",
    "riscv64": "RISC-V",
    "ppc64le": "PowerPC64",
    "s390x": "S/390",
    "x86": "80386",
    "loongarch64": "LoongArch",
}


def readelf(option: str, program: Path) -> str:
    return subprocess.run(["readelf", option, program], capture_output=True, text=True, check=True).stdout


def test_it_is_static_and_for_this_processor(program: Path, world: str) -> None:
    header = readelf("-hlW", program)
    assert re.search(rf"Machine:.*{MACHINES[world]}", header)
    assert re.search(r"Type:\s+DYN", header), "position independent"
    assert "INTERP" not in header, "no loader is named"
    assert "NEEDED" not in readelf("-dW", program)


def test_it_is_hardened(program: Path) -> None:
    header = readelf("-lW", program)
    assert "GNU_RELRO" in header
    assert re.search(r"GNU_STACK.*RW ", header), "the stack is not executable"
    assert not re.search(r"LOAD.*RWE", header), "nothing is both written and run"
    dynamic = readelf("-dW", program)
    assert "BIND_NOW" in dynamic or "NOW" in dynamic
    assert "TEXTREL" not in dynamic


def test_its_relocations_are_packed(program: Path) -> None:
    dynamic = readelf("-dW", program)
    assert re.search(r"\(RELR\)", dynamic)
    others = re.search(r"\((?:RELASZ|RELSZ)\)\s+(\d+)", dynamic)
    assert others is None or int(others[1]) < 1024
