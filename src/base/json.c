// SPDX-License-Identifier: MIT
#include "base/json.h"

// Strict, and with parent links: without them a closing bracket costs a search backwards, 2 s for
// 100,000 small arrays.
#define JSMN_STATIC
#define JSMN_STRICT
#define JSMN_PARENT_LINKS
#include <jsmn.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/utf8.h"

#define FIRST_TOKENS 128

// jsmn's token has no tag, and its header must stay in this file.
struct json_token {
    jsmntok_t jsmn;
};
_Static_assert(sizeof(struct json_token) == sizeof(jsmntok_t),
               "an array of one is an array of the other");

// How far the check of a document is: the next byte and the next token.
struct walk {
    const struct json *json;
    size_t at;
    int token;
    int depth;
};

static const jsmntok_t *token_at(const struct json *self, json_place place)
{
    return place >= 0 && place < self->count ? &self->tokens[place].jsmn : NULL;
}

static struct span span_of_token(const struct json *self, const jsmntok_t *token)
{
    return (struct span){self->text.text + token->start, (size_t)(token->end - token->start)};
}

// ---- The check ----------------------------------------------------------------------------------

// jsmn splits the text, and in every mode accepts what is not JSON: stray and missing separators,
// names without a value, odd primitives, text outside the root. So the text is walked once more
// along its tokens, and each byte of it must be where RFC 8259 has it.

static char byte_at(const struct walk *walk)
{
    return walk->at < walk->json->text.len ? walk->json->text.text[walk->at] : '\0';
}

static void skip_blanks(struct walk *walk)
{
    while (byte_at(walk) == ' ' || byte_at(walk) == '\t' || byte_at(walk) == '\n' ||
           byte_at(walk) == '\r')
        walk->at++;
}

static bool take(struct walk *walk, char wanted)
{
    skip_blanks(walk);
    if (byte_at(walk) != wanted)
        return false;
    walk->at++;
    return true;
}

static size_t skip_digits(struct span span, size_t at)
{
    while (at < span.len && ascii_is_digit(span.text[at]))
        at++;
    return at;
}

// RFC 8259 section 6.
static bool is_number(struct span span)
{
    size_t at = span.len > 0 && span.text[0] == '-' ? 1 : 0;
    size_t digits = skip_digits(span, at);
    if (digits == at || (span.text[at] == '0' && digits > at + 1))
        return false;
    at = digits;
    if (at < span.len && span.text[at] == '.') {
        digits = skip_digits(span, at + 1);
        if (digits == at + 1)
            return false;
        at = digits;
    }
    if (at < span.len && (span.text[at] == 'e' || span.text[at] == 'E')) {
        at++;
        if (at < span.len && (span.text[at] == '+' || span.text[at] == '-'))
            at++;
        digits = skip_digits(span, at);
        if (digits == at)
            return false;
        at = digits;
    }
    return at == span.len;
}

static bool is_primitive(struct span span)
{
    return span_is(span, "true") || span_is(span, "false") || span_is(span, "null") ||
           is_number(span);
}

// Reads the four hex digits of \uXXXX. False when they are none.
static bool hex4(struct span span, uint32_t *code)
{
    *code = 0;
    if (span.len < 4)
        return false;
    for (size_t i = 0; i < 4; i++) {
        int digit = ascii_hex_value(span.text[i]);
        if (digit < 0)
            return false;
        *code = *code * 16 + (uint32_t)digit;
    }
    return true;
}

// Decodes the escape after a backslash, surrogate pairs included. 0 when it is not one, else the
// bytes it took.
static size_t escape(struct span span, uint32_t *code)
{
    static const char letters[] = "\"\\/bfnrt";
    static const char meant[] = "\"\\/\b\f\n\r\t";
    uint32_t low = 0;
    if (span.len == 0)
        return 0;
    const char *found = memchr(letters, span.text[0], sizeof letters - 1);
    if (found) {
        *code = (unsigned char)meant[found - letters];
        return 1;
    }
    if (span.text[0] != 'u' || !hex4(span_rest(span, 1), code))
        return 0;
    if (*code < 0xD800 || *code > 0xDFFF)
        return 5;
    span = span_rest(span, 5);
    if (*code > 0xDBFF || !span_starts(span, "\\u") || !hex4(span_rest(span, 2), &low) ||
        low < 0xDC00 || low > 0xDFFF)
        return 0;
    *code = 0x10000 + ((*code - 0xD800) << 10) + (low - 0xDC00);
    return 11;
}

// Reads the first character of a string's bytes. Returns the bytes it took, 0 when the string is
// none of RFC 8259.
static size_t character(struct span span, uint32_t *code)
{
    if (span.len > 0 && span.text[0] == '\\') {
        size_t taken = escape(span_rest(span, 1), code);
        return taken > 0 ? taken + 1 : 0;
    }
    size_t taken = utf8_decode(span.text, span.len, code);
    return taken > 0 && *code >= 0x20 && *code != '"' ? taken : 0;
}

