# SPDX-License-Identifier: MIT
"""Certificates of many kinds, each as a server shows it, and a CA file beside it. Without a verdict."""

from __future__ import annotations

import base64
import datetime
import ipaddress
import ssl
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID as Usage
from cryptography.x509.oid import NameOID

NOW = datetime.datetime.now(datetime.UTC)
PEM = serialization.Encoding.PEM
DER = serialization.Encoding.DER

CURVES = {
    "p256": ec.SECP256R1(),
    "p384": ec.SECP384R1(),
    "p521": ec.SECP521R1(),
    "k256": ec.SECP256K1(),
    "brainpool": ec.BrainpoolP256R1(),
    "p224": ec.SECP224R1(),
}


@cache
def key(kind: str = "p256:leaf"):
    """One a kind; a suffix ("p256:other") asks for another one."""
    kind = kind.partition(":")[0]
    if kind.startswith("rsa"):
        return rsa.generate_private_key(65537, int(kind[3:] or 2048))
    if kind == "dsa":
        return dsa.generate_private_key(2048)
    made = {"ed25519": ed25519.Ed25519PrivateKey, "ed448": ed448.Ed448PrivateKey}
    return made[kind].generate() if kind in made else ec.generate_private_key(CURVES[kind])


def name(*common: str, organization: str = "Situations") -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization),
            *(x509.NameAttribute(NameOID.COMMON_NAME, text) for text in common),
        ]
    )


def dns(*names: str) -> list[x509.GeneralName]:
    return [x509.DNSName(text) for text in names]


def address(*texts: str) -> list[x509.GeneralName]:
    return [x509.IPAddress(ipaddress.ip_address(text)) for text in texts]


def raw(oid: str, value: bytes, critical: bool = False) -> tuple[x509.ExtensionType, bool]:
    return x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), value), critical


def key_usage(**true: bool) -> tuple[x509.ExtensionType, bool]:
    words = (
        "digital_signature content_commitment key_encipherment data_encipherment key_agreement key_cert_sign "
        "crl_sign encipher_only decipher_only"
    )
    return x509.KeyUsage(**{**dict.fromkeys(words.split(), False), **true}), True


def permitted(*names: x509.GeneralName, critical: bool) -> tuple[x509.ExtensionType, bool]:
    return x509.NameConstraints(list(names), None), critical


def policies(oid: str, critical: bool) -> tuple[x509.ExtensionType, bool]:
    return x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier(oid), None)]), critical


@dataclass(frozen=True)
class Holder:
    """A certificate and the key it is for."""

    certificate: x509.Certificate
    key: object

    @property
    def subject(self) -> x509.Name:
        return self.certificate.subject

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(PEM)

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(DER)


def issue(
    subject: x509.Name,
    by: Holder | None = None,
    own: str = "p256:leaf",
    san: Sequence[x509.GeneralName] = (),
    ca: bool | None = False,
    days: tuple[int, int] = (-1, 30),
    digest: hashes.HashAlgorithm | None = None,
    usages: Sequence[x509.ObjectIdentifier] = (),
    more: Iterable[tuple[x509.ExtensionType, bool]] = (),
    length: int | None = None,
    issuer: x509.Name | None = None,
    pss: bool = False,
    identifiers: bool = True,
) -> Holder:
    """Signed by `by`, or by itself. ca None: no basic constraints at all.

    identifiers: of the keys, as CAs write them. Without them OpenSSL takes the first issuer of the right
    name, whether it has signed or not.
    """
    own_key = key(own)
    signer = by.key if by else own_key
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer or (by.subject if by else subject))
        .public_key(own_key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW + datetime.timedelta(days=days[0]))
        .not_valid_after(NOW + datetime.timedelta(days=days[1]))
    )
    if ca is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca, length if ca else None), True)
    if san:
        builder = builder.add_extension(x509.SubjectAlternativeName(list(san)), False)
    if usages:
        builder = builder.add_extension(x509.ExtendedKeyUsage(list(usages)), False)
    for extension, critical in more:
        builder = builder.add_extension(extension, critical)
    if identifiers:
        builder = builder.add_extension(
            x509.SubjectKeyIdentifier.from_public_key(own_key.public_key()), False
        )
        builder = builder.add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), False
        )
    if isinstance(signer, ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey):
        digest = None
    else:
        digest = digest or hashes.SHA256()
    scheme = {"rsa_padding": padding.PSS(padding.MGF1(digest), padding.PSS.DIGEST_LENGTH)} if pss else {}
    return Holder(builder.sign(signer, digest, **scheme), own_key)


