// SPDX-License-Identifier: MIT
// The certificates of a CA file, all of them, as mbedTLS's list of what is trusted. A certificate
// that mbedTLS cannot use is left out of it, and remembered only to be named in a sentence.
#ifndef LABELGATE_NET_TRUST_H
#define LABELGATE_NET_TRUST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

struct mbedtls_x509_crt;
struct trust_refused;

struct trust {
    struct mbedtls_x509_crt *list; // never NULL after trust_load; one empty entry: none
    size_t count;
    struct trust_refused *refused;
    size_t refused_count;
};

// PEM, or a single certificate in DER. Decodes in place, and the list points into `bytes`: they
// must stay until trust_free. False when memory ran out.
bool trust_load(struct trust *self, char *bytes, size_t len);
void trust_free(struct trust *self);

// Is one of that name (in DER) in the list? For words, not for a decision.
bool trust_has(const struct trust *self, const unsigned char *name, size_t len);
// Is one of that organization in the list? For words, too.
bool trust_has_organization(const struct trust *self, struct span organization);
// Adds why a certificate with that name was left out: "critical name constraints". False when there
// is none.
bool trust_explain(const struct trust *self, const unsigned char *name, size_t len,
                   struct text *out);

#endif