static bool is_string(struct span span)
{
    while (span.len > 0) {
        uint32_t code = 0;
        size_t taken = character(span, &code);
        if (taken == 0)
            return false;
        span = span_rest(span, taken);
    }
    return true;
}

static bool check_string(struct walk *walk)
{
    const jsmntok_t *token = token_at(walk->json, walk->token);
    if (!take(walk, '"') || !token || token->type != JSMN_STRING ||
        (size_t)token->start != walk->at || !is_string(span_of_token(walk->json, token)))
        return false;
    walk->at = (size_t)token->end + 1;
    walk->token++;
    return true;
}

static bool check_primitive(struct walk *walk)
{
    const jsmntok_t *token = token_at(walk->json, walk->token);
    if ((size_t)token->start != walk->at || !is_primitive(span_of_token(walk->json, token)))
        return false;
    walk->at = (size_t)token->end;
    walk->token++;
    return true;
}

static bool check_value(struct walk *walk);

static bool check_member(struct walk *walk, bool named)
{
    return (!named || (check_string(walk) && take(walk, ':'))) && check_value(walk);
}

// An object (`named` members) or an array, from its opening to its closing bracket. The depth is
// bounded.
static bool check_nested(struct walk *walk, bool named)
{
    const jsmntok_t *token = token_at(walk->json, walk->token);
    char closing = named ? '}' : ']';
    if ((size_t)token->start != walk->at || walk->depth == JSON_DEPTH)
        return false;
    walk->depth++;
    walk->at++;
    walk->token++;
    if (!take(walk, closing)) {
        do
            if (!check_member(walk, named))
                return false;
        while (take(walk, ','));
        if (!take(walk, closing))
            return false;
    }
    walk->depth--;
    return walk->at == (size_t)token->end;
}

static bool check_value(struct walk *walk)
{
    const jsmntok_t *token = token_at(walk->json, walk->token);
    skip_blanks(walk);
    if (!token)
        return false;
    switch (token->type) {
    case JSMN_OBJECT:
        return check_nested(walk, true);
    case JSMN_ARRAY:
        return check_nested(walk, false);
    case JSMN_STRING:
        return check_string(walk);
    case JSMN_PRIMITIVE:
        return check_primitive(walk);
    case JSMN_UNDEFINED:
        break;
    }
    return false;
}

static bool check(const struct json *self)
{
    struct walk walk = {.json = self};
    if (self->count < 1 ||
        (self->tokens[0].jsmn.type != JSMN_OBJECT && self->tokens[0].jsmn.type != JSMN_ARRAY))
        return false;
    if (!check_value(&walk))
        return false;
    skip_blanks(&walk);
    return walk.at == self->text.len && walk.token == self->count;
}

// ---- Reading ------------------------------------------------------------------------------------

// Of what is nested deeper the check would say no; jsmn's time grows with the square of the depth.
static bool is_too_deep(struct span text)
{
    size_t depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < text.len && depth <= JSON_DEPTH; i++) {
        char c = text.text[i];
        if (in_string && c == '\\')
            i++;
        else if (c == '"')
            in_string = !in_string;
        else if (!in_string && (c == '[' || c == '{'))
            depth++;
        else if (!in_string && (c == ']' || c == '}') && depth > 0)
            depth--;
    }
    return depth > JSON_DEPTH;
}

bool json_parse(struct json *self, const char *text, size_t len)
{
    *self = (struct json){.text = {text, len}};
    // A NUL ends jsmn's work silently, and its offsets are ints.
    if (len == 0 || len > INT_MAX || memchr(text, '\0', len) || is_too_deep(self->text))
        return false;
    for (unsigned room = FIRST_TOKENS; room <= JSON_TOKENS; room *= 2) {
        struct json_token *tokens = realloc(self->tokens, room * sizeof *tokens);
        if (!tokens)
            break;
        self->tokens = tokens;
        jsmn_parser parser;
        jsmn_init(&parser);
        self->count = jsmn_parse(&parser, text, len, &tokens->jsmn, room);
        if (self->count != JSMN_ERROR_NOMEM)
            break;
    }
    if (check(self))
        return true;
    json_free(self);
    return false;
}

void json_free(struct json *self)
{
    free(self->tokens);
    *self = (struct json){0};
}

enum json_kind json_kind_at(const struct json *self, json_place place)
{
    const jsmntok_t *token = token_at(self, place);
    if (!token)
        return JSON_KIND_NONE;
    if (token->type == JSMN_OBJECT)
        return JSON_OBJECT;
    if (token->type == JSMN_ARRAY)
        return JSON_ARRAY;
    if (token->type == JSMN_STRING)
        return JSON_STRING;
    switch (self->text.text[token->start]) {
    case 't':
        return JSON_TRUE;
    case 'f':
        return JSON_FALSE;
    case 'n':
        return JSON_NULL;
    default:
        return JSON_NUMBER;
    }
}

