#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a probe costs as the engine pays it: from Start to End of Docker's own record (`docker inspect`).

    bench_engine.py [--rounds N]

labelgate beside a static program that does nothing, and beside what else asks, each as the HEALTHCHECK of a
container of the same image. In each round every probe has its turn, alone. Nothing fails: the figures are for
the README here. Needs a container engine; without one it says so and ends with 0.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import secrets
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(ROOT / "tests/blackbox")]

from bench_health import WHOAMI, Row, compile_programs, print_table  # noqa: E402
from standin import TOKEN  # noqa: E402

PORT = 8080
# Docker keeps the last five probes; the first one of a container meets cold caches.
KEPT = 5
PATIENCE = 60.0
URL = f"http://127.0.0.1:{PORT}"
HEADER = f"Authorization: Token {TOKEN}"
URLLIB = (
    "import urllib.request as r; "
    f"r.urlopen(r.Request('{URL}{WHOAMI}', headers=dict([{HEADER.split(': ')!r}])), timeout=5).read()"
)
PROBES: dict[str, list[str]] = {
    "labelgate": ["/labelgate", "health"],
    "nothing": ["/nothing"],
    "busybox wget": ["/busybox", "wget", "-q", "-O", "/dev/null", f"--header={HEADER}", URL + WHOAMI],
    "curl": ["curl", "-fsS", "-o", "/dev/null", "-H", HEADER, URL + WHOAMI],
    "python urllib": ["python3", "-c", URLLIB],
}
DOCKERFILE = f"""FROM debian:trixie-slim
RUN apt-get update -qq \\
 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \\
    curl python3-minimal libpython3-stdlib >/dev/null
COPY labelgate nothing server busybox /
ENV LABEL_STUDIO_URL={URL} LABEL_STUDIO_API_TOKEN={TOKEN}
CMD ["/server", "{PORT}"]
"""


def docker(*words: str, check: bool = True) -> str:
    done = subprocess.run(["docker", *words], capture_output=True, text=True, check=False)
    if check and done.returncode != 0:
        raise RuntimeError(f"docker {words[0]}: {done.stdout}{done.stderr}")
    return done.stdout.strip()


def engine_answers() -> bool:
    return shutil.which("docker") is not None and docker("version", check=False) != ""


def lay_out(folder: Path) -> None:
    programs = compile_programs(folder)
    for name in ("raw_probe", "crowd"):
        programs[name].unlink()
    shutil.copy(ROOT / "build/labelgate", folder)
    unpacked = subprocess.run(
        [ROOT / "docker/apt-private.sh", "unpack", "busybox-static"],
        capture_output=True,
        text=True,
        check=True,
    )
    shutil.copy(next(Path(unpacked.stdout.strip()).rglob("bin/busybox")), folder)
    (folder / "Dockerfile").write_text(DOCKERFILE)


def seconds(moment: str) -> float:
    """Of the engine's record, which has nanoseconds: 2026-11-30T14:55:03.123456789Z, or with +01:00."""
    whole, fraction, zone = re.fullmatch(r"(.{19})(\.\d+)?(.*)", moment).groups()
    return datetime.fromisoformat(whole + zone.replace("Z", "+00:00")).timestamp() + float(fraction or 0)


def record(container: str) -> list[dict[str, str]]:
    return json.loads(docker("inspect", "--format", "{{json .State.Health}}", container))["Log"] or []


def times(image: str, name: str, command: list[str]) -> list[float]:
    """Milliseconds of the probes that one container has on its record."""
    with tempfile.TemporaryDirectory() as folder:
        recipe = f"FROM {image}\nHEALTHCHECK --interval=1s --timeout=10s CMD {json.dumps(command)}\n"
        Path(folder, "Dockerfile").write_text(recipe)
        own = f"{image}-{name.replace(' ', '-')}"
        docker("build", "--quiet", "--tag", own, folder)
    container = docker("run", "--detach", "--network", "none", own)
    try:
        end = time.monotonic() + PATIENCE
        while len(log := record(container)) < KEPT:
            if time.monotonic() > end:
                raise RuntimeError(f"{name}: no {KEPT} probes in {PATIENCE:g} s")
            time.sleep(0.5)
    finally:
        docker("rm", "--force", container)
        docker("rmi", "--force", own)
    if any(probe["ExitCode"] for probe in log):
        raise RuntimeError(f"{name}: {log}")
    return [1000 * (seconds(probe["End"]) - seconds(probe["Start"])) for probe in log[1:]]


def measure(image: str, rounds: int) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {name: [] for name in PROBES}
    for _ in range(rounds):
        for name, command in PROBES.items():
            found[name] += times(image, name, command)
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=4)
    rounds = parser.parse_args().rounds
    if not engine_answers():
        print("bench_engine: no container engine answers")
        return
    subprocess.run([ROOT / "docker/base-image.sh"], check=True, stdout=subprocess.DEVNULL)
    image = f"labelgate-bench/{secrets.token_hex(4)}"
    try:
        with tempfile.TemporaryDirectory(prefix="labelgate-bench-") as name:
            lay_out(Path(name))
            docker("build", "--quiet", "--tag", image, name)
        before = os.getloadavg()[0]
        found = measure(image, rounds)
    finally:
        docker("rmi", "--force", image, check=False)
    own = statistics.median(found.pop("labelgate"))
    rows = []
    for name, milliseconds in found.items():
        other = statistics.median(milliseconds)
        budget = "<= 1.05" if name == "nothing" else ""
        rows.append(Row(f"engine, {name}", f"{own:.1f} ms", f"{other:.1f} ms", f"{own / other:.2f}", budget))
    print_table(rows)
    print(f"load of the machine: {before:.1f} before, {os.getloadavg()[0]:.1f} after")


if __name__ == "__main__":
    main()
