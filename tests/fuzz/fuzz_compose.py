#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Generated .env files, read by labelgate and by the real Docker Compose: do they agree?

    fuzz_compose.py [--count N] [--seed N] [--dump PROGRAM] [--compose PROGRAM] [--keep DIR]

Each file is the env_file of a service; `docker-compose config` needs no engine. Values and refusal must be
the same. Set aside, and counted: files that lead to a NUL (labelgate refuses them by design), and files
that only Compose refuses for a word that is not used (`${A:-${B:?}}` with A set: Compose 2.26.1 still
evaluates it, Compose 5 does not, and neither does labelgate).
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
Variables = dict[bytes, bytes]

# What both find outside. No name of Compose's own (COMPOSE_…).
OUTSIDE = {
    "PATH": "/usr/bin:/bin",
    "HOME": "/nonexistent",
    "OUT": "outer",
    "EMPTY": "",
    "QUOTED": '\'a "b" $C ${D} # e',
}
SERVICES = 150  # files in one project
PATIENCE = 120

# ---- What the files are made of -------------------------------------------------------------------------

NAMES = ["A", "B", "C", "D", "_x", "a1", "OUT", "EMPTY", "QUOTED", "NAME", "LONG_NAME_2", "export"]
ODD_NAMES = [
    "a.b",
    "A-B",
    "x[0]",
    "1A",
    "ключ",
    "名称",
    "é",
    "A٣",
    "ſ",
    "\u212a",
    "",
    "A\tB",
    "[s]",
    "export A",
]
BAD_NAMES = ["A B", "A$B", "A/B", '"A"', "A＝", "A\u3000", "A😀", "A\u0301", ";A", "<<<", "A+", "\ufeffA"]
BLANKS = [" ", "  ", "\t", "\u00a0", "\u0085", "\r", "\v", "\f"]
SPACES = [*BLANKS, "\u3000", "\u2003", "\u2028", "\u1680"]
WORDS = [
    "x", "value", "http://h:8080/p?q=1#f", "b=c==", "a b", "#c", "# c", " #c", "\t#", "it's", 'say "x"',
    "pa$word", "$", "$$", "$$$", "$A", "$OUT", "$_x", "$1", "$(id)", "${A}", "${OUT}", "${EMPTY}",
    "${NOPE}", "$ſ", "$\u212a", "$名称", "\\", "\\n", "\\\\", "\\$A", "{", "}", "{}", "{{", "}}", "你好",
    "\u200b", "“b”", "é", ":", ";", "`x`", "x\\",
]  # fmt: skip
QUOTED_WORDS = [
    "\\n", "\\t", "\\\\", '\\"', "\\'", "\\$", "\\a", "\\c", "\\q", "\\x41", "\\u0041", "\\0", "\\07",
    "\\0101", "\\0351", "\\0777", "\\0044A", "\\0389", "\\101", "\n", "\r\n", "\n\n", "'", '"', "\\\n",
    "#", " # ",
]  # fmt: skip
BROKEN_REFERENCES = [
    "${", "${}", "${1}", "${A", "${A.B}", "${ A }", "${#A}", "${A/x/y}", "${A:0:3}", "${A:}", "${!A}",
]  # fmt: skip
OPERATORS = [":-", "-", ":+", "+", ":?", "?"]
SOUP = [
    "A", "B", "OUT", "export", "export ", "=", "=", "=", ":", "\n", "\n", "\n", "\r\n", " ", "\t", "#",
    " #", "'", '"', "\\", "$", "${", "}", "{", ":-", "-", ":?", "+", "[", "]", ".", "_", "0", "\\0101",
    "\\n", "x", "值", "\u00a0", "\u3000", "\u0085", "\ufeff", "ſ", "/", "<<",
]  # fmt: skip


def reference(rng: random.Random, depth: int) -> str:
    name = rng.choice(NAMES[:9] + ["NOPE"])
    if rng.random() < 0.3:
        return rng.choice([f"${name}", f"${{{name}}}"])
    operator = rng.choices(OPERATORS, [12, 6, 6, 4, 1, 1])[0]
    word = "".join(piece(rng, depth + 1) for _ in range(rng.randint(0, 3)))
    return f"${{{name}{operator}{word}}}"


def piece(rng: random.Random, depth: int = 0) -> str:
    roll = rng.random()
    if roll < 0.2 and depth < 4:
        return reference(rng, depth)
    if roll < 0.21:
        return rng.choice(BROKEN_REFERENCES)
    if roll < 0.3:
        return rng.choice(SPACES)
    return rng.choice(WORDS)


def any_character(rng: random.Random) -> str:
    while True:
        character = chr(rng.randrange(0x80, 0x30000))
        # What one Unicode knows and the other does not yet is no difference of the parsers.
        if unicodedata.category(character) not in ("Cn", "Cs"):
            return character


