# SPDX-License-Identifier: MIT
"""base/json beside Python's json module: the same texts are JSON, and the same values are read."""

from __future__ import annotations

import json
import random
import subprocess
from pathlib import Path
from typing import Any

import pytest

DEPTH = 64  # JSON_DEPTH of base/json.h

GOOD = [
    '{"a":1}',
    '{"a":[1,2,{"b":null}],"c":"x\\u00e9\\ud83d\\ude00\\n"}',
    "[]",
    "{}",
    '[1.5e-3,-0,true,false,null,"",[[]]]',
    '{"id": 1, "email": "a@b", "x": {"y": []}}',
    '[{},{},{"a":{}}]',
    '{"a":{},"b":[[],[1],{"c":[]}],"d":"e"}',
    "[-1,0,10,1E+2,0.5]",
    '["\\\\\\"\\/\\b"]',
]
BAD = [
    *('{"a"}', '{"a":}', '{"a":1,}', "{,}", '{"a"::1}', '{"a":1 "b":2}', '{"a":"b":"c"}', '{"a":1,"b"}'),
    *("[1,2,]", "[1 2]", "[,]", '["a":1]', ":{}", "{}{}", "[tru]", "[nottrue]", "[01]", "[-]", "[1.2.3]"),
    *('["\t"]', '{"a":{} "b":2}', "[1,,2]", "{} x", "{a:1}", "{'a':1}", "[+1]", "[NaN]", "{1:2}", "{{}:1}"),
    *('["\\x"]', "[}", "", "true", "1", '"a"', "[1.]", "[.5]", "[1e]", '["\\u12"]', '["\\ud800"]'),
    *('["\\udc00"]', '["\\ud800\\ud800"]', '["\\ud800x"]', "[Infinity]", "[1]]", "[[1]"),
]
ALPHABET = '{}[]",:\\u0123e+-.truefalsn \ta'


def read(program: Path, cases: list[tuple[str, str]]) -> list[dict[str, Any]]:
    stdin = bytearray()
    for text, path in cases:
        text_bytes, path_bytes = text.encode(), path.encode()
        stdin += b"%d %d\n" % (len(text_bytes), len(path_bytes)) + text_bytes + path_bytes
    done = subprocess.run([program], input=bytes(stdin), capture_output=True, check=True)
    assert done.stderr == b""
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(cases)
    return answers


def has_lone_surrogate(value: Any) -> bool:
    if isinstance(value, str):
        return any(0xD800 <= ord(character) <= 0xDFFF for character in value)
    if isinstance(value, list):
        return any(has_lone_surrogate(one) for one in value)
    return False


def pairs(members: list[tuple[str, Any]]) -> dict[str, Any]:
    if any(has_lone_surrogate(one) for member in members for one in member):
        raise ValueError("a lone surrogate, which Python takes")
    return dict(members)


def refuse(constant: str) -> None:
    raise ValueError(f"{constant}, which Python takes")


def depth(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(depth, value), default=0)
    return 0


def is_json(text: str) -> bool:
    try:
        value = json.loads(text, parse_constant=refuse, object_pairs_hook=pairs)
    except ValueError:
        return False
    return isinstance(value, dict | list) and not has_lone_surrogate(value) and depth(value) <= DEPTH


def mutated(rng: random.Random, text: str) -> str:
    letters = list(text)
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        place = rng.randrange(len(letters) + 1)
        what = rng.random()
        if what < 0.4 and letters:
            del letters[min(place, len(letters) - 1)]
        elif what < 0.8:
            letters.insert(place, rng.choice(ALPHABET))
        elif len(letters) > 1:
            begin, end = sorted(rng.sample(range(len(letters)), 2))
            letters[place:place] = letters[begin:end]
    return "".join(letters)


@pytest.mark.parametrize("seed", range(4))
def test_the_same_texts_are_json(helpers: Path, seed: int) -> None:
    rng = random.Random(seed)
    texts = GOOD + BAD + [mutated(rng, rng.choice(GOOD + BAD)) for _ in range(10000)]
    texts += [mutated(rng, json.dumps(some_value(rng, 3))) for _ in range(2000)]
    answers = read(helpers / "json_dump", [(text, "") for text in texts])
    wrong = [text for text, answer in zip(texts, answers, strict=True) if answer["ok"] != is_json(text)]
    assert wrong == []
    assert sum(answer["ok"] for answer in answers) > 500


def some_name(rng: random.Random) -> str:
    return "".join(rng.choice('abé\n"\\/😀 ') for _ in range(rng.randrange(3)))


def some_value(rng: random.Random, levels: int) -> Any:
    kind = rng.randrange(8 if levels else 6)
    if kind < 2:
        return some_name(rng) * 3
    if kind < 4:
        return rng.choice([0, -1, 2**63 - 1, -(2**63), 2**63, 8076679723, rng.randrange(-1000, 1000)])
    if kind < 6:
        return rng.choice([True, False, None, 0.5, -1e300, 1.0])
    if kind == 6:
        return [some_value(rng, levels - 1) for _ in range(rng.randrange(4))]
    return {some_name(rng): some_value(rng, levels - 1) for _ in range(rng.randrange(5))}


def some_path(rng: random.Random, value: Any) -> tuple[str, Any]:
    """A way down into the value, and what is there."""
    steps: list[str] = []
    while isinstance(value, dict | list) and value and (not steps or rng.random() < 0.7):
        step = rng.choice(list(value)) if isinstance(value, dict) else rng.randrange(len(value))
        steps.append(str(step))
        value = value[step]
    return ".".join(steps), value


def spelled(rng: random.Random, value: Any) -> str:
    """Another spelling of the same: escapes or not, blanks, an earlier member of the same name."""
    text = json.dumps(value, ensure_ascii=rng.random() < 0.5, indent=rng.choice([None, None, 1, "\t"]))
    if isinstance(value, dict) and value and text.startswith("{"):
        text = "{" + json.dumps(next(iter(value))) + ': ["earlier"], ' + text[1:]
    if rng.random() < 0.3 and "\\\\a" not in text and "false" not in text:
        text = text.replace("a", "\\u0061")
    return text


KINDS = {dict: "object", list: "array", str: "string", int: "number", float: "number", type(None): "null"}


def test_the_same_values_are_read(helpers: Path) -> None:
    rng = random.Random(1)
    cases, wanted = [], []
    while len(cases) < 5000:
        value = some_value(rng, 4)
        if not isinstance(value, dict | list) or not value:
            continue
        path, found = some_path(rng, value)
        cases.append((spelled(rng, value), path))
        wanted.append(found)
    for case, answer, value in zip(cases, read(helpers / "json_dump", cases), wanted, strict=True):
        kind = str(value).lower() if isinstance(value, bool) else KINDS[type(value)]
        assert (answer["ok"], answer["kind"]) == (True, kind), case
        assert answer.get("string") == (value if isinstance(value, str) else None), case
        is_whole = isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63
        assert answer.get("integer") == (value if is_whole else None), case


def test_bytes_that_are_no_utf8_are_refused(helpers: Path) -> None:
    for text in (b'["\xff"]', b'["\xc3"]', b'["\xed\xa0\x80"]', b'{"\xc0\x80":1}', b'["\x00"]', b"[]\x00"):
        stdin = b"%d 0\n" % len(text) + text
        done = subprocess.run([helpers / "json_dump"], input=stdin, capture_output=True, check=True)
        assert json.loads(done.stdout) == {"ok": False}, text
