# SPDX-License-Identifier: MIT
"""A certificate authority for one run of the tests: roots, intermediates, good and bad servers."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes as Key
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

DAY = datetime.timedelta(days=1)
YEAR = datetime.timedelta(days=365)
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@cache
def key_of(kind: str) -> Key:
    """One key of each kind a run: making RSA keys takes its time. A suffix ("rsa:2") asks for another one."""
    kind = kind.partition(":")[0]
    if kind.startswith("rsa"):
        return rsa.generate_private_key(65537, int(kind[3:] or 2048))
    return ec.generate_private_key(ec.SECP384R1() if kind == "ec384" else ec.SECP256R1())


def name_of(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "US"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Tests"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def general_name(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def where_the_issuer_is(address: str) -> x509.AuthorityInformationAccess:
    access = x509.AccessDescription(
        AuthorityInformationAccessOID.CA_ISSUERS, x509.UniformResourceIdentifier(address)
    )
    return x509.AuthorityInformationAccess([access])


@dataclass(frozen=True)
class Issued:
    certificate: x509.Certificate
    key: Key
    chain: tuple[x509.Certificate, ...] = ()  # what a server sends after its own

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)


@dataclass
class Authority:
    folder: Path
    now: datetime.datetime = field(default_factory=lambda: datetime.datetime.now(datetime.UTC))

    def issue(
        self,
        subject: str | x509.Name,
        by: Issued | None = None,
        key: str = "ec",
        names: Sequence[str] = (),
        is_ca: bool = False,
        begins: datetime.timedelta = -DAY,
        ends: datetime.timedelta = YEAR,
        digest: hashes.HashAlgorithm | None = None,
        usage: x509.ObjectIdentifier = ExtendedKeyUsageOID.SERVER_AUTH,
        published: str = "",
    ) -> Issued:
        """A certificate signed by `by`, or by itself."""
        own = key_of(key)
        subject_name = subject if isinstance(subject, x509.Name) else name_of(subject)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject_name)
            .issuer_name(by.certificate.subject if by else subject_name)
            .public_key(own.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.now + begins)
            .not_valid_after(self.now + ends)
            .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        )
        if names:
            alternatives = x509.SubjectAlternativeName([general_name(name) for name in names])
            builder = builder.add_extension(alternatives, False)
        if not is_ca:
            builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), False)
        if published:
            builder = builder.add_extension(where_the_issuer_is(published), False)
        certificate = builder.sign(by.key if by else own, digest or hashes.SHA256())
        chain = (by.certificate, *by.chain) if by and by.certificate.issuer != by.certificate.subject else ()
        return Issued(certificate, own, chain)

    def root(self, name: str = "Test Root", key: str = "ec", **options) -> Issued:
        return self.issue(name, key=key, is_ca=True, **options)

    def server(self, by: Issued | None, key: str = "ec:server", **options) -> Issued:
        return self.issue("server", by=by, key=key, **{"names": LOOPBACK, **options})

    def file(self, *issued: Issued | bytes, text: bytes = b"") -> Path:
        """A bundle of these."""
        path = self.folder / f"bundle{len(list(self.folder.iterdir()))}.pem"
        path.write_bytes(text + b"".join(item if isinstance(item, bytes) else item.pem for item in issued))
        return path

    def context(self, server: Issued, with_chain: bool = True) -> ssl.SSLContext:
        """For a server that shows `server`, with or without its intermediates."""
        path = self.folder / f"server{len(list(self.folder.iterdir()))}.pem"
        key = server.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        chain = server.chain if with_chain else ()
        encoding = serialization.Encoding.PEM
        path.write_bytes(key + server.pem + b"".join(item.public_bytes(encoding) for item in chain))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context
