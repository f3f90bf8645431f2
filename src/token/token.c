// SPDX-License-Identifier: MIT
#include "token/token.h"

#include <string.h>

#include "base/span.h"
#include "base/text.h"
#include "token/jwt.h"

#define LEGACY_LEN 40
#define ELLIPSIS "\xE2\x80\xA6"
#define BYTE_ORDER_MARK "\xEF\xBB\xBF"

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_visible(char c)
{
    return c > ' ' && c <= '~';
}

static bool is_hex(struct span span)
{
    for (size_t i = 0; i < span.len; i++) {
        char c = lower(span.text[i]);
        if ((c < '0' || c > '9') && (c < 'a' || c > 'f'))
            return false;
    }
    return span.len == LEGACY_LEN;
}

static bool is_lower(struct span span)
{
    for (size_t i = 0; i < span.len; i++)
        if (span.text[i] != lower(span.text[i]))
            return false;
    return true;
}

// ---- Placeholders -------------------------------------------------------------------------------

static bool is_one_character(struct span span)
{
    for (size_t i = 1; i < span.len; i++)
        if (span.text[i] != span.text[0])
            return false;
    return true;
}

// "xxxx-xxxx" as well as "XXXX".
static bool is_all_x(struct span span)
{
    size_t found = 0;
    for (size_t i = 0; i < span.len; i++) {
        if (lower(span.text[i]) == 'x')
            found++;
        else if (span.text[i] != '-' && span.text[i] != '_')
            return false;
    }
    return found > 0;
}

static bool has_blank(struct span span)
{
    for (size_t i = 0; i < span.len; i++)
        if ((unsigned char)span.text[i] <= ' ')
            return true;
    return false;
}

static bool is_quoted(struct span span)
{
    return span.len > 1 && (span.text[0] == '"' || span.text[0] == '\'') &&
           span.text[span.len - 1] == span.text[0];
}

// Whole values only: a token may hold any of these words. Forms of the project's own examples and
// of the guide.
static bool is_placeholder(struct span span)
{
    if (is_hex(span) || has_blank(span) || is_quoted(span))
        return false;
    return (span.len > 1 && span.text[0] == '<' && span.text[span.len - 1] == '>') ||
           span_starts_nocase(span, "your-") || span_starts_nocase(span, "your_") ||
           span_is_nocase(span, "change-me") || span_is_nocase(span, "change_me") ||
           span_is_nocase(span, "changeme") || span_ends(span, "...") ||
           span_ends(span, ELLIPSIS) || is_one_character(span) || is_all_x(span);
}

// ---- Dirt ---------------------------------------------------------------------------------------

static const char *dirt_name(struct span span)
{
    static const struct {
        const char *bytes, *name;
    } known[] = {
        {" ", "a blank"},
        {"\t", "a tab"},
        {"\n", "a newline"},
        {"\r", "a carriage return"},
        {BYTE_ORDER_MARK, "a byte-order mark"},
        {"\xFF\xFE", "a UTF-16 byte-order mark"},
        {"\xFE\xFF", "a UTF-16 byte-order mark"},
        {"\xC2\xA0", "a no-break space"},
        {"\xE2\x80\x8B", "a zero-width space"},
        {"\xE2\x80\x98", "a curly quote"},
        {"\xE2\x80\x99", "a curly quote"},
        {"\xE2\x80\x9C", "a curly quote"},
        {"\xE2\x80\x9D", "a curly quote"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (span_starts(span, known[i].bytes))
            return known[i].name;
    if (span.text[0] == '\0')
        return "a NUL byte";
    return (unsigned char)span.text[0] < 0x80 ? "a control character" : "a non-ASCII character";
}

static void set_dirt(struct token *self, struct span span, size_t at)
{
    size_t next = at;
    while (next < span.len && !is_visible(span.text[next]))
        next++;
    if (at == 0)
        text_print(self->dirt, sizeof self->dirt, "%s at the beginning", dirt_name(span));
    else if (next == span.len)
        text_print(self->dirt, sizeof self->dirt, "%s at the end", dirt_name(span_rest(span, at)));
    else
        text_print(self->dirt, sizeof self->dirt, "%s inside (byte %zu)",
                   dirt_name(span_rest(span, at)), at + 1);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

// Place of the first byte that no header may carry, or of a blank at either end; span.len when
// there is none. A blank inside is left to the caller: it may belong to "Token X".
static size_t first_dirt(struct span span)
{
    size_t end = span.len;
    while (end > 0 && is_blank(span.text[end - 1]))
        end--;
    for (size_t i = 0; i < span.len; i++)
        if (!is_visible(span.text[i]) && (i == 0 || i >= end || !is_blank(span.text[i])))
            return i;
    return span.len;
}

static size_t first_blank(struct span span)
{
    size_t at = 0;
    while (at < span.len && !is_blank(span.text[at]))
        at++;
    return at;
}

// ---- Kinds --------------------------------------------------------------------------------------

// "Token" or "Bearer" when the value begins with one of them and a blank, in any case.
static const char *prefix_of(struct span span)
{
    static const char *const words[] = {"Token", "Bearer"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t len = strlen(words[i]);
        if (span.len > len && span_starts_nocase(span, words[i]) && is_blank(span.text[len]))
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

static enum token_kind core_kind(struct token *self, struct span span)
{
    if (span.len == 0)
        return TOKEN_EMPTY;
    if (span.text[0] == '#')
        return TOKEN_COMMENT;
    if (is_placeholder(span))
        return TOKEN_PLACEHOLDER;
    if (first_dirt(span) < span.len || first_blank(span) < span.len)
        return TOKEN_MALFORMED;
    if (is_hex(span) && is_lower(span))
        return TOKEN_LEGACY_HEX;
    return jwt_kind(self, span);
}

void token_classify(struct token *self, const char *text, size_t len)
{
    struct span span = {text, len};
    *self = (struct token){.len = len};
    if (len > TOKEN_MOST) {
        self->kind = self->inner = TOKEN_TOO_LONG;
        return;
    }
    enum token_kind whole = core_kind(self, span);
    size_t dirt = first_dirt(span);
    const char *prefix = prefix_of(span);
    self->kind = self->inner = whole;
    if (whole == TOKEN_EMPTY || whole == TOKEN_COMMENT || whole == TOKEN_PLACEHOLDER)
        return;
    if (dirt == len && is_quoted(span)) {
        self->kind = TOKEN_QUOTED;
    } else if (dirt == len && prefix) {
        self->kind = TOKEN_PREFIXED;
        text_print(self->prefix, sizeof self->prefix, "%s", prefix);
    } else if (whole == TOKEN_MALFORMED) {
        set_dirt(self, span, dirt < len ? dirt : first_blank(span));
    } else {
        return;
    }
    self->inner = core_kind(self, clean(span));
}
