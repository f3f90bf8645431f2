# SPDX-License-Identifier: MIT
"""Who is believed: each situation, over TLS 1.2 and 1.3, judged by labelgate and by curl over OpenSSL.

Never yes where curl says no in the same run. Where curl says yes and labelgate no, the situation is in
STRICTER, with its reason.
"""

from __future__ import annotations

import os
import re
import shutil
import ssl
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
import situations
from conftest import call
from cryptography import x509
from situations import Situation
from standin import TOKEN, WHOAMI, StandIn, answer, label_studio

VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}
CURL = shutil.which("curl")


def speaks_openssl() -> bool:
    if not CURL:
        return False
    version = subprocess.run([CURL, "-q", "--version"], capture_output=True, text=True).stdout
    return "OpenSSL/3" in version and bool(shutil.which("openssl"))


pytestmark = [
    pytest.mark.timeout(600),  # all that is asked belongs to the first test
    pytest.mark.skipif(not speaks_openssl(), reason="curl over OpenSSL 3, and openssl, are not installed"),
    pytest.mark.native("each of hundreds of handshakes takes its time under an emulator"),
]

# Why, then the reason word and what the sentence says.
ADDRESS = "RFC 9110 4.3.5: an address is an iPAddress or nothing"
NO_EDWARDS = "mbedTLS 3.6 has no Ed25519 or Ed448"
PROFILE = "the profile: SHA-256, 384 or 512 in every signature below the root"
NO_CONSTRAINTS = "mbedTLS does not judge name constraints, nor do we"
NO_POLICIES = "mbedTLS judges no critical policy but any-policy"
KIND_OF_KEY = "not supported (Ed25519"
STRICTER: dict[str, tuple[str, str, str]] = {
    "address_as_common_name": (ADDRESS, "tls_wrong_host", "127.0.0.1 as a common name, which counts for no"),
    "very_many_names": ("mbedTLS reads 16 KiB of one message", "tls_failed", "16 KiB"),
    "name_beside_no_name": (
        "a common name counts only without any subjectAltName",
        "tls_wrong_host",
        "it is for no host",
    ),
    "common_name_beside_email": (
        "a common name counts only without any subjectAltName",
        "tls_wrong_host",
        "it is for no host: its subjectAltName names none",
    ),
    "final_dot_in_name": ("mbedTLS compares the dot", "tls_wrong_host", "it is for localhost."),
    "key_usage_encipherment": ("there is no RSA key exchange here", "tls_failed", "digitalSignature"),
    "policies_critical": (NO_POLICIES, "tls_failed", "critical certificate policies"),
    "policies_critical_of_intermediate": (NO_POLICIES, "tls_failed", "critical certificate policies"),
    "key_ed25519": (NO_EDWARDS, "tls_failed", KIND_OF_KEY),
    "key_ed448": (NO_EDWARDS, "tls_failed", KIND_OF_KEY),
    "root_ed25519": (NO_EDWARDS, "tls_failed", KIND_OF_KEY),
    "root_ed448": (NO_EDWARDS, "tls_failed", KIND_OF_KEY),
    "intermediate_ed25519": (NO_EDWARDS, "tls_failed", KIND_OF_KEY),
    "root_k256": (
        "the build has the curves of public CAs",
        "tls_untrusted",
        "cannot be used: a key on a curve",
    ),
    "signed_sha224": (PROFILE, "tls_failed", "outdated way (SHA-1, SHA-224"),
    "signed_sha3-256": (PROFILE, "tls_failed", "SHA-3"),
    "pinned_sha1": (PROFILE, "tls_failed", "outdated way (SHA-1"),
    "constraints_critical_kept": (NO_CONSTRAINTS, "tls_failed", "name constraints"),
    "constraints_plain_kept": (NO_CONSTRAINTS, "tls_failed", 'the CA "Middle" has name constraints'),
    "constraints_of_root": (
        NO_CONSTRAINTS,
        "tls_untrusted",
        "but cannot be used: critical name constraints",
    ),
    "two_intermediates_turned": (
        "mbedTLS follows the order that was sent",
        "tls_untrusted",
        'the CA "Middle" before',
    ),
    "pinned_by_unknown_ca": ("mbedTLS pins what is self-issued alone", "tls_untrusted", 'its issuer "Gone"'),
    "file_trusted_server": ("OpenSSL's trust settings are not judged", "tls_untrusted", "plain CERTIFICATE"),
}
# Sentences where both say no.
SAYS = {
    "intermediate_missing": ("tls_untrusted", 'did not send its issuer "Middle"'),
    "two_intermediates_one_missing": ("tls_untrusted", 'did not send its issuer "Middle"'),
    "ca_unknown": ("tls_untrusted", 'did not send its issuer "Stranger"'),
    "unknown_critical_of_root": ("tls_untrusted", '"Strange" is in'),
    "forged_before_genuine": ("tls_untrusted", "has not signed it"),
    "self_signed": ("tls_untrusted", "self-signed"),
    "intermediate_usage_client": ("tls_failed", 'the CA "Middle" may not issue'),
    "intermediate_version_1": ("tls_untrusted", "that is not marked as a CA"),
    "intermediate_no_ca": ("tls_untrusted", "that is not marked as a CA"),
    "path_length": ("tls_untrusted", "not as one for so long a chain"),
    "anchor_version_1": ("tls_failed", "not of version 3"),
    "netscape_client": ("tls_failed", "Netscape"),
    "usage_client": ("tls_failed", "extended key usage"),
    "expired": ("tls_expired", "it expired on"),
    "intermediate_expired": ("tls_expired", 'the CA certificate "Middle" expired on'),
    "address_as_name": ("tls_wrong_host", "it is for 127.0.0.1 as a DNS name, which counts for no address"),
    "address_of_five_bytes": ("tls_failed", "a form that RFC 5280 does not allow"),
    "file_trusted_reject": ("tls_untrusted", "trust settings"),
}


