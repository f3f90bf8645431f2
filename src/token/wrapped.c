// SPDX-License-Identifier: MIT
#include "token/wrapped.h"

#include <string.h>

#include "base/ascii.h"
#include "base/base64.h"
#include "base/json.h"
#include "base/percent.h"
#include "base/wipe.h"
#include "token/reference.h"
#include "token/shape.h"

// base64 of 40 bytes, without its padding.
#define BASE64_MIN 54
#define BASE64_TIMES 3

// ---- NAME=value ---------------------------------------------------------------------------------

// MY_LS_TOKEN, api-key, accessToken: the name speaks of a token and of nothing else.
static bool is_token_name(struct span name)
{
    static const char *const ends[] = {"token", "key", "apikey", "pat", "authorization"};
    static const char *const words[] = {"token", "key",    "apikey", "pat",      "authorization",
                                        "api",   "access", "auth",   "ls",       "labelstudio",
                                        "label", "studio", "legacy", "personal", "refresh",
                                        "user",  "my",     "x"};
    if (span_starts(name, "LABEL_STUDIO_") || span_starts(name, "LABELSTUDIO_"))
        return true;
    bool ends_so = false, capitals = true;
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        size_t len = strlen(ends[i]);
        ends_so = ends_so ||
                  (name.len >= len && span_is_nocase(span_rest(name, name.len - len), ends[i]));
    }
    for (size_t i = 0; i < name.len; i++)
        capitals = capitals && (name.text[i] == '_' || ascii_is_digit(name.text[i]) ||
                                ascii_is_upper(name.text[i]));
    if (!ends_so || capitals)
        return ends_so;
    while (name.len > 0) {
        size_t taken = strchr("_-.", name.text[0]) ? 1 : 0;
        for (size_t i = 0; taken == 0 && i < sizeof words / sizeof words[0]; i++)
            taken = span_starts_nocase(name, words[i]) ? strlen(words[i]) : 0;
        if (taken == 0)
            return false;
        name = span_rest(name, taken);
    }
    return true;
}

// What may come before the name: "export ", "- " of a Compose list.
static struct span without_command(struct span line)
{
    static const char *const words[] = {
        "export ", "set ", "setenv ", "declare -x ", "env ", "ENV ",  "ARG ",   "- ",   "-e ",
        "--env ",  "-D",   "--",      "?",           "&",    "$env:", "const ", "let ", "var "};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (span_starts(line, words[i]))
            return span_trim(span_rest(line, strlen(words[i])));
    return line;
}

// NAME=value or NAME: value, of which the value has a known shape or the name is a token's.
static bool is_assignment(struct span line, bool *equals)
{
    struct token token;
    struct span found;
    line = without_command(span_trim(line));
    bool quoted = span_starts(line, "\"") || span_starts(line, "'");
    line = span_rest(line, quoted);
    struct span name = {line.text, span_run(line, ascii_is_jwt)};
    if (name.len == 0 || ascii_is_digit(name.text[0]))
        return false;
    line = span_trim(span_rest(line, name.len));
    // The quote before the name may have been taken for one around all of it.
    if (span_starts(line, "\"") || span_starts(line, "'"))
        line = span_trim(span_rest(line, 1));
    *equals = span_starts(line, "=");
    if (!*equals && !span_starts(line, ":"))
        return false;
    bool apart = line.len > 1 && ascii_is_blank(line.text[1]);
    struct span value = span_trim(span_rest(line, 1));
    while (span_starts(value, "="))
        value = span_rest(value, 1);
    if (value.len == 0 || span_starts(value, "//"))
        return false;
    if (!*equals && !apart)
        return is_token_name(name) && shape_find(&token, value, &found);
    return is_token_name(name) || shape_find(&token, value, &found);
}

static const char *assignment_kind(struct span span)
{
    bool equals = false;
    size_t lines = 0, found = 0;
    for (struct span line; span_split(&span, '\n', &line); lines++)
        found += is_assignment(line, &equals);
    if (found == 0)
        return NULL;
    if (lines > 1)
        return "lines of a file (NAME=value)";
    return equals ? "NAME=value, of which only the value belongs there"
                  : "\"NAME: value\", of which only the value belongs there";
}

// ---- JSON, headers, commands, addresses ---------------------------------------------------------

