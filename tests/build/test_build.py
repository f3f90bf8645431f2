# SPDX-License-Identifier: MIT
"""What the build promises: a static, hardened, reproducible program from the locked sources, offline too."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from making import LOCK, ROOT, environment, make_release, output, tracked_copy


def test_nothing_of_the_build_machine_is_inside(labelgate: Path) -> None:
    bytes_of_program = labelgate.read_bytes()
    for path in (str(ROOT), str(Path.home()), "/usr/lib/gcc"):
        if len(path) > 4:
            assert path.encode() not in bytes_of_program


def undefined(name: str, folder: Path) -> list[str]:
    """The objects below the folder that want a symbol."""
    objects = sorted(folder.rglob("*.o"))
    wanted = {}
    for line in output("nm", "-A", "-u", *objects).splitlines():
        path, _, symbol = line.rpartition(" ")
        wanted.setdefault(symbol, []).append(
            str(Path(path.split(":")[0]).relative_to(folder).with_suffix(""))
        )
    return wanted.get(name, [])


def test_debian_patches_to_musl_are_not_needed() -> None:
    """Debian's patches mend iconv, which must not be linked, and qsort, whose users sort a few dozen elements
    (CVE-2026-40200 takes seven million on 32 bits, and more than any memory holds on 64)."""
    linked = (ROOT / "build/musl/labelgate.map").read_text()
    assert re.search(r"libc\.a\(memcpy\.l?o\)", linked), "the map is read right"
    assert not re.search(r"libc\.a\(iconv", linked)
    # musl's name look-up sorts at most 48 addresses, the .env reader the complaints about one file.
    assert undefined("qsort", ROOT / "build/musl/src") in ([], ["dotenv/issue"])
    third_party = Path(re.search(r"(\S+/objects)/ini\.o", linked, re.M)[1])
    assert undefined("qsort", third_party) == []


@pytest.mark.timeout(1800)
def test_rebuilt_elsewhere_offline_byte_identical(
    labelgate: Path, dist: Path, tarballs: Path, tmp_path: Path
) -> None:
    """Another folder, an empty cache, no network: musl and all third-party objects anew, and a whole release
    for this processor: the same bytes."""
    clone = tracked_copy(tmp_path / "another folder's name is longer")
    again = tmp_path / "dist"
    make_release(
        again,
        clone=clone,
        before=["unshare", "--net"] if os.geteuid() == 0 else [],
        LABELGATE_CACHE=str(tmp_path / "cache"),
        SOURCES=str(tarballs),
    )
    assert (clone / "build/labelgate").read_bytes() == labelgate.read_bytes()
    assert {path.name for path in again.iterdir()} == {path.name for path in dist.iterdir()}
    for path in again.iterdir():
        assert path.read_bytes() == (dist / path.name).read_bytes(), path.name


def test_versions_are_the_locks(labelgate: Path) -> None:
    said = output(labelgate, "version")
    for line in LOCK.read_text().splitlines():
        if line and not line.startswith("#"):
            name, version = line.split()[:2]
            if name not in ("cmocka", "musl"):
                assert version in said, name


def test_install(labelgate: Path, tmp_path: Path) -> None:
    output("make", "install", f"DESTDIR={tmp_path}", "PREFIX=/opt/x", env=environment())
    installed = tmp_path / "opt/x/bin/labelgate"
    assert installed.read_bytes() == labelgate.read_bytes()
    assert installed.stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize("change", ["missing", "altered"])
def test_only_the_lock_decides(tarballs: Path, tmp_path: Path, change: str) -> None:
    given, wanted = tmp_path / "given", tmp_path / "wanted"
    shutil.copytree(tarballs, given)
    victim = next(given.glob("inih-*"))
    if change == "missing":
        victim.unlink()
    else:
        victim.write_bytes(victim.read_bytes() + b"x")
    done = subprocess.run(
        [ROOT / "docker/fetch-sources.sh", wanted],
        env=environment(SOURCES=str(given)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    sentence = done.stderr.strip().splitlines()
    assert len(sentence) == 1
    sha = next(line.split()[3] for line in LOCK.read_text().splitlines() if line.startswith("inih "))
    assert victim.name in sentence[0]
    assert sha in sentence[0]
    assert "SOURCES=" in sentence[0]
    assert not (wanted / victim.name).exists()


def test_unknown_architecture_is_refused() -> None:
    done = subprocess.run(
        ["make", "ARCH=vax"], cwd=ROOT, env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "vax" in done.stderr
    assert "aarch64" in done.stderr


def test_private_apt_leaves_the_hosts_lists_alone() -> None:
    lists = Path("/var/lib/apt/lists")
    before = {path: path.stat().st_mtime_ns for path in lists.rglob("*")}
    folder = Path(output(ROOT / "docker/apt-private.sh", "unpack", "tini").strip())
    assert (folder / "usr/bin/tini").exists()
    assert {path: path.stat().st_mtime_ns for path in lists.rglob("*")} == before


def test_the_debug_build_has_its_sanitizers(labelgate_debug: Path) -> None:
    assert "__asan_init" in output("nm", "-D", labelgate_debug)
