#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes a Python wheel of a release folder: `pip install` of it puts the program on PATH.

    SOURCE_DATE_EPOCH=SECONDS wheel.py FOLDER VERSION PYTHON-ARCHITECTURE OUTPUT-FOLDER

The wheel holds no Python. A static program needs no C library, so one file serves glibc and musl: its name
carries the tags of both (PEP 600, PEP 656), old ones, so that an old pip takes it. The same folder gives the
same bytes.
"""

import base64
import hashlib
import os
import sys
import time
import zipfile
from pathlib import Path

NAME = "labelgate"
# What pip of 2021 knows under this name alone; later processors never had it.
MANYLINUX2014 = ("x86_64", "i686", "aarch64", "armv7l", "ppc64le", "s390x")
LICENCES = "MIT AND curl AND Apache-2.0 AND BSD-3-Clause"
DESCRIPTION = """\
# labelgate

The entry point and the health check of a container that uses a Label Studio token: one static program.

    COPY labelgate-*.whl /tmp/
    RUN pip install /tmp/labelgate-*.whl
    ENTRYPOINT ["labelgate", "run", "--"]
    HEALTHCHECK CMD ["labelgate", "health"]
    CMD ["python3", "app.py"]

`labelgate help` tells the rest.
"""


def tags(architecture: str) -> list[str]:
    platforms = ["manylinux_2_17", "musllinux_1_1"]
    if architecture in MANYLINUX2014:
        platforms.insert(1, "manylinux2014")
    return [f"{platform}_{architecture}" for platform in platforms]


def metadata(version: str, licences: list[str]) -> str:
    head = [
        "Metadata-Version: 2.4",
        f"Name: {NAME}",
        f"Version: {version}",
        "Summary: Entry point and health check of a container beside Label Studio",
        f"License-Expression: {LICENCES}",
        *(f"License-File: {name}" for name in licences),
        "Description-Content-Type: text/markdown",
    ]
    return "\n".join(head) + "\n\n" + DESCRIPTION


def wheel_file(architecture: str) -> str:
    head = ["Wheel-Version: 1.0", "Generator: labelgate-wheel.py", "Root-Is-Purelib: false"]
    return "\n".join([*head, *(f"Tag: py3-none-{tag}" for tag in tags(architecture))]) + "\n"


def members(folder: Path, version: str, architecture: str) -> dict[str, bytes]:
    """Name in the wheel → content, without RECORD, which tells of all the others."""
    info = f"{NAME}-{version}.dist-info"
    licences = sorted(path.name for path in (folder / "licenses").iterdir())
    return {
        f"{NAME}-{version}.data/scripts/{NAME}": (folder / NAME).read_bytes(),
        f"{info}/METADATA": metadata(version, licences).encode(),
        f"{info}/WHEEL": wheel_file(architecture).encode(),
        **{f"{info}/licenses/{name}": (folder / "licenses" / name).read_bytes() for name in licences},
        f"{info}/sboms/{NAME}.spdx": (folder / f"{NAME}.spdx").read_bytes(),
    }


def record(files: dict[str, bytes], own_name: str) -> bytes:
    rows = []
    for name, content in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        rows.append(f"{name},sha256={digest},{len(content)}\n")
    return "".join([*rows, f"{own_name},,\n"]).encode()


def write_wheel(path: Path, files: dict[str, bytes], seconds: int) -> None:
    date = time.gmtime(seconds)[:6]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as wheel:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, date)
            entry.create_system = 3  # Unix, so that the mode below is read
            entry.external_attr = (0o100755 if "/scripts/" in name else 0o100644) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            wheel.writestr(entry, content)


def main() -> int:
    folder, version, architecture, output = sys.argv[1:]
    files = members(Path(folder), version, architecture)
    own_name = f"{NAME}-{version}.dist-info/RECORD"
    files[own_name] = record(files, own_name)
    path = Path(output) / f"{NAME}-{version}-py3-none-{'.'.join(tags(architecture))}.whl"
    write_wheel(path, files, int(os.environ["SOURCE_DATE_EPOCH"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
