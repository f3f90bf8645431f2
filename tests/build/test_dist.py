# SPDX-License-Identifier: MIT
"""What `make dist` makes for this machine's own processor; the same lines make it for the others."""

import base64
import csv
import gzip
import hashlib
import os
import re
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest
from making import ARCH, LOCK, ROOT, output
from packaging.utils import parse_wheel_filename

sys.path.insert(0, str(ROOT / "tests"))
import sizes

# Columns of docker/architectures.
ZIG, QEMU, DEBIAN, PYTHON, ENGINE = range(1, 6)


def architectures() -> dict[str, list[str]]:
    lines = (ROOT / "docker/architectures").read_text().splitlines()
    rows = [line.split() for line in lines if not line.startswith("#")]
    return {row[0]: row for row in rows}


def make_variable(name: str) -> str:
    return re.search(rf"^{name} = (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[1]


VERSION = make_variable("VERSION")
NAME = f"labelgate-{VERSION}-linux-{ARCH}"


@pytest.fixture(scope="session")
def archive(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive, unpacked."""
    folder = tmp_path_factory.mktemp("archive")
    with tarfile.open(dist / f"{NAME}.tar.xz") as tar:
        tar.extractall(folder, filter="tar")
    return folder / NAME


def components() -> dict[str, str]:
    rows = [line.split() for line in LOCK.read_text().split("# Tests only")[0].splitlines()]
    return {row[0]: row[1] for row in rows if row and not row[0].startswith("#")}


def test_the_files_are_those_of_the_sums(dist: Path) -> None:
    sums = dict(reversed(line.split()) for line in (dist / "SHA256SUMS").read_text().splitlines())
    named = set(sums)
    tags = f"manylinux_2_17_{ARCH}.manylinux2014_{ARCH}.musllinux_1_1_{ARCH}"
    assert named == {
        f"{NAME}.tar.xz",
        f"labelgate-{VERSION}-image.tar.xz",
        f"labelgate_{VERSION}-1_{architectures()[ARCH][DEBIAN]}.deb",
        f"labelgate-{VERSION}-py3-none-{tags}.whl",
    }
    assert {path.name for path in dist.iterdir()} == named | {"SHA256SUMS"}
    for name, digest in sums.items():
        assert hashlib.sha256((dist / name).read_bytes()).hexdigest() == digest


def test_the_archive(archive: Path, labelgate: Path) -> None:
    names = {str(path.relative_to(archive)) for path in archive.rglob("*") if path.is_file()}
    licences = {f"licenses/{name}" for name in ["labelgate", *components()]}
    pages = {"labelgate.1", "completions/labelgate.bash", "completions/_labelgate"}
    assert names == {"labelgate", "labelgate.spdx"} | licences | pages
    assert (archive / "labelgate").read_bytes() == labelgate.read_bytes()
    assert (archive / "labelgate").stat().st_mode & 0o777 == 0o755
    assert (archive / "labelgate.1").read_text() == output(ROOT / "build/musl/print-pages", "manual")
    assert output(archive / "labelgate", "version").startswith(f"labelgate {VERSION}\n")


# ---- The Debian package -------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def deb(dist: Path) -> Path:
    return next(dist.glob("*.deb"))


@pytest.fixture
def unpacked(deb: Path, tmp_path: Path) -> Path:
    output("dpkg-deb", "--raw-extract", deb, tmp_path / "deb")
    return tmp_path / "deb"


def test_the_package_says_what_it_is(deb: Path) -> None:
    fields = dict(
        line.split(": ", 1) for line in output("dpkg-deb", "-f", deb).splitlines() if line[0] != " "
    )
    assert fields["Package"] == "labelgate"
    assert fields["Version"] == f"{VERSION}-1"
    assert fields["Architecture"] == architectures()[ARCH][DEBIAN]
    assert "Depends" not in fields, "static"
    assert int(fields["Installed-Size"]) > 100


def test_the_package_belongs_to_root_and_is_dated(deb: Path) -> None:
    listing = output("dpkg-deb", "--contents", deb, env={**os.environ, "TZ": "UTC"}).splitlines()
    assert len(listing) > 10
    for line in listing:
        mode, owner, _, day = line.split()[:4]
        assert owner == "root/root"
        assert day == make_variable("RELEASED")
        assert mode in ("drwxr-xr-x", "-rw-r--r--", "-rwxr-xr-x")


def test_the_package_holds_program_pages_and_papers(unpacked: Path, archive: Path) -> None:
    usr, share = unpacked / "usr", unpacked / "usr/share"
    assert (usr / "bin/labelgate").read_bytes() == (archive / "labelgate").read_bytes()
    zipped = (share / "man/man1/labelgate.1.gz").read_bytes()
    assert gzip.decompress(zipped) == (archive / "labelgate.1").read_bytes()
    assert zipped[4:8] == bytes(4), "without a time"
    for place, name in [
        ("bash-completion/completions/labelgate", "labelgate.bash"),
        ("zsh/vendor-completions/_labelgate", "_labelgate"),
    ]:
        assert (share / place).read_bytes() == (archive / "completions" / name).read_bytes()
    papers = share / "doc/labelgate"
    changes = gzip.decompress((papers / "changelog.Debian.gz").read_bytes()).decode()
    assert changes.startswith(f"labelgate ({VERSION}-1) ")
    assert words_of(changelog("notes", VERSION))[:20] == words_of(changes.split("\n", 1)[1])[:20]
    notice = (papers / "copyright").read_text()
    assert (ROOT / "LICENSE").read_text() in notice
    for name in components():
        assert re.search(rf"^{name}\n-+$", notice, re.MULTILINE), name
    assert "/usr/share/common-licenses/Apache-2.0" in notice
    sums = (unpacked / "DEBIAN/md5sums").read_text().splitlines()
    assert {line.split()[1] for line in sums} == {
        str(path.relative_to(unpacked)) for path in usr.rglob("*") if path.is_file()
    }
    for line in sums:
        digest, name = line.split()
        assert hashlib.md5((unpacked / name).read_bytes()).hexdigest() == digest


@pytest.mark.skipif(os.geteuid() != 0, reason="dpkg installs as root alone")
def test_the_package_installs_and_goes(deb: Path, tmp_path: Path) -> None:
    """In an empty root with a dpkg database of its own."""
    database = tmp_path / "var/lib/dpkg"
    for name in ("info", "updates", "triggers"):
        (database / name).mkdir(parents=True)
    (database / "status").touch()
    dpkg = ["dpkg", "--force-not-root", f"--root={tmp_path}", f"--log={tmp_path}/log"]
    output(*dpkg, "--install", deb)
    assert output(tmp_path / "usr/bin/labelgate", "version").startswith(f"labelgate {VERSION}\n")
    assert output(*dpkg, "--verify", "labelgate") == ""
    output(*dpkg, "--purge", "labelgate")
    assert not (tmp_path / "usr/bin/labelgate").exists()


# ---- The wheel ----------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def wheel(dist: Path) -> Path:
    return next(dist.glob("*.whl"))


def test_pip_puts_it_on_path(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path, with_pip=True)
    output(tmp_path / "bin/pip", "install", "--no-index", "--quiet", wheel)
    path = {"PATH": f"{tmp_path}/bin:/usr/bin:/bin"}
    assert output("sh", "-c", "labelgate version", env=path).startswith(f"labelgate {VERSION}\n")
    assert output("sh", "-c", "command -v labelgate", env=path) == f"{tmp_path}/bin/labelgate\n"
    output(tmp_path / "bin/pip", "check")
    shown = output(tmp_path / "bin/pip", "show", "--files", "labelgate")
    assert f"Version: {VERSION}\n" in shown
    output(tmp_path / "bin/pip", "uninstall", "--yes", "labelgate")
    assert not (tmp_path / "bin/labelgate").exists()


def test_the_record_is_true(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as file:
        info = f"labelgate-{VERSION}.dist-info"
        rows = {row[0]: row[1:] for row in csv.reader(file.read(f"{info}/RECORD").decode().splitlines())}
        assert set(rows) == set(file.namelist())
        for name, (digest, size) in rows.items():
            if name != f"{info}/RECORD":
                content = file.read(name)
                wanted = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
                assert digest == f"sha256={wanted}"
                assert int(size) == len(content)


@pytest.mark.parametrize("arch", architectures())
def test_each_wheels_name_and_tags_agree(arch: str, archive: Path, tmp_path: Path) -> None:
    python = architectures()[arch][PYTHON]
    output(
        ROOT / "docker/wheel.py",
        archive,
        VERSION,
        python,
        tmp_path,
        env={**os.environ, "SOURCE_DATE_EPOCH": "1764028800"},
    )
    (made,) = tmp_path.iterdir()
    _, version, _, tags = parse_wheel_filename(made.name)
    assert str(version) == VERSION
    names = {str(tag) for tag in tags}
    assert f"py3-none-manylinux_2_17_{python}" in names, "a machine with glibc"
    assert f"py3-none-musllinux_1_1_{python}" in names, "a machine with musl"
    with zipfile.ZipFile(made) as file:
        said = file.read(f"labelgate-{VERSION}.dist-info/WHEEL").decode()
    assert set(re.findall(r"^Tag: (.*)$", said, re.MULTILINE)) == names


# ---- The SPDX document --------------------------------------------------------------------------------

# SPDX 2.3, the fields that a tag-value document must have, in their sections.
DOCUMENT = ("SPDXVersion", "DataLicense", "SPDXID", "DocumentName", "DocumentNamespace", "Creator", "Created")
PACKAGE = ("SPDXID", "PackageDownloadLocation")
LICENCE_IDS = {"MIT", "curl", "Apache-2.0", "BSD-3-Clause", "GPL-3.0-or-later WITH GCC-exception-3.1"}


def spdx_sections(text: str) -> list[dict[str, str]]:
    """The document, then the packages; Relationship lines are collected by the caller."""
    sections: list[dict[str, str]] = [{}]
    for line in filter(None, text.splitlines()):
        tag, value = line.split(": ", 1)
        if tag == "Relationship":
            continue
        if tag == "PackageName":
            sections.append({})
        assert tag not in sections[-1], f"{tag} twice"
        sections[-1][tag] = value
    return sections


@pytest.mark.parametrize("compiler", ["gcc", "zig"])
def test_the_spdx_document_keeps_its_rules(compiler: str) -> None:
    words = ["zig"] if compiler == "zig" else []
    text = output(
        ROOT / "docker/spdx.sh", VERSION, *words, env={**os.environ, "SOURCE_DATE_EPOCH": "1764028800"}
    )
    document, *packages = spdx_sections(text)
    assert all(document.get(tag) for tag in DOCUMENT)
    assert document["SPDXVersion"] == "SPDX-2.3"
    assert document["DataLicense"] == "CC0-1.0"
    assert document["SPDXID"] == "SPDXRef-DOCUMENT"
    assert document["Created"] == "2025-11-25T00:00:00Z"
    assert re.fullmatch(r"[a-z]+://[^#\s]+", document["DocumentNamespace"])
    assert re.fullmatch(r"Tool: \S+", document["Creator"])
    ids = [package["SPDXID"] for package in packages]
    assert len(set(ids)) == len(ids)
    for package in packages:
        assert all(package.get(tag) for tag in PACKAGE)
        assert re.fullmatch(r"SPDXRef-[A-Za-z0-9.-]+", package["SPDXID"])
        assert package["PackageLicenseConcluded"] in LICENCE_IDS
        assert re.fullmatch(r"https://\S+|NOASSERTION", package["PackageDownloadLocation"])
    relations = {tuple(line.split()[1:]) for line in text.splitlines() if line.startswith("Relationship: ")}
    own = "SPDXRef-labelgate"
    inside = {(own, "STATIC_LINK", name) for name in ids if name != own}
    assert relations == inside | {("SPDXRef-DOCUMENT", "DESCRIBES", own)}


def test_the_spdx_document_is_the_locks(archive: Path) -> None:
    _, own, *packages = spdx_sections((archive / "labelgate.spdx").read_text())
    assert own["PackageVersion"] == VERSION
    found = {package["PackageName"]: package["PackageVersion"] for package in packages}
    compiler = output("gcc", "-dumpfullversion").strip()
    assert found == {**components(), "libgcc": compiler}
    sums = {package["PackageName"]: package.get("PackageChecksum") for package in packages}
    for line in LOCK.read_text().splitlines():
        if line.split(" ")[0] in components():
            name, _, _, sha = line.split()[:4]
            assert sums[name] == f"SHA256: {sha}"


# ---- Other processors ---------------------------------------------------------------------------------


def test_each_architecture_has_names_of_its_own() -> None:
    table = architectures()
    assert ARCH in table
    for column in (ZIG, QEMU, DEBIAN, PYTHON, ENGINE):
        names = [row[column] for row in table.values()]
        assert len(set(names)) == len(names)


def test_the_image_recipe_has_a_place_for_the_platform(dist: Path) -> None:
    with tarfile.open(dist / f"labelgate-{VERSION}-image.tar.xz") as tar:
        names = {member.name.partition("/")[2] for member in tar if member.isfile()}
        recipe = tar.extractfile(f"labelgate-{VERSION}-image/Dockerfile").read().decode()
    place = architectures()[ARCH][ENGINE]
    assert {"Dockerfile", f"{place}/labelgate", f"{place}/licenses/curl"} <= names
    assert "COPY $TARGETPLATFORM/ /" in recipe
    assert "COPY --from" not in recipe


# ---- The papers ---------------------------------------------------------------------------------------


def test_the_table_of_sizes_has_each_architecture_and_tells_changes() -> None:
    said = sizes.written()
    assert set(said) == set(architectures())
    before = said[ARCH][0]
    assert f"{2 * before:,} {before:>9,} +100.0 %" in sizes.trend(said, {ARCH: 2 * before})


def test_the_page_about_releases_has_each_architecture_and_file(dist: Path) -> None:
    text = (ROOT / "docker/README.md").read_text()
    for arch in architectures():
        assert re.search(rf"ARCH is [^.]*\b{arch}\b", text), arch
    for path in dist.iterdir():
        general = path.name.replace(ARCH, "ARCH").replace(architectures()[ARCH][DEBIAN], "ARCH")
        assert f"`{re.sub('none-.*whl', 'none-….whl', general)}`" in text


def changelog(*words: str) -> str:
    env = {**os.environ, "SOURCE_DATE_EPOCH": "1764028800", "MAINTAINER": "A B <a@b.invalid>"}
    return output(ROOT / "docker/changelog.sh", *words, env=env)


def words_of(text: str) -> list[str]:
    """Without the marks of Markdown and of Debian."""
    return re.sub(r"^ *([-*]|###|\[) +| \]$|\*\*|`", "", text, flags=re.MULTILINE).split()


def test_notes_and_debian_changelog_say_what_the_changelog_says(tmp_path: Path) -> None:
    versions = re.findall(r"^## (.*)$", (ROOT / "docker/CHANGELOG.md").read_text(), re.MULTILINE)
    assert versions[0] == VERSION
    parts = re.split(r"^## .*$", (ROOT / "docker/CHANGELOG.md").read_text(), flags=re.MULTILINE)[1:]
    for version, part in zip(versions, parts, strict=True):
        assert changelog("notes", version).strip() == part.strip()
        debian = changelog("debian", version)
        (tmp_path / "changelog").write_text(debian)
        fields = output("dpkg-parsechangelog", "-l", tmp_path / "changelog")
        assert f"Version: {version}-1\n" in fields
        assert "Date: Tue, 25 Nov 2025 00:00:00 +0000\n" in fields
        assert max(len(line) for line in debian.splitlines()) <= 80
        body = debian.split("\n", 1)[1].rpartition("\n -- ")[0]
        assert words_of(body) == words_of(part)
    assert changelog("notes") == changelog("notes", VERSION)


def test_a_version_without_changes_has_no_notes() -> None:
    done = subprocess.run(
        [ROOT / "docker/changelog.sh", "notes", "9.9"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1 and "9.9" in done.stderr and done.stdout == ""
