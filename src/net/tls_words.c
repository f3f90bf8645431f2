// SPDX-License-Identifier: MIT
// Why a handshake failed, in words. Never "write http://" to a server that has shown a certificate.
#include <mbedtls/asn1.h>
#include <mbedtls/bignum.h>
#include <mbedtls/cipher.h>
#include <mbedtls/ecp.h>
#include <mbedtls/md.h>
#include <mbedtls/pk.h>
#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "net/certificate.h"
#include "net/tls.h"
#include "net/url.h"

// A name of a site, and not an address or the name of a service: who shows another certificate
// there does not know the site.
static bool is_site(const char *host)
{
    return strchr(host, '.') != NULL && host[strspn(host, "0123456789.")] != '\0' &&
           strchr(host, ':') == NULL;
}

// Neither its name nor its CA is right: the name comes first, since no CA makes up for it.
static enum reason explain_stranger(const struct tls *self, struct text *out)
{
    text_add(out, "it is for %s, and its issuer \"%s\" is not in %s", self->names, self->issuer,
             self->path);
    return is_site(self->host) ? REASON_TLS_UNTRUSTED_SITE : REASON_TLS_UNTRUSTED_NAME;
}

// A leaf alone whose issuer is not known here: a chain that is not whole, or a private CA. What the
// certificate tells of its issuer decides which step comes first; with a CA file that is set, the
// chain does.
static enum reason explain_not_sent(const struct tls *self, struct text *out)
{
    if (self->flags & MBEDTLS_X509_BADCERT_CN_MISMATCH)
        return explain_stranger(self, out);
    if (self->kind == CERTIFICATE_ISSUER_ROOT ||
        (self->kind == CERTIFICATE_ISSUER_ANY && !self->is_given && !self->is_alone)) {
        text_add(out, "its chain ends at the CA \"%s\", which is not in %s", self->issuer,
                 self->path);
        return self->is_given ? REASON_TLS_UNTRUSTED_ADD : REASON_TLS_UNTRUSTED;
    }
    if (self->is_given) {
        text_add(out, "the server did not send its issuer \"%s\", which is not in %s either",
                 self->issuer, self->path);
        return REASON_TLS_UNTRUSTED_CHAIN;
    }
    if (self->kind == CERTIFICATE_ISSUER_ANY) {
        text_add(out, "its issuer \"%s\" was not sent and is not in %s", self->issuer, self->path);
        return REASON_TLS_UNTRUSTED_ISSUER;
    }
    text_add(out, "the server did not send the certificate of its issuer \"%s\"", self->issuer);
    if (self->published[0] != '\0')
        text_add(out, " (published at %s)", self->published);
    return REASON_TLS_UNTRUSTED_UNSENT;
}

