// SPDX-License-Identifier: MIT
#include "token/shape.h"

#include "base/ascii.h"
#include "token/jwt.h"

bool shape_is_hex(struct span span)
{
    for (size_t i = 0; i < span.len; i++)
        if (!ascii_is_hex(span.text[i]))
            return false;
    return span.len > 0;
}

bool shape_is_legacy(struct span span)
{
    if (span.len != SHAPE_LEGACY)
        return false;
    for (size_t i = 0; i < span.len; i++)
        if (!ascii_is_hex(span.text[i]) || span.text[i] != ascii_lower(span.text[i]))
            return false;
    return true;
}

bool shape_is_jwt(enum token_kind kind)
{
    switch (kind) {
    case TOKEN_JWT_REFRESH:
    case TOKEN_JWT_ACCESS:
    case TOKEN_JWT_OTHER:
    case TOKEN_JWT_TRUNCATED:
        return true;
    default:
        return false;
    }
}

// A dot after it may end a sentence.
static bool take_jwt(struct token *self, struct span run)
{
    struct token jwt = {0};
    while (run.len > 0 && run.text[run.len - 1] == '.')
        run.len--;
    enum token_kind kind = span_find(run, ".") < run.len ? jwt_kind(&jwt, run) : TOKEN_LEGACY_OTHER;
    if (!shape_is_jwt(kind))
        return false;
    self->inner = kind;
    self->claims = jwt.claims;
    return true;
}

bool shape_find(struct token *self, struct span text, struct span *found)
{
    for (size_t at = 0; at < text.len;) {
        struct span rest = span_rest(text, at);
        size_t len = span_run(rest, ascii_is_name);
        struct span word = {rest.text, len};
        if (len == 0) {
            at++;
            continue;
        }
        if (span_starts(word, "eyJ")) {
            *found = (struct span){rest.text, span_run(rest, ascii_is_jwt)};
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
