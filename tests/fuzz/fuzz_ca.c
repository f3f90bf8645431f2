// SPDX-License-Identifier: MIT
// A CA file of any bytes, and what is looked at in each certificate of it. No crash, no undefined
// behaviour, and the promises of pem.h, trust.h and certificate.h: what is decoded is within the
// file's memory and no longer than it, what mbedTLS was given is either taken or remembered.
//
// The first byte tells how many of the next are the host that is asked, which is never for more
// than one certificate could be: what is for it fits itself.
#include <mbedtls/x509_crt.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "net/certificate.h"
#include "net/pem.h"
#include "net/trust.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

// A copy with no byte to spare: the sanitizer sees a step beyond it.
static char *copy_of(const uint8_t *data, size_t len)
{
    char *copy = malloc(len > 0 ? len : 1);
    check(copy != NULL);
    if (len > 0)
        memcpy(copy, data, len);
    return copy;
}

static size_t walk(const uint8_t *data, size_t len)
{
    char *text = copy_of(data, len);
    struct pem pem = {text, len};
    struct pem_block block;
    size_t count = 0, whole = 0;
    const unsigned char *last = (const unsigned char *)text;
    while (pem_next(&pem, &block)) {
        check(block.der >= last && block.len <= len);
        check((size_t)(block.der - (const unsigned char *)text) <= len - block.len);
        last = block.der + block.len;
        whole += block.len;
        count++;
    }
    check(whole <= len / 4 * 3);
    check(!pem_next(&pem, &block));
    free(text);
    return count;
}

static void look_at(const mbedtls_x509_crt *certificate, const char *host)
{
    char words[256];
    struct text out = text_over(words, sizeof words);
    certificate_list_hosts(certificate, "127.0.0.1", &out);
    for (int depth = 0; depth < 2; depth++) {
        uint32_t refusals = certificate_refusals(certificate, depth, host);
        check(depth > 0 || (refusals & MBEDTLS_X509_BADCERT_OTHER) == 0);
    }
    check(certificate_subject(certificate).len <= certificate->subject_raw.len);
    check(certificate_issuer(certificate).len <= certificate->issuer_raw.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char host[256];
    if (size == 0 || size - 1 < data[0])
        return 0;
    memcpy(host, data + 1, data[0]);
    host[data[0]] = '\0';
    const uint8_t *file = data + 1 + data[0];
    size_t len = size - 1 - data[0];

    size_t blocks = walk(file, len), count = 0;
    char *text = copy_of(file, len), words[256];
    struct trust trust;
    struct text out = text_over(words, sizeof words);
    check(trust_load(&trust, text, len));
    for (const mbedtls_x509_crt *at = trust.list; at != NULL && trust.count > 0; at = at->next) {
        count++;
        check(certificate_is_read(at) && trust_has(&trust, at->subject_raw.p, at->subject_raw.len));
        trust_explain(&trust, at->issuer_raw.p, at->issuer_raw.len, &out);
        look_at(at, host);
    }
    check(count == trust.count);
    check(trust.count + trust.refused_count <= (blocks > 0 ? blocks : 1));
    trust_free(&trust);
    free(text);
    return 0;
}
