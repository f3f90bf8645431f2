// SPDX-License-Identifier: MIT
#include "net/tls.h"

#include <errno.h>
#include <mbedtls/entropy.h>
#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>
#include <string.h>
#include <sys/random.h>

#include "base/text.h"
#include "net/ca_bundle.h"
#include "net/certificate.h"
#include "net/pem.h"

// SHA-256 and above (SHA-1 is built in to read roots, whose own signature is never checked); RSA
// from 2048 bits; the curves that this build has.
static const mbedtls_x509_crt_profile profile = {
    .allowed_mds = MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA256) |
                   MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA384) |
                   MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA512),
    .allowed_pks = 0xFFFFFFF,
    .allowed_curves = MBEDTLS_X509_ID_FLAG(MBEDTLS_ECP_DP_SECP256R1) |
                      MBEDTLS_X509_ID_FLAG(MBEDTLS_ECP_DP_SECP384R1) |
                      MBEDTLS_X509_ID_FLAG(MBEDTLS_ECP_DP_SECP521R1),
    .rsa_min_bitlen = 2048,
};

// ---- What is trusted
// -----------------------------------------------------------------------------

static bool refuse(struct finding *fault, const char *path, const char *why)
{
    finding_set(fault, REASON_CA_FILE_INVALID, path, NULL, why);
    return false;
}

static bool no_memory(struct finding *fault, const char *path)
{
    finding_set(fault, REASON_START_FAILED_FILE, path, NULL, "memory ran out");
    return false;
}

static bool refuse_content(const struct tls *self, struct finding *fault, const char *path)
{
    char why[FINDING_SLOT];
    text_print(why, sizeof why, "it %s", pem_explain(self->bundle.bytes, self->bundle.len));
    return refuse(fault, path, why);
}

bool tls_open(struct tls *self, const char *ca_file, struct finding *fault)
{
    memset(self, 0, sizeof *self);
    self->is_given = ca_file != NULL;
    if (self->is_given && !ca_bundle_read(&self->bundle, ca_file, fault))
        return false;
    self->path = self->is_given ? ca_file : ca_bundle_find(&self->bundle);
    if (!trust_load(&self->trust, self->bundle.bytes, self->bundle.len))
        return no_memory(fault, self->path);
    if (self->is_given && self->trust.count == 0 && self->trust.refused_count == 0)
        return refuse_content(self, fault, ca_file);
    return true;
}

void tls_close(struct tls *self)
{
    trust_free(&self->trust);
    file_free(&self->bundle);
}

// ---- What the verification saw ------------------------------------------------------------------

static void note_date(struct tls *self, const mbedtls_x509_crt *certificate, int depth,
                      uint32_t seen)
{
    bool expired = (seen & MBEDTLS_X509_BADCERT_EXPIRED) != 0;
    const mbedtls_x509_time when = expired ? certificate->valid_to : certificate->valid_from;
    struct text out = text_over(self->dates, sizeof self->dates);
    self->is_ca_expired = depth > 0;
    if (depth > 0) {
        text_add(&out, "the CA certificate \"");
        text_add_foreign(&out, certificate_subject(certificate), 64);
        text_add(&out, "\" ");
    } else {
        text_add(&out, "it ");
    }
    text_add(&out, "%s %04d-%02d-%02d %02d:%02d UTC",
             expired ? "expired on" : "is not valid before", when.year, when.mon, when.day,
             when.hour, when.min);
}

// A CA of an organization whose others are known here is most likely below one of those; so is one
// that a server's certificate says where to fetch.
static enum certificate_issuer_kind guess_issuer(const struct tls *self,
                                                 const mbedtls_x509_crt *certificate)
{
    enum certificate_issuer_kind kind = certificate_issuer_kind(certificate);
    if (kind != CERTIFICATE_ISSUER_ANY)
        return kind;
    bool is_below =
        trust_has_organization(&self->trust, certificate_issuer_organization(certificate)) ||
        (self->is_alone && self->published[0] != '\0');
    return is_below ? CERTIFICATE_ISSUER_BELOW : CERTIFICATE_ISSUER_ANY;
}