@dataclass(frozen=True)
class Situation:
    name: str
    chain: tuple[Holder, ...]  # the server's own first
    trust: bytes
    host: str = "localhost"

    @property
    def listens(self) -> str:
        return "::1" if self.host == "[::1]" else "127.0.0.1"

    def context(self, folder: Path, version: ssl.TLSVersion) -> ssl.SSLContext:
        path = folder / f"{self.name}-{version.name}.pem"
        private = self.chain[0].key.private_bytes(
            PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path.write_bytes(private + b"".join(holder.pem for holder in self.chain))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.load_cert_chain(path)
        context.minimum_version = context.maximum_version = version
        return context


def openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


def by_openssl(folder: Path, subject: str, own: str, *sign: str, extensions: str = "") -> Holder:
    """What cryptography does not make: version 1, signatures with SHA-1."""
    private = key(own).private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "own.key").write_bytes(private)
    (folder / "own.ext").write_text(extensions)
    openssl(folder, "req", "-new", "-key", "own.key", "-subj", subject, "-out", "own.csr")
    openssl(
        folder, "x509", "-req", "-in", "own.csr", "-days", "30", "-out", "own.pem", *sign,
        *(["-extfile", "own.ext"] if extensions else []),
    )  # fmt: skip
    return Holder(x509.load_pem_x509_certificate((folder / "own.pem").read_bytes()), key(own))


def signed_by(folder: Path, issuer: Holder) -> list[str]:
    private = issuer.key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "ca.key").write_bytes(private)
    (folder / "ca.pem").write_bytes(issuer.pem)
    return ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"]


def trusted_block(holder: Holder, settings: bytes) -> bytes:
    body = base64.encodebytes(holder.der + settings)
    return b"-----BEGIN TRUSTED CERTIFICATE-----\n" + body + b"-----END TRUSTED CERTIFICATE-----\n"


HERE = dns("localhost")
ROOT = issue(name("Root"), own="p256:root", ca=True)


class Collection:
    def __init__(self) -> None:
        self.all: list[Situation] = []

    def add(self, called: str, *chain: Holder, trust: bytes | Holder = ROOT, host: str = "localhost") -> None:
        bundle = trust.pem if isinstance(trust, Holder) else trust
        self.all.append(Situation(called, chain, bundle, host))

    def leaf(self, called: str, *chain: Holder, by=ROOT, trust=ROOT, host="localhost", cn=("x",), **options):
        """A server's certificate, with what it sends after it."""
        self.add(called, issue(name(*cn), by, **{"san": HERE, **options}), *chain, trust=trust, host=host)


