# SPDX-License-Identifier: MIT
"""`token --write` beside a second labelgate, an editor, and what a killed run has left."""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import subprocess
import threading
import time
from pathlib import Path

import pytest
from conftest import Run, call

ROUNDS = 200
ONE = "a" * 20 + "b" * 16 + "1111"
TWO = "c" * 20 + "d" * 16 + "2222"
NAMES = ("LABEL_STUDIO_API_TOKEN", "LABEL_STUDIO_API_KEY")
strace = pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")


def start(
    labelgate: Path, folder: Path, token: str, name: str = NAMES[0], *before: str
) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [*before, str(labelgate), "token", "--write", "--token-var", name],
        cwd=folder,
        env={"PATH": os.environ["PATH"]},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    process.stdin.write(token + "\n")
    process.stdin.close()
    process.stdin = None
    return process


def left(folder: Path) -> list[Path]:
    return sorted(folder.glob("..env.labelgate-*"))


def save(folder: Path, text: str) -> None:
    """As most editors do."""
    (folder / ".env.swp").write_text(text)
    (folder / ".env.swp").rename(folder / ".env")


@pytest.mark.native("two hundred rounds are too many for an emulator")
def test_no_ok_of_two_writers_and_no_edit_of_an_editor_is_lost(labelgate: Path, tmp_path: Path) -> None:
    """Every round's edit is there at its end, in the file or in one that is named."""
    env = tmp_path / ".env"
    said_ok = changed = 0
    for number in range(ROUNDS):
        edit = f"A=1\nEDIT={number}\n" + "".join(f"{name}=old\n" for name in NAMES)
        env.write_text(f"A=1\n{NAMES[0]}=old\n{NAMES[1]}=old\n")
        writers = [start(labelgate, tmp_path, ONE, NAMES[0]), start(labelgate, tmp_path, TWO, NAMES[1])]
        time.sleep((number % 20) * 0.0005)
        save(tmp_path, edit)
        outs = [writer.communicate(timeout=60) for writer in writers]
        after = env.read_text()
        kept = [path.read_text() for path in left(tmp_path)]
        assert any(f"EDIT={number}\n" in text for text in [after, *kept]), outs
        for writer, (_, err) in zip(writers, outs, strict=True):
            assert writer.returncode in (0, 1)
            assert writer.returncode == 0 or "[file_changed]" in err
        said_ok += sum(writer.returncode == 0 for writer in writers)
        changed += sum(writer.returncode == 1 for writer in writers)
        assert after.count("\n") in (3, 4) and after.endswith("\n")
        for path in left(tmp_path):
            assert any(path.name in err for _, err in outs)
            path.unlink()
    assert said_ok > ROUNDS // 10 and changed > 0


@pytest.mark.native("two hundred rounds are too many for an emulator")
def test_of_two_writers_each_ok_is_true(labelgate: Path, tmp_path: Path) -> None:
    env = tmp_path / ".env"
    for _ in range(ROUNDS):
        env.write_text(f"A=1\n{NAMES[0]}=old\n{NAMES[1]}=old\n")
        writers = [start(labelgate, tmp_path, ONE, NAMES[0]), start(labelgate, tmp_path, TWO, NAMES[1])]
        for writer in writers:
            writer.communicate(timeout=60)
        after = env.read_text()
        assert 0 in (writers[0].returncode, writers[1].returncode)
        assert writers[0].returncode != 0 or f"{NAMES[0]}={ONE}\n" in after
        assert writers[1].returncode != 0 or f"{NAMES[1]}={TWO}\n" in after
        assert after.count("\n") == 3 and left(tmp_path) == []


def stopped_before(calls: str, labelgate: Path, folder: Path, count: int = 1) -> subprocess.Popen[str]:
    """Held for a second and a half before that call."""
    inject = f"inject={calls}:delay_enter=1500000:when={count}"
    command = ["strace", "-qq", "-o", "/dev/null", "-e", f"trace={calls}", "-e", inject]
    return start(labelgate, folder, ONE, NAMES[0], *command)


# The calls of one write: into the second name, the exchange, and the exchange back.
@strace
@pytest.mark.native("strace follows this machine's own programs")
@pytest.mark.parametrize("call", [1, 2])
def test_an_edit_saved_right_before_the_exchange_stays(labelgate: Path, tmp_path: Path, call: int) -> None:
    (tmp_path / ".env").write_text(f"A=1\n{NAMES[0]}=old\n")
    process = stopped_before("renameat,renameat2", labelgate, tmp_path, call)
    time.sleep(0.7)
    save(tmp_path, f"A=1\nB=work of an hour\n{NAMES[0]}=old\n")
    _, err = process.communicate(timeout=30)
    assert process.returncode == 1 and "[file_changed]" in err
    assert (tmp_path / ".env").read_text() == f"A=1\nB=work of an hour\n{NAMES[0]}=old\n"
    assert left(tmp_path) == []


