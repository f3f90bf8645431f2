# SPDX-License-Identifier: MIT
"""https: what is believed, and a sentence of its own for each reason not to."""

from __future__ import annotations

import datetime
import os
import platform
import re
import ssl
import subprocess
import threading
from pathlib import Path

import pytest
from authority import DAY, YEAR, Authority, Issued, name_of
from clock import SLACK
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.name import _ASN1Type as StringType
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from faults import sends_and_stays
from standin import TOKEN, USER, Connection, StandIn, answer, detail, label_studio, response

pytest_plugins = ("probes",)

OK = answer(label_studio)
NOBODY = detail(401, "Authentication credentials were not provided.")


@pytest.fixture(scope="session")
def root(authority: Authority) -> Issued:
    return authority.root()


@pytest.fixture(scope="session")
def bundle(authority: Authority, root: Issued) -> Path:
    return authority.file(root)


@pytest.fixture
def ask(probe, authority: Authority):
    """ask(server certificate, bundle): a stand-in that shows it, and what health says."""

    def ask_server(
        server: Issued | ssl.SSLContext,
        trust: Path | None,
        host: str = "127.0.0.1",
        name: str = "",
        chain: bool = True,
    ):
        context = authority.context(server, chain) if isinstance(server, Issued) else server
        env = {"LABELGATE_CA_FILE": str(trust)} if trust else {}
        with StandIn(OK, host, context) as stand_in:
            return probe(f"https://{name}:{stand_in.port}" if name else stand_in.url, env=env)

    return ask_server


# ---- What is believed ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["", "localhost"])
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
@pytest.mark.parametrize("key", ["rsa:server", "ec:server", "ec384"])
def test_names_and_addresses(ask, authority, root, bundle, key: str, host: str, name: str) -> None:
    """SAN with a name, an IPv4 and an IPv6 address; RSA and EC keys."""
    seen = ask(authority.server(root, key=key), bundle, host, name)
    assert (seen.code, seen.word) == (0, "ok"), seen


VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}


@pytest.mark.parametrize("own_order", [False, True], ids=["client's order", "server's order"])
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("key", ["rsa:server", "ec:server"])
def test_versions(ask, authority, root, bundle, key: str, version: str, own_order: bool) -> None:
    context = authority.context(authority.server(root, key=key))
    context.minimum_version = context.maximum_version = VERSIONS[version]
    if own_order:
        context.options |= ssl.OP_CIPHER_SERVER_PREFERENCE
    else:
        context.options &= ~ssl.OP_CIPHER_SERVER_PREFERENCE
    seen = ask(context, bundle)
    assert (seen.code, seen.word) == (0, "ok"), seen


def test_the_server_is_told_the_name(probe, authority, root, bundle) -> None:
    """SNI."""
    names: list[str | None] = []
    context = authority.context(authority.server(root))
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    with StandIn(OK, tls=context) as server:
        seen = probe(f"https://localhost:{server.port}", env={"LABELGATE_CA_FILE": str(bundle)})
    assert seen.code == 0 and names == ["localhost"]


def test_an_rsa_root(ask, authority) -> None:
    root = authority.root("RSA Root", key="rsa")
    assert ask(authority.server(root), authority.file(root)).word == "ok"


def test_an_intermediate(ask, authority, root, bundle) -> None:
    intermediate = authority.issue("Intermediate", by=root, is_ca=True, key="ec:intermediate")
    assert ask(authority.server(intermediate), bundle).word == "ok"


def test_an_intermediate_alone_may_be_the_anchor(ask, authority, root) -> None:
    intermediate = authority.issue("Intermediate", by=root, is_ca=True, key="ec:intermediate")
    assert ask(authority.server(intermediate), authority.file(intermediate), chain=False).word == "ok"


@pytest.mark.parametrize("is_ca", [True, False])
def test_a_self_signed_certificate_in_the_bundle(ask, authority, is_ca: bool) -> None:
    own = authority.server(None, is_ca=is_ca)
    assert ask(own, authority.file(own)).word == "ok"


