// SPDX-License-Identifier: MIT
// Finds the certificates of a CA file and decodes them: the blocks CERTIFICATE, X509 CERTIFICATE
// and TRUSTED CERTIFICATE, as OpenSSL does (a block begins and ends at the begin of a line; all
// else is passed over). A block that cannot be decoded, or has lost its end, ends nothing. Whether
// what a block holds is a certificate is not looked at.
//
// Why not mbedtls_x509_crt_parse: it stops for good at a BEGIN line that it does not expect, and
// its base64 is constant in time, for keys: over a whole bundle that takes longer than the
// handshake.
#ifndef LABELGATE_NET_PEM_H
#define LABELGATE_NET_PEM_H

#include <stdbool.h>
#include <stddef.h>

struct pem {
    char *rest; // of the text, which is overwritten
    size_t len;
};

struct pem_block {
    unsigned char *der; // where the block's text was: stays as long as the text's memory
    size_t len;
    bool trusted; // TRUSTED CERTIFICATE: OpenSSL's trust settings may follow the certificate
};

// Bytes of a byte-order mark at the begin: 3 or 0. Like OpenSSL, pem_next passes over one before
// each block: files that were saved with one may have been put together.
size_t pem_mark(const char *bytes, size_t len);
// The next block that can be decoded. False at the end.
bool pem_next(struct pem *self, struct pem_block *block);

// Of bytes that gave no block: what they are, in words that follow "it ".
const char *pem_explain(const char *bytes, size_t len);

#endif
