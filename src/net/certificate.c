// SPDX-License-Identifier: MIT
#include "net/certificate.h"

#include <arpa/inet.h>
#include <mbedtls/asn1.h>
#include <mbedtls/oid.h>
#include <mbedtls/pk.h>
#include <mbedtls/x509_crt.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

// ---- Hosts --------------------------------------------------------------------------------------

static struct span without_final_dot(struct span name)
{
    if (name.len > 0 && name.text[name.len - 1] == '.')
        name.len--;
    return name;
}

static bool same(struct span a, struct span b)
{
    return a.len == b.len && a.len > 0 && strncasecmp(a.text, b.text, a.len) == 0 &&
           memchr(a.text, '\0', a.len) == NULL;
}

bool certificate_name_fits(struct span pattern, const char *host)
{
    struct span name = without_final_dot(span_of(host));
    pattern = without_final_dot(pattern);
    if (!span_starts(pattern, "*."))
        return same(pattern, name);
    const char *dot = memchr(name.text, '.', name.len);
    struct span rest = span_rest(pattern, 1);
    return dot != NULL && dot > name.text && memchr(rest.text + 1, '.', rest.len - 1) != NULL &&
           same(rest, span_rest(name, (size_t)(dot - name.text)));
}

// The address that the URL's host is, in the bytes of an iPAddress; 0: it is a name. inet_aton, as
// curl and the resolver read it: 127.1 is an address.
static size_t address_of(const char *host, unsigned char bytes[16])
{
    char text[INET6_ADDRSTRLEN];
    struct in_addr v4;
    struct span name = without_final_dot(span_of(host));
    text_print(text, sizeof text, "%.*s", (int)name.len, name.text);
    if (name.len < sizeof text && inet_aton(text, &v4) != 0) {
        memcpy(bytes, &v4, sizeof v4);
        return sizeof v4;
    }
    return inet_pton(AF_INET6, host, bytes) == 1 ? 16 : 0;
}

enum { SAN_DNS = MBEDTLS_X509_SAN_DNS_NAME, SAN_ADDRESS = MBEDTLS_X509_SAN_IP_ADDRESS };

static int kind_of(const mbedtls_x509_sequence *alternative)
{
    return alternative->buf.tag & MBEDTLS_ASN1_TAG_VALUE_MASK;
}

static struct span span_over(const mbedtls_asn1_buf *buffer)
{
    return (struct span){(const char *)buffer->p, buffer->len};
}

static bool has_extension(const mbedtls_x509_crt *certificate, int type)
{
    return mbedtls_x509_crt_has_ext_type(certificate, type) != 0;
}

static bool is_for_host(const mbedtls_x509_crt *certificate, const char *host)
{
    unsigned char bytes[16];
    size_t address = address_of(host, bytes);
    bool fits = false;
    if (!has_extension(certificate, MBEDTLS_X509_EXT_SUBJECT_ALT_NAME)) {
        for (const mbedtls_x509_name *at = &certificate->subject; at != NULL; at = at->next)
            if (MBEDTLS_OID_CMP(MBEDTLS_OID_AT_CN, &at->oid) == 0)
                fits = address == 0 && certificate_name_fits(span_over(&at->val), host);
        return fits;
    }
    for (const mbedtls_x509_sequence *at = &certificate->subject_alt_names; at != NULL && !fits;
         at = at->next)
        fits = address > 0
                   ? kind_of(at) == SAN_ADDRESS && at->buf.len == address &&
                         memcmp(at->buf.p, bytes, address) == 0
                   : kind_of(at) == SAN_DNS && certificate_name_fits(span_over(&at->buf), host);
    return fits;
}

static void add_name(struct text *out, struct span name)
{
    if (out->len > 0)
        text_add(out, ", ");
    text_add_foreign(out, name, 64);
}

// A name that looks like the address that was asked, and does not count for it.
#define NOT_FOR_ADDRESS ", which counts for no address (only an iPAddress does)"

static void add_dns_name(struct text *out, struct span name)
{
    char text[INET6_ADDRSTRLEN];
    unsigned char bytes[16];
    add_name(out, name);
    text_print(text, sizeof text, "%.*s", (int)name.len, name.text);
    if (name.len < sizeof text && address_of(text, bytes) > 0)
        text_add(out, " as a DNS name" NOT_FOR_ADDRESS);
}

static void add_common_name(const mbedtls_x509_crt *certificate, const char *host, struct text *out)
{
    unsigned char bytes[16];
    add_name(out, certificate_subject(certificate));
    if (address_of(host, bytes) > 0)
        text_add(out, " as a common name" NOT_FOR_ADDRESS);
}