def test_a_wildcard(ask, authority, root, bundle) -> None:
    """For a domain, not for a top-level one."""
    seen = ask(authority.server(root, names=["*.studio.localhost"]), bundle, name="a.studio.localhost")
    assert seen.word == "ok", seen
    seen = ask(authority.server(root, names=["*.localhost"]), bundle, name="studio.localhost")
    assert seen.word == "tls_wrong_host", seen


def big_bundle(authority: Authority, *found: Issued, others: int = 150) -> Path:
    """Text, other CAs, the wanted ones somewhere in the middle, and what is broken."""
    crowd = [authority.root(f"Other {number}").pem for number in range(others)]
    broken = b"-----BEGIN CERTIFICATE-----\nMIIB!!!!\n-----END CERTIFICATE-----\n"
    half = crowd[1][: len(crowd[1]) // 2] + b"\n"
    middle = others // 2
    return authority.file(b"# text\n", *crowd[:middle], broken, half, *found, *crowd[middle:])


def test_a_big_bundle(ask, authority, root) -> None:
    assert ask(authority.server(root), big_bundle(authority, root)).word == "ok"


def test_all_cas_of_one_name_are_tried(ask, authority, root) -> None:
    """A renewed root has the same name and another key; the right one may come last."""
    others = [authority.root("Test Root", key=key) for key in ("ec:a", "ec:b", "rsa")]
    server = authority.server(root)
    assert ask(server, authority.file(*others, root)).word == "ok"
    assert ask(server, authority.file(root, *others)).word == "ok"
    seen = ask(server, authority.file(*others))
    assert seen.word == "tls_untrusted", seen


def test_a_name_in_another_spelling(ask, authority) -> None:
    """The root calls itself in PrintableString and capitals, the certificate calls it in UTF8String."""

    def name(text: str, kind: StringType) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text, kind)])

    root = authority.issue(name("SPELLED ROOT", StringType.PrintableString), is_ca=True)
    other = authority.issue(name("Spelled Root", StringType.UTF8String), is_ca=True)
    assert ask(authority.server(other), authority.file(root)).word == "ok"


def test_line_ends_and_text_in_a_bundle(ask, authority, root) -> None:
    pem = root.pem.replace(b"\n", b"\r\n")
    bundle = authority.file(b"Root of the tests\r\n\r\n" + pem + b"\r\ntrailer")
    assert ask(authority.server(root), bundle).word == "ok"


def test_a_der_file(ask, authority, root) -> None:
    der = root.certificate.public_bytes(serialization.Encoding.DER)
    assert ask(authority.server(root), authority.file(der)).word == "ok"


def test_ssl_cert_file_is_taken(probe, authority, root, bundle) -> None:
    with StandIn(OK, tls=authority.context(authority.server(root))) as server:
        seen = probe(server.url, env={"SSL_CERT_FILE": str(bundle)})
    assert seen.word == "ok"


# ---- What is not -----------------------------------------------------------------------------------------


def test_an_unknown_ca(ask, authority, bundle) -> None:
    other = authority.root("Stranger Root", key="ec:stranger")
    seen = ask(authority.server(other), bundle)
    assert (seen.code, seen.word) == (1, "tls_untrusted")
    assert (
        "an unknown authority" in seen.out and "Stranger Root" in seen.out and "LABELGATE_CA_FILE" in seen.out
    )


def test_an_unknown_ca_that_is_sent_along(ask, authority, bundle) -> None:
    other = authority.root("Stranger Root", key="ec:stranger")
    middle = authority.issue("Stranger Intermediate", by=other, is_ca=True, key="ec:middle")
    server = authority.server(middle)
    seen = ask(Issued(server.certificate, server.key, (middle.certificate, other.certificate)), bundle)
    assert seen.word == "tls_untrusted"
    assert "the chain ends at" in seen.out and "Stranger Root" in seen.out


