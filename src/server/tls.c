// SPDX-License-Identifier: MIT
#include "server/tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <mbedtls/asn1.h>
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/error.h>
#include <mbedtls/oid.h>
#include <mbedtls/platform.h>
#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>
#include <psa/crypto.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>

#include "base/text.h"
#include "server/bundle.h"

// Where distributions keep the bundle, the commonest first.
static const char *const bundle_paths[] = {
    "/etc/ssl/certs/ca-certificates.crt", // Debian, Alpine, Arch
    "/etc/pki/tls/certs/ca-bundle.crt",   // Fedora, RHEL
    "/etc/ssl/cert.pem",                  // Alpine
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem", // openSUSE
};

// SHA-256 and above; RSA from 2048 bits; the curves that this build has.
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

// ---- The bundle ---------------------------------------------------------------------------------

static bool refuse(struct finding *fault, const char *path, const char *why)
{
    finding_set(fault, REASON_CA_FILE_INVALID, path, NULL, why);
    return false;
}

static bool open_default(struct tls *self)
{
    for (size_t i = 0; i < sizeof bundle_paths / sizeof bundle_paths[0]; i++) {
        if (file_read(bundle_paths[i], TLS_BUNDLE_MOST, &self->bundle) == FILE_OK) {
            self->path = bundle_paths[i];
            return true;
        }
    }
    return true;
}

bool tls_open(struct tls *self, const char *ca_file, struct finding *fault)
{
    memset(self, 0, sizeof *self);
    if (ca_file == NULL)
        return open_default(self);

    enum file_fault result = file_read(ca_file, TLS_BUNDLE_MOST, &self->bundle);
    if (result != FILE_OK) {
        char why[FINDING_SLOT];
        file_fault_text(result, &self->bundle, TLS_BUNDLE_MOST, why, sizeof why);
        return refuse(fault, ca_file, why);
    }
    self->path = ca_file;
    if (self->bundle.len == 0)
        return refuse(fault, ca_file, "it is empty");
    struct bundle bundle;
    bundle_over(&bundle, self->bundle.bytes, self->bundle.len);
    struct bundle_certificate first;
    if (!bundle_next(&bundle, &first))
        return refuse(fault, ca_file, "it holds no certificate that can be read");
    return true;
}

void tls_close(struct tls *self)
{
    file_free(&self->bundle);
}

// ---- The search ---------------------------------------------------------------------------------

static struct bundle_bytes bytes_of(const mbedtls_x509_buf *buffer)
{
    return (struct bundle_bytes){buffer->p, buffer->len};
}

static bool is_same(const struct bundle_certificate *found, const mbedtls_x509_crt *certificate)
{
    return found->der.len == certificate->raw.len &&
           memcmp(found->der.bytes, certificate->raw.p, found->der.len) == 0;
}

static void drop(mbedtls_x509_crt *list)
{
    mbedtls_x509_crt_free(list);
    mbedtls_free(list);
}

// mbedTLS's callback: gives all CAs that may have issued `child` and gives up their memory. An
// empty answer means that the bundle has none; loading it whole would find none either, since names
// are compared here as mbedTLS compares them.
static int find_issuers(void *context, const mbedtls_x509_crt *child, mbedtls_x509_crt **issuers)
{
    struct tls *self = context;
    mbedtls_x509_crt *list = mbedtls_calloc(1, sizeof *list);
    if (list == NULL)
        return MBEDTLS_ERR_X509_ALLOC_FAILED;
    mbedtls_x509_crt_init(list);

    struct bundle bundle;
    bundle_over(&bundle, self->bundle.bytes, self->bundle.len);
    struct bundle_certificate found;
    bool any = false;
    while (bundle_next(&bundle, &found)) {
        if (!bundle_names_equal(found.subject, bytes_of(&child->issuer_raw)))
            continue;
        self->pinned = self->pinned || is_same(&found, child);
        any = mbedtls_x509_crt_parse_der(list, found.der.bytes, found.der.len) == 0 || any;
    }
    if (!any) {
        drop(list);
        list = NULL;
    }
    *issuers = list;
    return 0;
}

// ---- What the verification saw ------------------------------------------------------------------

// The common name, else the organization; as it stands in the certificate.
static struct span name_of(const mbedtls_x509_name *name)
{
    struct span organization = {"", 0};
    for (; name != NULL; name = name->next) {
        struct span value = {(const char *)name->val.p, name->val.len};
        if (MBEDTLS_OID_CMP(MBEDTLS_OID_AT_CN, &name->oid) == 0)
            return value;
        if (MBEDTLS_OID_CMP(MBEDTLS_OID_AT_ORGANIZATION, &name->oid) == 0)
            organization = value;
    }
    return organization;
}

static void add_name(struct text *out, struct span name)
{
    if (out->len > 0)
        text_add(out, ", ");
    text_add_foreign(out, name, 64);
}