def name(rng: random.Random) -> str:
    roll = rng.random()
    if roll < 0.8:
        return rng.choice(NAMES)
    if roll < 0.93:
        return rng.choice(ODD_NAMES)
    if roll < 0.99:
        return rng.choice(NAMES) + any_character(rng)
    return rng.choice(BAD_NAMES)


def value(rng: random.Random) -> str:
    pieces = [piece(rng) for _ in range(rng.randint(0, 4))]
    roll = rng.random()
    if roll < 0.5:
        return "".join(pieces)
    quote = "'" if roll < 0.68 else '"'
    pieces += [rng.choice(QUOTED_WORDS) for _ in range(rng.randint(0, 3))]
    rng.shuffle(pieces)
    inside = "".join(pieces)
    if rng.random() < 0.97:
        inside = re.sub(rf"(?<!\\){quote}", "\\\\" + quote, inside)
    return quote + inside + (quote if rng.random() < 0.98 else "")


def blanks(rng: random.Random, kinds: list[str], chance: float) -> str:
    return rng.choice(kinds) if rng.random() < chance else ""


def line(rng: random.Random) -> str:
    roll = rng.random()
    if roll < 0.07:
        return blanks(rng, SPACES, 0.3) + "# " + rng.choice(WORDS)
    if roll < 0.11:
        return ""
    if roll < 0.17:
        return blanks(rng, SPACES, 0.2) + rng.choice(NAMES + ODD_NAMES) + blanks(rng, BLANKS, 0.2)
    export = blanks(rng, ["export ", "export\t", "export  "], 0.1)
    separator = rng.choice(["=", "=", "=", "=", "=", ":"]) + blanks(rng, SPACES, 0.15)
    text = blanks(rng, SPACES, 0.1) + export + name(rng) + blanks(rng, BLANKS, 0.1) + separator + value(rng)
    tail = rng.random()
    if tail < 0.1:
        return text + rng.choice([" # note", " #", "\t# note", "#x", " C=1", "word"])
    return text + blanks(rng, SPACES, 0.1)


def mutate(rng: random.Random, text: str) -> str:
    at = rng.randint(0, len(text))
    what = rng.random()
    if what < 0.4:
        return text[:at] + rng.choice(SOUP) + text[at:]
    if what < 0.8:
        return text[:at] + text[at + rng.randint(1, 3) :]
    return text[:at] + text[at : at + 5] + text[at:]


def generate(seed: int) -> bytes:
    rng = random.Random(seed)
    if rng.random() < 0.15:
        text = "".join(rng.choice(SOUP) for _ in range(rng.randint(1, 15)))
    else:
        end = "\r\n" if rng.random() < 0.15 else "\n"
        text = end.join(line(rng) for _ in range(rng.randint(1, 6)))
        text += end if rng.random() < 0.8 else ""
        text = "\ufeff" + text if rng.random() < 0.05 else text
        while rng.random() < 0.12:
            text = mutate(rng, text)
    return text.replace("\0", "").encode()


# ---- The two readers ------------------------------------------------------------------------------------


def read_dump(output: bytes) -> Iterator[tuple[Variables | None, list[bytes]]]:
    """Of each file: its variables, or None when it is refused, and the sentences of its errors."""
    for record in output.split(b"next\0")[1:]:
        fields = record.split(b"\0")[:-1]
        refused = fields.pop(0) == b"refused"
        variables, errors = {}, []
        while fields:
            kind = fields.pop(0)
            if kind == b"var":
                variables[fields[0]] = fields[1]
                del fields[:8]
            else:
                errors += [fields[7]] if kind == b"error" else []
                del fields[:9]
        yield (None if refused else variables), errors


def ours(program: Path, files: list[Path]) -> list[tuple[Variables | None, list[bytes]]]:
    found: list[tuple[Variables | None, list[bytes]]] = []
    for start in range(0, len(files), SERVICES):
        some = files[start : start + SERVICES]
        done = subprocess.run(
            [program, "--many", *some], env=OUTSIDE, capture_output=True, timeout=PATIENCE, check=False
        )
        if done.returncode != 0:
            said = done.stderr.decode(errors="replace")[-2000:]
            sys.exit(f"{program} ended with {done.returncode}: {said}")
        found += read_dump(done.stdout)
    if len(found) != len(files):
        sys.exit(f"{program} read {len(found)} of {len(files)} files")
    return found


def undo(text: str) -> bytes:
    return text.replace("$$", "$").encode()


