# SPDX-License-Identifier: MIT
"""The compiler for other processors (docker/zig-cc.sh): what it hands to zig, which prints its words here."""

import os
import subprocess
from pathlib import Path

import pytest
from making import ROOT

TARGETS = [
    line.split()[1]
    for line in (ROOT / "docker/architectures").read_text().splitlines()
    if not line.startswith("#")
]
COMPILE = ["-std=c11", "-fstack-protector-strong", "-isystem", "/third", "-c", "a.c", "-o", "a.o"]
LINK = ["-flto", "-fPIE", "-Oz", "-s", "-static-pie", "-Wl,-z,now,--gc-sections", "-o", "a", "a.o"]


@pytest.fixture
def handed(tmp_path: Path):
    """The words that zig gets."""
    zig = tmp_path / "zig"
    zig.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    zig.chmod(0o755)

    def call(target: str, words: list[str]) -> list[str]:
        text = (ROOT / "docker/zig-cc.sh").read_text()
        for name, value in {"ZIG": zig, "TARGET": target, "PREFIX": "/musl"}.items():
            text = text.replace(f"@{name}@", str(value))
        wrapper = tmp_path / "musl-cc"
        wrapper.write_text(text)
        done = subprocess.run(
            ["sh", wrapper, *words],
            capture_output=True,
            text=True,
            check=True,
            env={"PATH": os.environ["PATH"]},
        )
        return done.stdout.splitlines()

    return call


def test_the_headers_are_the_lock_s_musl(handed) -> None:
    """zig puts those of its own libc in front of every -isystem."""
    words = handed("aarch64-linux-musl", COMPILE)
    assert words[:3] == ["cc", "-target", "aarch64-linux-musl"]
    assert words[words.index("-I") + 1] == "/musl/include"
    assert "-nostdinc" in words and "-nostdlib" not in words, "zig refuses the stack protector without a libc"
    assert [word for word in words if word in COMPILE] == COMPILE


@pytest.mark.parametrize("target", TARGETS)
def test_what_the_linker_gets(handed, target: str) -> None:
    words = handed(target, LINK)
    assert words[0] == "ld.lld"
    for word in ("-flto", "-fPIE", "-Oz", "-static-pie"):
        assert word not in words, "a compiler's word"
    for word in ("-s", "-z", "now", "--gc-sections", "a.o", "/musl/lib/libc.a", "/musl/lib/rcrt1.o"):
        assert word in words
    after = {word: words[place - 1] for place, word in enumerate(words)}
    assert (after.get("-float-abi=hard") == "-mllvm") == target.startswith("thumb")
    assert (after.get("_GLOBAL_OFFSET_TABLE_") == "-u") == target.startswith("s390x")