// SubjectAltName, RFC 5280 section 4.2.1.6: dNSName is [2], iPAddress is [7].
static void note_names(struct tls *self, const mbedtls_x509_crt *certificate)
{
    struct text out = text_over(self->names, sizeof self->names);
    for (const mbedtls_x509_sequence *at = &certificate->subject_alt_names; at != NULL;
         at = at->next) {
        char address[INET6_ADDRSTRLEN] = "";
        int kind = at->buf.tag & MBEDTLS_ASN1_TAG_VALUE_MASK;
        if (kind == 2)
            add_name(&out, (struct span){(const char *)at->buf.p, at->buf.len});
        else if (kind == 7 && (at->buf.len == 4 || at->buf.len == 16) &&
                 inet_ntop(at->buf.len == 4 ? AF_INET : AF_INET6, at->buf.p, address,
                           sizeof address))
            add_name(&out, span_of(address));
    }
    if (out.len == 0)
        add_name(&out, name_of(&certificate->subject));
}

static void note_date(struct tls *self, const mbedtls_x509_crt *certificate, int depth,
                      uint32_t flags)
{
    bool expired = (flags & MBEDTLS_X509_BADCERT_EXPIRED) != 0;
    const mbedtls_x509_time when = expired ? certificate->valid_to : certificate->valid_from;
    struct text out = text_over(self->dates, sizeof self->dates);
    if (depth > 0) {
        text_add(&out, "the CA certificate \"");
        text_add_foreign(&out, name_of(&certificate->subject), 64);
        text_add(&out, "\" ");
    } else {
        text_add(&out, "it ");
    }
    text_add(&out, "%s %04d-%02d-%02d %02d:%02d UTC",
             expired ? "expired on" : "is not valid before", when.year, when.mon, when.day,
             when.hour, when.min);
}

static bool is_self_issued(const mbedtls_x509_crt *certificate)
{
    return certificate->issuer_raw.len == certificate->subject_raw.len &&
           memcmp(certificate->issuer_raw.p, certificate->subject_raw.p,
                  certificate->issuer_raw.len) == 0;
}

// Called from the last certificate of the chain (the highest depth) down to the server's own (0).
static int look(void *context, mbedtls_x509_crt *certificate, int depth, uint32_t *flags)
{
    struct tls *self = context;
    if (depth == 0) {
        self->self_signed = is_self_issued(certificate);
        self->lone = certificate->next == NULL;
        // A certificate that the bundle holds itself is trusted, be it marked as a CA or not.
        // mbedTLS does so for a loaded bundle (x509_crt_check_ee_locally_trusted), not for a
        // searched one.
        if (self->pinned && self->self_signed)
            *flags &= ~(uint32_t)MBEDTLS_X509_BADCERT_NOT_TRUSTED;
    }
    if (*flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED) {
        struct text issuer = text_over(self->issuer, sizeof self->issuer);
        text_add_foreign(&issuer, name_of(&certificate->issuer), TLS_TEXT / 2);
    }
    if (*flags & (MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE))
        note_date(self, certificate, depth, *flags);
    if (depth == 0 && (*flags & MBEDTLS_X509_BADCERT_CN_MISMATCH))
        note_names(self, certificate);
    self->flags |= *flags;
    return 0;
}

void tls_configure(struct tls *self, void *config)
{
    mbedtls_ssl_conf_cert_profile(config, &profile);
    mbedtls_ssl_conf_ca_cb(config, find_issuers, self);
    mbedtls_ssl_conf_verify(config, look, self);
    mbedtls_ssl_conf_authmode(config, MBEDTLS_SSL_VERIFY_REQUIRED);
}

// ---- In words -----------------------------------------------------------------------------------

static void explain_untrusted(const struct tls *self, struct text *out)
{
    if (self->path == NULL)
        text_add(out, "there is no CA bundle on this system (%s and the like)", bundle_paths[0]);
    else if (self->self_signed)
        text_add(out, "it is self-signed and does not stand in %s itself", self->path);
    else if (self->lone)
        text_add(out,
                 "its issuer \"%s\" is not in %s and was not sent: an unknown CA, or an incomplete "
                 "chain",
                 self->issuer, self->path);
    else
        text_add(out, "the chain ends at the CA \"%s\", which is not in %s", self->issuer,
                 self->path);
    if (self->dates[0] != '\0')
        text_add(out, "; also, %s", self->dates);
}

static void explain_time(const struct tls *self, struct text *out)
{
    time_t seconds = time(NULL);
    struct tm utc;
    text_add(out, "%s; the clock here says ", self->dates);
    if (gmtime_r(&seconds, &utc) != NULL) // strftime is 5 K with its time zones
        text_add(out, "%04d-%02d-%02d %02d:%02d UTC", utc.tm_year + 1900, utc.tm_mon + 1,
                 utc.tm_mday, utc.tm_hour, utc.tm_min);
}

