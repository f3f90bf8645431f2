# SPDX-License-Identifier: MIT
"""Seeds of fuzz_intake: recorded answers as they came over the wire, in the layout that fuzz_intake.c reads.

seed_intake.py FOLDER
"""

from __future__ import annotations

import sys

from seed_verdict import BODY_MOST, QUESTIONS, ROOT, write_seeds

sys.path.insert(0, str(ROOT / "tests"))
sys.dont_write_bytecode = True

from answers import Answer  # noqa: E402

TOKEN = b"0123456789abcdef0123456789abcdef01234567"
WHOLE, BROKEN_OFF = 4, 0
ODD = (
    b"HTTP/1.1 2000 OK\r\n\r\n{}",
    b"HTTP/1.1 503 X\r\nHTTP/1.1 200 OK: x\r\n\r\n{}",
    b"HTTP/1.1 103 E\r\nLink: </x>\r\n\r\n"
    b"HTTP/1.1 401 X\r\nContent-Encoding: identity\r\nContent-Encoding: br\r\n\r\n\x1b",
    b'HTTP/1.1 401 X\r\nContent-Type: application/json\r\n\r\n{"version": "1", "detail": "%s"}' % TOKEN,
    b"HTTP/1.1 302 X\r\nLocation: https://%s.example.com\r\nSet-Cookie: a=%s; Path=/\r\n\r\n"
    % (TOKEN, TOKEN),
)


def seed(answer: Answer) -> bytes:
    head = [f"HTTP/1.1 {answer.status} X", *(f"{name}: {value}" for name, value in answer.headers.items())]
    body = answer.text.encode("utf-8", "surrogateescape")[:BODY_MOST]
    wire = "\r\n".join([*head, "", ""]).encode() + body
    return bytes([WHOLE, 99, QUESTIONS.index(answer.question)]) + wire


if __name__ == "__main__":
    write_seeds(seed, *(bytes([flags, 7, 0]) + wire for wire in ODD for flags in (WHOLE, BROKEN_OFF)))
