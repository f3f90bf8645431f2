// SPDX-License-Identifier: MIT
// The walk over a CA bundle: any bytes as the bundle, and a wanted issuer. No crash, no undefined
// behaviour, the promises of bundle.h, and one mind with mbedTLS: what it can parse has the subject
// that the walk found, and two names that it holds for equal are equal here.
#include <mbedtls/x509_crt.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "server/bundle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void check_within(struct bundle_bytes inner, struct bundle_bytes outer)
{
    check(inner.bytes >= outer.bytes && inner.len <= outer.len &&
          (size_t)(inner.bytes - outer.bytes) <= outer.len - inner.len);
}

static void check_names(struct bundle_bytes a, struct bundle_bytes b)
{
    check(bundle_names_equal(a, a));
    check(bundle_names_equal(a, b) == bundle_names_equal(b, a));
    if (a.len == b.len && memcmp(a.bytes, b.bytes, a.len) == 0)
        check(bundle_names_equal(a, b));
}

// Self-issued by mbedTLS's own comparison: a trusted list of the certificate alone finds it by its
// issuer.
static void check_with_mbedtls(const struct bundle_certificate *found)
{
    mbedtls_x509_crt parsed;
    mbedtls_x509_crt_init(&parsed);
    if (mbedtls_x509_crt_parse_der(&parsed, found->der.bytes, found->der.len) == 0) {
        check(parsed.subject_raw.len == found->subject.len);
        check(memcmp(parsed.subject_raw.p, found->subject.bytes, found->subject.len) == 0);
        struct bundle_bytes issuer = {parsed.issuer_raw.p, parsed.issuer_raw.len};
        check_names(issuer, found->subject);
    }
    mbedtls_x509_crt_free(&parsed);
}

// The first byte tells how many of the next are the wanted issuer.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || size - 1 < data[0])
        return 0;
    struct bundle_bytes wanted = {data + 1, data[0]};
    const char *text = (const char *)data + 1 + wanted.len;
    size_t len = size - 1 - wanted.len, count = 0;
    struct bundle *bundle = malloc(sizeof *bundle);
    struct bundle_certificate found;
    check(bundle != NULL);
    bundle_over(bundle, text, len);
    while (bundle_next(bundle, &found)) {
        check(++count <= len);
        check(found.der.len > 0 && (bundle->der || found.der.len <= BUNDLE_DER_MOST));
        check_within(found.subject, found.der);
        check_names(wanted, found.subject);
        check_with_mbedtls(&found);
    }
    check(!bundle_next(bundle, &found));
    free(bundle);
    return 0;
}