@strace
@pytest.mark.native("strace follows this machine's own programs")
def test_of_two_edits_around_the_exchange_the_newer_one_is_in_place_and_both_are_there(
    labelgate: Path, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text(f"A=1\n{NAMES[0]}=old\n")
    calls = "inject=renameat2:delay_enter=1000000:when=2+"
    command = ["strace", "-qq", "-o", "/dev/null", "-e", "trace=renameat2", "-e", calls]
    process = start(labelgate, tmp_path, ONE, NAMES[0], *command)
    time.sleep(0.5)
    save(tmp_path, "FIRST=1\n")
    until = time.monotonic() + 20
    while ONE not in (tmp_path / ".env").read_text() and time.monotonic() < until:
        time.sleep(0.01)
    save(tmp_path, "SECOND=1\n")
    _, err = process.communicate(timeout=30)
    assert process.returncode == 1 and "[file_changed]" in err
    assert (tmp_path / ".env").read_text() == "SECOND=1\n"
    (kept,) = left(tmp_path)
    assert kept.read_text() == "FIRST=1\n"
    assert str(kept) in err


@strace
@pytest.mark.native("strace follows this machine's own programs")
def test_a_program_that_writes_into_the_file_is_not_overtaken(labelgate: Path, tmp_path: Path) -> None:
    """Saved in place: open at the exchange, written after it."""
    env = tmp_path / ".env"
    env.write_text(f"A=1\n{NAMES[0]}=old\n")
    process = stopped_before("renameat2", labelgate, tmp_path, 2)
    time.sleep(0.7)
    with env.open("r+") as file:
        _, err = process.communicate(timeout=30)
        file.seek(0, os.SEEK_END)
        file.write("B=in place\n")
    assert process.returncode == 1 and "[file_changed]" in err
    assert env.read_text() == f"A=1\n{NAMES[0]}=old\nB=in place\n"
    assert left(tmp_path) == []


@strace
@pytest.mark.native("strace follows this machine's own programs")
def test_a_mode_that_was_tightened_meanwhile_stays(labelgate: Path, tmp_path: Path) -> None:
    env = tmp_path / ".env"
    env.write_text(f"{NAMES[0]}=old\n")
    env.chmod(0o644)
    process = stopped_before("renameat2", labelgate, tmp_path, 2)
    time.sleep(0.7)
    env.chmod(0o600)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 1 and "[file_changed]" in err
    assert stat.S_IMODE(env.stat().st_mode) == 0o600


@strace
@pytest.mark.native("strace follows this machine's own programs")
@pytest.mark.parametrize("error", ["ENOSYS", "EINVAL", "EPERM"])
@pytest.mark.parametrize("when", ["1+", "2+"])
def test_without_an_exchange_it_is_written_all_the_same(
    labelgate: Path, tmp_path: Path, error: str, when: str
) -> None:
    env = tmp_path / ".env"
    env.write_text(f"A=1\n{NAMES[0]}=old\n")
    inject = f"inject=renameat2:error={error}:when={when}"
    command = ["strace", "-qq", "-o", "/dev/null", "-e", inject, "-e", "inject=flock:error=EBADF"]
    process = start(labelgate, tmp_path, ONE, NAMES[0], *command)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    assert env.read_text() == f"A=1\n{NAMES[0]}={ONE}\n"
    assert left(tmp_path) == []


def test_a_lock_that_is_held_for_ever_stops_nobody(run: Run, tmp_path: Path) -> None:
    env = tmp_path / ".env"
    env.write_text(f"{NAMES[0]}=old\n")
    (tmp_path / "..env.labelgate-1-0.new").write_text("of the run that holds the lock")
    folder = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    done = run("token", "--write", stdin=ONE.encode())
    os.close(folder)
    assert done.code == 0 and env.read_text() == f"{NAMES[0]}={ONE}\n"
    assert [path.name for path in left(tmp_path)] == ["..env.labelgate-1-0.new"]


def test_two_of_us_wait_for_each_other(run: Run, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"{NAMES[0]}=old\n")
    folder = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    timer = threading.Timer(0.5, os.close, [folder])
    timer.start()
    began = time.monotonic()
    assert run("token", "--write", stdin=ONE.encode()).code == 0
    assert time.monotonic() - began > 0.4
    timer.join()


LEFT = "..env.labelgate-4711-0"


@pytest.mark.parametrize(
    ("text", "goes"),
    [
        (f"A=1\n{NAMES[0]}=old\n", True),
        (f"A=1\n{NAMES[0]}=other # note\n", False),
        (f"A=1\n{NAMES[0]}=other\n", True),
        (f"A=1\n{NAMES[0]}='other'\n", True),
        ("A=1\n", True),
        (f"A=2\n{NAMES[0]}=old\n", False),
        (f"A=1\nB=work of an hour\n{NAMES[0]}=old\n", False),
        (f"A=1\r\n{NAMES[0]}=old\r\n", False),
        (f"A=1\n{NAMES[0]}=old\n# a comment\n", False),
        (f"# a comment\nA=1\n{NAMES[0]}=old\n", False),
        (f"{NAMES[0]}=old\n", False),
        ("", False),
        ("A B=broken\n", False),
    ],
)
def test_what_a_killed_run_left_goes_only_if_nothing_but_the_token_differs(
    run: Run, tmp_path: Path, text: str, goes: bool
) -> None:
    env = tmp_path / ".env"
    env.write_text(f"A=1\n{NAMES[0]}=old\n")
    (tmp_path / LEFT).write_bytes(text.encode())
    done = run("token", "--write", stdin=ONE.encode())
    assert done.code == 0 and env.read_text() == f"A=1\n{NAMES[0]}={ONE}\n"
    assert (tmp_path / LEFT).exists() != goes
    assert (LEFT in done.err) != goes
    assert goes or (tmp_path / LEFT).read_bytes() == text.encode()


@strace
@pytest.mark.native("strace follows this machine's own programs")
def test_killed_at_any_rename_the_next_run_clears_up(labelgate: Path, run: Run, tmp_path: Path) -> None:
    env = tmp_path / ".env"
    places = "write:1 fchmod:1 fsync:1 renameat2:1 renameat2:2 unlinkat:1 fsync:2"
    for place in places.split():
        calls, when = place.split(":")
        env.write_text(f"A=1\n{NAMES[0]}=old\n")
        inject = f"inject={calls}:signal=KILL:when={when}"
        process = start(labelgate, tmp_path, ONE, NAMES[0], "strace", "-qq", "-o", "/dev/null", "-e", inject)
        process.communicate(timeout=30)
        assert env.read_text() in (f"A=1\n{NAMES[0]}=old\n", f"A=1\n{NAMES[0]}={ONE}\n")
        done = run("token", "--write", stdin=TWO.encode())
        assert done.code == 0 and done.err.count("\n") == 1 and "was not asked" in done.err, calls
        assert left(tmp_path) == [], calls


def test_hard_links_are_warned_of(run: Run, tmp_path: Path) -> None:
    env = tmp_path / ".env"
    env.write_text("A=1\n")
    assert "hard link" not in run("token", "--write", stdin=TWO.encode()).err
    os.link(env, tmp_path / "other")
    before = env.read_text()
    done = run("token", "--write", stdin=ONE.encode())
    assert done.code == 0 and ".env has 2 names (hard links)" in done.err
    assert ONE in env.read_text() and (tmp_path / "other").read_text() == before


@strace
@pytest.mark.native("strace follows this machine's own programs")
def test_a_lack_of_memory_does_not_change_the_spelling(labelgate: Path, tmp_path: Path, world: str) -> None:
    if world in ("debug", "plain", "coverage"):
        pytest.skip("the machine's own C library dies of it before main")
    env = tmp_path / ".env"
    old = "A=1\n" * 50_000 + f"{NAMES[0]}=old\n"
    new = "A=1\n" * 50_000 + f"{NAMES[0]}={ONE}\n"
    refused = 0
    for when in range(1, 200):
        env.write_text(old)
        inject = f"inject=mmap:error=ENOMEM:when={when}"
        process = start(labelgate, tmp_path, ONE, NAMES[0], "strace", "-qq", "-o", "/dev/null", "-e", inject)
        _, err = process.communicate(timeout=30)
        after = env.read_text()
        if process.returncode == 0:
            assert after == new, when
            if "ENOMEM" not in err and when > 60:
                break
        else:
            refused += 1
            assert process.returncode == 1 and after == old, (when, err)
            assert (
                "[env_invalid]" not in err and "Compose refuses" not in err and "cannot stand" not in err
            ), err
    assert refused > 3


MOUNTS = """
    mount -t tmpfs none "$1" && cd "$1"
    case $2 in
    overlay)
        mkdir low up work merged
        printf 'A=1\\nLABEL_STUDIO_API_TOKEN=old\\n' >low/.env
        mount -t overlay -o lowerdir=low,upperdir=up,workdir=work none merged || exit 77
        cd merged ;;
    single)
        mkdir place
        printf 'A=1\\nLABEL_STUDIO_API_TOKEN=old\\n' >source
        : >place/.env
        mount --bind source place/.env || exit 77
        cd place ;;
    *) printf 'A=1\\nLABEL_STUDIO_API_TOKEN=old\\n' >.env ;;
    esac
    "$3" token --write >/dev/null
    code=$?
    cat .env
    ls -A
    exit "$code"
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to mount a file system of its own")
@pytest.mark.parametrize("kind", ["tmpfs", "overlay", "single"])
def test_on_file_systems_of_all_kinds(labelgate: Path, tmp_path: Path, kind: str) -> None:
    done = call(
        "unshare",
        "--mount",
        "sh",
        "-c",
        MOUNTS,
        "sh",
        str(tmp_path),
        kind,
        str(labelgate),
        input=ONE.encode(),
    )
    if done.code == 77:
        pytest.skip(f"no {kind} here")
    if kind == "single":
        assert done.code == 1 and "mounted as a single file" in done.err
        assert done.out == f"A=1\n{NAMES[0]}=old\n.env\n"
    else:
        assert done.code == 0, done.err
        assert done.out == f"A=1\n{NAMES[0]}={ONE}\n.env\n"