def test_an_incomplete_chain(ask, authority, root, bundle) -> None:
    intermediate = authority.issue("Intermediate", by=root, is_ca=True, key="ec:intermediate")
    seen = ask(authority.server(intermediate), bundle, chain=False)
    assert seen.word == "tls_untrusted"
    assert 'did not send its issuer "Intermediate"' in seen.out
    assert "to do: have the server send the whole chain" in seen.out


def test_self_signed(ask, authority, bundle) -> None:
    seen = ask(authority.server(None), bundle)
    assert seen.word == "tls_untrusted"
    assert "self-signed" in seen.out
    assert re.search(r"openssl s_client -connect (localhost|127\.0\.0\.1):\d+ </dev/null", seen.out), seen


def test_another_self_signed_certificate_of_the_same_name(ask, authority) -> None:
    """Only the very certificate is believed, not one that calls itself the same."""
    seen = ask(authority.server(None, key="ec:mallory"), authority.file(authority.server(None)))
    assert seen.word == "tls_untrusted", seen


def test_expired(ask, authority, root, bundle) -> None:
    seen = ask(authority.server(root, begins=-3 * DAY, ends=-DAY), bundle)
    assert seen.word == "tls_expired"
    yesterday = (datetime.datetime.now(datetime.UTC) - DAY).strftime("%Y-%m-%d")
    assert "expired on" in seen.out and yesterday in seen.out and "clock" in seen.out


def test_not_yet_valid(ask, authority, root, bundle) -> None:
    seen = ask(authority.server(root, begins=3 * DAY, ends=YEAR), bundle)
    assert seen.word == "tls_expired"
    assert "not valid before" in seen.out and "clock" in seen.out


def test_an_expired_intermediate_is_named(ask, authority, root, bundle) -> None:
    old = authority.issue("Old Intermediate", by=root, is_ca=True, key="ec:old", begins=-9 * DAY, ends=-DAY)
    seen = ask(authority.server(old), bundle)
    assert seen.word == "tls_expired" and "Old Intermediate" in seen.out


def test_an_expired_root(ask, authority) -> None:
    root = authority.root("Old Root", begins=-9 * DAY, ends=-DAY)
    seen = ask(authority.server(root), authority.file(root))
    assert seen.word == "tls_expired" and "Old Root" in seen.out


@pytest.mark.parametrize("names", [["studio.example", "10.9.8.7", "fd00::7"], ["127.0.0.2"]])
def test_the_wrong_host(ask, authority, root, bundle, names: list[str]) -> None:
    seen = ask(authority.server(root, names=names), bundle)
    assert seen.word == "tls_wrong_host"
    assert ", ".join(names) in seen.out


def test_the_wrong_host_by_common_name(ask, authority, root, bundle) -> None:
    """A certificate without SAN names: its common name is shown."""
    seen = ask(authority.server(root, names=[]), bundle, name="localhost")
    assert seen.word == "tls_wrong_host" and "it is for server" in seen.out


def test_a_name_with_strange_bytes_is_made_visible(ask, authority, root) -> None:
    strange = authority.issue("Evil \x1b[31m\nCA", is_ca=True, key="ec:evil")
    seen = ask(authority.server(strange), authority.file(root))
    assert seen.word == "tls_untrusted"
    assert "\x1b" not in seen.out and seen.out.count("\n") <= 3


def test_a_server_certificate_is_no_ca(ask, authority, root, bundle) -> None:
    leaf = authority.server(root, key="ec:leaf")
    seen = ask(authority.server(leaf), bundle)
    assert seen.word == "tls_untrusted", seen


def test_a_short_rsa_key(ask, authority, root, bundle) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("DEFAULT@SECLEVEL=0")
    weak = authority.server(root, key="rsa1024")
    path = authority.folder / "weak.pem"
    path.write_bytes(
        weak.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + weak.pem
    )
    context.load_cert_chain(path)
    seen = ask(context, bundle)
    assert seen.word == "tls_failed" and "2048" in seen.out, seen


def test_a_client_only_certificate(ask, authority, root, bundle) -> None:
    seen = ask(authority.server(root, usage=ExtendedKeyUsageOID.CLIENT_AUTH), bundle)
    assert seen.word == "tls_failed" and "serverAuth" in seen.out and "http://" not in seen.out, seen


