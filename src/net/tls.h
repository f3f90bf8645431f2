// SPDX-License-Identifier: MIT
// Trust for https: which certificates are believed, and in words why one is not.
//
// mbedTLS alone decides: it has the whole CA file as its list of what is trusted, and no code of
// ours clears a flag of its verification, or keeps anything of one certificate to judge another.
// What is kept here is for sentences. Ours only adds refusals (certificate.h). Verification is
// never switched off. RSA keys below 2048 bits, and SHA-1 signatures below the root, are refused.
#ifndef LABELGATE_NET_TLS_H
#define LABELGATE_NET_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/file.h"
#include "net/certificate.h"
#include "net/trust.h"
#include "spec/reason.h"

#define TLS_TEXT 160

// What the server sent of the issuer that its chain lacks.
enum tls_issuer {
    TLS_ISSUER_NOT_SENT,
    TLS_ISSUER_BEFORE, // before the certificate that it signed
    TLS_ISSUER_UNFIT,  // no CA, or not one for so long a chain
};

struct tls {
    struct file_content bundle; // decoded in place: the certificates below point into it
    const char *path;           // of the bundle; NULL: there is none on this system
    bool is_given;              // by --ca-file or its variables, not the distribution's
    struct trust trust;
    const char *host; // that is asked, as the URL writes it

    // What the verification saw, for sentences alone; filled during the handshake.
    bool shown;        // the server has sent certificates
    bool unread;       // one of them could not be read
    uint32_t flags;    // MBEDTLS_X509_BADCERT_*, of all certificates of the chain
    bool self_signed;  // the server's certificate is its own issuer
    bool ends_at_root; // so is the last one of an untrusted chain
    bool is_known;     // the bundle has a CA of that issuer's name, and it did not sign this
    const struct mbedtls_x509_crt *end; // of an untrusted chain; good within the verification alone
    enum tls_issuer sent;               // the issuer of that one
    bool is_inspected;                  // by its name that issuer opens TLS for a company
    bool is_ca_expired;                 // the dates are a CA's
    bool is_alone;                      // the server's own is all of the chain
    enum certificate_issuer_kind kind;  // of that issuer, as far as it can be guessed
    char issuer[TLS_TEXT];              // of the last certificate of an untrusted chain
    char published[TLS_TEXT];           // where that issuer's certificate can be had
    char unusable[TLS_TEXT];            // why the bundle's CA of that name cannot be used
    char culprit[TLS_TEXT]; // the certificate that the flags are about, but for the server's
    char names[TLS_TEXT];   // that the certificate is for
    char dates[TLS_TEXT];   // whose time is over or has not begun
};

// Reads `ca_file`, or the distribution's bundle (ca_bundle.h; that there is none is not a fault
// here, tls_explain will say so). False with REASON_CA_FILE_INVALID when `ca_file` is missing,
// unreadable or holds no certificate.
bool tls_open(struct tls *self, const char *ca_file, struct finding *fault);
void tls_close(struct tls *self);

// For curl's CURLOPT_SSL_CTX_FUNCTION: `config` is a mbedtls_ssl_config, `host` that of the URL.
// Both `self` and `host` must stay until the connection is closed.
void tls_configure(struct tls *self, void *config, const char *host);

// Why the handshake failed. `error` is mbedTLS's negative code, 0 when the certificate was refused
// (the flags tell why). `subject` is the address for the sentence.
void tls_explain(const struct tls *self, int error, const char *subject, struct finding *fault);

// Did the server end the handshake before it showed a certificate, by closing or by an alert?
bool tls_was_closed(const struct tls *self, int error);
bool tls_was_refused(const struct tls *self, int error);

#endif