def names_and_addresses(to: Collection) -> None:
    to.leaf("good")
    to.leaf("good_with_root", ROOT)
    to.leaf("address", san=address("127.0.0.1"), host="127.0.0.1")
    to.leaf("address_6", san=address("::1"), host="[::1]")
    to.leaf("address_short", san=address("127.0.0.1"), host="127.1")
    to.leaf("address_other", san=address("127.0.0.2"), host="127.0.0.1")
    to.leaf("address_4_for_6", san=address("127.0.0.1"), host="[::1]")
    to.leaf("address_as_name", san=dns("127.0.0.1"), host="127.0.0.1")
    to.leaf("address_6_as_name", san=dns("::1"), host="[::1]")
    to.leaf("address_short_as_name", san=dns("127.0.0.1"), host="127.1")
    to.leaf("address_as_wildcard", san=dns("*.0.0.1"), host="127.0.0.1")
    to.leaf("address_as_common_name", san=(), cn=("127.0.0.1",), host="127.0.0.1")
    to.leaf("address_as_uri", san=[x509.UniformResourceIdentifier("127.0.0.1")], host="127.0.0.1")
    to.leaf("address_for_name", san=address("127.0.0.1"))
    to.leaf("name_for_address", host="127.0.0.1")
    to.leaf("name_other", san=dns("other"))
    to.leaf("name_second", san=dns("other", "localhost"))
    to.leaf("name_as_uri", san=[x509.UniformResourceIdentifier("localhost")])
    to.leaf("name_as_email", san=[x509.RFC822Name("localhost")])
    to.leaf("common_name", san=(), cn=("localhost",))
    to.leaf("common_name_first_of_two", san=(), cn=("localhost", "other"))
    to.leaf("common_name_last_of_two", san=(), cn=("other", "localhost"))
    to.leaf("common_name_beside_name", san=dns("other"), cn=("localhost",))
    to.leaf("common_name_beside_address", san=address("10.0.0.1"), cn=("localhost",))
    to.leaf("common_name_beside_email", san=[x509.RFC822Name("a@b.example")], cn=("localhost",))
    empty, five = b"\x30\x00", b"\x30\x07\x87\x05\x7f\x00\x00\x01\x00"
    to.leaf("name_beside_no_name", san=(), cn=("localhost",), more=[raw("2.5.29.17", empty)])
    to.leaf("address_of_five_bytes", san=(), host="127.0.0.1", more=[raw("2.5.29.17", five)])
    to.leaf("very_many_names", san=[*dns(*(f"{i}.example" for i in range(3000))), *HERE])
    to.leaf("case", san=dns("LocalHost"))
    to.leaf("final_dot_in_url", host="localhost.")
    to.leaf("final_dot_in_name", san=dns("localhost."))
    to.leaf("null_in_name", san=dns("localhost\0.example"))
    for called, pattern, host in (
        ("all", "*", "localhost"),
        ("good", "*.x.localhost", "a.x.localhost"),
        ("one_label", "*.localhost", "a.localhost"),
        ("deep", "*.x.localhost", "a.b.x.localhost"),
        ("bare", "*.x.localhost", "x.localhost"),
        ("part", "a*.x.localhost", "ab.x.localhost"),
        ("middle", "a.*.localhost", "a.b.localhost"),
        ("twice", "*.*.localhost", "a.b.localhost"),
    ):
        to.leaf(f"wildcard_{called}", san=dns(pattern), host=host)


def times_and_purposes(to: Collection) -> None:
    to.leaf("expired", days=(-30, -1))
    to.leaf("future", days=(5, 30))
    to.leaf("usage_client", usages=[Usage.CLIENT_AUTH])
    to.leaf("usage_server", usages=[Usage.SERVER_AUTH])
    to.leaf("usage_both", usages=[Usage.CLIENT_AUTH, Usage.SERVER_AUTH])
    to.leaf("usage_any", usages=[Usage.ANY_EXTENDED_KEY_USAGE])
    to.leaf("usage_email", usages=[Usage.EMAIL_PROTECTION])
    to.leaf("key_usage_signature", more=[key_usage(digital_signature=True)])
    to.leaf("key_usage_cert_sign", more=[key_usage(key_cert_sign=True)])
    to.leaf("key_usage_encipherment", own="rsa:leaf", more=[key_usage(key_encipherment=True)])
    to.leaf("netscape_client", more=[raw("2.16.840.1.113730.1.1", b"\x03\x02\x07\x80")])
    to.leaf("netscape_server", more=[raw("2.16.840.1.113730.1.1", b"\x03\x02\x06\x40")])
    to.leaf("unknown_extension", more=[raw("1.3.6.1.4.1.99999.1", b"\x05\x00")])
    to.leaf("unknown_critical", more=[raw("1.3.6.1.4.1.99999.1", b"\x05\x00", critical=True)])
    to.leaf("policies", more=[policies("1.3.6.1.4.1.99999.2", critical=False)])
    to.leaf("policies_critical", more=[policies("1.3.6.1.4.1.99999.2", critical=True)])
    to.leaf("policies_any_critical", more=[policies("2.5.29.32.0", critical=True)])
    to.leaf("is_a_ca", ca=True)
    to.leaf("no_basic_constraints", ca=None)