// A quote before it and the same one after it: Token("..."), r'...', ['...'].
static bool is_in_quotes(struct span span, struct span found)
{
    size_t begin = (size_t)(found.text - span.text), end = begin + found.len;
    return begin > 0 && end < span.len && strchr("\"'", span.text[begin - 1]) &&
           span.text[begin - 1] == span.text[end];
}

// <token>...</token>
static bool is_in_tag(struct span span, struct span found)
{
    size_t begin = (size_t)(found.text - span.text);
    return span_starts(span, "<") && begin > 2 && span.text[begin - 1] == '>';
}

static const char *json_kind_of(struct span span)
{
    struct json json;
    struct token token;
    struct span found;
    bool object = span_starts(span, "{");
    if (!object && !span_starts(span, "["))
        return NULL;
    if (json_parse(&json, span.text, span.len)) {
        json_free(&json);
        return object ? "a JSON object" : "a JSON array";
    }
    if (!shape_find(&token, span, &found))
        return NULL;
    if (object)
        return "what looks like a JSON object";
    return is_in_quotes(span, found) ? "what looks like a list" : NULL;
}

static const char *line_kind(struct span span)
{
    static const char *const headers[] = {
        "authorization:", "authorization\":", "authorization=", "authorization\": ",
        "x-api-key:",     "authorization':",  "authorization :"};
    if (span_starts_nocase(span, "curl ") || span_starts_nocase(span, "wget ") ||
        span_starts_nocase(span, "-H ") || span_starts_nocase(span, "--header"))
        return "a command line";
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++)
        if (span_has_nocase(span, headers[i]))
            return "a whole request header (Authorization: ...)";
    return NULL;
}

// ---- Codes --------------------------------------------------------------------------------------

// Both alphabets of base64, its padding and its line ends, as base64url without them.
static bool copy_base64(struct span span, char *out, size_t *len)
{
    *len = 0;
    span = span_trim(span);
    while (span_ends(span, "="))
        span.len--;
    for (size_t i = 0; i < span.len; i++) {
        char c = span.text[i];
        if (ascii_is_space(c))
            continue;
        if (!ascii_is_alnum(c) && !strchr("+/-_", c))
            return false;
        out[(*len)++] = c;
        if (c == '+' || c == '/')
            out[*len - 1] = c == '+' ? '-' : '_';
    }
    return *len >= BASE64_MIN;
}

// A token of known shape in `bytes`; self->inner and the claims are set.
static bool is_known(struct token *self, struct span bytes)
{
    struct span found;
    return shape_find(self, bytes, &found);
}

// "base64:" as some frameworks write it, and the address of data.
static struct span without_base64_mark(struct span span)
{
    static const char mark[] = "base64,";
    size_t at = span_starts(span, "data:") ? span_find(span, mark) : span.len;
    if (at < span.len)
        return span_rest(span, at + sizeof mark - 1);
    return span_starts(span, "base64:") ? span_rest(span, strlen("base64:")) : span;
}

// Once, or a second time over the first, as where a Kubernetes secret was made of what was encoded.
static bool is_base64(struct token *self, struct span span)
{
    char code[TOKEN_MAX], bytes[TOKEN_MAX];
    size_t code_len = 0, len = 0;
    bool is = false;
    span = without_base64_mark(span);
    for (unsigned times = 0; times < BASE64_TIMES && !is; times++) {
        if (!copy_base64(span, code, &code_len) ||
            !base64_decode(BASE64_URL, code, code_len, bytes, sizeof bytes, &len))
            break;
        span = (struct span){bytes, len};
        is = is_known(self, span);
    }
    wipe(code, sizeof code);
    wipe(bytes, sizeof bytes);
    return is;
}

// What xxd -p and hexdump make of it.
static bool is_hex_code(struct token *self, struct span span)
{
    char bytes[TOKEN_MAX / 2];
    size_t len = span.len / 2;
    if (span.len < (size_t)2 * SHAPE_LEGACY || span.len % 2 != 0 || len > sizeof bytes ||
        !shape_is_hex(span))
        return false;
    for (size_t i = 0; i < len; i++)
        bytes[i] =
            (char)(ascii_hex_value(span.text[2 * i]) * 16 + ascii_hex_value(span.text[2 * i + 1]));
    bool is = is_known(self, (struct span){bytes, len});
    wipe(bytes, len);
    return is;
}

