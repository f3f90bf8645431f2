// SPDX-License-Identifier: MIT
#include "token/redact_token.h"

#include <string.h>

#include "base/base64.h"
#include "base/percent.h"
#include "base/redact.h"
#include "base/wipe.h"
#include "token/token.h"

bool token_redact(struct span token)
{
    struct token judged;
    if (token.len < REDACT_MIN || redact_knows(token))
        return true;
    token_classify(&judged, token.text, token.len);
    bool none = judged.kind == TOKEN_EMPTY || judged.kind == TOKEN_PLACEHOLDER ||
                judged.kind == TOKEN_COMMENT || judged.kind == TOKEN_PATH;
    return none || redact_add(token);
}

// Longer than any password in an address.
#define DECODED_MAX 1024

static bool redact_decoded(struct span text)
{
    char bytes[DECODED_MAX];
    size_t len = percent_decode(text, bytes, sizeof bytes);
    bool added = redact_add((struct span){bytes, len});
    wipe(bytes, len);
    return added;
}

// As a client sends it in a header, Base64 of "user:password": a proxy or a gateway may repeat
// that.
static bool redact_sent(struct span login)
{
    char bytes[DECODED_MAX + 1], sent[BASE64_LENGTH(sizeof bytes)];
    bool has_colon = span_find(login, ":") < login.len;
    size_t len = percent_decode(login, bytes, DECODED_MAX);
    if (!has_colon)
        bytes[len++] = ':';
    base64_encode(bytes, len, sent);
    bool added = redact_add((struct span){sent, BASE64_LENGTH(len)});
    wipe(bytes, len);
    wipe(sent, BASE64_LENGTH(len));
    return added;
}

bool token_redact_authority(struct span authority)
{
    size_t scheme = span_find(authority, "://");
    if (span_find(authority, ":") != scheme) // it is in a password
        scheme = authority.len;
    struct span rest = scheme < authority.len ? span_rest(authority, scheme + 3) : authority;
    size_t at = 0;
    // A password may hold what ends the host of a clean address: the last @ before a blank counts.
    for (size_t i = 0; i < rest.len && rest.text[i] > ' '; i++)
        at = rest.text[i] == '@' ? i : at;
    struct span user = {rest.text, at};
    size_t colon = span_find(user, ":");
    struct span secret = colon < user.len ? span_rest(user, colon + 1) : user;
    return redact_add(secret) && (user.len == 0 || redact_sent(user)) &&
           (span_find(secret, "%") == secret.len || redact_decoded(secret));
}

bool token_redact_url(struct span url)
{
    return span_find(url, "://") == url.len || token_redact_authority(url);
}
