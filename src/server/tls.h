// SPDX-License-Identifier: MIT
// Trust for https: which certificates are believed, and in words why one is not. The only includer
// of mbedTLS.
//
// The CA bundle is searched, not loaded: for each certificate of the server's chain only those CAs
// are parsed whose subject is the wanted issuer (all of them, names compared as mbedTLS does). A
// bundle of 145 CAs so costs little more than one CA. Verification is never switched off. RSA keys
// below 2048 bits and SHA-1 signatures are refused.
#ifndef LABELGATE_SERVER_TLS_H
#define LABELGATE_SERVER_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/file.h"
#include "base/reason.h"

// Debian's bundle has 220 KiB; a company's own may have all of the world's.
#define TLS_BUNDLE_MOST ((size_t)8 * 1024 * 1024)
#define TLS_TEXT 160

struct tls {
    struct file_content bundle;
    const char *path; // of the bundle; NULL: there is none on this system
    // What the verification saw; filled during the handshake.
    uint32_t flags;        // MBEDTLS_X509_BADCERT_*, of all certificates of the chain
    bool self_signed;      // the server's certificate is its own issuer
    bool lone;             // the server sent one certificate only
    bool pinned;           // that very certificate stands in the bundle
    char issuer[TLS_TEXT]; // of the last certificate of the chain, for an unknown CA
    char names[TLS_TEXT];  // that the certificate is for
    char dates[TLS_TEXT];  // whose time is over or has not begun
};

// Reads the bundle: `ca_file`, or the first of the distributions' that is there (none is no fault
// here, tls_explain will say so). False with REASON_CA_FILE_INVALID when `ca_file` is missing,
// unreadable or holds no certificate.
bool tls_open(struct tls *self, const char *ca_file, struct finding *fault);
void tls_close(struct tls *self);

// Readies mbedTLS's random numbers. False when the system has none to give. To be called before the
// first https question; a question over http never pays for it.
bool tls_start(void);

// For curl's CURLOPT_SSL_CTX_FUNCTION: `config` is a mbedtls_ssl_config. `self` must stay until the
// connection is closed.
void tls_configure(struct tls *self, void *config);

// Why the handshake failed. `error` is mbedTLS's negative code, 0 when the certificate was refused
// (the flags tell why). `subject` is the address for the sentence.
void tls_explain(const struct tls *self, int error, const char *subject, struct finding *fault);

#endif