static void explain_rest(uint32_t flags, struct text *out)
{
    if (flags & MBEDTLS_X509_BADCERT_BAD_KEY)
        text_add(out, "a key of the certificate chain is too weak (RSA below 2048 bits, or an "
                      "unknown curve)");
    else if (flags & (MBEDTLS_X509_BADCERT_BAD_MD | MBEDTLS_X509_BADCERT_BAD_PK))
        text_add(out, "the certificate chain is signed in an outdated way (SHA-1 or older)");
    else if (flags & (MBEDTLS_X509_BADCERT_KEY_USAGE | MBEDTLS_X509_BADCERT_EXT_KEY_USAGE))
        text_add(out, "the certificate may not be used for a server");
    else
        text_add(out, "the certificate cannot be accepted (0x%x)", (unsigned)flags);
}

static enum reason explain_flags(const struct tls *self, struct text *out)
{
    if (self->flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED) {
        explain_untrusted(self, out);
        return REASON_TLS_UNTRUSTED;
    }
    if (self->flags & (MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE)) {
        explain_time(self, out);
        return REASON_TLS_EXPIRED;
    }
    if (self->flags & MBEDTLS_X509_BADCERT_CN_MISMATCH) {
        text_add(out, "it is for %s", self->names);
        return REASON_TLS_WRONG_HOST;
    }
    explain_rest(self->flags, out);
    return REASON_TLS_FAILED;
}

static const char *error_words(int error)
{
    switch (error) {
    case MBEDTLS_ERR_SSL_CONN_EOF:
    case -1: // curl's reader: the connection broke
        return "the connection was closed during the handshake";
    case MBEDTLS_ERR_SSL_INVALID_RECORD:
    case MBEDTLS_ERR_SSL_UNEXPECTED_RECORD:
        return "what the server answers is not TLS: it speaks plain http there, or another "
               "protocol";
    case 0: // it was gone before its alert could be read
    case MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE:
        return "the server ended the handshake: no common version or cipher, SNI names no host of "
               "its own, or it "
               "wants a client certificate";
    case MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION:
    case MBEDTLS_ERR_SSL_HANDSHAKE_FAILURE:
        return "no common version or cipher (TLS 1.2 and 1.3 are spoken here)";
    case MBEDTLS_ERR_SSL_NO_CLIENT_CERTIFICATE:
        return "the server sent no certificate";
    default:
        return NULL;
    }
}

void tls_explain(const struct tls *self, int error, const char *subject, struct finding *fault)
{
    char detail[FINDING_SLOT];
    struct text out = text_over(detail, sizeof detail);
    enum reason reason = REASON_TLS_FAILED;
    const char *words = error_words(error);
    if (self->flags != 0)
        reason = explain_flags(self, &out);
    else if (words != NULL)
        text_add(&out, "%s", words);
    else
        text_add(&out, "the handshake broke off (mbedTLS -0x%04x)", (unsigned)-error);
    finding_set(fault, reason, subject, NULL, detail);
}

// ---- Random numbers -----------------------------------------------------------------------------

// All from the kernel, in place of mbedTLS's generators, which curl would seed twice in its global
// initialisation, whatever the URL, and whose source is /dev/random on musl, which a chroot may
// lack and an old kernel lets wait. docker/config has curl call tls_..., and PSA the function of
// that name.
psa_status_t tls_psa_crypto_init(void);
int tls_ctr_drbg_seed(mbedtls_ctr_drbg_context *generator,
                      int (*entropy)(void *, unsigned char *, size_t), void *entropy_context,
                      const unsigned char *custom, size_t custom_len);
int tls_ctr_drbg_random(void *generator, unsigned char *bytes, size_t len);

static bool fill_random(unsigned char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t got = getrandom(bytes, len, 0);
        if (got < 0 && errno != EINTR)
            return false;
        bytes += got > 0 ? got : 0;
        len -= got > 0 ? (size_t)got : 0;
    }
    return true;
}

int tls_ctr_drbg_random(void *generator, unsigned char *bytes, size_t len)
{
    (void)generator;
    return fill_random(bytes, len) ? 0 : MBEDTLS_ERR_CTR_DRBG_ENTROPY_SOURCE_FAILED;
}

psa_status_t mbedtls_psa_external_get_random(mbedtls_psa_external_random_context_t *context,
                                             uint8_t *bytes, size_t len, size_t *got)
{
    (void)context;
    *got = len;
    return fill_random(bytes, len) ? PSA_SUCCESS : PSA_ERROR_INSUFFICIENT_ENTROPY;
}

int tls_ctr_drbg_seed(mbedtls_ctr_drbg_context *generator,
                      int (*entropy)(void *, unsigned char *, size_t), void *entropy_context,
                      const unsigned char *custom, size_t custom_len)
{
    (void)generator, (void)entropy, (void)entropy_context, (void)custom, (void)custom_len;
    return 0;
}

// Not before the first question over https: a question over http pays for no TLS.
psa_status_t tls_psa_crypto_init(void)
{
    return PSA_SUCCESS;
}

bool tls_start(void)
{
    unsigned char any;
    return fill_random(&any, sizeof any) && psa_crypto_init() == PSA_SUCCESS;
}