def test_a_client_certificate_is_wanted(ask, authority, root, bundle) -> None:
    """Under TLS 1.3 the refusal comes after the handshake, and may be overtaken by a reset."""
    for version in VERSIONS.values():
        context = authority.context(authority.server(root))
        context.minimum_version = context.maximum_version = version
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(bundle)
        seen = ask(context, bundle)
        assert seen.code == 1 and seen.word in ("tls_failed", "connection_reset"), (version, seen)
        assert "client certificate" in seen.out, (version, seen)


def test_no_common_cipher(ask, authority, root, bundle) -> None:
    context = authority.context(authority.server(root, key="rsa:server"))
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("AES128-SHA")
    seen = ask(context, bundle)
    assert seen.word == "tls_failed", seen


# ---- TLS where there is none, and the reverse ------------------------------------------------------------


def test_https_to_a_plain_port(probe, bundle) -> None:
    def refuse(connection) -> None:
        connection.socket.recv(65536)
        connection.send(response(400, "no such method"))

    with StandIn(refuse) as server:
        seen = probe(server.url.replace("http", "https"), env={"LABELGATE_CA_FILE": str(bundle)})
    assert seen.word == "tls_failed" and "plain http" in seen.out


def test_https_to_a_server_that_speaks_first(probe, bundle) -> None:
    with StandIn(sends_and_stays(b"220 mail.example ESMTP\r\n")) as server:
        seen = probe(server.url.replace("http", "https"), env={"LABELGATE_CA_FILE": str(bundle)})
    assert seen.word == "tls_failed" and "not TLS" in seen.out


def test_http_to_a_tls_port(probe, authority, root) -> None:
    with StandIn(OK, tls=authority.context(authority.server(root))) as server:
        seen = probe(server.url.replace("https", "http"))
    assert seen.code == 1 and seen.word in ("https_needed", "connection_reset"), seen


def test_closed_in_the_handshake(probe, bundle) -> None:
    def close_after_hello(connection) -> None:
        connection.socket.recv(1)

    for play in (close_after_hello, lambda connection: connection.socket.recv(1) and connection.reset()):
        with StandIn(play) as server:
            seen = probe(server.url.replace("http", "https"), env={"LABELGATE_CA_FILE": str(bundle)})
        assert seen.word in ("tls_failed", "connection_reset"), seen


@pytest.mark.native("its deadline is shorter than an emulator's start")
def test_a_handshake_that_stalls_ends_by_the_deadline(probe, bundle) -> None:
    with StandIn(Connection.wait) as server:
        url = server.url.replace("http", "https")
        seen = probe(url, timeout="700ms", env={"LABELGATE_CA_FILE": str(bundle)})
    assert seen.word == "timeout" and "TLS handshake" in seen.out, seen
    assert 0.6 < seen.seconds < 0.7 + SLACK


@pytest.mark.native("its deadline is shorter than an emulator's start")
def test_an_answer_that_stalls_after_the_handshake(probe, authority, root, bundle) -> None:
    with StandIn(Connection.wait, tls=authority.context(authority.server(root))) as server:
        seen = probe(server.url, timeout="700ms", env={"LABELGATE_CA_FILE": str(bundle)})
    assert seen.word == "timeout" and "took the connection, but did not answer in time" in seen.out


def test_an_answer_in_many_records(probe, authority, root, bundle) -> None:
    def play(connection) -> None:
        connection.read_request()
        for byte in response(200, USER):
            connection.send(bytes([byte]))

    with StandIn(play, tls=authority.context(authority.server(root))) as server:
        assert probe(server.url, env={"LABELGATE_CA_FILE": str(bundle)}).word == "ok"


