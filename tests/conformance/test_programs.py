# SPDX-License-Identifier: MIT
"""A file that is no program: the code, and a sentence that says which."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from inits import OTHER, PATH, Case

FOREIGN = {
    "s390x": (b"\x02\x02", b"\x00\x16"),  # 64 bits, big-endian
    "aarch64": (b"\x02\x01", b"\xb7\x00"),
    "arm, 32 bits": (b"\x01\x01", b"\x28\x00"),
    "x86, 32 bits": (b"\x01\x01", b"\x03\x00"),
    "riscv": (b"\x02\x01", b"\xf3\x00"),
    "ppc64": (b"\x02\x02", b"\x00\x15"),
    "loongarch": (b"\x02\x01", b"\x02\x01"),
    "of another kind": (b"\x02\x01", b"\xfe\x00"),
}


@pytest.fixture
def case(make_case: Callable[[str, str], Case]) -> Case:
    return make_case("labelgate", OTHER)


def refused(case: Case, command: object, code: int, *words: str, world: list[str] | None = None) -> None:
    """The start is refused with that code, and the one line that says why has the words in it."""
    running = case.start(command, world=world or [])
    assert running.end() == code
    line, *_ = running.said()
    for word in words:
        assert word in line, line
    assert line.endswith("[command_not_found]" if code == 127 else "[command_not_executable]")


def test_not_found(case: Case) -> None:
    refused(case, "no-such-command", 127, "no-such-command", "was not found", f"looked for in {PATH}")
    refused(case, "./no-such-file", 127, "./no-such-file", "was not found")
    refused(case, "", 127, "is empty")


def test_path_of_the_app(case: Case) -> None:
    """The app's PATH decides, an empty folder in it is the working directory."""
    case.file("here", b"#!/bin/sh\necho here\n")
    for path in (f"/nowhere:{case.folder}", "/nowhere:", ":/nowhere", "/nowhere::/other"):
        running = case.start("here", env={"PATH": path})
        running.expect("here")
        assert running.end() == 0
    raw = case.world("--raw", f"PATH={case.folder}", "--raw", "PATH=/nowhere")
    running = case.start("here", world=raw)
    running.expect("here")


def test_no_path_at_all(case: Case) -> None:
    assert case.start("sh", "-c", "exit 4", world=case.world("--raw", "A=1")).end() == 4


def test_first_that_can_be_executed(case: Case) -> None:
    """As a shell does: what cannot be executed is passed over, and named when nothing else is there."""
    for folder in ("a", "b"):
        (case.folder / folder).mkdir()
    case.file("a/tool", b"#!/bin/sh\nexit 1\n", mode=0o644)
    case.file("b/tool", b"#!/bin/sh\nexit 7\n")
    path = f"{case.folder}/a:{case.folder}/b:/bin"
    assert case.start("tool", env={"PATH": path}).end() == 7
    (case.folder / "b/tool").chmod(0o644)
    running = case.start("tool", env={"PATH": path})
    assert running.end() == 126
    assert f"{case.folder}/a/tool" in running.said()[0]


def test_directory(case: Case) -> None:
    refused(case, case.folder, 126, "it is a directory")


def test_permission(case: Case) -> None:
    refused(case, case.file("plain", b"#!/bin/sh\n", mode=0o644), 126, "no permission", "x bit")
    os.mkfifo(case.folder / "pipe", 0o755)
    refused(case, "./pipe", 126, "not a regular file")


def run_as_nobody(labelgate: Path, program: Path) -> subprocess.CompletedProcess[str]:
    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    return subprocess.run(
        [*nobody, labelgate, "run", "--no-token", "--", program],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="root alone becomes somebody else")
def test_folder_that_may_not_be_entered(labelgate: Path, helpers: Path) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # pytest's own folders are closed to others
        (folder / "closed").mkdir(mode=0o700)
        shutil.copy(helpers / "init_app", folder / "closed/app")
        shutil.copy(labelgate, folder / "labelgate")
        done = run_as_nobody(folder / "labelgate", folder / "closed/app")
    assert done.returncode == 126
    assert "no permission to look into its folder" in done.stderr


def test_garbage(case: Case) -> None:
    refused(case, case.file("garbage", bytes(range(1, 255))), 126, "it is not a program")


@pytest.mark.parametrize("machine", FOREIGN)
def test_another_machine(case: Case, machine: str) -> None:
    kind, number = FOREIGN[machine]
    head = bytearray(Path("/bin/true").read_bytes()[:4096])
    if bytes(head[18:20]) == number:
        pytest.skip(f"this machine is {machine}")
    head[4:6], head[18:20] = kind, number
    running = case.start(case.file("foreign", bytes(head)))
    code = running.end()
    if code != 126:
        pytest.skip("binfmt_misc runs such programs here")
    assert f"for another machine: {machine}" in running.said()[0]


