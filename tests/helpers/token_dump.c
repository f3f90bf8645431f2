// SPDX-License-Identifier: MIT
// Classifies values, one JSON object a line on standard output. A case is the line "LENGTH", then
// so many bytes.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "token/token.h"

static void describe(const struct token *token)
{
    const struct token_claims *claims = &token->claims;
    struct text out = text_growing();
    text_add(&out, "{\"kind\":\"%s\",\"inner\":\"%s\",\"broken\":", token_kind_name(token->kind),
             token_kind_name(token->inner));
    text_add_json(&out, span_of(token->broken));
    text_add(&out, ",\"dirt\":");
    text_add_json(&out, span_of(token->dirt));
    text_add(&out, ",\"token_type\":");
    text_add_json(&out, span_of(claims->token_type));
    if (claims->has_exp)
        text_add(&out, ",\"exp\":%" PRId64, claims->exp);
    text_add(&out, "}");
    puts(out.bytes);
    text_free(&out);
}

int main(void)
{
    size_t len = 0;
    while (scanf("%zu", &len) == 1 && getchar() == '\n') {
        char *text = malloc(len + (len == 0));
        struct token token;
        if (!text || fread(text, 1, len, stdin) != len)
            abort();
        token_classify(&token, text, len);
        describe(&token);
        free(text);
    }
    return 0;
}
