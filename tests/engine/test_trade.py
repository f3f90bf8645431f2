# SPDX-License-Identifier: MIT
"""Personal Access Tokens, logins and users in every state, beside each version of Label Studio."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from artefacts import GUIDE_JWT
from engine import ROOT, LabelStudio, Ran, run_labelgate, tampered
from studio import Member, Studio

NAME = "LABEL_STUDIO_API_TOKEN"
PAT_YEARS = 200


@pytest.fixture(scope="module")
def label_studio(studio: Studio) -> LabelStudio:
    return studio.server


@pytest.fixture(scope="module")
def url(studio: Studio) -> str:
    return studio.url


@pytest.fixture(autouse=True)
def switches(studio: Studio) -> Iterator[None]:
    if studio.has_pats:
        studio.server.settings(api=True, legacy=True)
    yield
    if studio.has_pats:
        studio.server.settings(api=True, legacy=True)


@pytest.fixture
def member(studio: Studio) -> Member:
    """A fresh one for each test, since its state is spoiled."""
    return studio.member()


@pytest.fixture
def trade(url: str) -> Callable[..., dict[str, Any]]:
    """trade("pat", PAT) by the helper tests/helpers/trade_dump.c."""
    helpers = Path(os.environ.get("LABELGATE_HELPERS", ROOT / "build/musl/helpers"))

    def ask(what: str, *lines: str) -> dict[str, Any]:
        done = subprocess.run(
            [helpers / "trade_dump", url, what],
            input="\n".join(lines) + "\n",
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode in (0, 1), done.stderr
        return json.loads(done.stdout)

    return ask


@pytest.fixture
def labelgate(binary: Path, url: str, tmp_path: Path) -> Callable[..., Ran]:
    """labelgate("health", token=…, jwt=…): on this machine, which reaches the project's bridge."""

    def run(verb: str, *more: str, token: str, **variables: str) -> Ran:
        given = {f"LABELGATE_{name.upper()}": value for name, value in variables.items()}
        given |= {"LABEL_STUDIO_URL": url, NAME: token}
        ran = run_labelgate(binary, tmp_path, verb, *more, **given)
        assert not token or token not in ran.out.replace(f"{NAME}={token}\n", "") + ran.err
        return ran

    return run


@pytest.fixture
def database(studio: Studio) -> Callable[[str], None]:
    return studio.sql


@pytest.fixture
def signed(studio: Studio) -> Callable[[dict[str, Any]], str]:
    """A JWT with these claims and the server's own signature."""
    key = studio.secret_key

    def part(value: bytes) -> str:
        return base64.urlsafe_b64encode(value).rstrip(b"=").decode()

    def sign(claims: dict[str, Any]) -> str:
        head = part(b'{"alg":"HS256","typ":"JWT"}') + "." + part(json.dumps(claims).encode())
        return head + "." + part(hmac.digest(key.encode(), head.encode(), hashlib.sha256))

    return sign


def claims(kind: str, user: int, lives: int) -> dict[str, Any]:
    now = int(time.time())
    return {
        "token_type": kind,
        "exp": now + lives,
        "iat": now,
        "jti": secrets.token_hex(16),
        "user_id": str(user),
    }


# Trading --------------------------------------------------------------------------------------------


def test_a_pat_becomes_the_legacy_token(
    label_studio: LabelStudio, trade: Callable[..., dict[str, Any]]
) -> None:
    found = trade("pat", label_studio.new_pat())
    assert found["word"] == "ok" and found["token"] == label_studio.legacy_token()
    assert not found["created"] and not found["enabled"] and found["user"] > 0


def test_a_plain_member_may_do_it_all(
    label_studio: LabelStudio, member: Member, trade: Callable[..., dict[str, Any]]
) -> None:
    label_studio.settings(legacy=False)
    pat = member.new_pat()
    assert trade("pat", pat)["word"] == "legacy_disabled"
    found = trade("enable-pat", pat)
    assert found["word"] == "ok" and found["enabled"] and found["token"] == member.legacy_token()
    assert label_studio.settings()["legacy_api_tokens_enabled"]


def test_a_login_becomes_the_legacy_token(
    label_studio: LabelStudio, trade: Callable[..., dict[str, Any]]
) -> None:
    label_studio.settings(legacy=False)
    person = (label_studio.username, label_studio.password)
    assert trade("user", *person)["word"] == "legacy_disabled"
    found = trade("enable-user", *person)
    assert found["word"] == "ok" and found["enabled"] and found["token"] == label_studio.legacy_token()