void certificate_list_hosts(const mbedtls_x509_crt *certificate, const char *host, struct text *out)
{
    bool has_alternatives = has_extension(certificate, MBEDTLS_X509_EXT_SUBJECT_ALT_NAME);
    for (const mbedtls_x509_sequence *at = &certificate->subject_alt_names; at != NULL;
         at = at->next) {
        char address[INET6_ADDRSTRLEN] = "";
        if (kind_of(at) == SAN_DNS)
            add_dns_name(out, span_over(&at->buf));
        else if (kind_of(at) == SAN_ADDRESS && (at->buf.len == 4 || at->buf.len == 16) &&
                 inet_ntop(at->buf.len == 4 ? AF_INET : AF_INET6, at->buf.p, address,
                           sizeof address))
            add_name(out, span_of(address));
    }
    if (out->len == 0 && has_alternatives)
        text_add(out, "no host: its subjectAltName names none, and beside that its common name "
                      "does not count");
    else if (out->len == 0)
        add_common_name(certificate, host, out);
}

// ---- Names --------------------------------------------------------------------------------------

static struct span organization_of(const mbedtls_x509_name *name)
{
    for (; name != NULL; name = name->next)
        if (MBEDTLS_OID_CMP(MBEDTLS_OID_AT_ORGANIZATION, &name->oid) == 0)
            return span_over(&name->val);
    return span_of("");
}

static struct span name_of(const mbedtls_x509_name *name)
{
    for (const mbedtls_x509_name *at = name; at != NULL; at = at->next)
        if (MBEDTLS_OID_CMP(MBEDTLS_OID_AT_CN, &at->oid) == 0)
            return span_over(&at->val);
    return organization_of(name);
}

struct span certificate_subject(const mbedtls_x509_crt *certificate)
{
    return name_of(&certificate->subject);
}

struct span certificate_issuer(const mbedtls_x509_crt *certificate)
{
    return name_of(&certificate->issuer);
}

struct span certificate_issuer_organization(const mbedtls_x509_crt *certificate)
{
    return organization_of(&certificate->issuer);
}

struct span certificate_organization(const mbedtls_x509_crt *certificate)
{
    return organization_of(&certificate->subject);
}

// ---- What is refused ----------------------------------------------------------------------------

// "Any usage" does not name a TLS server, for OpenSSL.
static bool may_serve(const mbedtls_x509_crt *certificate)
{
    bool may = !has_extension(certificate, MBEDTLS_X509_EXT_EXTENDED_KEY_USAGE);
    for (const mbedtls_x509_sequence *at = &certificate->ext_key_usage; at != NULL && !may;
         at = at->next)
        may = MBEDTLS_OID_CMP(MBEDTLS_OID_SERVER_AUTH, &at->buf) == 0;
    return may;
}

// Of a server's own certificate: OpenSSL does not look at a CA's.
static bool is_of_type(const mbedtls_x509_crt *certificate)
{
    return !has_extension(certificate, MBEDTLS_X509_EXT_NS_CERT_TYPE) ||
           (certificate->MBEDTLS_PRIVATE(ns_cert_type) & MBEDTLS_X509_NS_CERT_TYPE_SSL_SERVER) != 0;
}

// mbedTLS keeps nothing of an extension that it does not know, but for its bytes: what comes after
// the OID of the first one with it, up to its end. Empty: there is none.
static struct span find_extension(const mbedtls_x509_crt *certificate, struct span oid)
{
    unsigned char *at = certificate->v3_ext.p;
    size_t len;
    if (at == NULL)
        return span_of(NULL);
    const unsigned char *end = at + certificate->v3_ext.len;
    if (mbedtls_asn1_get_tag(&at, end, &len, MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE) != 0)
        return span_of(NULL);
    while (at < end && mbedtls_asn1_get_tag(
                           &at, end, &len, MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE) == 0) {
        if (len > oid.len && memcmp(at, oid.text, oid.len) == 0)
            return (struct span){(const char *)at + oid.len, len - oid.len};
        at += len;
    }
    return span_of(NULL);
}

// An OID with its tag and length.
#define OID_SPAN(bytes) ((struct span){"\x06" bytes, sizeof("\x06" bytes) - 1})

static bool has_name_constraints(const mbedtls_x509_crt *certificate)
{
    return find_extension(certificate, OID_SPAN("\x03\x55\x1d\x1e")).len > 0;
}

bool certificate_is_self_issued(const mbedtls_x509_crt *certificate)
{
    return certificate_is_read(certificate) &&
           certificate->issuer_raw.len == certificate->subject_raw.len &&
           memcmp(certificate->issuer_raw.p, certificate->subject_raw.p,
                  certificate->issuer_raw.len) == 0;
}

