// SPDX-License-Identifier: MIT
#include "net/pem.h"

#include <string.h>

#include "base/base64.h"
#include "base/span.h"

static const char *const labels[] = {"CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"};

static bool next_line(struct pem *self, char **line, size_t *len)
{
    if (self->len == 0)
        return false;
    const char *end = memchr(self->rest, '\n', self->len);
    size_t taken = end != NULL ? (size_t)(end - self->rest) + 1 : self->len;
    *line = self->rest;
    *len = taken;
    self->rest += taken;
    self->len -= taken;
    return true;
}

// "-----BEGIN LABEL-----" with nothing but blanks after it.
static bool is_mark(struct span line, const char *mark, const char *label)
{
    if (!span_starts(line, mark))
        return false;
    struct span rest = span_rest(line, strlen(mark));
    if (!span_starts(rest, label))
        return false;
    rest = span_rest(rest, strlen(label));
    return span_starts(rest, "-----") && span_trim(span_rest(rest, strlen("-----"))).len == 0;
}

static const char *begun_label(struct span line)
{
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++)
        if (is_mark(line, "-----BEGIN ", labels[i]))
            return labels[i];
    return NULL;
}

// The lines of a block, drawn together at their begin. False when it has no END of its own.
static bool take_body(struct pem *self, const char *label, char *body, size_t *len)
{
    char *line;
    size_t line_len;
    *len = 0;
    while (next_line(self, &line, &line_len)) {
        struct span text = {line, line_len};
        if (is_mark(text, "-----END ", label))
            return true;
        if (line_len > 0 && line[0] == '-') { // another block: this one has lost its end
            self->rest -= line_len;
            self->len += line_len;
            return false;
        }
        text = span_trim(text);
        memmove(body + *len, text.text, text.len);
        *len += text.len;
    }
    return false;
}

static bool decode(char *body, size_t len, struct pem_block *block)
{
    if (len == 0 || len % 4 != 0)
        return false;
    for (unsigned padding = 0; padding < 2 && body[len - 1] == '='; padding++)
        len--;
    block->der = (unsigned char *)body;
    return base64_decode(BASE64_PLAIN, body, len, body, len, &block->len);
}

size_t pem_mark(const char *bytes, size_t len)
{
    static const char mark[] = "\xEF\xBB\xBF";
    size_t mark_len = sizeof mark - 1;
    return len >= mark_len && memcmp(bytes, mark, mark_len) == 0 ? mark_len : 0;
}

bool pem_next(struct pem *self, struct pem_block *block)
{
    char *line;
    size_t len = pem_mark(self->rest, self->len);
    self->rest += len;
    self->len -= len;
    while (next_line(self, &line, &len)) {
        const char *label = line[0] == '-' ? begun_label((struct span){line, len}) : NULL;
        char *body = self->rest;
        if (label == NULL || !take_body(self, label, body, &len) || !decode(body, len, block))
            continue;
        block->trusted = label == labels[2];
        return true;
    }
    return false;
}

static bool has(struct span text, const char *piece)
{
    return span_find(text, piece) < text.len;
}

// A mark in a line of its own, where one is looked for.
static bool has_line(struct span text, const char *mark)
{
    size_t len = strlen(mark);
    for (struct span rest = text; has(rest, mark); rest = span_rest(rest, 1)) {
        rest = span_rest(rest, span_find(rest, mark));
        bool begins = rest.text == text.text || rest.text[-1] == '\n';
        bool ends = rest.len == len || rest.text[len] == '\n' || rest.text[len] == '\r';
        if (begins && ends)
            return true;
    }
    return false;
}

const char *pem_explain(const char *bytes, size_t len)
{
    static const char begin[] = "-----BEGIN CERTIFICATE-----", end[] = "-----END CERTIFICATE-----";
    struct span text = {bytes, len};
    if (span_starts(text, "\xFF\xFE") || span_starts(text, "\xFE\xFF"))
        return "is UTF-16 text: save it as plain text";
    if (has(text, begin) && !has(text, end))
        return "holds a certificate that is cut off: the line -----END CERTIFICATE----- is missing";
    if (has_line(text, begin) && has_line(text, end))
        return "holds no certificate that can be read: what is between its BEGIN and END is "
               "damaged";
    if (has(text, begin))
        return "holds a certificate whose lines do not begin lines of the file, with nothing "
               "before "
               "them";
    if (has(text, "-----BEGIN CERTIFICATE REQUEST-----"))
        return "holds a request for a certificate (CSR), and no certificate";
    if (has(text, "PRIVATE KEY-----"))
        return "holds a key, and no certificate";
    if (has(text, "-----BEGIN PKCS7-----"))
        return "holds PKCS #7, of which openssl pkcs7 -print_certs makes certificates";
    return "holds no certificate that can be read";
}
