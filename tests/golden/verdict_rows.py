#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Each row of the design's table of answers, its word, and the tests that hold it.

    tests/golden/verdict_rows.py        lists row → test and ends with 1 when there is a gap

test_verdicts.py runs the same check in the ordinary run.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parents[1]
Key = tuple[str, int, str]

NOT_PROVIDED = "Authentication credentials were not provided."
LEGACY_OFF = (
    "Authentication token no longer valid: "
    "legacy token authentication has been disabled for this organization"
)
NO_VALUE = "Invalid token header. No credentials provided."
BAD_BYTES = "Invalid token header. Token string should not contain invalid characters."
BLANK = "Invalid token header. Token string should not contain spaces."
NO_PERMISSION = "You do not have permission to perform this action."
INACTIVE = "User inactive or deleted."


@dataclass(frozen=True)
class Row:
    """`recorded`: lines of EXPECTED; without one there is no recording of this row, and it is listed so.

    `made`: names in CONSTRUCTED or PAIRS; `tests`: "layer/file::function" or "…::function[name]".
    """

    what: str
    word: str
    recorded: tuple[Key, ...] = ()
    made: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()

    def where(self) -> list[str]:
        listed = [f"recorded: {question} {status} {text[:60]}" for question, status, text in self.recorded]
        made = [f"test_constructed or test_two_answers [{name}]" for name in self.made]
        return (listed or ["no recording"]) + made + list(self.tests)


def fault(name: str) -> str:
    return f"blackbox/test_faults.py::test_fault[{name}]"


