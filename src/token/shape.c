// SPDX-License-Identifier: MIT
#include "token/shape.h"

#include "token/jwt.h"

char shape_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool shape_is_letter(char c)
{
    return shape_lower(c) >= 'a' && shape_lower(c) <= 'z';
}

bool shape_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool shape_is_alnum(char c)
{
    return shape_is_letter(c) || shape_is_digit(c);
}

static bool is_hex_digit(char c)
{
    return shape_is_digit(c) || (shape_lower(c) >= 'a' && shape_lower(c) <= 'f');
}

bool shape_is_hex(struct span span)
{
    for (size_t i = 0; i < span.len; i++)
        if (!is_hex_digit(span.text[i]))
            return false;
    return span.len > 0;
}

bool shape_is_legacy(struct span span)
{
    if (span.len != SHAPE_LEGACY)
        return false;
    for (size_t i = 0; i < span.len; i++)
        if (!is_hex_digit(span.text[i]) || span.text[i] != shape_lower(span.text[i]))
            return false;
    return true;
}

bool shape_is_known(enum token_kind kind)
{
    switch (kind) {
    case TOKEN_LEGACY_HEX:
    case TOKEN_JWT_REFRESH:
    case TOKEN_JWT_ACCESS:
    case TOKEN_JWT_OTHER:
    case TOKEN_JWT_TRUNCATED:
        return true;
    default:
        return false;
    }
}

static bool is_name_byte(char c)
{
    return shape_is_alnum(c) || c == '_';
}

static bool is_jwt_byte(char c)
{
    return is_name_byte(c) || c == '-' || c == '.';
}

static size_t run_length(struct span text, bool (*belongs)(char c))
{
    size_t len = 0;
    while (len < text.len && belongs(text.text[len]))
        len++;
    return len;
}

// A dot behind it may end a sentence.
static bool take_jwt(struct token *self, struct span run)
{
    struct token jwt = {0};
    while (run.len > 0 && run.text[run.len - 1] == '.')
        run.len--;
    enum token_kind kind = span_find(run, ".") < run.len ? jwt_kind(&jwt, run) : TOKEN_LEGACY_OTHER;
    if (!shape_is_known(kind))
        return false;
    self->inner = kind;
    self->claims = jwt.claims;
    return true;
}

bool shape_find(struct token *self, struct span text, struct span *found)
{
    for (size_t at = 0; at < text.len;) {
        struct span rest = span_rest(text, at);
        size_t len = run_length(rest, is_name_byte);
        struct span word = {rest.text, len};
        if (len == 0) {
            at++;
            continue;
        }
        if (span_starts(word, "eyJ")) {
            *found = (struct span){rest.text, run_length(rest, is_jwt_byte)};
            if (take_jwt(self, *found))
                return true;
        } else if (shape_is_legacy(word)) {
            *found = word;
            self->inner = TOKEN_LEGACY_HEX;
            return true;
        }
        at += len;
    }
    return false;
}