// The first place after the value at `place` and all it holds. Goes by offsets: jsmn's `size` is
// not to be trusted.
static json_place after(const struct json *self, json_place place)
{
    int end = self->tokens[place].jsmn.end;
    while (++place < self->count && self->tokens[place].jsmn.start < end)
        continue;
    return place;
}

// True while `place` lies inside the object or array at `outer`.
static bool is_inside(const struct json *self, json_place place, json_place outer)
{
    return place < self->count && self->tokens[place].jsmn.start < self->tokens[outer].jsmn.end;
}

static bool same_name(struct span raw, struct span name)
{
    while (raw.len > 0) {
        uint32_t code = 0;
        char bytes[UTF8_MAX];
        size_t taken = character(raw, &code);
        size_t len = utf8_encode(code, bytes);
        if (len > name.len || memcmp(bytes, name.text, len) != 0)
            return false;
        raw = span_rest(raw, taken);
        name = span_rest(name, len);
    }
    return name.len == 0;
}

static json_place member(const struct json *self, json_place object, struct span name)
{
    json_place found = JSON_NONE;
    if (json_kind_at(self, object) != JSON_OBJECT)
        return JSON_NONE;
    for (json_place at = object + 1; is_inside(self, at, object); at = after(self, at + 1))
        if (same_name(span_of_token(self, &self->tokens[at].jsmn), name))
            found = at + 1;
    return found;
}

static json_place element(const struct json *self, json_place array, struct span digits)
{
    size_t index = 0;
    if (digits.len == 0 || skip_digits(digits, 0) != digits.len)
        return JSON_NONE;
    for (size_t i = 0; i < digits.len && index <= JSON_TOKENS; i++)
        index = index * 10 + (size_t)(digits.text[i] - '0');
    for (json_place at = array + 1; is_inside(self, at, array); at = after(self, at))
        if (index-- == 0)
            return at;
    return JSON_NONE;
}

json_place json_member(const struct json *self, json_place object, const char *name)
{
    return member(self, object, span_of(name));
}

// Of an object's tokens a value follows its name.
static json_place value_at(const struct json *self, json_place container, json_place at)
{
    if (!is_inside(self, at, container))
        return JSON_NONE;
    return json_kind_at(self, container) == JSON_OBJECT ? at + 1 : at;
}

json_place json_first(const struct json *self, json_place container)
{
    enum json_kind kind = json_kind_at(self, container);
    return kind == JSON_OBJECT || kind == JSON_ARRAY ? value_at(self, container, container + 1)
                                                     : JSON_NONE;
}

json_place json_next(const struct json *self, json_place container, json_place value)
{
    return value_at(self, container, after(self, value));
}

bool json_name(const struct json *self, json_place value, char *buffer, size_t size)
{
    return json_string(self, value - 1, buffer, size);
}

json_place json_walk(const struct json *self, json_place object, const char *path)
{
    struct span rest = span_of(path);
    for (;;) {
        struct span step = {rest.text, span_find(rest, ".")};
        object = json_kind_at(self, object) == JSON_ARRAY ? element(self, object, step)
                                                          : member(self, object, step);
        if (object == JSON_NONE || step.len == rest.len)
            return object;
        rest = span_rest(rest, step.len + 1);
    }
}

bool json_string(const struct json *self, json_place place, char *buffer, size_t size)
{
    size_t len = 0;
    if (size == 0)
        return false;
    buffer[0] = '\0';
    if (json_kind_at(self, place) != JSON_STRING)
        return false;
    struct span raw = json_raw(self, place);
    while (raw.len > 0) {
        uint32_t code = 0;
        char bytes[UTF8_MAX];
        size_t taken = character(raw, &code);
        size_t more = utf8_encode(code, bytes);
        if (code == 0 || more >= size - len) {
            buffer[0] = '\0';
            return false;
        }
        memcpy(buffer + len, bytes, more);
        len += more;
        raw = span_rest(raw, taken);
    }
    buffer[len] = '\0';
    return true;
}

bool json_integer(const struct json *self, json_place place, int64_t *value)
{
    if (json_kind_at(self, place) != JSON_NUMBER)
        return false;
    struct span raw = json_raw(self, place);
    bool negative = raw.text[0] == '-';
    raw = span_rest(raw, negative ? 1 : 0);
    uint64_t most = negative ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX;
    uint64_t total = 0;
    for (size_t i = 0; i < raw.len; i++) {
        unsigned digit = (unsigned)(raw.text[i] - '0');
        if (!ascii_is_digit(raw.text[i]) || total > (most - digit) / 10)
            return false;
        total = total * 10 + digit;
    }
    *value = negative && total > 0 ? -(int64_t)(total - 1) - 1 : (int64_t)total;
    return true;
}

struct span json_raw(const struct json *self, json_place place)
{
    const jsmntok_t *token = token_at(self, place);
    return token ? span_of_token(self, token) : (struct span){0};
}