def keys_and_signatures(to: Collection, folder: Path) -> None:
    for kind in (
        "p384",
        "p521",
        "rsa:leaf",
        "rsa3072",
        "rsa1024",
        "k256",
        "brainpool",
        "p224",
        "ed25519",
        "ed448",
    ):
        to.leaf(f"key_{kind.partition(':')[0]}", own=kind)
    for kind in (
        "p384:root",
        "p521:root",
        "rsa:root",
        "rsa1024:root",
        "k256:root",
        "ed25519:root",
        "ed448:root",
    ):
        root = issue(name("Root"), own=kind, ca=True)
        to.leaf(f"root_{kind.partition(':')[0]}", by=root, trust=root)
    rsa_root = issue(name("Root"), own="rsa:root", ca=True)
    to.leaf("signed_pss", by=rsa_root, trust=rsa_root, pss=True)
    for digest in (hashes.SHA384(), hashes.SHA512(), hashes.SHA224(), hashes.SHA3_256()):
        to.leaf(f"signed_{digest.name}", by=rsa_root, trust=rsa_root, digest=digest)
    ca = "basicConstraints=critical,CA:TRUE\n"
    here = "subjectAltName=DNS:localhost\n"
    old = by_openssl(folder, "/CN=Root of SHA-1", "rsa:old", "-sha1", "-signkey", "own.key", extensions=ca)
    to.leaf("root_signs_itself_with_sha1", by=old, trust=old)
    sha1 = by_openssl(folder, "/CN=x", "p256:leaf", "-sha1", *signed_by(folder, ROOT), extensions=here)
    to.add("signed_sha1", sha1)
    middle = by_openssl(
        folder, "/CN=Middle of SHA-1", "p256:middle", "-sha1", *signed_by(folder, ROOT), extensions=ca
    )
    to.leaf("intermediate_signed_sha1", middle, by=middle)
    pinned = by_openssl(
        folder, "/CN=localhost", "rsa:leaf", "-sha1", "-signkey", "own.key",
        extensions=here,
    )  # fmt: skip
    to.add("pinned_sha1", pinned, trust=pinned)
    v1 = by_openssl(folder, "/CN=Root of version 1", "p256:v1", "-signkey", "own.key")
    to.leaf("root_version_1", by=v1, trust=v1)
    v1_middle = by_openssl(folder, "/CN=Middle of version 1", "p256:v1m", *signed_by(folder, ROOT))
    to.leaf("intermediate_version_1", v1_middle, by=v1_middle)
    to.leaf("anchor_version_1", by=v1_middle, trust=v1_middle)


