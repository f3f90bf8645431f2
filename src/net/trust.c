// SPDX-License-Identifier: MIT
#include "net/trust.h"

#include <mbedtls/asn1.h>
#include <mbedtls/platform.h>
#include <mbedtls/x509_crt.h>
#include <string.h>

#include "net/certificate.h"
#include "net/pem.h"

struct trust_refused {
    struct trust_refused *next;
    const unsigned char *der;
    size_t len;
    int error; // mbedTLS's; 0: OpenSSL's trust settings after it
    struct certificate_extension extension;
};

// mbedTLS asks about an extension that it does not know. It is never told that one is judged here:
// the answer for a critical one must be an error, for another it does not matter.
static int on_extension(void *context, const mbedtls_x509_crt *certificate,
                        const mbedtls_x509_buf *oid, int critical, const unsigned char *begin,
                        const unsigned char *end)
{
    struct certificate_extension *seen = context;
    (void)certificate, (void)begin, (void)end;
    if (critical)
        *seen = (struct certificate_extension){oid->p, oid->len};
    return MBEDTLS_ERR_X509_FEATURE_UNAVAILABLE;
}

// The length of what looks like a certificate at the begin of the block; 0: it is something else.
static size_t certificate_length(const struct pem_block *block)
{
    static const int sequence = MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE;
    unsigned char *at = block->der;
    const unsigned char *end = block->der + block->len;
    size_t len, inner;
    if (mbedtls_asn1_get_tag(&at, end, &len, sequence) != 0)
        return 0;
    end = at + len;
    return mbedtls_asn1_get_tag(&at, end, &inner, sequence) == 0 ? (size_t)(end - block->der) : 0;
}

static bool refuse(struct trust *self, const struct trust_refused *why)
{
    struct trust_refused *kept = mbedtls_calloc(1, sizeof *kept);
    if (kept == NULL)
        return false;
    *kept = *why;
    kept->next = self->refused;
    self->refused = kept;
    self->refused_count++;
    return true;
}

// `last` is the end of the list: mbedTLS would walk the whole of it for each.
static bool add(struct trust *self, mbedtls_x509_crt **last, const struct pem_block *block)
{
    struct trust_refused why = {.der = block->der, .len = certificate_length(block)};
    if (why.len == 0)
        return true;
    // A TRUSTED CERTIFICATE may say what it is not trusted for, which is not judged here.
    if (!block->trusted || why.len == block->len) {
        why.error = mbedtls_x509_crt_parse_der_with_ext_cb(*last, block->der, block->len, 0,
                                                           on_extension, &why.extension);
        if (why.error == MBEDTLS_ERR_X509_ALLOC_FAILED)
            return false;
        if (why.error == 0) {
            *last = (*last)->next != NULL ? (*last)->next : *last;
            self->count++;
            return true;
        }
    }
    return refuse(self, &why);
}

// DER and nothing else: words before a PEM block may begin with the byte of a SEQUENCE, "0".
static bool is_der(const struct pem_block *block)
{
    static const char mark[] = "-----BEGIN ";
    return certificate_length(block) > 0 &&
           memmem(block->der, block->len, mark, sizeof mark - 1) == NULL;
}

bool trust_load(struct trust *self, char *bytes, size_t len)
{
    struct pem pem = {bytes, len};
    struct pem_block block = {(unsigned char *)bytes, len, false};
    mbedtls_x509_crt *last = mbedtls_calloc(1, sizeof *last);
    *self = (struct trust){.list = last};
    if (last == NULL)
        return false;
    mbedtls_x509_crt_init(last);
    if (is_der(&block))
        return add(self, &last, &block);
    while (pem_next(&pem, &block))
        if (!add(self, &last, &block))
            return false;
    return true;
}

void trust_free(struct trust *self)
{
    mbedtls_x509_crt_free(self->list);
    mbedtls_free(self->list);
    while (self->refused != NULL) {
        struct trust_refused *next = self->refused->next;
        mbedtls_free(self->refused);
        self->refused = next;
    }
    *self = (struct trust){.list = NULL};
}

bool trust_has(const struct trust *self, const unsigned char *name, size_t len)
{
    for (const mbedtls_x509_crt *at = self->list; at != NULL; at = at->next)
        if (at->subject_raw.len == len && len > 0 && memcmp(at->subject_raw.p, name, len) == 0)
            return true;
    return false;
}

bool trust_has_organization(const struct trust *self, struct span organization)
{
    for (const mbedtls_x509_crt *at = self->list; at != NULL; at = at->next)
        if (organization.len > 0 && span_equal(certificate_organization(at), organization))
            return true;
    return false;
}

bool trust_explain(const struct trust *self, const unsigned char *name, size_t len,
                   struct text *out)
{
    for (const struct trust_refused *at = self->refused; at != NULL; at = at->next) {
        if (len == 0 || memmem(at->der, at->len, name, len) == NULL)
            continue;
        if (at->error == 0)
            text_add(out, "it has trust settings of OpenSSL's, which are not judged here; save it "
                          "as a plain CERTIFICATE");
        else
            certificate_explain(at->error, &at->extension, out);
        return true;
    }
    return false;
}
