#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a health check costs, beside its peers in the same run, as ratios.

    bench_health.py [--runs N] [--record]

Needs hyperfine, valgrind and strace; curl, wget and busybox are measured where they are there, the namespaces
need root. Nothing fails: the figures are for the README here. Below them is the trend (trend.csv), to which
--record adds a column.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(ROOT / "tests/blackbox")]

import trend  # noqa: E402
from authority import Authority  # noqa: E402
from faults import FAULTS  # noqa: E402
from inside import Outcome, Plan  # noqa: E402
from standin import TOKEN, Deaf, StandIn, answer, label_studio  # noqa: E402

PROBE = ROOT / "build/labelgate"
WHOAMI = "/api/current-user/whoami"
CROWD = 2000
ROUNDS = 5


@dataclass
class Row:
    what: str
    value: str
    peer: str
    ratio: str
    budget: str


def print_table(rows: list[Row]) -> None:
    head = Row("what", "labelgate", "beside", "ratio", "budget")
    cells = [list(asdict(row).values()) for row in [head, *rows]]
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    for number, line in enumerate(cells):
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
        if number == 0:
            print("  ".join("-" * width for width in widths))


# ---- Measuring -------------------------------------------------------------------------------------------


def round_of_times(commands: dict[str, list[str]], runs: int, env: dict[str, str]) -> dict[str, list[float]]:
    with tempfile.NamedTemporaryFile(suffix=".json") as result:
        arguments = ["hyperfine", "-N", "--style", "none", "--warmup", "5", "--runs", str(runs)]
        arguments += ["--export-json", result.name]
        for name, command in commands.items():
            arguments += ["--command-name", name, " ".join(command)]
        subprocess.run(arguments, env=env, check=True, capture_output=True)
        found = json.loads(Path(result.name).read_text())["results"]
    return {row["command"]: row["times"] for row in found}