bool certificate_is_read(const mbedtls_x509_crt *certificate)
{
    return certificate->raw.len > 0;
}

uint32_t certificate_refusals(const mbedtls_x509_crt *certificate, int depth, const char *host)
{
    uint32_t refusals = 0;
    if (!certificate_is_read(certificate))
        return MBEDTLS_X509_BADCERT_OTHER;
    if (depth == 0 && !is_for_host(certificate, host))
        refusals |= MBEDTLS_X509_BADCERT_CN_MISMATCH;
    if (!may_serve(certificate))
        refusals |= MBEDTLS_X509_BADCERT_EXT_KEY_USAGE;
    if (depth == 0 && !is_of_type(certificate))
        refusals |= MBEDTLS_X509_BADCERT_NS_CERT_TYPE;
    if (depth > 0 && has_name_constraints(certificate))
        refusals |= MBEDTLS_X509_BADCERT_OTHER;
    if (depth > 0 && certificate->version < 3 && !certificate_is_self_issued(certificate))
        refusals |= MBEDTLS_X509_BADCERT_KEY_USAGE;
    return refusals;
}

// ---- Who signed it ------------------------------------------------------------------------------

// The only way that it is published: by http. RFC 5280 section 4.2.2.1: a list of (method, name),
// the method id-ad-caIssuers, the name a URI.
struct span certificate_issuer_address(const mbedtls_x509_crt *certificate)
{
    static const char ca_issuers[] = "\x06\x08\x2b\x06\x01\x05\x05\x07\x30\x02";
    struct span list =
        find_extension(certificate, OID_SPAN("\x08\x2b\x06\x01\x05\x05\x07\x01\x01"));
    for (size_t found; (found = span_find(list, ca_issuers)) < list.len;) {
        list = span_rest(list, found + sizeof ca_issuers - 1);
        unsigned char *at = (unsigned char *)(uintptr_t)list.text;
        size_t len;
        if (mbedtls_asn1_get_tag(&at, at + list.len, &len, MBEDTLS_ASN1_CONTEXT_SPECIFIC | 6) != 0)
            continue;
        struct span address = {(const char *)at, len};
        if (span_starts_nocase(address, "http://") || span_starts_nocase(address, "https://"))
            return address;
    }
    return span_of("");
}

// What public CAs put into a server's certificate, and hardly anybody else: the log entries of
// RFC 6962, or a policy of the CA/Browser Forum (2.23.140.1.2). Their roots sign no servers.
static bool is_of_public_ca(const mbedtls_x509_crt *certificate)
{
    static const char forum[] = "\x67\x81\x0c\x01\x02";
    if (find_extension(certificate, OID_SPAN("\x0a\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x02")).len >
        0)
        return true;
    bool is = false;
    for (const mbedtls_x509_sequence *at = &certificate->certificate_policies;
         at != NULL && at->buf.p != NULL && !is; at = at->next)
        is = at->buf.len >= sizeof forum - 1 && memcmp(at->buf.p, forum, sizeof forum - 1) == 0;
    return is;
}

// Some name the issuer of the issuer beside its key (RFC 5280 section 4.2.1.1): itself, or another.
static enum certificate_issuer_kind kind_by_authority(const mbedtls_x509_crt *certificate)
{
    const mbedtls_x509_buf *own = &certificate->issuer_raw;
    for (const mbedtls_x509_sequence *at = &certificate->authority_key_id.authorityCertIssuer;
         at != NULL && at->buf.p != NULL; at = at->next)
        if (kind_of(at) == MBEDTLS_X509_SAN_DIRECTORY_NAME)
            return at->buf.len == own->len && memcmp(at->buf.p, own->p, own->len) == 0
                       ? CERTIFICATE_ISSUER_ROOT
                       : CERTIFICATE_ISSUER_BELOW;
    return CERTIFICATE_ISSUER_ANY;
}

static bool has_any(struct span name, const char *const *words)
{
    for (; *words != NULL; words++)
        if (span_has_nocase(name, *words))
            return true;
    return false;
}

static enum certificate_issuer_kind kind_by_name(struct span name)
{
    static const char *const below[] = {"intermediate", "issuing", "sub ca",
                                        "subca",        "sub-ca",  NULL};
    if (span_has_nocase(name, "root"))
        return CERTIFICATE_ISSUER_ROOT;
    return has_any(name, below) ? CERTIFICATE_ISSUER_BELOW : CERTIFICATE_ISSUER_ANY;
}

