// SPDX-License-Identifier: MIT
#include "token/near_name.h"

#include <string.h>

#include "base/ascii.h"
#include "token/shape.h"

static bool has_piece(struct span name, size_t from, const char *piece, size_t *after)
{
    for (size_t at = from; at < name.len; at++)
        if (span_starts_nocase(span_rest(name, at), piece)) {
            *after = at + strlen(piece);
            return true;
        }
    return false;
}

static bool ends_nocase(struct span name, const char *end)
{
    size_t len = strlen(end);
    return name.len > len && span_is_nocase(span_rest(name, name.len - len), end);
}

static bool names_file(struct span name)
{
    return ends_nocase(name, "_FILE");
}

bool token_is_near_name(struct span name)
{
    size_t after = 0, end = 0;
    if (names_file(name))
        name.len -= strlen("_FILE");
    while (has_piece(name, after, "label", &end)) // the last one
        after = end;
    if (after == 0)
        return false;
    after += after < name.len && !ascii_is_name_start(name.text[after]);
    after += after < name.len && name.text[after] == '_';
    if (!span_starts_nocase(span_rest(name, after), "studio") ||
        has_piece(name, after, "secret_key", &end))
        return false;
    char last = name.text[name.len - 1]; // of a plural, a number, a blank
    if (last == 's' || last == 'S' || ascii_is_digit(last) || !ascii_is_name(last))
        name.len--;
    return ends_nocase(name, "token") || ends_nocase(name, "key");
}

static bool may_be_token(struct span value)
{
    static const char *const words[] = {"1",  "0",   "true",    "false",    "yes",  "no",
                                        "on", "off", "enabled", "disabled", "none", "null"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (span_is_nocase(value, words[i]))
            return false;
    return value.len > 0;
}

bool token_is_near_secret(struct span name, struct span value)
{
    return token_is_near_name(name) && !names_file(name) && may_be_token(value);
}

bool token_is_near(struct span name, struct span value)
{
    return token_is_near_name(name) && may_be_token(value);
}

// One of these words alone between the name's separators, in any case.
static bool has_word(struct span name, const char *const *words)
{
    struct span word;
    while (name.len > 0) {
        size_t len = span_run(name, ascii_is_alnum);
        word = (struct span){name.text, len};
        for (size_t i = 0; len > 0 && words[i]; i++)
            if (span_is_nocase(word, words[i]))
                return true;
        name = span_rest(name, len + (len < name.len));
    }
    return false;
}

bool token_is_far(struct span name, struct span value)
{
    static const char *const labels[] = {"ls", NULL};
    static const char *const tokens[] = {
        "token",  "tokens",   "key",    "keys",       "pat",         "jwt",   "auth", "bearer",
        "apikey", "apitoken", "secret", "credential", "credentials", "tokne", NULL};
    struct token token;
    struct span found;
    bool is_ours =
        has_word(name, labels) || span_has_nocase(name, "label") || span_has_nocase(name, "studio");
    if (!is_ours || span_has_nocase(name, "secret_key") || !shape_find(&token, value, &found) ||
        found.len != value.len)
        return false;
    // A commit, a digest and many an id have 40 hex digits, too.
    return token.inner == TOKEN_JWT_REFRESH || token.inner == TOKEN_JWT_ACCESS ||
           (token.inner == TOKEN_LEGACY_HEX && has_word(name, tokens));
}
