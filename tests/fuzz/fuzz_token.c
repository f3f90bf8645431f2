// SPDX-License-Identifier: MIT
// Tokens of any bytes: no crash, and no eight bytes of the value in what is said about it.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "token/token.h"

#define WINDOW 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static bool is_jwt(enum token_kind kind)
{
    return kind == TOKEN_JWT_REFRESH || kind == TOKEN_JWT_ACCESS || kind == TOKEN_JWT_OTHER ||
           kind == TOKEN_JWT_TRUNCATED;
}

// What is said is the same for every token of a kind, but for numbers and the claims of a JWT.
static void check_silence(const struct token *token, const struct finding *finding,
                          const uint8_t *data, size_t size)
{
    char described[256];
    token_describe(token, described, sizeof described);
    if (is_jwt(token->kind) || is_jwt(token->inner))
        return;
    struct span said[] = {span_of(finding->detail), span_of(described)};
    for (size_t at = 0; at + WINDOW <= size; at++) {
        char window[WINDOW + 1] = {0};
        memcpy(window, data + at, WINDOW);
        // Fixed words of ours may stand in a fuzzer's value; digits and hex cannot be such.
        if (strspn(window, "0123456789ABCDEF") < WINDOW)
            continue;
        for (size_t i = 0; i < sizeof said / sizeof said[0]; i++)
            check(span_find(said[i], window) == said[i].len);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct token token;
    struct finding finding;
    token_classify(&token, (const char *)data, size);
    check(token.len == size);
    check(size <= TOKEN_MAX || token.kind == TOKEN_TOO_LONG);
    check((token.kind == TOKEN_MALFORMED) == (token.dirt[0] != '\0'));
    check((token.kind == TOKEN_WRAPPED || token.kind == TOKEN_REFERENCE) == (token.around != NULL));
    check(token.doubt == TOKEN_DOUBT_NONE || token.kind == TOKEN_LEGACY_OTHER);
    for (int policy = JWT_REJECT; policy <= JWT_ACCEPT; policy++) {
        bool good = token_judge(&token, (enum jwt_policy)policy, 1769479724, "NAME", "environment",
                                &finding);
        check(good == (finding.reason == REASON_OK));
        check(good || reason_class(finding.reason) == REASON_CLASS_LOCAL);
        check(!good || memchr(data, '\n', size) == NULL);
        check_silence(&token, &finding, data, size);
    }
    return 0;
}
