// SPDX-License-Identifier: MIT
#include "dotenv/value.h"

#include <string.h>

#include "base/utf8.h"
#include "dotenv/statement.h"
#include "dotenv/unicode.h"

// `\0` and at most three digits.
#define OCTAL_DIGITS 3
#define OCTAL_MAX 0377

struct span value_raw(struct span text)
{
    if (text.len == 0 || statement_quote(text))
        return text;
    // Only a space makes a comment of the `#` after it, no other blank does.
    const char *comment = memmem(text.text, text.len, " #", 2);
    if (comment)
        text.len = (size_t)(comment - text.text);
    return unicode_trim_end(text);
}

// A piece of quoted text, and what it means.
struct piece {
    size_t taken;
    char bytes[UTF8_MAX];
    size_t len;
};

static struct piece as_it_is(struct span text, size_t taken)
{
    struct piece piece = {.taken = taken, .len = taken};
    memcpy(piece.bytes, text.text, taken);
    return piece;
}

// `text` begins with `\0`. The number is a character, not a byte; with fewer than three digits,
// with an 8 or 9, or above 255 the zero is lost and the rest stays.
static struct piece octal(struct span text)
{
    struct piece piece = {.taken = 2, .bytes = {'\\'}, .len = 1};
    uint32_t code = 0;
    bool good = true;
    for (; piece.len <= OCTAL_DIGITS && piece.taken < text.len; piece.taken++) {
        char digit = text.text[piece.taken];
        if (digit < '0' || digit > '9')
            break;
        good = good && digit < '8';
        code = code * 8 + (uint32_t)(digit - '0');
        piece.bytes[piece.len++] = digit;
    }
    if (good && piece.len == 1 + OCTAL_DIGITS && code <= OCTAL_MAX)
        piece.len = utf8_encode(code, piece.bytes);
    return piece;
}

// The piece at the beginning of `text`, which is not empty, between double quotes. A dollar sign
// that was escaped is doubled: references are read afterwards.
static struct piece unescape(struct span text)
{
    static const char letters[] = "abfnrtv\"\\";
    static const char meanings[] = "\a\b\f\n\r\t\v\"\\";
    if (text.text[0] != '\\' || text.len == 1)
        return as_it_is(text, 1);
    char c = text.text[1];
    const char *found = memchr(letters, c, sizeof letters - 1);
    if (found)
        return (struct piece){.taken = 2, .bytes = {meanings[found - letters]}, .len = 1};
    if (c == '$')
        return (struct piece){.taken = 2, .bytes = {'$', '$'}, .len = 2};
    if (c == '0')
        return octal(text);
    return as_it_is(text, 2);
}

static struct span between_quotes(struct span raw)
{
    return (struct span){raw.text + 1, raw.len - 2};
}

static struct value_result bad(enum dotenv_fault fault, size_t at)
{
    return (struct value_result){.fault = fault, .at = at};
}

// Between single quotes only `\'` means something else than it says.
static struct value_result decode_single(struct span raw, struct buffer *out, size_t most)
{
    struct span text = between_quotes(raw);
    if (text.len > most - out->len)
        return bad(DOTENV_TOO_LONG, 0);
    while (text.len > 0) {
        const char *backslash = memchr(text.text, '\\', text.len);
        size_t plain = backslash ? (size_t)(backslash - text.text) : text.len;
        if (!buffer_add(out, text.text, plain))
            return bad(DOTENV_NO_MEMORY, 0);
        text = span_rest(text, plain);
        if (text.len == 0)
            break;
        bool quote = text.len > 1 && text.text[1] == '\'';
        size_t taken = text.len > 1 ? 2 : 1;
        if (!buffer_add(out, text.text + quote, taken - quote))
            return bad(DOTENV_NO_MEMORY, 0);
        text = span_rest(text, taken);
    }
    return (struct value_result){.good = true};
}

// Leads an offset in unescaped text back to the file's. Asked in growing order, so that each piece
// is read once more at most.
struct offset_map {
    struct span text; // between the quotes; NULL text: not escaped at all
    size_t at;
    size_t unescaped_at;
    const struct template_source *source;
};

static size_t to_source_offset(struct offset_map *way, size_t unescaped)
{
    if (!way->text.text)
        return unescaped;
    while (way->unescaped_at < unescaped) {
        struct piece piece = unescape(span_rest(way->text, way->at));
        way->at += piece.taken;
        way->unescaped_at += piece.len;
    }
    return way->at + 1; // the opening quote
}

static bool look_up(void *context, struct span name, struct span *value)
{
    const struct offset_map *way = context;
    return way->source->look_up(way->source->context, name, value);
}

static void unset(void *context, struct span name, size_t at)
{
    struct offset_map *way = context;
    way->source->unset(way->source->context, name, to_source_offset(way, at));
}

static enum dotenv_fault fault_of(enum template_fault fault)
{
    switch (fault) {
    case TEMPLATE_OK:
    case TEMPLATE_INVALID:
        return DOTENV_INVALID_TEMPLATE;
    case TEMPLATE_REQUIRED:
        return DOTENV_REQUIRED_MISSING;
    case TEMPLATE_TOO_LONG:
        return DOTENV_TOO_LONG;
    case TEMPLATE_NO_MEMORY:
        return DOTENV_NO_MEMORY;
    }
    return DOTENV_NO_MEMORY;
}

static struct value_result expand(struct span text, struct offset_map *way, struct buffer *out,
                                  size_t most)
{
    struct template_source source = {look_up, unset, way};
    struct template_result result = template_expand(text, &source, out, most);
    if (result.fault == TEMPLATE_OK)
        return (struct value_result){.good = true, .has_reference = result.has_reference};
    struct value_result failed = bad(fault_of(result.fault), to_source_offset(way, result.at));
    failed.name = result.name;
    return failed;
}

static bool unescape_all(struct span text, struct buffer *out, size_t *nul)
{
    if (!buffer_reserve(out, text.len))
        return false;
    *nul = SIZE_MAX;
    for (size_t at = 0; at < text.len;) {
        struct piece piece = unescape(span_rest(text, at));
        if (piece.bytes[0] == '\0' && *nul == SIZE_MAX)
            *nul = at;
        if (!buffer_add(out, piece.bytes, piece.len))
            return false;
        at += piece.taken;
    }
    return true;
}

static struct value_result decode_double(struct span raw, const struct template_source *source,
                                         struct buffer *scratch, struct buffer *out, size_t most)
{
    struct offset_map way = {.text = between_quotes(raw), .source = source};
    size_t nul = SIZE_MAX;
    scratch->len = 0;
    if (!unescape_all(way.text, scratch, &nul))
        return bad(DOTENV_NO_MEMORY, 0);
    if (nul != SIZE_MAX)
        return bad(DOTENV_NUL, nul + 1);
    return expand((struct span){scratch->bytes, scratch->len}, &way, out, most);
}

struct value_result value_decode(struct span raw, const struct template_source *source,
                                 struct buffer *scratch, struct buffer *out, size_t most)
{
    switch (statement_quote(raw)) {
    case '\'':
        return decode_single(raw, out, most);
    case '"':
        return decode_double(raw, source, scratch, out, most);
    default:
        return expand(raw, &(struct offset_map){.source = source}, out, most);
    }
}
