# SPDX-License-Identifier: MIT
"""Kinds of tokens beside PyJWT, which Label Studio asks "is this a JWT" without verification.

Where PyJWT says no, labelgate never says "a whole JWT". Where PyJWT says yes and labelgate does not, the
token is damaged, and labelgate says so, if anything of it still looks like one.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
import string
import subprocess
from pathlib import Path
from typing import Any

import jwt
import pytest

WHOLE = {"jwt_refresh", "jwt_access", "jwt_other"}
BASE64URL = set(string.ascii_letters + string.digits + "-_.")
LEGACY = "00112233445566778899aabbccddeeff00112233"


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def token_of(payload: Any, header: Any = None) -> str:
    head = encoded(json.dumps({"alg": "HS256", "typ": "JWT"} if header is None else header).encode())
    signed = f"{head}.{encoded(json.dumps(payload).encode())}"
    return f"{signed}.{encoded(hmac.digest(b'no secret', signed.encode(), hashlib.sha256))}"


PAT = token_of(
    {"token_type": "refresh", "exp": 8076679723, "iat": 1769479723, "jti": "0" * 32, "user_id": "1"}
)
ACCESS = token_of(
    {"token_type": "access", "exp": 1769480023, "iat": 1769479723, "jti": "1" * 32, "user_id": 1}
)
OTHER = token_of({"sub": "somebody"})


def classify(helpers: Path, values: list[str | bytes]) -> list[dict[str, Any]]:
    stdin = bytearray()
    for value in values:
        data = value.encode() if isinstance(value, str) else value
        stdin += b"%d\n" % len(data) + data
    done = subprocess.run([helpers / "token_dump"], input=bytes(stdin), capture_output=True, check=True)
    assert done.stderr == b""
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(values)
    return answers


def pyjwt_takes(value: str) -> bool:
    try:
        jwt.decode(value, options={"verify_signature": False})
    except jwt.PyJWTError:
        return False
    return True


def mutated(rng: random.Random, value: str) -> str:
    letters = list(value)
    for _ in range(rng.choice([1, 1, 1, 2, 4])):
        place = rng.randrange(len(letters))
        what = rng.randrange(5)
        if what == 0:
            letters[place] = rng.choice(string.ascii_letters + string.digits + "-_")
        elif what == 1:
            letters.insert(place, rng.choice(string.ascii_letters + ".=+/"))
        elif what == 2:
            del letters[place]
        elif what == 3 and place > 3:
            del letters[place:]
        elif what == 4:
            letters[place:place] = letters[place : place + rng.randrange(60)]
    return "".join(letters)


@pytest.mark.parametrize("seed", range(3))
def test_mutations_beside_pyjwt(helpers: Path, seed: int) -> None:
    rng = random.Random(seed)
    values = [mutated(rng, rng.choice([PAT, ACCESS, OTHER])) for _ in range(4000)]
    seen = set()
    for value, answer in zip(values, classify(helpers, list(values)), strict=True):
        kind, takes = answer["kind"], pyjwt_takes(value)
        seen.add((kind in WHOLE, takes))
        if kind in WHOLE:
            assert takes, value
        elif takes and value.endswith("."):  # PyJWT, asked not to verify, wants no signature either
            assert kind in ("jwt_truncated", "jwt_broken"), (value, answer)
        elif takes and (value.startswith("eyJ") or set(value) <= BASE64URL):
            assert kind == "jwt_broken", (value, answer)
        assert (answer["broken"] != "") == (kind == "jwt_broken"), (value, answer)
    assert {(True, True), (False, True), (False, False)} <= seen


def test_whole_tokens_and_their_claims(helpers: Path) -> None:
    expired = token_of({"token_type": "refresh", "exp": 1})
    pat, access, other, old = classify(helpers, [PAT, ACCESS, OTHER, expired])
    assert (pat["kind"], pat["token_type"], pat["exp"]) == ("jwt_refresh", "refresh", 8076679723)
    assert (access["kind"], access["exp"]) == ("jwt_access", 1769480023)
    assert (other["kind"], other["token_type"], other.get("exp")) == ("jwt_other", "", None)
    assert (old["kind"], old["exp"]) == ("jwt_refresh", 1)


def test_the_list_of_tokens_shows_them_without_signature(helpers: Path) -> None:
    cut = PAT.rpartition(".")[0]
    assert not pyjwt_takes(cut)
    assert [answer["kind"] for answer in classify(helpers, [cut, cut + "."])] == ["jwt_truncated"] * 2


def test_headers_that_are_no_jws(helpers: Path) -> None:
    headers = [{}, {"typ": "JWT"}, {"alg": 1}, {"alg": None}, {"alg": ["HS256"]}]
    values = [token_of({"token_type": "refresh"}, header) for header in headers]
    assert [answer["kind"] for answer in classify(helpers, list(values))] == ["jwt_broken"] * len(values)


@pytest.mark.parametrize(
    "value", [LEGACY, "a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6q7r8s9t0", "s3cret", "a.b.c", "1.2.3", "example.com"]
)
def test_other_text_can_be_a_legacy_token(helpers: Path, value: str) -> None:
    assert not pyjwt_takes(value)
    assert classify(helpers, [value])[0]["kind"] in {"legacy", "legacy_other"}


@pytest.mark.parametrize("inner", [LEGACY, PAT, ACCESS])
@pytest.mark.parametrize(
    ("around", "kind"),
    [
        ("{}\n", "malformed"),
        ("{}\r\n", "malformed"),
        (" {}", "malformed"),
        ("\ufeff{}", "malformed"),
        ('"{}"', "quoted"),
        ("'{}'", "quoted"),
        ("Token {}", "prefixed"),
        ("bearer {}", "prefixed"),
        ('Authorization: "{}"', "wrapped"),
        ('{{"access": "{}"}}', "wrapped"),
        ("TOKEN={}", "wrapped"),
        ("{} # bot", "commented"),
    ],
)
def test_what_is_around_a_token_is_said_first(helpers: Path, inner: str, around: str, kind: str) -> None:
    plain, wrapped = classify(helpers, [inner, around.format(inner)])
    assert wrapped["kind"] == kind
    assert wrapped["inner"] == plain["kind"]
