// SPDX-License-Identifier: MIT
// One certificate: for which hosts it is, what is refused beyond mbedTLS's own verification, and
// why one cannot be read.
#ifndef LABELGATE_NET_CERTIFICATE_H
#define LABELGATE_NET_CERTIFICATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "base/text.h"

struct mbedtls_x509_crt;

// A critical extension that mbedTLS does not know: the bytes of its OID; len 0: none.
struct certificate_extension {
    const unsigned char *oid;
    size_t len;
};

// Does the host name (not an address) match this dNSName or common name? ASCII case and a
// final dot do not count; "*" matches one whole first label, with two labels or more after it
// (RFC 6125 section 6.4.3; as curl).
bool certificate_name_fits(struct span pattern, const char *host);

// What OpenSSL refuses and mbedTLS 3.6 does not look at, as flags MBEDTLS_X509_BADCERT_*; 0:
// nothing. Looks at this certificate alone. `depth` is 0 for the server's own, more for its CAs;
// `host` is as the URL writes it.
//   - an address that is not an iPAddress of the certificate (RFC 9110 section 4.3.5); a name that
//   no
//     dNSName is for, or the last common name where there is no subjectAltName;
//   - extended key usages, of a CA too, or the server's Netscape certificate type, without "TLS
//     server";
//   - a CA with name constraints, critical or not: they are not judged here;
//   - a CA that is not of version 3 and not self-issued;
//   - one that could not be read.
uint32_t certificate_refusals(const struct mbedtls_x509_crt *certificate, int depth,
                              const char *host);

bool certificate_is_self_issued(const struct mbedtls_x509_crt *certificate);
// False for the empty place that mbedTLS keeps, in TLS 1.2, for a server's certificate with a
// signature of a kind that it does not know.
bool certificate_is_read(const struct mbedtls_x509_crt *certificate);

// The common name of the subject or issuer, else the organization; as the certificate has it.
struct span certificate_subject(const struct mbedtls_x509_crt *certificate);
struct span certificate_issuer(const struct mbedtls_x509_crt *certificate);

// Their organizations; empty where there is none.
struct span certificate_organization(const struct mbedtls_x509_crt *certificate);
struct span certificate_issuer_organization(const struct mbedtls_x509_crt *certificate);

// What the certificate lets one guess of its issuer, which was not sent: for the order of steps,
// never for a decision.
enum certificate_issuer_kind {
    CERTIFICATE_ISSUER_ANY,
    CERTIFICATE_ISSUER_ROOT,  // its own issuer: it has to be known here
    CERTIFICATE_ISSUER_BELOW, // an intermediate CA: the server has to send it
};
enum certificate_issuer_kind certificate_issuer_kind(const struct mbedtls_x509_crt *certificate);
// Is the issuer, by its name, what a company opens TLS with?
bool certificate_issuer_inspects(const struct mbedtls_x509_crt *certificate);
// Where its issuer's certificate is published, by http; empty: it does not say.
struct span certificate_issuer_address(const struct mbedtls_x509_crt *certificate);

// The hosts that it is for, for a sentence to who has asked `host`.
void certificate_list_hosts(const struct mbedtls_x509_crt *certificate, const char *host,
                            struct text *out);

// Why mbedTLS could not read one: "critical name constraints". False when `error` is not of that
// kind. `extension` may be NULL.
bool certificate_explain(int error, const struct certificate_extension *extension,
                         struct text *out);

#endif