def times(commands: dict[str, list[str]], runs: int, env: dict[str, str]) -> dict[str, float]:
    """Milliseconds: the mean of the fastest quarter, in rounds, since other work only makes things slower."""
    all_times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name, seconds in round_of_times(commands, max(5, runs // ROUNDS), env).items():
            all_times[name] += seconds
    quarters = {name: sorted(seconds)[: len(seconds) // 4] for name, seconds in all_times.items()}
    return {name: 1000 * sum(quarter) / len(quarter) for name, quarter in quarters.items()}


def instructions(command: list[str], env: dict[str, str]) -> int:
    tool = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    done = subprocess.run([*tool, *command], env=env, capture_output=True, text=True, check=False)
    found = re.search(r"refs:\s*([\d,]+)", done.stderr)
    return int(found.group(1).replace(",", "")) if found else 0


def calls(command: list[str], env: dict[str, str]) -> int:
    with tempfile.NamedTemporaryFile() as trace:
        arguments = ["strace", "-f", "-o", trace.name, *command]
        subprocess.run(arguments, env=env, capture_output=True, check=False)
        return sum(1 for line in Path(trace.name).read_text(errors="replace").splitlines() if "(" in line)


def compile_programs(folder: Path) -> dict[str, Path]:
    where = subprocess.run(
        [ROOT / "docker/build-musl.sh", "--where"], capture_output=True, text=True, check=True
    )
    compiler = Path(where.stdout.strip()) / "bin/musl-gcc"
    programs = {name: folder / name for name in ("raw_probe", "nothing", "server", "crowd")}
    for name, path in programs.items():
        subprocess.run([compiler, "-O2", "-static", "-s", "-o", path, HERE / f"{name}.c"], check=True)
    return programs


@contextmanager
def quick_server(program: Path) -> Iterator[int]:
    with subprocess.Popen([program], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        try:
            yield int(server.stdout.readline())
        finally:
            server.terminate()


def probe_environment(url: str, **more: str) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "LABEL_STUDIO_URL": url, "LABEL_STUDIO_API_TOKEN": TOKEN, **more}


# ---- Rows ------------------------------------------------------------------------------------------------


def curl_command(url: str, *options: str) -> list[str]:
    header = f"'Authorization: Token {TOKEN}'"
    return ["curl", "-fsS", *options, "-o", "/dev/null", "-H", header, url + WHOAMI]


def peers(programs: dict[str, Path], port: int) -> dict[str, list[str]]:
    url = f"http://127.0.0.1:{port}"
    quiet = ["wget", "-q", "-O", "/dev/null", f"--header='Authorization: Token {TOKEN}'", url + WHOAMI]
    commands = {
        "raw socket": [str(programs["raw_probe"]), str(port)],
        "nothing": [str(programs["nothing"])],
        "curl": curl_command(url),
        "wget": quiet,
        "busybox wget": ["busybox", *quiet],
    }
    return {name: command for name, command in commands.items() if shutil.which(command[0])}


def http_rows(programs: dict[str, Path], runs: int) -> list[Row]:
    budgets = {"raw socket": "<= 1.4", "curl": ">= 15", "busybox wget": ">= 1.8"}
    with quick_server(programs["server"]) as port:
        url = f"http://127.0.0.1:{port}"
        env = probe_environment(url)
        health = [str(PROBE), "health"]
        others = peers(programs, port)
        took = times({"labelgate": health, **others}, runs, env)
        own = took.pop("labelgate")
        rows = []
        for name, milliseconds in took.items():
            above = own / milliseconds if name in ("raw socket", "nothing") else milliseconds / own
            rows.append(
                Row(
                    f"http, {name}",
                    f"{own:.2f} ms",
                    f"{milliseconds:.2f} ms",
                    f"{above:.2f}",
                    budgets.get(name, ""),
                )
            )
        rows.append(Row("http, instructions", f"{instructions(health, env):,}", "", "", ""))
        rows.append(Row("http, system calls", str(calls(health, env)), "", "", ""))
    return rows


@contextmanager
def tls_server(authority: Authority) -> Iterator[tuple[StandIn, Path]]:
    root = authority.root("Bench Root")
    context: ssl.SSLContext = authority.context(authority.server(root))
    with StandIn(answer(label_studio), tls=context) as server:
        yield server, authority.file(root)


def https_rows(folder: Path, runs: int) -> list[Row]:
    authority = Authority(folder)
    others = [authority.root(f"Other {number}", key="rsa").pem for number in range(144)]
    with tls_server(authority) as (server, one):
        many = authority.file(*others[:72], one.read_bytes(), *others[72:])
        commands = {
            "one": [str(PROBE), "health", "--ca-file", str(one)],
            "many": [str(PROBE), "health", "--ca-file", str(many)],
            "curl": curl_command(server.url, "--cacert", str(many)) if shutil.which("curl") else ["true"],
        }
        took = times(commands, runs, probe_environment(server.url))
        env = probe_environment(server.url)
        counted = [f"{instructions(commands[name], env) / 1e6:.1f} M" for name in ("many", "one")]
    many_ms, one_ms, curl_ms = took["many"], took["one"], took["curl"]
    return [
        Row(
            "https, 145 CAs, one CA",
            f"{many_ms:.2f} ms",
            f"{one_ms:.2f} ms",
            f"{many_ms / one_ms:.2f}",
            "<= 1.3",
        ),
        Row(
            "https, 145 CAs, curl",
            f"{many_ms:.2f} ms",
            f"{curl_ms:.2f} ms",
            f"{curl_ms / many_ms:.2f}",
            ">= 4",
        ),
        Row("https, instructions", counted[0], counted[1], "", ""),
    ]


def crowd_row(programs: dict[str, Path]) -> Row:
    with quick_server(programs["server"]) as port:
        least = []
        for count in (0, CROWD):
            unshare = ["unshare", "--fork", "--pid", "--kill-child", "--mount-proc"]
            command = [*unshare, str(programs["crowd"]), str(count), "20", str(PROBE), "health"]
            env = probe_environment(f"http://127.0.0.1:{port}")
            done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
            least.append(int(done.stdout) / 1000)
    more = least[1] - least[0]
    return Row(
        f"{CROWD} processes beside",
        f"{least[1]:.2f} ms",
        f"{least[0]:.2f} ms",
        f"+{more:.2f} ms",
        "<= +15 ms",
    )


# ---- Deadlines -------------------------------------------------------------------------------------------

LIMIT = 0.5


def over_limit(url: str, *options: str, before: tuple[str, ...] = ()) -> float:
    """Milliseconds from the limit to the end."""
    env = probe_environment(url, LABELGATE_TIMEOUT=f"{round(LIMIT * 1000)}ms")
    start = time.monotonic()
    subprocess.run([*before, PROBE, "health", *options], env=env, capture_output=True, check=False)
    return 1000 * (time.monotonic() - start - LIMIT)


def over_limit_of_a_name(**plan: Any) -> float:
    env = probe_environment("http://label-studio:8080", LABELGATE_TIMEOUT=f"{round(LIMIT * 1000)}ms")
    whole = Plan([str(PROBE), "health"], env, listen=[], **plan)
    command = ["unshare", "-n", "-m", sys.executable, str(ROOT / "tests/blackbox/inside.py")]
    done = subprocess.run(command, input=whole.text(), capture_output=True, text=True, check=True)
    return 1000 * (Outcome(**json.loads(done.stdout)).seconds - LIMIT)


NAMES: dict[str, dict[str, Any]] = {
    "packets to the name server dropped": {"resolv_conf": "nameserver 10.9.9.9\n"},
    "name server silent": {"servers": [{"table": {}, "silent": True}]},
    "AAAA silent, no A": {"servers": [{"table": {"label-studio": {"A": "NODATA", "AAAA": "SILENT"}}}]},
    "truncated, TCP silent": {"servers": [{"table": {"label-studio": {"A": "SILENT", "TRUNCATED": True}}}]},
    "address dropped": {"servers": [{"table": {"label-studio": {"A": ["10.9.9.9"]}}}]},
}


def deadlines() -> Iterator[tuple[str, Callable[[], float]]]:
    for name, fault in FAULTS.items():
        if fault.waits:
            with StandIn(fault.play) as server:
                yield name, partial(over_limit, server.url)
    with StandIn(FAULTS["never answers"].play) as server:
        yield "SIGALRM blocked", partial(over_limit, server.url, before=("env", "--block-signal=ALRM"))
        yield "TLS handshake stalls", partial(over_limit, server.url.replace("http", "https"))
        wait = ("--wait", f"{round(LIMIT * 1000)}ms")
        yield "--wait, no answer", partial(over_limit, server.url, *wait)
    with Deaf() as deaf:
        yield "SYN dropped", partial(over_limit, f"http://127.0.0.1:{deaf.port}")
    if os.geteuid() == 0:
        for name, plan in NAMES.items():
            yield name, partial(over_limit_of_a_name, **plan)


def deadline_rows() -> list[Row]:
    rows = []
    for name, measured in deadlines():
        most = max(measured() for _ in range(5))
        rows.append(Row(f"deadline, {name}", f"{most:.0f} ms over", "", "", "<= 50 ms over"))
    return rows


def steady(rows: list[Row]) -> dict[str, float]:
    """The figures of the trend, from the rows."""
    found = {row.what: row for row in rows}
    figures = {
        "bytes of the program": found["binary"].value.removesuffix(" B"),
        "instructions of a probe over http": found["http, instructions"].value,
        "system calls of a probe over http": found["http, system calls"].value,
    }
    for peer in ("curl", "busybox wget"):
        if row := found.get(f"http, {peer}"):
            figures[f"{peer}'s time over a probe's"] = row.ratio
    return {what: float(figure.replace(",", "")) for what, figure in figures.items()}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args()
    runs = options.runs
    if os.geteuid() == 0 and os.getpid() != 1:
        # As in a container: the probe looks at every process it can see.
        own = ["unshare", "--fork", "--pid", "--kill-child", "--mount-proc"]
        os.execvp(own[0], [*own, sys.executable, *sys.argv])
    with tempfile.TemporaryDirectory(prefix="labelgate-bench-") as name:
        folder = Path(name)
        programs = compile_programs(folder)
        rows = [Row("binary", f"{PROBE.stat().st_size:,} B", "", "", "")]
        rows += http_rows(programs, runs)
        rows += https_rows(folder, max(20, runs // 4))
        if os.geteuid() == 0:
            rows.append(crowd_row(programs))
        rows += deadline_rows()
    print_table(rows)
    figures = steady(rows)
    print()
    trend.show(figures)
    if options.record:
        trend.append(figures)


if __name__ == "__main__":
    main()