@dataclass(frozen=True)
class Seen:
    curl: bool
    own: bool
    sent: bool  # the token to the server, by labelgate
    out: str
    why: str  # curl's


def ask_both(situation: Situation, version: str, folder: Path, labelgate: Path) -> Seen:
    """curl is asked first, without the token: whoever has it was given it by labelgate."""
    trust = folder / f"{situation.name}-{version}.ca"
    trust.write_bytes(situation.trust)
    with StandIn(
        answer(label_studio), situation.listens, situation.context(folder, VERSIONS[version])
    ) as server:
        url = f"https://{situation.host}:{server.port}"
        options = ["-q", "-sS", "--noproxy", "*", "--max-time", "20", "-o", "/dev/null", "-w", "%{http_code}"]
        if situation.host.startswith("localhost"):
            options += ["--resolve", f"{situation.host}:{server.port}:127.0.0.1"]
        curl = call(str(CURL), *options, "--cacert", trust, url + WHOAMI)
        own = call(
            labelgate,
            "health",
            "--timeout",
            "20s",
            "--ca-file",
            trust,
            env={"LABEL_STUDIO_URL": url, "LABEL_STUDIO_API_TOKEN": TOKEN},
            cwd=folder,
        )
        sent = any(request.header("Authorization") for request in server.requests)
    # 401: the handshake was fine, and no token was sent.
    return Seen(curl.out == "401", own.code == 0, sent, own.out, curl.err)


def of(name: str, seen: dict[tuple[str, str], Seen]) -> list[Seen]:
    return [one for (called, _), one in seen.items() if called == name]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory, labelgate: Path) -> dict[tuple[str, str], Seen]:
    folder = tmp_path_factory.mktemp("situations")
    pairs = [(one, version) for one in situations.make(folder) for version in VERSIONS]
    with ThreadPoolExecutor(min(4, 1 + (os.cpu_count() or 1))) as pool:
        results = pool.map(lambda pair: ask_both(pair[0], pair[1], folder, labelgate), pairs)
        return {(one.name, version): result for (one, version), result in zip(pairs, results, strict=True)}


def test_enough_is_asked(seen) -> None:
    """And both sides say yes and no to much of it."""
    assert len(seen) >= 2 * 60
    for judge in ("curl", "own"):
        yes = sum(getattr(one, judge) for one in seen.values())
        assert yes > len(seen) // 4 and len(seen) - yes > len(seen) // 4, judge


def test_never_yes_where_curl_says_no(seen) -> None:
    lax = {key: one for key, one in seen.items() if one.own and not one.curl}
    assert not lax


def test_the_token_goes_to_nobody_else(seen) -> None:
    """Not where curl says no, and not where labelgate says no."""
    sent = {key: one for key, one in seen.items() if one.sent and not (one.own and one.curl)}
    assert not sent


def test_yes_where_curl_says_yes_but_for_what_is_listed(seen) -> None:
    strict = {key[0]: one for key, one in seen.items() if one.curl and not one.own and key[0] not in STRICTER}
    assert not strict
    # The list is not longer than it must be.
    assert not {name for name in STRICTER if not any(one.curl and not one.own for one in of(name, seen))}


@pytest.mark.parametrize("name", STRICTER)
def test_a_sentence_of_its_own(seen, name: str) -> None:
    _, word, says = STRICTER[name]
    for one in of(name, seen):
        assert f"[{word}]" in one.out and says in one.out, one


@pytest.mark.parametrize("name", SAYS)
def test_why_not(seen, name: str) -> None:
    word, says = SAYS[name]
    assert of(name, seen)
    for one in of(name, seen):
        assert not one.own and f"[{word}]" in one.out and says in one.out, one


def test_plain_http_is_never_advised(seen) -> None:
    """Every one of these servers speaks TLS."""
    assert not {key: one.out for key, one in seen.items() if "http://" in one.out}


# ---- The bundle of the machine -----------------------------------------------------------------------------

SYSTEM = Path("/etc/ssl/certs/ca-certificates.crt")


def genuine_roots() -> list[bytes]:
    blocks = re.findall(
        rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n", SYSTEM.read_bytes(), re.S
    )
    return [blocks[0], blocks[len(blocks) // 2], blocks[-1]]


@pytest.mark.skipif(not SYSTEM.exists(), reason="this machine has no bundle there")
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("order", ["F", "FG", "FGG", "FFG", "GF"])
def test_a_forged_public_root(labelgate: Path, tmp_path: Path, order: str, version: str) -> None:
    """F: the forger's leaf under a public root's name; G: that genuine root. Against the system's bundle."""
    for index, pem in enumerate(genuine_roots()):
        genuine = situations.Holder(x509.load_pem_x509_certificate(pem), None)
        forged = situations.issue(genuine.subject, own="p256:forger", san=situations.HERE)
        parts = {"F": forged, "G": genuine}
        # The first one must be the key's: where the genuine one leads, the forger's is sent before it too.
        chain = (forged, *(parts[letter] for letter in order.removeprefix("F")))
        situation = Situation(f"public{index}", chain, b"")
        with StandIn(answer(label_studio), tls=situation.context(tmp_path, VERSIONS[version])) as server:
            own = call(
                labelgate,
                "health",
                "--timeout",
                "20s",
                env={
                    "LABEL_STUDIO_URL": f"https://localhost:{server.port}",
                    "LABEL_STUDIO_API_TOKEN": TOKEN,
                },
                cwd=tmp_path,
            )
            assert "[tls_untrusted]" in own.out and own.code == 1, own
            assert str(SYSTEM) in own.out and not server.requests, own
