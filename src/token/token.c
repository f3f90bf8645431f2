// SPDX-License-Identifier: MIT
#include "token/token.h"

#include <string.h>

#include "base/ascii.h"
#include "base/character.h"
#include "base/span.h"
#include "base/text.h"
#include "token/jwt.h"
#include "token/placeholder.h"
#include "token/reference.h"
#include "token/shape.h"
#include "token/wrapped.h"

#define BYTE_ORDER_MARK "\xEF\xBB\xBF"

static bool is_quoted(struct span span)
{
    return span.len > 1 && (span.text[0] == '"' || span.text[0] == '\'') &&
           span.text[span.len - 1] == span.text[0];
}

// ---- Dirt ---------------------------------------------------------------------------------------

// What everybody knows by a name without a number; NULL: the number is needed.
static const char *plain_name(struct span span)
{
    static const struct {
        const char *bytes, *name;
    } known[] = {
        {" ", "a blank"},
        {"\t", "a tab"},
        {"\n", "a newline"},
        {"\r\n", "a Windows line end (CR LF)"},
        {"\r", "a carriage return"},
        {"\xFF\xFE", "a UTF-16 byte-order mark"},
        {"\xFE\xFF", "a UTF-16 byte-order mark"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (span_starts(span, known[i].bytes))
            return known[i].name;
    return span.text[0] == '\0' ? "a NUL byte" : NULL;
}

static void set_dirt(struct token *self, struct span span, size_t at)
{
    struct text out = text_over(self->dirt, sizeof self->dirt);
    struct span rest = span_rest(span, at);
    const char *name = plain_name(rest);
    size_t next = at;
    while (next < span.len && !ascii_is_visible(span.text[next]))
        next++;
    if (!name) {
        character_add_name(&out, rest);
        text_add(&out, ", byte %zu", at + 1);
    } else if (at == 0) {
        text_add(&out, "%s at the beginning", name);
    } else if (next == span.len) {
        text_add(&out, "%s at the end", name);
        self->carriage_return = span_starts(rest, "\r");
        self->line_end = self->carriage_return || span_starts(rest, "\n");
    } else {
        text_add(&out, "%s inside (byte %zu)", name, at + 1);
    }
}

// Place of the first byte that no header may carry, or of a blank at either end; span.len when
// there is none. A blank inside is left to the caller: it may belong to "Token X".
static size_t first_dirt(struct span span)
{
    size_t end = span.len;
    while (end > 0 && ascii_is_blank(span.text[end - 1]))
        end--;
    for (size_t i = 0; i < span.len; i++)
        if (!ascii_is_visible(span.text[i]) &&
            (i == 0 || i >= end || !ascii_is_blank(span.text[i])))
            return i;
    return span.len;
}

static size_t first_blank(struct span span)
{
    size_t at = 0;
    while (at < span.len && !ascii_is_blank(span.text[at]))
        at++;
    return at;
}

// ---- Kinds --------------------------------------------------------------------------------------

// "token = X" and "token : X" are lines of a file.
static bool is_assigned(struct span rest)
{
    rest = span_trim(rest);
    return span_starts(rest, "=") || span_starts(rest, ":");
}

// "Token" or "Bearer" when the value begins with one of them and a blank, in any case.
static const char *prefix_of(struct span span)
{
    static const char *const words[] = {"Token", "Bearer"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t len = strlen(words[i]);
        if (span.len > len && span_starts_nocase(span, words[i]) &&
            ascii_is_blank(span.text[len]) && !is_assigned(span_rest(span, len)))
            return words[i];
    }
    return NULL;
}

// The value without the dirt around it: blanks, a byte-order mark, quotes, a scheme word, in any
// order.
static struct span clean(struct span span)
{
    for (;;) {
        struct span before = span;
        span = span_trim(span);
        if (span_starts(span, BYTE_ORDER_MARK))
            span = span_rest(span, strlen(BYTE_ORDER_MARK));
        const char *prefix = prefix_of(span);
        if (prefix)
            span = span_rest(span, strlen(prefix));
        if (is_quoted(span))
            span = (struct span){span.text + 1, span.len - 2};
        if (span.len == before.len)
            return span;
    }
}

// NAME#1 is a value; "NAME # text" is one with a comment after it. The value in front has no blank
// inside, or the # belongs to other text. // and ; begin a comment after a known token only.
static bool split_comment(struct span span, struct span *value)
{
    for (size_t at = 0; at + 1 < span.len; at++) {
        struct token token;
        struct span found, rest = span_rest(span, at + 1);
        if (!ascii_is_blank(span.text[at]) && span.text[at] != '\n')
            continue;
        *value = clean((struct span){span.text, at});
        if (value->len > 0 && span_starts(rest, "#"))
            return first_blank(*value) == value->len;
        if ((span_starts(rest, "//") || span_starts(rest, ";")) &&
            shape_find(&token, *value, &found) && found.len == value->len)
            return true;
    }
    return false;
}

static enum token_doubt doubt_of(struct span span)
{
    size_t hex = 0, longest = 0, run = 0;
    if (span_starts(span, "/"))
        return TOKEN_DOUBT_PATH;
    for (size_t i = 0; i < span.len; i++) {
        bool is = ascii_is_hex(span.text[i]);
        hex += is;
        run = is ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    if (span.len < SHAPE_SHORTEST)
        return TOKEN_DOUBT_SHORT;
    if (hex == span.len && span.len == SHAPE_LEGACY)
        return TOKEN_DOUBT_CAPITAL;
    if (hex == span.len && span.len + 2 >= SHAPE_LEGACY && span.len <= SHAPE_LEGACY + 2)
        return TOKEN_DOUBT_LENGTH;
    if (span.len == SHAPE_LEGACY && hex + 2 >= span.len)
        return TOKEN_DOUBT_LETTER;
    return longest == SHAPE_LEGACY ? TOKEN_DOUBT_AROUND : TOKEN_DOUBT_NONE;
}

// One of the kinds that need no look at the single bytes, or TOKEN_MALFORMED or a token's own kind.
static enum token_kind core_kind(struct token *self, struct span span)
{
    if (span.len == 0)
        return TOKEN_EMPTY;
    if (span.text[0] == '#')
        return TOKEN_COMMENT;
    if (first_dirt(span) < span.len || first_blank(span) < span.len)
        return TOKEN_MALFORMED;
    if (!is_quoted(span) && placeholder_is(span))
        return TOKEN_PLACEHOLDER;
    if (shape_is_legacy(span))
        return TOKEN_LEGACY_HEX;
    return jwt_kind(self, span);
}

// The kinds that count before the single bytes do; self->inner is set for them. TOKEN_LEGACY_OTHER:
// it is none of them.
static enum token_kind early_kind(struct token *self, struct span span)
{
    struct span core = clean(span), value;
    self->around = wrapped_in_signs(self, core);
    if (self->around)
        return TOKEN_WRAPPED;
    // One character alone may be what is left of "Token X"; ${TOKEN:-none} is a reference.
    if (core.len > 1 && core.text[0] != '$' && placeholder_is(core))
        return self->inner = TOKEN_PLACEHOLDER;
    self->around = reference_kind(core);
    if (self->around)
        return self->inner = TOKEN_REFERENCE;
    if (reference_is_path(core))
        return self->inner = TOKEN_PATH;
    if (split_comment(span, &value)) {
        self->inner = core_kind(self, value);
        return TOKEN_COMMENTED;
    }
    self->around = wrapped_kind(self, core);
    return self->around ? TOKEN_WRAPPED : TOKEN_LEGACY_OTHER;
}

void token_classify(struct token *self, const char *text, size_t len)
{
    struct span span = {text, len};
    *self = (struct token){.len = len, .kind = TOKEN_TOO_LONG, .inner = TOKEN_TOO_LONG};
    if (len > TOKEN_MAX)
        return;
    self->kind = self->inner = TOKEN_LEGACY_HEX;
    if (shape_is_legacy(span))
        return;
    if (!span_starts(span, "#") || span_starts(span, "#{")) {
        self->kind = early_kind(self, span);
        if (self->kind != TOKEN_LEGACY_OTHER)
            return;
    }
    enum token_kind whole = core_kind(self, span);
    self->kind = self->inner = whole;
    // A token that was commented out: the # is all that is wrong.
    if (whole == TOKEN_COMMENT && shape_is_legacy(clean(span_rest(span, 1))))
        self->inner = TOKEN_LEGACY_HEX;
    if (whole == TOKEN_EMPTY || whole == TOKEN_COMMENT || whole == TOKEN_PLACEHOLDER)
        return;
    size_t dirt = first_dirt(span);
    const char *prefix = prefix_of(span);
    if (dirt == len && is_quoted(span)) {
        self->kind = TOKEN_QUOTED;
    } else if (dirt == len && prefix) {
        self->kind = TOKEN_PREFIXED;
        text_print(self->prefix, sizeof self->prefix, "%s", prefix);
    } else if (whole == TOKEN_MALFORMED) {
        set_dirt(self, span, dirt < len ? dirt : first_blank(span));
    } else {
        if (whole == TOKEN_LEGACY_OTHER)
            self->doubt = doubt_of(span);
        return;
    }
    self->inner = core_kind(self, clean(span));
}

bool token_may_be_path(const struct token *self, const char *text, size_t len)
{
    return self->kind == TOKEN_LEGACY_OTHER && memchr(text, '/', len);
}

void token_set_path(struct token *self)
{
    self->kind = self->inner = TOKEN_PATH;
    self->doubt = TOKEN_DOUBT_NONE;
}