static void note_issuer(struct tls *self, const mbedtls_x509_crt *certificate, int depth)
{
    struct text issuer = text_over(self->issuer, sizeof self->issuer);
    struct text unusable = text_over(self->unusable, sizeof self->unusable);
    struct text published = text_over(self->published, sizeof self->published);
    text_add_foreign(&published, certificate_issuer_address(certificate), TLS_TEXT / 2);
    self->is_alone = depth == 0;
    self->is_inspected = certificate_issuer_inspects(certificate);
    self->kind = guess_issuer(self, certificate);
    text_add_foreign(&issuer, certificate_issuer(certificate), TLS_TEXT / 2);
    self->ends_at_root = certificate_is_self_issued(certificate);
    self->end = certificate;
    self->is_known =
        trust_has(&self->trust, certificate->issuer_raw.p, certificate->issuer_raw.len);
    trust_explain(&self->trust, certificate->issuer_raw.p, certificate->issuer_raw.len, &unusable);
}

// mbedTLS looks for the issuer after the certificate that it signed, and accepts only one that may
// issue.
static enum tls_issuer find_sent(const mbedtls_x509_crt *chain, const mbedtls_x509_crt *end)
{
    bool is_after = false;
    for (; end != NULL && chain != NULL; chain = chain->next) {
        is_after = is_after || chain == end;
        if (chain != end && chain->subject_raw.len == end->issuer_raw.len &&
            memcmp(chain->subject_raw.p, end->issuer_raw.p, end->issuer_raw.len) == 0)
            return is_after ? TLS_ISSUER_UNFIT : TLS_ISSUER_BEFORE;
    }
    return TLS_ISSUER_NOT_SENT;
}

static void note(struct tls *self, const mbedtls_x509_crt *certificate, int depth, uint32_t seen)
{
    self->shown = true;
    self->flags |= seen;
    self->self_signed = depth == 0 && certificate_is_self_issued(certificate);
    self->unread = self->unread || !certificate_is_read(certificate);
    if (!certificate_is_read(certificate))
        return;
    if (seen & MBEDTLS_X509_BADCERT_NOT_TRUSTED)
        note_issuer(self, certificate, depth);
    if (seen & (MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE))
        note_date(self, certificate, depth, seen);
    if (seen & MBEDTLS_X509_BADCERT_CN_MISMATCH) {
        struct text names = text_over(self->names, sizeof self->names);
        certificate_list_hosts(certificate, self->host, &names);
    }
    if (seen != 0 && depth > 0) {
        struct text culprit = text_over(self->culprit, sizeof self->culprit);
        text_add_foreign(&culprit, certificate_subject(certificate), TLS_TEXT / 2);
    }
    if (depth == 0)
        self->sent = find_sent(certificate, self->end);
}

// Called from the last certificate of the chain (the highest depth) down to the server's own (0).
// Only adds refusals, each from this certificate alone; the rest is looked at for sentences.
static int look(void *context, mbedtls_x509_crt *certificate, int depth, uint32_t *flags)
{
    struct tls *self = context;
    *flags |= certificate_refusals(certificate, depth, self->host);
    note(self, certificate, depth, *flags);
    return 0;
}

void tls_configure(struct tls *self, void *config, const char *host)
{
    self->host = host;
    mbedtls_ssl_conf_cert_profile(config, &profile);
    // Never an empty entry: to mbedTLS it would be the same as a certificate that it could not
    // read.
    mbedtls_ssl_conf_ca_chain(config, self->trust.count > 0 ? self->trust.list : NULL, NULL);
    mbedtls_ssl_conf_verify(config, look, self);
    mbedtls_ssl_conf_authmode(config, MBEDTLS_SSL_VERIFY_REQUIRED);
}

// ---- Random numbers -----------------------------------------------------------------------------

// mbedTLS calls this to seed its generators; it has the declaration in no public header.
int mbedtls_hardware_poll(void *context, unsigned char *bytes, size_t len, size_t *got);

int mbedtls_hardware_poll(void *context, unsigned char *bytes, size_t len, size_t *got)
{
    (void)context;
    *got = 0;
    while (*got < len) {
        ssize_t more = getrandom(bytes + *got, len - *got, 0);
        if (more < 0 && errno != EINTR)
            return MBEDTLS_ERR_ENTROPY_SOURCE_FAILED;
        *got += more > 0 ? (size_t)more : 0;
    }
    return 0;
}