def elf(segments: int, *, offset: int = 0, size: int = 0) -> bytes:
    """A header of this machine's kind with one segment of the loader's kind behind it, or none."""
    head = bytearray(Path("/bin/true").read_bytes()[:64])
    head[32:40] = (64).to_bytes(8, "little")  # e_phoff
    head[54:58] = (56).to_bytes(2, "little") + segments.to_bytes(2, "little")
    segment = bytearray(56)
    segment[0] = 3  # PT_INTERP
    segment[8:16], segment[32:40] = offset.to_bytes(8, "little"), size.to_bytes(8, "little")
    return bytes(head + (segment if segments else b""))


@pytest.mark.skipif(
    sys.byteorder != "little" or sys.maxsize < 2**32, reason="written for 64 bits, little-endian"
)
def test_broken_elf(case: Case) -> None:
    """What is promised and not there is never read beyond: execve tells, and it is no program."""
    whole = Path("/bin/true").read_bytes()
    for content in (
        whole[:20],
        whole[:40],
        elf(0),
        elf(5),
        elf(1, offset=1 << 40, size=20),
        elf(1, size=5000),
    ):
        running = case.start(case.file("broken", content))
        assert running.end() == 126
        assert "[command_not_executable]" in running.said()[0]


def test_almost_text(case: Case) -> None:
    refused(case, case.file("almost", b"echo hi\x7f\n"), 126, "it is not a program")


def test_busy_program(case: Case) -> None:
    """Open for writing: only execve knows."""
    program = case.folder / "busy"
    shutil.copy(case.helpers / "init_app", program)
    with program.open("r+b"):
        refused(case, program, 126, "busy")


@pytest.mark.skipif(os.geteuid() != 0, reason="root alone becomes somebody else")
def test_program_that_may_not_be_read(labelgate: Path) -> None:
    """It may be executed all the same: what is wrong with it, only execve tells."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        shutil.copy(labelgate, folder / "labelgate")
        (folder / "garbage").write_bytes(bytes(range(1, 255)))
        (folder / "garbage").chmod(0o711)
        done = run_as_nobody(folder / "labelgate", folder / "garbage")
    assert done.returncode == 126
    assert "it is not a program" in done.stderr


def test_script_without_a_line(case: Case) -> None:
    refused(case, case.file("script", b"echo hi\n"), 126, "a script without a #! line")


def test_empty(case: Case) -> None:
    refused(case, case.file("empty"), 126, "it is empty")


def test_line_without_interpreter(case: Case) -> None:
    for content in (b"#!\n", b"#!  \t\n", b"#!"):
        refused(case, case.file("blank", content), 126, "#! line names no interpreter")


def test_interpreter_missing(case: Case) -> None:
    refused(case, case.file("a", b"#!/no/such -x\n"), 127, "exists", '"/no/such"')
    refused(case, case.file("b", b"#! /bin/sh\r\nexit 0\r\n"), 127, '"/bin/sh\\r"', "Windows line ends")
    refused(case, case.file("c", b"#!/no/such"), 127, '"/no/such"')
    refused(case, case.file("d", b"#!/etc/passwd/sh\n"), 127, '"/etc/passwd/sh"')


def test_interpreter_that_cannot_be_executed(case: Case) -> None:
    plain = case.file("plain", b"", mode=0o644)
    refused(case, case.file("a", f"#!{plain}\n".encode()), 126, str(plain), "no permission")
    refused(case, case.file("b", f"#!{case.folder}\n".encode()), 126, "it is a directory")


def test_interpreters_of_interpreters(case: Case) -> None:
    """A script may be a script's interpreter; the missing one is at the end of the chain."""
    case.file("last", b"#!/no/such\n")
    case.file("middle", f"#!{case.folder}/last\n".encode())
    refused(case, case.file("first", f"#!{case.folder}/middle\n".encode()), 127, "last exists", '"/no/such"')
    case.file("loop", f"#!{case.folder}/loop\n".encode())
    refused(case, "./loop", 126, "loop")


def test_dangling_link(case: Case) -> None:
    (case.folder / "link").symlink_to("/no/such/target")
    refused(case, "./link", 127, "it is a link to /no/such/target")
    (case.folder / "circle").symlink_to("circle")
    refused(case, "./circle", 127, "circle")


def test_long_names(case: Case) -> None:
    refused(case, "./" + "x" * 300, 127, "too long")
    refused(case, "/" + "y/" * 3000, 127, "too long")
    refused(case, "z" * 5000, 127, "was not found")


@pytest.mark.skipif(os.geteuid() != 0, reason="root alone mounts")
def test_noexec_mount(labelgate: Path, helpers: Path, tmp_path: Path) -> None:
    mount = 'mount -t tmpfs -o noexec none "$1" && cp "$2" "$1/app"'
    script = f'{mount} && exec "$3" run --no-token -- "$1/app" exit 0'
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script, "sh", tmp_path, helpers / "init_app", labelgate],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 126
    assert "mounted noexec" in done.stderr


def test_names_are_made_visible(case: Case) -> None:
    running = case.start("./a\nb\x1b[2J")
    assert running.end() == 127
    assert "./a\\nb\\x1B[2J" in running.said()[0]