@pytest.mark.any_version
def test_a_login_gives_the_token_that_is_there(
    label_studio: LabelStudio, trade: Callable[..., dict[str, Any]]
) -> None:
    found = trade("user", label_studio.username, label_studio.password)
    assert found["word"] == "ok" and found["token"] == label_studio.legacy_token()
    assert not found["created"] and not found["enabled"]


@pytest.mark.any_version
def test_a_server_without_pats_says_so(studio: Studio, trade: Callable[..., dict[str, Any]]) -> None:
    """Its answer to any PAT; a newer one knows that this is not one of its own."""
    word = "pat_invalid" if studio.has_pats else "no_pat_support"
    assert trade("pat", GUIDE_JWT)["word"] == word


@pytest.mark.any_version
@pytest.mark.parametrize("password", ["wrong", "pässwörd &=+%", ""])
def test_a_wrong_password(
    label_studio: LabelStudio, trade: Callable[..., dict[str, Any]], password: str
) -> None:
    assert trade("user", label_studio.username, password)["word"] == "login_failed"
    assert trade("user", "nobody@example.com", label_studio.password)["word"] == "login_failed"


def test_a_user_without_a_legacy_token_gets_one(
    member: Member, database: Callable[[str], None], trade: Callable[..., dict[str, Any]]
) -> None:
    pat, before = member.new_pat(), member.legacy_token()
    database(f"DELETE FROM authtoken_token WHERE user_id = {member.number}")
    found = trade("pat", pat)
    assert found["word"] == "ok" and found["created"] and found["token"] not in ("", before)
    again = trade("pat", pat)
    assert again["token"] == found["token"] and not again["created"]


# --jwt trade and accept -----------------------------------------------------------------------------


@pytest.fixture
def spoil(
    member: Member,
    label_studio: LabelStudio,
    database: Callable[[str], None],
    signed: Callable[[dict[str, Any]], str],
) -> Callable[[str], str]:
    """spoil(state) gives a PAT in that state."""

    def revoked() -> str:
        pat = member.new_pat()
        member.revoke_pats()
        return pat

    def inactive() -> str:
        pat = member.new_pat()
        database(f"UPDATE htx_user SET is_active = false WHERE id = {member.number}")
        return pat

    def removed() -> str:
        pat = member.new_pat()
        number = member.number
        assert label_studio.as_admin("DELETE", f"/api/organizations/1/memberships/{number}/").status == 204
        return pat

    makers = {
        "tampered": lambda: tampered(member.new_pat()),
        "revoked": revoked,
        "expired": lambda: signed(claims("refresh", member.number, -5)),
        "inactive": inactive,
        "removed": removed,
        "of nobody": lambda: signed(claims("refresh", 99999, 3600)),
        "access": lambda: signed(claims("access", member.number, 300)),
    }
    return lambda state: makers[state]()


# state of the PAT → word of the gate (or of the server) under trade and under accept
SPOILED = [
    ("tampered", "pat_invalid"),
    ("revoked", "pat_revoked"),
    ("expired", "jwt_expired"),
    ("inactive", "user_inactive"),
    ("removed", "no_organization"),
    ("of nobody", "user_deleted"),
    ("access", "jwt_access"),
]


@pytest.mark.parametrize(("state", "word"), SPOILED)
def test_a_spoiled_pat(
    spoil: Callable[[str], str], labelgate: Callable[..., Ran], state: str, word: str
) -> None:
    pat = spoil(state)
    ran = labelgate("run", "--", "/usr/bin/env", token=pat, jwt="trade")
    assert (ran.code, ran.word, ran.out) == (125, word, ""), ran
    probe = labelgate("health", token=pat, jwt="accept")
    assert (probe.code, probe.word) == (1, word), probe


def test_trade_gives_the_app_the_legacy_token(
    label_studio: LabelStudio, labelgate: Callable[..., Ran]
) -> None:
    ran = labelgate("run", "--", "/usr/bin/env", token=label_studio.new_pat(), jwt="trade")
    assert ran.code == 0, ran.err
    assert f"{NAME}={label_studio.legacy_token()}" in ran.out.splitlines()


