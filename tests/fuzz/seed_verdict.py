# SPDX-License-Identifier: MIT
"""Seeds of fuzz_verdict: one recorded answer of each kind, in the layout that fuzz_verdict.c reads.

seed_verdict.py FOLDER
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))
sys.dont_write_bytecode = True

from answers import Answer, recorded_rows  # noqa: E402

# The order of enum ls_question.
QUESTIONS = (
    "whoami_token", "whoami_jwt", "whoami_fresh", "whoami_bearer", "whoami_nobody", "refresh",
    "legacy", "reset", "switches", "login",
)  # fmt: skip
HEADERS = ("content-type", "location", "www-authenticate", "retry-after", "server")
BODY_MOST = 2000


def seed(answer: Answer) -> bytes:
    given = {name.lower(): value for name, value in answer.headers.items()}
    parts = [given.get(name, "").encode()[:255] for name in HEADERS]
    head = [QUESTIONS.index(answer.question), answer.status >> 8, answer.status & 0xFF]
    body = answer.text.encode("utf-8", "surrogateescape")[:BODY_MOST]
    return bytes([*head, *map(len, parts)]) + b"".join(parts) + body


def write_seeds(seed: Callable[[Answer], bytes], *more: bytes) -> None:
    """Into the folder that the command line names: one recorded answer of each kind, and `more`."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    kinds: dict[tuple[str, int, str], Answer] = {}
    for row in recorded_rows(ROOT / "tests/data"):
        if row.answer:
            kinds.setdefault((row.answer.question, row.answer.status, row.answer.what), row.answer)
    for number, data in enumerate([*map(seed, kinds.values()), *more]):
        (folder / f"recorded-{number}").write_bytes(data)


if __name__ == "__main__":
    write_seeds(seed)