ROWS = [
    # ---- Label Studio itself
    Row("200, JSON object with id", "ok", (("whoami_token", 200, "user"), ("whoami_fresh", 200, "user"))),
    Row(
        "200, active_organization null",
        "no_organization",
        (("whoami_token", 200, "user of no organization"),),
    ),
    Row("200, email is the word Deleted", "no_organization", (("whoami_token", 200, "user Deleted"),)),
    Row("401 legacy tokens are off", "legacy_disabled", (("whoami_token", 401, LEGACY_OFF),)),
    Row("401 Invalid token. to a token", "token_unknown", (("whoami_token", 401, "Invalid token."),)),
    Row("401 Invalid token. to a JWT", "jwt_as_token", (("whoami_jwt", 401, "Invalid token."),)),
    Row(
        "401 Invalid token header.",
        "token_malformed",
        tuple(("whoami_token", 401, text) for text in (NO_VALUE, BLANK, BAD_BYTES)),
    ),
    Row("401 not provided, to a token", "header_lost", (("whoami_token", 401, NOT_PROVIDED),)),
    Row("401 not provided, to a fresh access token", "jwt_disabled", (("whoami_fresh", 401, NOT_PROVIDED),)),
    Row("401 not provided, to another Bearer", "bearer_refused", (("whoami_bearer", 401, NOT_PROVIDED),)),
    Row("401 not provided, without a header", "token_missing", (("whoami_nobody", 401, NOT_PROVIDED),)),
    Row(
        "401 User inactive, refresh 401 No active account",
        "user_inactive",
        (
            ("whoami_token", 401, INACTIVE),
            ("refresh", 401, "No active account found for the given token."),
        ),
    ),
    Row(
        "refresh 500 no such user", "user_deleted", (("refresh", 500, "User matching query does not exist."),)
    ),
    Row("refresh 401 Token is expired", "pat_expired", (("refresh", 401, "Token is expired"),)),
    Row("refresh 401 Token is invalid", "pat_invalid", (("refresh", 401, "Token is invalid"),)),
    Row("refresh 401 Token is blacklisted", "pat_revoked", (("refresh", 401, "Token is blacklisted"),)),
    Row("refresh 401 Token has wrong type", "access_as_pat", (("refresh", 401, "Token has wrong type"),)),
    Row("refresh 400 Validation error", "pat_missing", (("refresh", 400, "Validation error"),)),
    Row(
        "refresh 404 HTML of 1.16.0; whoami tells it from a wrong path",
        "no_pat_support",
        made=("refresh, 1.16.0", "exchange, 1.16.0"),
    ),
    Row(
        "500 HTML to Bearer, whoami without a token is 401",
        "no_organization",
        made=("Bearer, user without an organization", "legacy token of a removed user"),
        tests=("engine/test_trade.py::test_a_spoiled_pat[removed]",),
    ),
    Row(
        "400 Bad Request (400)",
        "host_rejected",
        (("whoami_token", 400, "page Bad Request (400)"), ("whoami_nobody", 400, "page Bad Request (400)")),
    ),
    Row("401 JSON without a known text", "unauthorized", made=("own 401 without a known text",)),
    Row("403 JSON no permission", "forbidden", (("whoami_token", 403, NO_PERMISSION),)),
    Row(
        "500 HTML of Label Studio to every question",
        "server_error",
        (("whoami_nobody", 500, "page 500 | Label Studio"),),
        made=("Bearer, database away", "login, database away"),
    ),
    # ---- In front of it, or in its place
    Row(
        "400 plain HTTP request to HTTPS port",
        "https_needed",
        (("whoami_token", 400, "page 400 The plain HTTP request was sent to HTTPS port"),),
        tests=(fault("TLS alert to plain http"),),
    ),
    Row(
        "431, 400 Request Header Or Cookie Too Large",
        "header_too_large",
        (
            ("whoami_token", 431, "page Error response"),
            ("whoami_token", 400, "page 400 Request Header Or Cookie Too Large"),
        ),
    ),
    Row(
        "such a value before it is sent",
        "token_too_long",
        tests=("blackbox/test_token.py::test_what_is_no_token_is_refused",),
    ),
    Row(
        "401 that is not Label Studio's JSON",
        "proxy_auth",
        (("whoami_token", 401, "page 401 Authorization Required"), ("whoami_token", 401, "nothing")),
    ),
    Row("403, anything else", "proxy_denied", made=("403 of a proxy", "403 JSON of a stranger")),
    Row("3xx", "redirected", (("whoami_token", 302, "page 302 Found"),), made=("301", "302, own path")),
    Row("404 of Label Studio", "not_found", (("whoami_token", 404, "page 404 | Label Studio"),)),
    Row("404 of nginx", "not_found", (("whoami_token", 404, "page 404 Not Found"),)),
    Row(
        "405, 406, 413, 415",
        "bad_reply",
        (
            ("whoami_token", 405, "page 405 Not Allowed"),
            ("whoami_token", 406, "Could not satisfy the request Accept header."),
            ("refresh", 413, "page 413 Request Entity Too Large"),
            ("refresh", 415, 'Unsupported media type "text/plain" in request.'),
        ),
    ),
    Row(
        "200 that is not that JSON",
        "not_label_studio",
        (("whoami_token", 200, "members description name parses renders"), ("whoami_token", 200, "nothing")),
        made=("200, welcome to nginx", "200, Label Studio's login page", "200, JSON of /health"),
        tests=(fault("captive portal"),),
    ),
    Row("any other 2xx", "not_label_studio", (("whoami_token", 204, "nothing"),), made=("201",)),
    Row(
        "429, Retry-After said",
        "rate_limited",
        (("whoami_token", 429, "page 429 Too Many Requests"),),
        made=("429 with Retry-After",),
    ),
    Row(
        "502, 504",
        "server_error",
        (
            ("whoami_token", 502, "page 502 Bad Gateway"),
            ("whoami_token", 504, "page 504 Gateway Time-out"),
        ),
    ),
    Row("503", "server_error", (("whoami_token", 503, "page 503 Service Temporarily Unavailable"),)),
    Row(
        "other 5xx",
        "server_error",
        made=("599", "500 of nginx", "500 JSON of a stranger", "500 own JSON (NUL on PostgreSQL)"),
    ),
    # ---- No answer
    Row(
        "connection closed without a byte",
        "connection_reset",
        tests=(fault("closed without a byte"), fault("reset without a byte")),
    ),
    Row("reset in the middle", "connection_reset", tests=(fault("reset in the middle"),)),
    Row(
        "no such name",
        "name_unresolved",
        tests=("blackbox/test_names.py::test_an_unknown_name",),
    ),
    Row(
        "nothing listens",
        "connection_refused",
        tests=(
            "blackbox/test_names.py::test_refused_everywhere_names_the_addresses",
            "blackbox/test_faults.py::test_localhost_refused_is_one_line_for_both",
        ),
    ),
    Row(
        "a proxy on the way does not bring the question there",
        "proxy_failed",
        tests=(
            "blackbox/test_proxy.py::test_a_service_name_that_no_proxy_knows",
            "blackbox/test_proxy.py::test_a_proxy_that_forbids_connect",
        ),
    ),
    Row("no way there", "unreachable", tests=("blackbox/test_names.py::test_no_way_to_the_address",)),
    Row(
        "time is up",
        "timeout",
        tests=(
            fault("never answers"),
            fault("one byte a second"),
            "blackbox/test_names.py::test_no_server_answers",
            "blackbox/test_names.py::test_packets_to_the_server_are_dropped",
            "blackbox/test_names.py::test_a_slow_ipv4_alone_gets_the_rest_of_the_time",
            "blackbox/test_faults.py::test_a_dropped_syn_ends_by_the_deadline",
            "blackbox/test_tls.py::test_a_handshake_that_stalls_ends_by_the_deadline",
        ),
    ),
    Row(
        "unknown CA, incomplete chain, self-signed",
        "tls_untrusted",
        tests=(
            "blackbox/test_tls.py::test_an_unknown_ca",
            "blackbox/test_tls.py::test_an_incomplete_chain",
            "blackbox/test_tls.py::test_self_signed",
        ),
    ),
    Row(
        "expired, not yet valid",
        "tls_expired",
        tests=("blackbox/test_tls.py::test_expired", "blackbox/test_tls.py::test_not_yet_valid"),
    ),
    Row(
        "certificate of another host", "tls_wrong_host", tests=("blackbox/test_tls.py::test_the_wrong_host",)
    ),
    Row(
        "no TLS, no common cipher",
        "tls_failed",
        tests=(
            "blackbox/test_tls.py::test_https_to_a_plain_port",
            "blackbox/test_tls.py::test_no_common_cipher",
        ),
    ),
    Row(
        "broken answers",
        "bad_reply",
        tests=(fault("HTTP/0.9 noise"), fault("body cut short"), fault("chunks that are none")),
    ),
]