// Each cause has a step of its own: a CA to name, a chain to complete, a CA to replace.
static enum reason explain_untrusted(const struct tls *self, struct text *out)
{
    if (self->path == NULL) {
        text_add(out, "there is no CA bundle on this system (/etc/ssl/certs/ca-certificates.crt "
                      "and the like); an app may bring its own (Python: "
                      "site-packages/certifi/cacert.pem)");
        return REASON_TLS_UNTRUSTED_BUNDLE;
    }
    if (self->unusable[0] != '\0') {
        text_add(out, "the CA \"%s\" is in %s, but cannot be used: %s", self->issuer, self->path,
                 self->unusable);
        return REASON_TLS_UNTRUSTED_CA_UNUSABLE;
    }
    if (self->is_known) {
        text_add(out,
                 "it names \"%s\" as its issuer, but the certificate of that name in %s has "
                 "not signed it: a renewed CA, or a forgery",
                 self->issuer, self->path);
        return REASON_TLS_UNTRUSTED_CA;
    }
    if (self->is_inspected) {
        text_add(out, "its CA is \"%s\", which is not in %s", self->issuer, self->path);
        return REASON_TLS_UNTRUSTED_INSPECTED;
    }
    if (self->self_signed && (self->flags & MBEDTLS_X509_BADCERT_CN_MISMATCH)) {
        text_add(out, "it is \"%s\", for %s", self->issuer, self->names);
        return REASON_TLS_UNTRUSTED_DEFAULT;
    }
    if (self->self_signed) {
        text_add(out, "it is \"%s\", which is not in %s", self->issuer, self->path);
        return REASON_TLS_UNTRUSTED_SELF_SIGNED;
    }
    if (self->ends_at_root && (self->flags & MBEDTLS_X509_BADCERT_CN_MISMATCH))
        return explain_stranger(self, out);
    if (self->ends_at_root) {
        text_add(out, "the chain ends at the CA \"%s\", which is not in %s", self->issuer,
                 self->path);
        return self->is_given ? REASON_TLS_UNTRUSTED_ADD : REASON_TLS_UNTRUSTED;
    }
    if (self->sent == TLS_ISSUER_UNFIT) {
        text_add(out,
                 "the server sends a certificate of its issuer \"%s\" that is not marked as a "
                 "CA, or not as one for so long a chain",
                 self->issuer);
        return REASON_TLS_UNTRUSTED_CHAIN;
    }
    if (self->sent == TLS_ISSUER_BEFORE) {
        text_add(out,
                 "the server sends the CA \"%s\" before a certificate that it has signed: it "
                 "must send its own first, then each one's issuer",
                 self->issuer);
        return REASON_TLS_UNTRUSTED_CHAIN;
    }
    return explain_not_sent(self, out);
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

static void explain_rest(const struct tls *self, struct text *out)
{
    if (self->flags & MBEDTLS_X509_BADCERT_BAD_KEY)
        text_add(out, "a key of the certificate chain is too weak (RSA below 2048 bits, or an "
                      "unknown curve)");
    else if (self->flags & (MBEDTLS_X509_BADCERT_BAD_MD | MBEDTLS_X509_BADCERT_BAD_PK))
        text_add(out, "the certificate chain is signed in an outdated way (SHA-1, SHA-224 or "
                      "older)");
    else if (self->flags & MBEDTLS_X509_BADCERT_OTHER)
        text_add(out, "the CA \"%s\" has name constraints, which are not judged here",
                 self->culprit);
    else if (self->flags & MBEDTLS_X509_BADCERT_KEY_USAGE)
        text_add(out, "\"%s\" is not a CA: its certificate is not of version 3", self->culprit);
    else if (self->flags & MBEDTLS_X509_BADCERT_NS_CERT_TYPE)
        text_add(out, "its Netscape certificate type is not that of a server");
    else if (self->culprit[0] != '\0')
        text_add(out, "the CA \"%s\" may not issue certificates for a server (extended key usage)",
                 self->culprit);
    else
        text_add(out, "it may not be used for a server (extended key usage: serverAuth is not in "
                      "it)");
}

static enum reason explain_flags(const struct tls *self, struct text *out)
{
    if (self->unread) {
        text_add(out, "a certificate of the server has ");
        certificate_explain(MBEDTLS_ERR_X509_UNKNOWN_SIG_ALG, NULL, out);
        return REASON_TLS_CERTIFICATE;
    }
    if (self->flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED) {
        enum reason reason = explain_untrusted(self, out);
        // Whoever knows the CA of what has expired has still to have it renewed.
        if (self->flags & MBEDTLS_X509_BADCERT_EXPIRED && reason != REASON_TLS_UNTRUSTED_DEFAULT) {
            text_add(out, "; %s", self->dates);
            return REASON_TLS_EXPIRED_UNTRUSTED;
        }
        if (self->dates[0] != '\0')
            text_add(out, "; also, %s", self->dates);
        return reason;
    }
    if (self->flags & (MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE)) {
        explain_time(self, out);
        if (!(self->flags & MBEDTLS_X509_BADCERT_EXPIRED))
            return REASON_TLS_EXPIRED_EARLY;
        return self->is_ca_expired ? REASON_TLS_EXPIRED_CA : REASON_TLS_EXPIRED;
    }
    if (self->flags & MBEDTLS_X509_BADCERT_CN_MISMATCH) {
        text_add(out, "it is for %s", self->names);
        return is_site(self->host) ? REASON_TLS_WRONG_SITE : REASON_TLS_WRONG_HOST;
    }
    explain_rest(self, out);
    return REASON_TLS_CERTIFICATE;
}

bool tls_was_closed(const struct tls *self, int error)
{
    return !self->shown && self->flags == 0 &&
           (error == 0 || error == -1 || error == MBEDTLS_ERR_SSL_CONN_EOF);
}

bool tls_was_refused(const struct tls *self, int error)
{
    return !self->shown && self->flags == 0 && error == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE;
}

// The lower bits tell of a lack of memory below what failed.
static bool lacks_memory(int error)
{
    switch (-(-error & 0xff80)) {
    case MBEDTLS_ERR_SSL_ALLOC_FAILED:
    case MBEDTLS_ERR_X509_ALLOC_FAILED:
    case MBEDTLS_ERR_PK_ALLOC_FAILED:
    case MBEDTLS_ERR_ECP_ALLOC_FAILED:
    case MBEDTLS_ERR_MD_ALLOC_FAILED:
    case MBEDTLS_ERR_CIPHER_ALLOC_FAILED:
        return true;
    default:
        break;
    }
    int low = -(-error & 0x7f);
    return low == MBEDTLS_ERR_MPI_ALLOC_FAILED || low == MBEDTLS_ERR_ASN1_ALLOC_FAILED;
}

static enum reason explain_error(const struct tls *self, int error, struct text *out)
{
    if (lacks_memory(error)) {
        text_add(out, "memory ran out");
        return REASON_START_FAILED;
    }
    switch (error) {
    case MBEDTLS_ERR_SSL_CONN_EOF:
    case -1: // curl's reader: the connection broke
        text_add(out, "the connection was closed during the handshake");
        return self->shown ? REASON_TLS_FAILED : REASON_TLS_FAILED_PLAIN;
    case MBEDTLS_ERR_SSL_INVALID_RECORD:
    case MBEDTLS_ERR_SSL_UNEXPECTED_RECORD:
        text_add(out, "the answer is not TLS: plain http, or another protocol");
        return self->shown ? REASON_TLS_FAILED : REASON_TLS_FAILED_PLAIN;
    case 0: // it was gone before its alert could be read
    case MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE:
        // Versions, ciphers and names are settled before it shows its certificate.
        if (self->shown) {
            text_add(out, "it showed its own certificate, then ended the handshake");
            return REASON_TLS_CLIENT_CERTIFICATE;
        }
        text_add(out, "the server ended the handshake: it does not know this host name (SNI), has "
                      "no version or cipher in common, or a key of a kind that is not supported "
                      "(Ed25519)");
        return REASON_TLS_FAILED;
    case MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION:
    case MBEDTLS_ERR_SSL_HANDSHAKE_FAILURE:
        text_add(out, "no common version or cipher (TLS 1.2 and 1.3 are supported here)");
        return REASON_TLS_FAILED;
    case MBEDTLS_ERR_SSL_NO_CLIENT_CERTIFICATE:
        text_add(out, "the server sent no certificate");
        return REASON_TLS_FAILED;
    case MBEDTLS_ERR_SSL_BAD_CERTIFICATE: // found after the verification
        text_add(out, "it may not be used for a server (key usage: digitalSignature is not in it)");
        return REASON_TLS_CERTIFICATE;
    case MBEDTLS_ERR_SSL_BAD_INPUT_DATA: // of all that is asked of it, only the server's is not
                                         // ours
        text_add(out,
                 "it comes with more than the 16 KiB that are read here: a long chain, or very "
                 "many names");
        return REASON_TLS_CERTIFICATE;
    case MBEDTLS_ERR_X509_FATAL_ERROR:
        text_add(out, "the certificate chain is too long, or memory ran out");
        return REASON_TLS_CERTIFICATE;
    default:
        break;
    }
    text_add(out, "a certificate of the server has ");
    if (certificate_explain(error, NULL, out))
        return REASON_TLS_CERTIFICATE;
    *out = text_over(out->bytes, out->room);
    text_add(out, "the handshake broke off (mbedTLS -0x%04x)", (unsigned)-error);
    return REASON_TLS_FAILED;
}

// "host:443" of "https://host", as openssl s_client wants it.
static void host_and_port(const char *origin, char buffer[FINDING_SLOT])
{
    struct url url;
    char why[URL_WHY];
    if (url_parse(origin, false, &url, why))
        text_print(buffer, FINDING_SLOT, strchr(url.host, ':') ? "[%s]:%u" : "%s:%u", url.host,
                   url.port);
    else
        text_print(buffer, FINDING_SLOT, "HOST:PORT");
}

void tls_explain(const struct tls *self, int error, const char *subject, struct finding *fault)
{
    char detail[FINDING_SLOT], where[FINDING_SLOT];
    struct text out = text_over(detail, sizeof detail);
    enum reason reason =
        self->flags != 0 ? explain_flags(self, &out) : explain_error(self, error, &out);
    host_and_port(subject, where);
    finding_set(fault, reason, subject, reason == REASON_TLS_UNTRUSTED_SELF_SIGNED ? where : NULL,
                detail);
}