static bool is_percent_encoded(struct token *self, struct span span)
{
    char bytes[TOKEN_MAX];
    size_t len = percent_decode(span, bytes, sizeof bytes);
    bool is = len < span.len && is_known(self, (struct span){bytes, len});
    wipe(bytes, len);
    return is;
}

// ---- All of them --------------------------------------------------------------------------------

// Once more after the first one.
static bool is_twice(struct token *self, struct span span)
{
    struct span half = {span.text, span.len / 2};
    if (span.len == (size_t)2 * SHAPE_LEGACY && shape_is_legacy(half) &&
        span_equal(half, span_rest(span, SHAPE_LEGACY))) {
        self->inner = TOKEN_LEGACY_HEX;
        return true;
    }
    struct span first, second;
    if (!shape_find(self, span, &first))
        return false;
    struct token other;
    size_t end = (size_t)(first.text - span.text) + first.len;
    return shape_find(&other, span_rest(span, end), &second);
}

static bool has_dirt(struct span span)
{
    return span_run(span, ascii_is_visible) < span.len;
}

// Words beside it and blanks between; a byte that no text of a person has is told by its name.
static bool is_among_words(struct span span, struct span found)
{
    size_t begin = (size_t)(found.text - span.text), blanks = 0, signs = 0;
    for (size_t i = 0; i < span.len; i++) {
        bool outside = i < begin || i >= begin + found.len;
        bool blank = ascii_is_blank(span.text[i]) || span.text[i] == '\n';
        if (!blank && !ascii_is_visible(span.text[i]))
            return false;
        blanks += blank;
        signs += outside && !blank;
    }
    return blanks > 0 && signs > 0;
}

const char *wrapped_in_signs(struct token *self, struct span span)
{
    static const char *const pairs[][2] = {
        {"<", ">"},   {"(", ")"},    {"[", "]"},  {"{", "}"},     {"`", "`"},       {"*", "*"},
        {"**", "**"}, {"~~", "~~"},  {"|", "|"},  {"```", "```"}, {"\\\"", "\\\""}, {"\\'", "\\'"},
        {"b'", "'"},  {"b\"", "\""}, {"u'", "'"}, {"%", "%"}};
    struct token inside = {0};
    struct span found;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        size_t left = strlen(pairs[i][0]), right = strlen(pairs[i][1]);
        if (span.len <= left + right || !span_starts(span, pairs[i][0]) ||
            !span_ends(span, pairs[i][1]) || !shape_find(&inside, span, &found) ||
            found.len != span.len - left - right)
            continue;
        self->inner = inside.inner;
        self->claims = inside.claims;
        return "brackets, quotes or other signs around it";
    }
    return NULL;
}

const char *wrapped_kind(struct token *self, struct span span)
{
    struct span found;
    const char *kind = json_kind_of(span);
    if (!kind)
        kind = line_kind(span);
    if (!kind)
        kind = assignment_kind(span);
    if (!kind && reference_is_http(span))
        kind = "the address of a page or a server (http://)";
    if (kind) {
        self->inner = TOKEN_LEGACY_OTHER;
        shape_find(self, span, &found);
        return kind;
    }
    if (is_base64(self, span))
        return "base64, which must be undone first";
    if (is_percent_encoded(self, span))
        return "%XX codes, which must be undone first";
    if (is_hex_code(self, span))
        return "hex codes, which must be undone first";
    if (!has_dirt(span) && is_twice(self, span))
        return "two tokens, one after the other";
    if (shape_find(self, span, &found)) {
        if (is_in_quotes(span, found))
            return "quotes around it";
        if (is_in_tag(span, found))
            return "a tag around it (<...>)";
        if (is_among_words(span, found))
            return is_twice(self, span) ? "two tokens, one after the other"
                                        : "other text around it";
    }
    if (has_dirt(span)) {
        self->inner = TOKEN_LEGACY_OTHER;
        self->claims = (struct token_claims){0};
        return NULL;
    }
    // A whole JWT is not in a text that a person chose; 40 hex digits may be.
    if (shape_find(self, span, &found) && self->inner != TOKEN_LEGACY_HEX && found.len < span.len &&
        !span_starts(span, "eyJ"))
        return "other text around it";
    self->inner = TOKEN_LEGACY_OTHER;
    self->claims = (struct token_claims){0};
    return NULL;
}