def source_of(test: str) -> str:
    """The text of the function that a row names, its decorators with it; "" when there is none."""
    file, _, function = test.partition("::")
    path = TESTS / file
    text = path.read_text() if path.is_file() else ""
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            return "\n".join(text.splitlines()[first - 1 : node.end_lineno])
    return ""


def gap_of(row: Row, test: str, faults: dict[str, Any]) -> str | None:
    name, _, parameter = test.rstrip("]").partition("[")
    source = source_of(name)
    if not source:
        return f"there is no {test}"
    if name.endswith("::test_fault"):
        found = faults.get(parameter)
        return None if found and found.word == row.word else f"{test} does not look for {row.word}"
    if parameter:
        whole = (TESTS / name.partition("::")[0]).read_text()
        return None if f'"{parameter}", "{row.word}"' in whole else f"{test} does not look for {row.word}"
    return None if row.word in source else f"{test} does not look for {row.word}"


def gaps(expected: dict[Key, str], made: dict[str, str], faults: dict[str, Any]) -> Iterator[str]:
    """What is wrong with the table, one line each."""
    for row in ROWS:
        if not (row.recorded or row.made or row.tests):
            yield f"{row.what}: no test"
        for key in row.recorded:
            if expected.get(key) != row.word:
                yield f"{row.what}: {key} is {expected.get(key)}, not {row.word}"
        for name in row.made:
            if made.get(name) != row.word:
                yield f"{row.what}: {name!r} is {made.get(name)}, not {row.word}"
        for test in row.tests:
            gap = gap_of(row, test, faults)
            if gap:
                yield f"{row.what}: {gap}"


def words_without_a_row() -> set[str]:
    """Words of the two classes that come from asking, and no row."""
    table = (TESTS.parent / "src/spec/reasons.def").read_text()
    words = set(re.findall(r'ROW\(\w+,\s*"(\w+)",\s*(?:REFUSED|UNCLEAR)', table))
    assert len(words) > 30, "reason.def is not read as it is written"
    by_token_alone = {"login_failed", "enable_refused"}  # what `token` asks for beside whoami
    return words - by_token_alone - {row.word for row in ROWS}


def main() -> int:
    sys.path[:0] = [str(TESTS), str(TESTS / "golden"), str(TESTS / "blackbox")]
    from faults import FAULTS
    from test_verdicts import CONSTRUCTED, EXPECTED, PAIRS

    for row in ROWS:
        print(f"{row.what} → {row.word}", *row.where(), sep="\n    ")
    made = {name: word for name, (*_, word) in {**CONSTRUCTED, **PAIRS}.items()}
    found = [*gaps(EXPECTED, made, FAULTS), *(f"{word}: no row" for word in sorted(words_without_a_row()))]
    print(*found, f"{len(ROWS)} rows, {len(found)} gaps", sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