@pytest.mark.native("filters system calls")
@pytest.mark.skipif(platform.machine() != "x86_64", reason="the numbers of x86_64")
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_without_random_numbers_nothing_is_asked(
    labelgate: Path, helpers: Path, authority, root, bundle, scheme: str
) -> None:
    """No other source than getrandom is tried, and none is made up."""
    getrandom = "318"
    tls = authority.context(authority.server(root)) if scheme == "https" else None
    asked = threading.Event()

    def play(connection: Connection) -> None:
        asked.set()
        OK(connection)

    with StandIn(play, tls=tls) as server:
        done = subprocess.run(
            [str(helpers / "init_world"), "--refuse", getrandom, "--", str(labelgate), "health"],
            env={
                "LABEL_STUDIO_URL": server.url,
                "LABEL_STUDIO_API_TOKEN": TOKEN,
                "LABELGATE_CA_FILE": str(bundle),
            },
            capture_output=True,
            text=True,
            timeout=5,
            check=False,
        )
    assert done.returncode == 1
    assert "start_failed" in done.stdout and "random numbers" in done.stdout, done
    assert "allow getrandom" in done.stdout and "memory" not in done.stdout, "a step that helps"
    assert not asked.is_set()


# ---- The bundle itself -----------------------------------------------------------------------------------


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


BROKEN = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
BAD_BUNDLES = {
    "missing": (lambda folder: folder / "nowhere.pem", "no such file"),
    "a directory": (lambda folder: folder, "hashed name"),
    "a device": (lambda folder: Path("/dev/null"), "regular"),
    "empty": (lambda folder: write(folder / "empty.pem", b""), "empty"),
    "text": (lambda folder: write(folder / "text.pem", b"no certificate here\n"), "no certificate"),
    "broken": (
        lambda folder: write(folder / "b.pem", BROKEN),
        "no certificate",
    ),
}


@pytest.mark.parametrize("kind", BAD_BUNDLES)
def test_a_bundle_that_cannot_be_used(probe, tmp_path, kind: str) -> None:
    """Said before anything is asked."""
    make, words = BAD_BUNDLES[kind]
    path = make(tmp_path)
    with StandIn(OK) as server:
        seen = probe(server.url.replace("http", "https"), env={"LABELGATE_CA_FILE": str(path)})
        assert server.connections == 0
    assert (seen.code, seen.word) == (1, "ca_file_invalid")
    assert words in seen.out and str(path) in seen.out


def test_an_unreadable_bundle(run, labelgate, tmp_path, bundle) -> None:
    path = write(tmp_path / "secret.pem", bundle.read_bytes())
    path.chmod(0)
    command = [str(labelgate), "health", "--url", "https://127.0.0.1:1", "--no-token", "--ca-file", str(path)]
    if os.geteuid() == 0:  # root reads every file unless it lost the right to
        limits = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"]
        command = [*limits, *command]
    seen = run(*command[1:], program=Path(command[0]))
    assert "[ca_file_invalid]" in seen.out and "permission denied" in seen.out, seen


BUNDLES = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem",
]


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root: an /etc of its own")
@pytest.mark.parametrize("place", [*BUNDLES, None])
def test_the_distributions_bundle(
    run, labelgate, authority, root, bundle, tmp_path, place: str | None
) -> None:
    """The first that is there; without any the sentence says so."""
    lay = f"mkdir -p {Path(place).parent} && cp {bundle} {place}" if place else "true"
    script = f"mount -t tmpfs none /etc && {lay} && exec {labelgate} health --no-token"
    with StandIn(answer(response(401, NOBODY)), tls=authority.context(authority.server(root))) as server:
        env = {"LABEL_STUDIO_URL": server.url}
        seen = run("-m", "sh", "-c", script, program=Path("/usr/bin/unshare"), env=env)
    if place:
        assert "[ok]" in seen.out, seen
    else:
        assert "[tls_untrusted]" in seen.out and "no CA bundle on this system" in seen.out, seen


def test_the_common_name_of_the_test_root(root) -> None:
    """The names that the tests look for are those that are issued."""
    assert root.certificate.subject == name_of("Test Root")
    assert isinstance(root.certificate.signature_hash_algorithm, hashes.SHA256)
