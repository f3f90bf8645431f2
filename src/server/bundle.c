// SPDX-License-Identifier: MIT
#include "server/bundle.h"

#include <string.h>

// Tags of X.690 that a certificate's head is made of.
enum tag {
    TAG_INTEGER = 0x02,
    TAG_OID = 0x06,
    TAG_UTF8 = 0x0c,
    TAG_PRINTABLE = 0x13,
    TAG_SEQUENCE = 0x30,
    TAG_SET = 0x31,
    TAG_VERSION = 0xa0,
};

static const char pem_begin[] = "-----BEGIN CERTIFICATE-----";

void bundle_over(struct bundle *self, const char *text, size_t len)
{
    self->rest = (struct span){text, len};
    self->der = len > 0 && (unsigned char)text[0] == TAG_SEQUENCE;
}

// ---- DER ----------------------------------------------------------------------------------------

// Takes one element off the front: its tag and its content. `whole`, if not NULL, gets it with its
// header.
static bool take(struct bundle_bytes *from, unsigned *tag, struct bundle_bytes *content,
                 struct bundle_bytes *whole)
{
    if (from->len < 2)
        return false;
    size_t head = 2, len = from->bytes[1];
    if (len >= 0x80) {
        size_t count = len & 0x7f;
        if (count == 0 || count > 3 || from->len < 2 + count)
            return false;
        len = 0;
        for (size_t i = 0; i < count; i++)
            len = len << 8 | from->bytes[2 + i];
        head += count;
    }
    if (len > from->len - head)
        return false;
    *tag = from->bytes[0];
    *content = (struct bundle_bytes){from->bytes + head, len};
    if (whole != NULL)
        *whole = (struct bundle_bytes){from->bytes, head + len};
    *from = (struct bundle_bytes){from->bytes + head + len, from->len - head - len};
    return true;
}

static bool take_tagged(struct bundle_bytes *from, unsigned tag, struct bundle_bytes *content)
{
    unsigned found;
    return take(from, &found, content, NULL) && found == tag;
}

// Certificate, TBSCertificate: version, serialNumber, signature, issuer, validity, subject (RFC
// 5280 section 4.1).
static bool find_subject(struct bundle_bytes der, struct bundle_bytes *subject)
{
    struct bundle_bytes certificate, tbs, skipped;
    unsigned tag;
    if (!take_tagged(&der, TAG_SEQUENCE, &certificate) ||
        !take_tagged(&certificate, TAG_SEQUENCE, &tbs))
        return false;
    if (tbs.len > 0 && tbs.bytes[0] == TAG_VERSION && !take(&tbs, &tag, &skipped, NULL))
        return false;
    return take_tagged(&tbs, TAG_INTEGER, &skipped) && take_tagged(&tbs, TAG_SEQUENCE, &skipped) &&
           take_tagged(&tbs, TAG_SEQUENCE, &skipped) && take_tagged(&tbs, TAG_SEQUENCE, &skipped) &&
           take(&tbs, &tag, &skipped, subject) && tag == TAG_SEQUENCE;
}

// ---- Names --------------------------------------------------------------------------------------

static bool bytes_equal(struct bundle_bytes a, struct bundle_bytes b)
{
    return a.len == b.len && memcmp(a.bytes, b.bytes, a.len) == 0;
}

static bool is_text(unsigned tag)
{
    return tag == TAG_UTF8 || tag == TAG_PRINTABLE;
}

static bool text_equal(struct bundle_bytes a, struct bundle_bytes b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++) {
        unsigned difference = (unsigned)(a.bytes[i] ^ b.bytes[i]);
        unsigned lower = a.bytes[i] | 0x20u;
        if (difference != 0 && (difference != 0x20 || lower < 'a' || lower > 'z'))
            return false;
    }
    return true;
}

// AttributeTypeAndValue: an OID and a string.
static bool attributes_equal(struct bundle_bytes a, struct bundle_bytes b)
{
    struct bundle_bytes type_a, type_b, value_a, value_b;
    unsigned tag_a, tag_b;
    if (!take_tagged(&a, TAG_OID, &type_a) || !take_tagged(&b, TAG_OID, &type_b) ||
        !bytes_equal(type_a, type_b))
        return false;
    if (!take(&a, &tag_a, &value_a, NULL) || !take(&b, &tag_b, &value_b, NULL))
        return false;
    if (is_text(tag_a) && is_text(tag_b))
        return text_equal(value_a, value_b);
    return tag_a == tag_b && bytes_equal(value_a, value_b);
}

