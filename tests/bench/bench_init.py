#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the init costs beside tini, dumb-init and catatonit, in the same run.

    bench_init.py [--runs N] [--seconds N]

Start-up, TERM to exit, memory and wake-ups at rest. Nothing fails: the figures are for the README here. Rows
as PID 1 need root.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT / "tests/conformance")]

import inits  # noqa: E402
from inits import FIRST, OTHER, TITLES, Init  # noqa: E402
from running import children, namespace, until  # noqa: E402

LABELGATE = ROOT / "build/labelgate"
TRUE = "/bin/true"
TOKEN = "0123456789abcdef0123456789abcdef01234567"
# Programs take turns, so that a busy moment meets all of them.
ROUNDS = 5
PATIENCE = 10.0


@dataclass
class Row:
    what: str
    cells: list[str]
    ratio: str = ""
    budget: str = ""


def print_table(rows: list[Row]) -> None:
    lines = [["what", *TITLES.values(), "ratio", "budget"]]
    lines += [[row.what, *row.cells, row.ratio, row.budget] for row in rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    for number, line in enumerate(lines):
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
        if number == 0:
            print("  ".join("-" * width for width in widths))


def compile_stopwatch(folder: Path) -> Path:
    where = subprocess.run(
        [ROOT / "docker/build-musl.sh", "--where"], capture_output=True, text=True, check=True
    )
    program = folder / "stopwatch"
    compiler = Path(where.stdout.strip()) / "bin/musl-gcc"
    subprocess.run(
        [compiler, "-D_GNU_SOURCE", "-O2", "-static", "-s", "-o", program, HERE / "stopwatch.c"], check=True
    )
    return program


def measure(
    stopwatch: Path, mode: str, commands: dict[str, list[str]], runs: int, folder: Path, env: dict[str, str]
) -> dict[str, float]:
    """Microseconds of each: the best round."""
    best = dict.fromkeys(commands, float("inf"))
    for _ in range(ROUNDS):
        for name, command in commands.items():
            done = subprocess.run(
                [stopwatch, mode, str(max(4, runs // ROUNDS)), *command],
                cwd=folder,
                env=env,
                capture_output=True,
                text=True,
                check=True,
            )
            best[name] = min(best[name], float(done.stdout))
    return best


def lines_of(programs: list[Init], place: str, app: list[str]) -> dict[str, list[str]]:
    return {init.name: [*init.line(place, ()), "--", *app] for init in programs}


def best_of_peers(values: dict[str, float]) -> float:
    return min(value for name, value in values.items() if name in inits.PACKAGES)


def write_env(folder: Path, lines: int) -> None:
    content = [f"VARIABLE_{n}=value-{n}" for n in range(lines - 1)]
    (folder / ".env").write_text("\n".join([*content, f"LABEL_STUDIO_API_TOKEN={TOKEN}"]) + "\n")


# ---- Rows ------------------------------------------------------------------------------------------------


def start_rows(stopwatch: Path, programs: list[Init], runs: int, folder: Path) -> list[Row]:
    rows = []
    env = {"PATH": inits.PATH}
    for place, mode in ((OTHER, "run"), (FIRST, "first-run")):
        if place == FIRST and os.geteuid() != 0:
            continue
        commands = {"bare": [TRUE], **lines_of(programs, place, [TRUE])}
        took = measure(stopwatch, mode, commands, runs, folder, env)
        over = {name: value - took["bare"] for name, value in took.items()}
        rows.append(
            Row(
                f"run true, {place} (bare {took['bare'] / 1000:.2f} ms)",
                [f"{took[init.name] / 1000:.2f} ms (+{over[init.name] / 1000:.2f})" for init in programs],
                f"{over['labelgate'] / best_of_peers(over):.2f}",
                "<= 0.5 x the overhead of the best",
            )
        )
    return rows


def env_file_row(stopwatch: Path, runs: int, folder: Path) -> Row:
    inherited = {f"VARIABLE_{n}": f"value-{n}" for n in range(300)}
    bare = measure(stopwatch, "run", {"bare": [TRUE]}, runs, folder, {"PATH": inits.PATH, **inherited})[
        "bare"
    ]
    with tempfile.TemporaryDirectory() as name:
        write_env(Path(name), 300)
        command = [str(LABELGATE), "run", "--load", "all", "--", TRUE]
        own = measure(stopwatch, "run", {"own": command}, runs, Path(name), {"PATH": inits.PATH})["own"]
    return Row(
        f"run true, .env of 300 lines (bare {bare / 1000:.2f} ms)",
        [f"{own / 1000:.2f} ms", "", "", ""],
        f"{own / bare:.2f}",
        "<= 1.2 ms",
    )


def term_rows(stopwatch: Path, programs: list[Init], runs: int, folder: Path) -> list[Row]:
    rows = []
    for place, mode in ((OTHER, "term"), (FIRST, "first-term")):
        if place == FIRST and os.geteuid() != 0:
            continue
        commands = lines_of(programs, place, [str(stopwatch), "app"])
        took = measure(stopwatch, mode, commands, runs, folder, {"PATH": inits.PATH})
        rows.append(
            Row(
                f"TERM to exit, {place}",
                [f"{took[init.name]:.0f} us" for init in programs],
                f"{took['labelgate'] / best_of_peers(took):.2f}",
                "<= 1 x the best",
            )
        )
    return rows


def at_rest(command: list[str], app: str, folder: Path, look: Callable[[int], str]) -> str:
    """Starts the command as PID 1, waits until its app runs and it sleeps, and looks at it."""
    process = subprocess.Popen(
        [*namespace(), *command, "--", app, "app"],
        cwd=folder,
        env={"PATH": inits.PATH},
        stdout=subprocess.PIPE,
    )
    assert process.stdout
    try:
        process.stdout.read(1)
        pid = until(lambda: children(process.pid), PATIENCE, "PID 1 is there")[0]
        time.sleep(0.3)  # what belongs to the start is over
        return look(pid)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        process.wait()
        process.stdout.close()


def memory(pid: int) -> str:
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    found = dict(re.findall(r"^(Rss|Private_Dirty): +(\d+) kB", text, re.M))
    return f"{found['Private_Dirty']} kB of {found['Rss']}"


def switches(pid: int) -> int:
    return sum(
        int(count)
        for count in re.findall(r"_ctxt_switches:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    )


def wake_ups(seconds: int) -> Callable[[int], str]:
    def look(pid: int) -> str:
        before = switches(pid)
        time.sleep(seconds)
        return str(switches(pid) - before)

    return look


def first_number(cell: str) -> float:
    return float(cell.split()[0])


def rest_rows(stopwatch: Path, programs: list[Init], seconds: int, folder: Path) -> list[Row]:
    # Pages of a file that was just written count as dirty.
    os.sync()
    cells = [at_rest(init.line(FIRST, ()), str(stopwatch), folder, memory) for init in programs]
    least = min(first_number(cell) for cell in cells[1:])
    rows = [Row("dirty memory of PID 1", cells, f"{first_number(cells[0]) / least:.2f}", "<= 24 kB")]
    for lines in (10, 300):
        with tempfile.TemporaryDirectory() as name:
            write_env(Path(name), lines)
            command = [str(LABELGATE), "run", "--load", "all"]
            cell = at_rest(command, str(stopwatch), Path(name), memory)
        rows.append(Row(f"the same, .env of {lines} lines", [cell, "", "", ""], "", "the same"))
    cells = [at_rest(init.line(FIRST, ()), str(stopwatch), folder, wake_ups(seconds)) for init in programs]
    rows.append(Row(f"wake-ups in {seconds} s", cells, "", "0"))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=500)
    parser.add_argument("--seconds", type=int, default=60)
    options = parser.parse_args()
    programs = [inits.labelgate(LABELGATE), *(inits.peer(name) for name in inits.PACKAGES)]
    with tempfile.TemporaryDirectory(prefix="labelgate-bench-") as name:
        folder = Path(name)
        stopwatch = compile_stopwatch(folder)
        rows = start_rows(stopwatch, programs, options.runs, folder)
        rows.append(env_file_row(stopwatch, options.runs, folder))
        rows += term_rows(stopwatch, programs, options.runs, folder)
        rows += rest_rows(stopwatch, programs, options.seconds, folder)
    print_table(rows)


if __name__ == "__main__":
    main()