def chains(to: Collection) -> None:
    def middle(**options) -> Holder:
        return issue(name("Middle"), ROOT, **{"own": "p256:middle", "ca": True, **options})

    good = middle()
    to.leaf("intermediate", good, by=good)
    to.leaf("intermediate_twice", good, good, by=good)
    to.leaf("intermediate_after_root", ROOT, good, by=good)
    to.leaf("intermediate_missing", by=good)
    to.leaf("intermediate_as_anchor", by=good, trust=good)
    to.leaf("intermediate_no_ca", middle(ca=False), by=good)
    to.leaf("intermediate_no_constraints", middle(ca=None), by=good)
    to.leaf("intermediate_expired", middle(days=(-30, -1)), by=good)
    to.leaf("intermediate_not_signing", middle(more=[key_usage(digital_signature=True)]), by=good)
    to.leaf("intermediate_usage_client", middle(usages=[Usage.CLIENT_AUTH]), by=good)
    to.leaf("intermediate_usage_server", middle(usages=[Usage.SERVER_AUTH]), by=good)
    to.leaf("intermediate_usage_any", middle(usages=[Usage.ANY_EXTENDED_KEY_USAGE]), by=good)
    to.leaf(
        "intermediate_netscape", middle(more=[raw("2.16.840.1.113730.1.1", b"\x03\x02\x00\x01")]), by=good
    )
    to.leaf("intermediate_ed25519", edwards := middle(own="ed25519:middle"), by=edwards)
    for critical in (True, False):
        word = "critical" if critical else "plain"
        for fits, base in (("kept", "localhost"), ("broken", "example.org")):
            bound = middle(more=[permitted(x509.DNSName(base), critical=critical)])
            to.leaf(f"constraints_{word}_{fits}", bound, by=good)
    bound = issue(
        name("Bound"), own="p256:bound", ca=True, more=[permitted(x509.DNSName("localhost"), critical=True)]
    )
    to.leaf("constraints_of_root", by=bound, trust=bound)
    strange = issue(
        name("Strange"), own="p256:bound", ca=True, more=[raw("1.3.6.1.4.1.99999.1", b"\x05\x00", True)]
    )
    to.leaf("unknown_critical_of_root", by=strange, trust=strange)
    to.leaf(
        "policies_critical_of_intermediate", middle(more=[policies("1.3.6.1.4.1.99999.2", True)]), by=good
    )
    low = issue(name("Low"), good, own="p256:low", ca=True)
    to.leaf("two_intermediates", low, good, by=low)
    to.leaf("two_intermediates_turned", good, low, by=low)
    to.leaf("two_intermediates_one_missing", low, by=low)
    to.leaf("path_length", low, middle(length=0), by=low)
    to.leaf("path_length_enough", low, middle(length=1), by=low)
    short = issue(name("Short"), own="p256:short", ca=True, length=0)
    under = issue(name("Under"), short, own="p256:low", ca=True)
    to.leaf("path_length_of_root", under, by=under, trust=short)
    server = issue(name("Server"), ROOT, own="p256:server", san=dns("x"))
    to.leaf("server_signs_server", server, by=server)
    old = issue(name("Old"), own="p256:old", ca=True, days=(-30, -1))
    to.leaf("root_expired", by=old, trust=old)
    bound = issue(name("Own"), own="p256:old", ca=True, usages=[Usage.CLIENT_AUTH])
    to.leaf("root_usage_client", by=bound, trust=bound)
    to.leaf("ca_unknown", by=issue(name("Stranger"), own="p256:stranger", ca=True))


def several_of_one_name(to: Collection) -> None:
    new = issue(name("Root"), own="p256:new", ca=True)
    to.leaf("two_roots_first", trust=ROOT.pem + new.pem)
    to.leaf("two_roots_last", trust=new.pem + ROOT.pem)
    to.leaf("two_roots_other_alone", trust=new)
    over = issue(name("Root"), own="p256:root", ca=True, days=(-30, -1))
    to.leaf("root_renewed_expired_first", trust=over.pem + ROOT.pem)
    to.leaf("root_renewed_expired_last", trust=ROOT.pem + over.pem)
    # One key and name, certified by two CAs.
    other = issue(name("Other Root"), own="p256:other", ca=True)
    own = issue(name("Crossed"), own="p256:crossed", ca=True)
    crossed = issue(name("Crossed"), other, own="p256:crossed", ca=True)
    stale = issue(name("Crossed"), other, own="p256:crossed", ca=True, days=(-30, -1))
    to.leaf("cross_signed", crossed, by=own, trust=other)
    to.leaf("cross_signed_both_ways", crossed, by=own, trust=own)
    to.leaf("cross_signature_expired", stale, by=own, trust=own)
    to.leaf("cross_signature_expired_both", stale, by=own, trust=own.pem + other.pem)
    to.leaf("cross_signature_expired_alone", stale, by=own, trust=other)
    to.leaf("cross_signature_expired_and_renewed", stale, crossed, by=own, trust=other)


