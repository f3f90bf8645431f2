#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes unicode_table.h: which characters Go's unicode.IsLetter and unicode.IsNumber accept.

Compose is built with Go 1.21 to 1.26, whose tables are Unicode 15.0.0. The data comes from the PyPI
package unicodedata2 of that version:

    pip install unicodedata2==15.0.0
    python3 src/dotenv/unicode_table.py >src/dotenv/unicode_table.h
"""

from __future__ import annotations

import sys

import unicodedata2

VERSION = "15.0.0"
PLANE = 0x10000
ROW = 6


def ranges() -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for code in range(0x80, sys.maxunicode + 1):
        if unicodedata2.category(chr(code))[0] not in "LN":
            continue
        if found and found[-1][1] == code - 1:
            found[-1] = (found[-1][0], code)
        else:
            found.append((code, code))
    return found


def rows(kind: str, name: str, pairs: list[tuple[int, int]]) -> str:
    cells = [f"{{0x{first:X}, 0x{last:X}}}" for first, last in pairs]
    lines = [", ".join(cells[i : i + ROW]) for i in range(0, len(cells), ROW)]
    body = ",\n".join(f"    {line}" for line in lines)
    return f"static const struct {kind} {name}[] = {{\n{body},\n}};"


def main() -> int:
    if unicodedata2.unidata_version != VERSION:
        print(f"unicodedata2 {VERSION} is wanted", file=sys.stderr)
        return 1
    found = ranges()
    low = [(a, b) for a, b in found if b < PLANE]
    high = [(a - PLANE, b - PLANE) for a, b in found if a >= PLANE and b < 2 * PLANE]
    far = [(a, b) for a, b in found if a >= 2 * PLANE]
    assert len(low) + len(high) + len(far) == len(found)
    size = 4 * (len(low) + len(high)) + 8 * len(far)
    print("// SPDX-License-Identifier: MIT")
    print(f"// Letters (L) and numbers (N) above ASCII in Unicode {VERSION}, {size} bytes.")
    print("// Written by unicode_table.py; do not edit.")
    print("// clang-format off")
    print("#ifndef LABELGATE_DOTENV_UNICODE_TABLE_H")
    print("#define LABELGATE_DOTENV_UNICODE_TABLE_H")
    print()
    print("#include <stdint.h>")
    print()
    print("struct short_range { uint16_t first, last; };")
    print("struct long_range { uint32_t first, last; };")
    print()
    print(rows("short_range", "plane_0", low))
    print()
    print("// U+10000 is taken off.")
    print(rows("short_range", "plane_1", high))
    print()
    print(rows("long_range", "planes_above", far))
    print()
    print("#endif")
    return 0


if __name__ == "__main__":
    sys.exit(main())