def run_compose(program: Path, files: list[Path], folder: Path) -> tuple[list[Variables] | None, str]:
    services = {f"s{i}": {"image": "x", "env_file": [str(file)]} for i, file in enumerate(files)}
    project = folder / f"{files[0].stem}.{len(files)}.json"
    project.write_text(json.dumps({"name": "fuzz", "services": services}))
    done = subprocess.run(
        [program, "-f", project, "config", "--format", "json"],
        env=OUTSIDE,
        cwd=folder,
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    project.unlink()
    if done.returncode != 0:
        return None, done.stderr.decode(errors="replace")
    read = json.loads(done.stdout)["services"]
    environments = [read[f"s{i}"].get("environment") or {} for i in range(len(files))]
    return [{k.encode(): undo(v) for k, v in each.items()} for each in environments], ""


def theirs(program: Path, files: list[Path], folder: Path) -> list[tuple[Variables | None, str]]:
    """Halves a project that is refused until the file at fault stands alone."""
    read, error = run_compose(program, files, folder)
    if read is not None:
        return [(variables, "") for variables in read]
    if len(files) == 1:
        return [(None, error)]
    half = len(files) // 2
    return theirs(program, files[:half], folder) + theirs(program, files[half:], folder)


def in_batches(program: Path, accepted: list[Path], refused: list[Path], folder: Path) -> dict[Path, tuple]:
    """What labelgate accepts is asked about together, what it refuses one by one."""
    batches = [accepted[i : i + SERVICES] for i in range(0, len(accepted), SERVICES)]
    batches += [[file] for file in refused]
    found: dict[Path, tuple] = {}
    with ThreadPoolExecutor(2) as pool:
        for batch, read in zip(
            batches, pool.map(lambda batch: theirs(program, batch, folder), batches), strict=True
        ):
            found.update(zip(batch, read, strict=True))
    return found


# ---- The comparison -------------------------------------------------------------------------------------

UNUSED_WORD = re.compile(r"\$\{\w+:?[-+?][^\n]*\$\{")


def judge(text: str, mine: Variables | None, errors: list[bytes], other: Variables | None, error: str) -> str:
    if mine == other:
        return "both refuse" if mine is None else "same values"
    if mine is None and all(b"NUL" in each for each in errors):
        return "set aside: NUL"
    late = "required variable" in error or "Invalid template" in error
    if other is None and late and UNUSED_WORD.search(text):
        return "set aside: unused word"
    return "DIFFERENT"


def find_compose() -> Path:
    unpack = [ROOT / "docker/apt-private.sh", "unpack", "docker-compose"]
    done = subprocess.run(unpack, stdout=subprocess.PIPE, text=True, check=True)
    return Path(done.stdout.strip()) / "usr/libexec/docker/cli-plugins/docker-compose"


def version_of(compose: Path) -> str:
    done = subprocess.run([compose, "version", "--short"], stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.strip()


def read_both(dump: Path, compose: Path, files: list[Path], folder: Path) -> tuple[dict, dict]:
    mine = dict(zip(files, ours(dump, files), strict=True))
    accepted = [file for file in files if mine[file][0] is not None]
    refused = [file for file in files if mine[file][0] is None]
    return mine, in_batches(compose, accepted, refused, folder)


def write(folder: Path, contents: list[bytes]) -> list[Path]:
    files = [folder / f"{i:06}.env" for i in range(len(contents))]
    for file, content in zip(files, contents, strict=True):
        file.write_bytes(content)
    return files


def control(dump: Path, compose: Path) -> None:
    """Files that do differ must be told apart, whichever side reads which."""
    contents = [b"A=1\n", b"A=2\n", b"A B=1\n", b"A=1\nB=\n"]
    with tempfile.TemporaryDirectory(prefix="fuzz-compose-") as scratch:
        files = write(Path(scratch), contents)
        mine, other = read_both(dump, compose, files, Path(scratch))
    for one in files:
        for another in files:
            verdict = judge("", *mine[one], *other[another])
            if (verdict == "DIFFERENT") != (one != another):
                sys.exit(f"fuzz-compose: the comparison does not work: {one.name}, {another.name}: {verdict}")


def main() -> int:
    parser = argparse.ArgumentParser(description="Compares labelgate's .env reader with Docker Compose's.")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=20261125)
    parser.add_argument("--dump", type=Path, default=ROOT / "build/debug/helpers/dotenv_dump")
    parser.add_argument("--compose", type=Path)
    parser.add_argument("--keep", type=Path, help="where the files that differ are left")
    options = parser.parse_args()
    compose = options.compose or find_compose()
    told = f"{options.count} files, seed {options.seed}, Docker Compose {version_of(compose)}"
    print(f"fuzz-compose: {told}", flush=True)
    control(options.dump, compose)
    tally: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="fuzz-compose-") as scratch:
        contents = [generate(options.seed * 1_000_003 + i) for i in range(options.count)]
        files = write(Path(scratch), contents)
        mine, other = read_both(options.dump, compose, files, Path(scratch))
    for file, content in zip(files, contents, strict=True):
        verdict = judge(content.decode(), *mine[file], *other[file])
        tally[verdict] += 1
        if verdict != "DIFFERENT":
            continue
        print(f"{file.name}: {content!r}\n  labelgate: {mine[file]}\n  compose:   {other[file]}")
        if options.keep:
            options.keep.mkdir(parents=True, exist_ok=True)
            (options.keep / file.name).write_bytes(content)
    for verdict, count in sorted(tally.items()):
        print(f"fuzz-compose: {count:6} {verdict}")
    differences = tally["DIFFERENT"]
    print(f"{options.count - differences} passed, {differences} failed")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