def forgeries(to: Collection) -> None:
    def forged(subject: x509.Name, by: Holder | None = None, **options) -> Holder:
        return issue(subject, by, **{"own": "p256:forger", "san": HERE, **options})

    to.add("self_signed", forged(name("x")))
    to.add("forged", forged(ROOT.subject))
    to.add("forged_before_genuine", forged(ROOT.subject), ROOT)
    to.add("forged_before_genuine_twice", forged(ROOT.subject), ROOT, ROOT)
    to.add("forged_twice_and_genuine", forged(ROOT.subject), forged(ROOT.subject, ca=True), ROOT)
    to.add("forged_and_genuine_between", forged(ROOT.subject), ROOT, forged(ROOT.subject, ca=True))
    to.add("forged_ca_before_genuine", forged(ROOT.subject, ca=True), ROOT)
    to.add("forged_rsa_before_genuine", forged(ROOT.subject, own="rsa:forger"), ROOT)
    to.add("forged_expired_before_genuine", forged(ROOT.subject, days=(-30, -1)), ROOT)
    to.add("forged_other_host_before_genuine", forged(ROOT.subject, san=dns("other")), ROOT)
    root = forged(ROOT.subject, ca=True, san=())
    to.add("forged_root_signs_its_name", issue(ROOT.subject, root, own="p256:f4", san=HERE), root, ROOT)
    to.add("forged_root_signs", issue(name("x"), root, own="p256:f4", san=HERE), root, ROOT)
    to.add("forged_root_signs_alone", issue(name("x"), root, own="p256:f4", san=HERE), root)
    middle = issue(name("Middle"), root, own="p256:f5", ca=True)
    to.add("forged_intermediate", issue(name("x"), middle, own="p256:f4", san=HERE), middle, ROOT)
    to.add(
        "forged_intermediate_genuine_first", issue(name("x"), middle, own="p256:f4", san=HERE), ROOT, middle
    )
    to.add("genuine_is_the_server_s", issue(ROOT.subject, root, own="p256:f4", san=HERE), ROOT)
    pin = issue(name("Pin"), own="p256:pin", san=HERE)
    fake = issue(name("Pin"), own="p256:forger", san=HERE)
    to.add("pinned", pin, trust=pin)
    to.add("pinned_among_others", pin, trust=ROOT.pem + pin.pem)
    for called, options in (
        ("ca", {"ca": True}),
        ("expired", {"days": (-9, -1)}),
        ("other_host", {"san": dns("other")}),
        ("by_unknown_ca", {"by": issue(name("Gone"), own="p256:gone", ca=True)}),
    ):
        own = issue(name("Pin"), **{"own": "p256:pin", "san": HERE, **options})
        to.add(f"pinned_{called}", own, trust=own)
    to.add("pin_forged", fake, trust=pin)
    to.add("pin_forged_before_genuine", fake, pin, trust=pin)
    to.add("pin_signs", issue(name("x"), pin, own="p256:f4", san=HERE), pin, trust=pin)


def files(to: Collection) -> None:
    to.leaf("file_with_text", trust=b"# Root\n\n" + ROOT.pem + b"\nend")
    to.leaf("file_with_x509_label", trust=ROOT.pem.replace(b" CERTIFICATE", b" X509 CERTIFICATE"))
    to.leaf("file_commented_out", trust=issue(name("Else"), own="p256:e", ca=True).pem + b"# " + ROOT.pem)
    to.leaf("file_trusted", trust=trusted_block(ROOT, b""))
    # X509_CERT_AUX: trust emailProtection alone; reject serverAuth; trust serverAuth
    email = bytes.fromhex("300c300a06082b06010505070304")
    reject = bytes.fromhex("300ca00a06082b06010505070301")
    serve = bytes.fromhex("300c300a06082b06010505070301")
    for called, settings in (("email", email), ("reject", reject), ("server", serve)):
        to.leaf(f"file_trusted_{called}", trust=trusted_block(ROOT, settings))


def make(folder: Path) -> list[Situation]:
    to = Collection()
    names_and_addresses(to)
    times_and_purposes(to)
    keys_and_signatures(to, folder)
    chains(to)
    several_of_one_name(to)
    forgeries(to)
    files(to)
    assert len({situation.name for situation in to.all}) == len(to.all)
    return to.all
