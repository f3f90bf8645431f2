# SPDX-License-Identifier: MIT
"""`install`: the program copies itself to a shared volume."""

import shutil
import stat
from pathlib import Path

import pytest
from conftest import Run, call


def test_the_mode_is_the_same_whatever_the_umask(labelgate: Path, tmp_path: Path) -> None:
    for umask in (0o077, 0o777, 0):
        done = call(labelgate, "install", "dest", cwd=tmp_path, umask=umask)
        assert done.code == 0, done.err
        assert stat.S_IMODE((tmp_path / "dest").stat().st_mode) == 0o755
        (tmp_path / "dest").unlink()


def test_an_identical_program_is_left_alone(run: Run, tmp_path: Path) -> None:
    assert run("install", "dest").code == 0
    before = (tmp_path / "dest").stat()
    assert run("install", "dest").code == 0
    after = (tmp_path / "dest").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    (tmp_path / "dest").chmod(0o644)
    assert run("install", "dest").out == "dest: installed\n"
    assert stat.S_IMODE((tmp_path / "dest").stat().st_mode) == 0o755


@pytest.mark.parametrize("target", ["file", "nothing", "program"])
def test_replaces_a_link_and_does_not_write_through_it(
    program: Path, run: Run, tmp_path: Path, target: str
) -> None:
    (tmp_path / "file").write_text("mine")
    shutil.copy(program, tmp_path / "program")
    (tmp_path / "program").chmod(0o755)
    dest = tmp_path / "dest"
    dest.symlink_to(target)
    done = run("install", "dest")
    assert done.code == 0 and done.out == "dest: installed\n"
    assert not dest.is_symlink() and dest.read_bytes() == program.read_bytes()
    assert stat.S_IMODE(dest.stat().st_mode) == 0o755
    assert (tmp_path / "file").read_text() == "mine" and not (tmp_path / "nothing").exists()
    assert run("install", "dest").out == "dest: is this program already\n"


@pytest.mark.parametrize("word", ["link", "link/", "link//"])
def test_refuses_a_link_to_a_directory(run: Run, tmp_path: Path, word: str) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    done = run("install", word)
    assert done.code == 1 and "[install_failed]" in done.err and "symbolic link" in done.err
    assert list((tmp_path / "real").iterdir()) == [] and (tmp_path / "link").is_symlink()


def test_into_a_directory_replaces_a_link_there(program: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "labelgate").symlink_to("/nowhere/at/all")
    assert run("install", "real/").code == 0
    placed = tmp_path / "real" / "labelgate"
    assert not placed.is_symlink() and placed.read_bytes() == program.read_bytes()