def test_trade_says_when_legacy_tokens_are_off(
    label_studio: LabelStudio, labelgate: Callable[..., Ran]
) -> None:
    label_studio.settings(legacy=False)
    pat = label_studio.new_pat()
    ran = labelgate("run", "--", "/usr/bin/env", token=pat, jwt="trade")
    assert (ran.code, ran.word) == (125, "legacy_disabled"), ran.err
    assert not label_studio.settings()["legacy_api_tokens_enabled"]
    ran = labelgate("run", "--enable-legacy", "--", "/usr/bin/env", token=pat, jwt="trade")
    assert ran.code == 0 and f"{NAME}={label_studio.legacy_token()}" in ran.out.splitlines(), ran.err


def test_accept_passes_the_pat_on(label_studio: LabelStudio, labelgate: Callable[..., Ran]) -> None:
    pat = label_studio.new_pat()
    ran = labelgate("run", "--", "/usr/bin/env", token=pat, jwt="accept")
    assert ran.code == 0 and f"{NAME}={pat}" in ran.out.splitlines()
    assert labelgate("health", token=pat, jwt="accept").code == 0


def test_accept_says_when_api_tokens_are_off(
    label_studio: LabelStudio, labelgate: Callable[..., Ran]
) -> None:
    pat = label_studio.new_pat()
    label_studio.settings(api=False)
    probe = labelgate("health", token=pat, jwt="accept")
    assert (probe.code, probe.word) == (1, "jwt_disabled"), probe


@pytest.mark.any_version
@pytest.mark.parametrize("how", ["trade", "accept"])
def test_a_legacy_token_needs_no_trade(
    label_studio: LabelStudio, labelgate: Callable[..., Ran], how: str
) -> None:
    token = label_studio.legacy_token()
    ran = labelgate("run", "--", "/usr/bin/env", token=token, jwt=how)
    assert ran.code == 0 and f"{NAME}={token}" in ran.out.splitlines(), ran.err
    assert labelgate("health", token=token, jwt=how).code == 0


# Legacy tokens in every state -----------------------------------------------------------------------


def test_health_of_each_state(
    label_studio: LabelStudio, member: Member, database: Callable[[str], None], labelgate: Callable[..., Ran]
) -> None:
    token, number = member.legacy_token(), member.number
    assert labelgate("health", token=token).code == 0
    label_studio.settings(legacy=False)
    assert labelgate("health", token=token).word == "legacy_disabled"
    label_studio.settings(legacy=True)
    database(f"UPDATE htx_user SET is_active = false WHERE id = {number}")
    assert labelgate("health", token=token).word == "user_inactive"
    database(f"UPDATE htx_user SET is_active = true WHERE id = {number}")
    assert labelgate("health", token=token).code == 0
    assert label_studio.as_admin("DELETE", f"/api/organizations/1/memberships/{number}/").status == 204
    removed = labelgate("health", token=token)
    assert removed.word == "no_organization" and f"user {number}" not in removed.err
    member.cookies = {}
    member.login()  # gives it back the number of the organization, and takes its name
    assert labelgate("health", token=token).word == "no_organization"
    database(f"DELETE FROM authtoken_token WHERE user_id = {number}")
    assert labelgate("health", token=token).word == "token_unknown"


@pytest.mark.any_version
def test_health_of_the_states_that_every_version_has(
    member: Member, database: Callable[[str], None], labelgate: Callable[..., Ran]
) -> None:
    token, number = member.legacy_token(), member.number
    assert labelgate("health", token=token).code == 0
    database(f"UPDATE htx_user SET is_active = false WHERE id = {number}")
    assert labelgate("health", token=token).word == "user_inactive"
    database(f"DELETE FROM authtoken_token WHERE user_id = {number}")
    assert labelgate("health", token=token).word == "token_unknown"


@pytest.mark.any_version
def test_health_without_a_token(labelgate: Callable[..., Ran]) -> None:
    assert labelgate("health", "--no-token", token="").code == 0


def test_a_wrong_base_path(url: str, label_studio: LabelStudio, labelgate: Callable[..., Ran]) -> None:
    pat = label_studio.new_pat()
    wrong = labelgate("health", "--url", url + "/label-studio", token=pat, jwt="accept")
    assert (wrong.code, wrong.word) == (1, "not_found"), wrong
