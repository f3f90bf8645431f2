// SPDX-License-Identifier: MIT
// Walks the certificates of a CA bundle and compares their names, without parsing them whole. Pure
// functions over bytes.
//
// A bundle is PEM (RFC 7468; text between the blocks is passed over) or a single certificate in
// DER. Blocks that are broken or too long are passed over, as mbedTLS does with a bundle.
#ifndef LABELGATE_SERVER_BUNDLE_H
#define LABELGATE_SERVER_BUNDLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

// Longest certificate in DER. Real CAs are below 3 KiB.
#define BUNDLE_DER_MOST ((size_t)16 * 1024)

struct bundle_bytes {
    const unsigned char *bytes;
    size_t len;
};

struct bundle {
    struct span rest;
    bool der; // the whole is one certificate in DER
    unsigned char buffer[BUNDLE_DER_MOST];
};

struct bundle_certificate {
    struct bundle_bytes der;     // in the bundle's buffer: good until the next call
    struct bundle_bytes subject; // the Name with its SEQUENCE header, within `der`
};

void bundle_over(struct bundle *self, const char *text, size_t len);
bool bundle_next(struct bundle *self, struct bundle_certificate *certificate);

// Are two Names (X.501 RDNSequence in DER) equal as mbedTLS's x509_name_cmp sees it: byte for byte,
// but UTF8String and PrintableString are alike and ASCII letters in them have no case?
bool bundle_names_equal(struct bundle_bytes a, struct bundle_bytes b);

#endif