// RelativeDistinguishedName: mostly one attribute; several must come in the same order, as mbedTLS
// wants it.
static bool relative_names_equal(struct bundle_bytes a, struct bundle_bytes b)
{
    struct bundle_bytes attribute_a, attribute_b;
    while (a.len > 0 && b.len > 0)
        if (!take_tagged(&a, TAG_SEQUENCE, &attribute_a) ||
            !take_tagged(&b, TAG_SEQUENCE, &attribute_b) ||
            !attributes_equal(attribute_a, attribute_b))
            return false;
    return a.len == b.len;
}

bool bundle_names_equal(struct bundle_bytes a, struct bundle_bytes b)
{
    struct bundle_bytes names_a, names_b, set_a, set_b;
    if (bytes_equal(a, b))
        return true;
    if (!take_tagged(&a, TAG_SEQUENCE, &names_a) || !take_tagged(&b, TAG_SEQUENCE, &names_b))
        return false;
    while (names_a.len > 0 && names_b.len > 0)
        if (!take_tagged(&names_a, TAG_SET, &set_a) || !take_tagged(&names_b, TAG_SET, &set_b) ||
            !relative_names_equal(set_a, set_b))
            return false;
    return names_a.len == names_b.len;
}

// ---- PEM ----------------------------------------------------------------------------------------

enum { BASE64_BLANK = 64, BASE64_PAD, BASE64_STRANGE };

static unsigned base64_value(unsigned char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26u;
    if (c >= '0' && c <= '9')
        return c - '0' + 52u;
    if (c == '+')
        return 62;
    if (c == '/')
        return 63;
    if (c == '=')
        return BASE64_PAD;
    return c == ' ' || (c >= '\t' && c <= '\r') ? BASE64_BLANK : BASE64_STRANGE;
}

// Decodes up to the line of dashes at the end. False when the block is broken or too long.
// Certificates are public: no need for mbedTLS's constant-time decoder, which costs more than the
// handshake over a whole bundle.
static bool decode(struct bundle *self, struct bundle_bytes *der)
{
    unsigned bits = 0, have = 0;
    size_t len = 0, i = 0;
    for (; i < self->rest.len && self->rest.text[i] != '-'; i++) {
        unsigned value = base64_value((unsigned char)self->rest.text[i]);
        if (value == BASE64_BLANK || value == BASE64_PAD)
            continue;
        if (value == BASE64_STRANGE || len == BUNDLE_DER_MOST)
            break;
        bits = bits << 6 | value;
        have += 6;
        if (have >= 8) {
            have -= 8;
            self->buffer[len++] = (unsigned char)(bits >> have & 0xff);
        }
    }
    bool ended = i < self->rest.len && self->rest.text[i] == '-';
    self->rest = span_rest(self->rest, i);
    *der = (struct bundle_bytes){self->buffer, len};
    return ended;
}

static bool skip_to_block(struct bundle *self)
{
    const char *found = self->rest.len > 0 ? memmem(self->rest.text, self->rest.len, pem_begin,
                                                    sizeof pem_begin - 1)
                                           : NULL;
    if (found == NULL)
        return false;
    const char *body = found + sizeof pem_begin - 1;
    self->rest = (struct span){body, self->rest.len - (size_t)(body - self->rest.text)};
    return true;
}

static bool take_whole(struct bundle *self, struct bundle_certificate *certificate)
{
    certificate->der =
        (struct bundle_bytes){(const unsigned char *)self->rest.text, self->rest.len};
    self->rest.len = 0;
    return certificate->der.len > 0 && find_subject(certificate->der, &certificate->subject);
}

bool bundle_next(struct bundle *self, struct bundle_certificate *certificate)
{
    if (self->der)
        return take_whole(self, certificate);
    while (skip_to_block(self))
        if (decode(self, &certificate->der) &&
            find_subject(certificate->der, &certificate->subject))
            return true;
    return false;
}