bool certificate_issuer_inspects(const mbedtls_x509_crt *certificate)
{
    static const char *const words[] = {
        "inspection", "interception", "decryption", "ssl proxy", "web proxy", "firewall",
        "zscaler",    "fortigate",    "fortinet",   "netskope",  "umbrella",  "palo alto",
        "sophos",     "forcepoint",   "mitmproxy",  "kaspersky", "squid",     NULL};
    return has_any(certificate_issuer(certificate), words) ||
           has_any(certificate_issuer_organization(certificate), words);
}

enum certificate_issuer_kind certificate_issuer_kind(const mbedtls_x509_crt *certificate)
{
    if (is_of_public_ca(certificate))
        return CERTIFICATE_ISSUER_BELOW;
    enum certificate_issuer_kind kind = kind_by_authority(certificate);
    return kind != CERTIFICATE_ISSUER_ANY ? kind : kind_by_name(certificate_issuer(certificate));
}

// ---- Why one cannot be read ---------------------------------------------------------------------

// id-ce, 2.5.29, RFC 5280 section 4.2.1
static const char *extension_name(const struct certificate_extension *extension)
{
    if (extension->len != 3 || memcmp(extension->oid, "\x55\x1d", 2) != 0)
        return NULL;
    switch (extension->oid[2]) {
    case 0x1e:
        return "name constraints";
    case 0x20:
        return "certificate policies";
    case 0x21:
        return "policy mappings";
    case 0x24:
        return "policy constraints";
    case 0x36:
        return "a ban on any-policy";
    default:
        return NULL;
    }
}

static void explain_extension(const struct certificate_extension *extension, struct text *out)
{
    char number[64] = "";
    const char *name = extension_name(extension);
    mbedtls_asn1_buf oid = {.tag = MBEDTLS_ASN1_OID, .len = extension->len};
    oid.p = (unsigned char *)(uintptr_t)extension->oid;
    if (name == NULL && mbedtls_oid_get_numeric_string(number, sizeof number, &oid) <= 0)
        number[0] = '\0';
    if (name != NULL)
        text_add(out, "critical %s, which are not judged here", name);
    else
        text_add(out, "a critical extension that is not known here (%s)", number);
}

static const char *kind_words(int error)
{
    switch (-(-error & 0xff80)) { // the lower bits tell of ASN.1 and OIDs
    case MBEDTLS_ERR_X509_UNKNOWN_SIG_ALG:
    case MBEDTLS_ERR_X509_INVALID_ALG:
        return "a signature that is not supported (Ed25519, Ed448, DSA, SHA-3, MD5; RSA and ECDSA "
               "by SHA-256 up are)";
    case MBEDTLS_ERR_PK_UNKNOWN_PK_ALG:
        return "a key that is not supported (Ed25519, Ed448, DSA, RSA-PSS alone; RSA, P-256, "
               "P-384 and P-521 are)";
    case MBEDTLS_ERR_PK_UNKNOWN_NAMED_CURVE:
    case MBEDTLS_ERR_PK_KEY_INVALID_FORMAT:
    case MBEDTLS_ERR_PK_FEATURE_UNAVAILABLE:
        return "a key on a curve that is not supported (secp256k1, Brainpool; P-256, P-384 and "
               "P-521 are)";
    case MBEDTLS_ERR_PK_INVALID_PUBKEY:
        return "a key that cannot be read, or is longer than RSA with 8192 bits";
    case MBEDTLS_ERR_X509_FEATURE_UNAVAILABLE:
        return "critical certificate policies, which are not judged here";
    case MBEDTLS_ERR_X509_INVALID_EXTENSIONS:
        return "a critical extension that is not judged here (name constraints, policy "
               "constraints), or a broken one";
    case MBEDTLS_ERR_X509_INVALID_FORMAT:
    case MBEDTLS_ERR_X509_INVALID_VERSION:
    case MBEDTLS_ERR_X509_INVALID_SERIAL:
    case MBEDTLS_ERR_X509_INVALID_NAME:
    case MBEDTLS_ERR_X509_INVALID_DATE:
    case MBEDTLS_ERR_X509_INVALID_SIGNATURE:
    case MBEDTLS_ERR_X509_UNKNOWN_VERSION:
    case MBEDTLS_ERR_X509_BAD_INPUT_DATA: // an iPAddress of neither 4 nor 16 bytes
    case MBEDTLS_ERR_X509_SIG_MISMATCH:
        return "a form that RFC 5280 does not allow";
    default:
        return NULL;
    }
}

bool certificate_explain(int error, const struct certificate_extension *extension, struct text *out)
{
    const char *words = kind_words(error);
    if (extension != NULL && extension->len > 0)
        explain_extension(extension, out);
    else if (words != NULL)
        text_add(out, "%s", words);
    else
        return false;
    return true;
}
