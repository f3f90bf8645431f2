# SPDX-License-Identifier: MIT
"""What labelgate says of every kind of token under every setting of the switches, for each version."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from artefacts import GUIDE_JWT
from engine import Ran, run_labelgate, tampered
from studio import Studio

NAME = "LABEL_STUDIO_API_TOKEN"
ON, OFF = True, False
# (API tokens, legacy tokens), as the organization's page calls them
SWITCHES = [(ON, ON), (ON, OFF), (OFF, ON), (OFF, OFF)]
LABELS = ["both on", "legacy off", "API off", "both off"]

# verb, --jwt, kind → the word under each of SWITCHES. What is known without asking is the same under all.
WORDS: dict[tuple[str, str, str], list[str]] = {
    ("health", "reject", "legacy"): ["ok", "legacy_disabled", "ok", "legacy_disabled"],
    ("health", "accept", "legacy"): ["ok", "legacy_disabled", "ok", "legacy_disabled"],
    ("health", "reject", "40 hex that is nobody's"): ["token_unknown"] * 4,
    ("health", "reject", "pat"): ["jwt_refresh"] * 4,
    ("health", "accept", "pat"): ["ok", "ok", "jwt_disabled", "jwt_disabled"],
    ("run", "trade", "pat"): ["ok", "legacy_disabled", "jwt_disabled", "jwt_disabled"],
    ("run", "accept", "pat"): ["ok"] * 4,  # passed on unasked: the app's SDK exchanges it
    ("run", "reject", "pat"): ["jwt_refresh"] * 4,
    ("run", "reject", "access"): ["jwt_access"] * 4,
    ("health", "accept", "access"): ["jwt_access"] * 4,
    ("health", "accept", "pat with a changed signature"): ["pat_invalid"] * 4,
    ("run", "trade", "pat with a changed signature"): ["pat_invalid"] * 4,
    ("health", "accept", "pat without its signature"): ["jwt_truncated"] * 4,
    ("run", "reject", "pat without its signature"): ["jwt_truncated"] * 4,
    # check asks although run would refuse: what would the app meet?
    ("check", "reject", "pat"): ["jwt_as_token"] * 4,
    ("check", "reject", "access"): ["jwt_as_token"] * 4,
    ("check", "reject", "legacy"): ["ok", "legacy_disabled", "ok", "legacy_disabled"],
}
# Where there are no Personal Access Tokens and no switches (before 1.17): as with both on, but for these.
OLD_WORDS = {
    ("health", "accept", "pat"): "no_pat_support",
    ("run", "trade", "pat"): "no_pat_support",
    ("health", "accept", "pat with a changed signature"): "no_pat_support",
    ("run", "trade", "pat with a changed signature"): "no_pat_support",
}
# Of another server, as all of these are for such a version.
ACCESS_JWT = ".".join(
    (
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9",
        "eyJ0b2tlbl90eXBlIjoiYWNjZXNzIiwiZXhwIjo4MDc2Njc5NzIzLCJ1c2VyX2lkIjoiMSJ9",
        "B" * 43,
    )
)


@pytest.fixture(scope="module")
def tokens(studio: Studio) -> dict[str, str]:
    if studio.has_pats:
        return studio.server.tokens()
    legacy = studio.server.legacy_token()
    return {
        "legacy": legacy,
        "40 hex that is nobody's": "".join("0123456789abcdef"[15 - int(digit, 16)] for digit in legacy),
        "pat": GUIDE_JWT,
        "pat without its signature": GUIDE_JWT.rsplit(".", 1)[0],
        "pat with a changed signature": tampered(GUIDE_JWT),
        "access": ACCESS_JWT,
    }


@pytest.fixture(scope="module", params=range(len(SWITCHES)), ids=LABELS)
def setting(request: pytest.FixtureRequest, studio: Studio) -> int:
    api, legacy = SWITCHES[request.param]
    if studio.has_pats:
        studio.server.settings(api=api, legacy=legacy)
    elif request.param != 0:
        pytest.skip(f"Label Studio {studio.version} has no switches")
    return request.param


@pytest.fixture
def said(studio: Studio, binary: Path, tmp_path: Path) -> Callable[[str, str, str], tuple[str, Ran]]:
    """Verb, --jwt and token → the word, or "ok"."""

    def ask(verb: str, jwt: str, token: str) -> tuple[str, Ran]:
        more = {"run": ["--", "/bin/true"], "check": ["--json"]}.get(verb, [])
        given = {"LABEL_STUDIO_URL": studio.url, "LABELGATE_JWT": jwt, NAME: token}
        ran = run_labelgate(binary, tmp_path, verb, *more, **given)
        assert token not in ran.out + ran.err
        if verb == "check":
            return ran.json["label_studio"]["reason"], ran
        assert (ran.code == 0) == (ran.word in ("", "ok")), ran
        return ran.word or "ok", ran

    return ask


@pytest.mark.any_version
def test_every_kind_under_every_setting(
    studio: Studio, setting: int, tokens: dict[str, str], said: Callable[..., tuple[str, Ran]]
) -> None:
    different = []
    for (verb, jwt, kind), words in WORDS.items():
        word, ran = said(verb, jwt, tokens[kind])
        wanted = words[setting] if studio.has_pats else OLD_WORDS.get((verb, jwt, kind), words[setting])
        if word != wanted:
            different.append(f"{verb} --jwt {jwt}, {kind}: {word}, not {wanted}\n{ran}")
    assert not different, "\n".join(different)


def test_a_member_sees_the_same(studio: Studio, setting: int, said: Callable[..., tuple[str, Ran]]) -> None:
    """A second user, who owns nothing."""
    member = studio.member()
    words = WORDS["health", "reject", "legacy"], WORDS["health", "accept", "pat"]
    assert said("health", "reject", member.legacy_token())[0] == words[0][setting]
    assert said("health", "accept", member.new_pat())[0] == words[1][setting]
