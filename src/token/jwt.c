// SPDX-License-Identifier: MIT
#include "token/jwt.h"

#include <string.h>

#include "base/ascii.h"
#include "base/base64.h"
#include "base/json.h"
#include "base/text.h"
#include "base/wipe.h"

#define TIME_DIGITS 18

static const char *const part_names[] = {"part 1 (header)", "part 2 (payload)",
                                         "part 3 (signature)"};

static bool set_broken(struct token *self, size_t part, const char *why)
{
    text_print(self->broken, sizeof self->broken, "%s %s", part_names[part], why);
    return false;
}

static const char *why_not_base64url(struct span text)
{
    return text.len % 4 == 1 ? "has a length that base64url cannot have" : "is not base64url";
}

// A claim as text, be it a string or a number; empty when it is neither or too long.
static void read_claim(const struct json *json, const char *name, char claim[TOKEN_CLAIM])
{
    json_place place = json_member(json, JSON_ROOT, name);
    struct span raw = json_raw(json, place);
    if (json_kind_at(json, place) == JSON_NUMBER && raw.len < TOKEN_CLAIM) {
        memcpy(claim, raw.text, raw.len);
        claim[raw.len] = '\0';
        return;
    }
    json_string(json, place, claim, TOKEN_CLAIM);
}

// Seconds since 1970: a number, also with a fraction (RFC 7519, NumericDate), or its digits as a
// string, which PyJWT takes for one too. False: neither, or beyond any date.
static bool read_time(const struct json *json, const char *name, int64_t *seconds)
{
    json_place place = json_member(json, JSON_ROOT, name);
    enum json_kind kind = json_kind_at(json, place);
    struct span raw = json_raw(json, place);
    struct span whole = {raw.text, span_find(raw, ".")};
    bool is_number = kind == JSON_NUMBER || kind == JSON_STRING;
    size_t sign = span_starts(whole, "-");
    struct span digits = span_rest(whole, sign), rest = span_rest(raw, whole.len);
    if (!is_number || digits.len == 0 || digits.len > TIME_DIGITS ||
        span_run(digits, ascii_is_digit) < digits.len ||
        (rest.len > 0 && span_run(span_rest(rest, 1), ascii_is_digit) + 1 < rest.len))
        return false;
    *seconds = 0;
    for (size_t i = 0; i < digits.len; i++)
        *seconds = *seconds * 10 + (digits.text[i] - '0');
    *seconds = sign ? -*seconds : *seconds;
    return true;
}

static bool read_header(struct token *self, const struct json *json)
{
    if (json_kind_at(json, json_member(json, JSON_ROOT, "alg")) != JSON_STRING)
        return false;
    read_claim(json, "alg", self->claims.alg);
    return true;
}

static void read_payload(struct token *self, const struct json *json)
{
    struct token_claims *claims = &self->claims;
    json_string(json, json_member(json, JSON_ROOT, "token_type"), claims->token_type, TOKEN_CLAIM);
    read_claim(json, "jti", claims->jti);
    read_claim(json, "user_id", claims->user_id);
    claims->has_exp = read_time(json, "exp", &claims->exp);
    claims->has_iat = read_time(json, "iat", &claims->iat);
}

// Parts 0 and 1: base64url of a JSON object; the header names its algorithm (RFC 7515
// section 4.1.1).
static bool read_object(struct token *self, size_t part, struct span text)
{
    char bytes[TOKEN_MAX];
    size_t len = 0;
    struct json json;
    const char *why = NULL;
    if (text.len == 0)
        why = "is empty";
    else if (!base64_decode(BASE64_URL, text.text, text.len, bytes, sizeof bytes, &len))
        why = why_not_base64url(text);
    else if (!json_parse(&json, bytes, len))
        why = "is not a JSON object";
    else {
        if (json_kind_at(&json, JSON_ROOT) != JSON_OBJECT)
            why = "is not a JSON object";
        else if (part == 0 && !read_header(self, &json))
            why = "names no algorithm (alg)";
        else if (part == 1)
            read_payload(self, &json);
        json_free(&json);
    }
    wipe(bytes, len);
    return !why || set_broken(self, part, why);
}

static bool check_signature(struct token *self, struct span text)
{
    char bytes[TOKEN_MAX];
    size_t len = 0;
    bool good = base64_decode(BASE64_URL, text.text, text.len, bytes, sizeof bytes, &len);
    wipe(bytes, len);
    return good || set_broken(self, 2, why_not_base64url(text));
}

// A header that begins as an object does, whatever follows. The brace alone is not enough:
// "example" decodes to one.
static bool looks_like_header(struct span text)
{
    char bytes[TOKEN_MAX];
    size_t len = 0;
    base64_decode(BASE64_URL, text.text, text.len - (text.len % 4 == 1), bytes, sizeof bytes, &len);
    struct span decoded = span_trim((struct span){bytes, len});
    bool looks = span_starts(decoded, "{");
    decoded = span_trim(span_rest(decoded, looks));
    looks = looks && (span_starts(decoded, "\"") || span_starts(decoded, "}"));
    wipe(bytes, len);
    return looks;
}

static enum token_kind whole_kind(const struct token_claims *claims)
{
    if (strcmp(claims->token_type, "refresh") == 0)
        return TOKEN_JWT_REFRESH;
    return strcmp(claims->token_type, "access") == 0 ? TOKEN_JWT_ACCESS : TOKEN_JWT_OTHER;
}

enum token_kind jwt_kind(struct token *self, struct span span)
{
    struct span parts[3] = {{0}}, rest = span, part;
    size_t count = 0; // those after the third are counted only
    for (; span_split(&rest, '.', &part); count++)
        if (count < 3)
            parts[count] = part;
    bool hint =
        span_starts(span, "eyJ") ||
        (count > 1 && span_run(span, ascii_is_jwt) == span.len && looks_like_header(parts[0]));
    if (!hint)
        return TOKEN_LEGACY_OTHER;
    if (span_ends(span, "...")) {
        text_print(self->broken, sizeof self->broken, "it ends in ..., as a page shortens it");
        return TOKEN_JWT_BROKEN;
    }
    if (count == 1 || count > 3) {
        const char *jwe = count == 5 ? ": an encrypted token" : "";
        text_print(self->broken, sizeof self->broken, "it has %u part%s instead of 3%s",
                   (unsigned)count, count > 1 ? "s" : "", jwe);
        return TOKEN_JWT_BROKEN;
    }
    if (!read_object(self, 0, parts[0]) || !read_object(self, 1, parts[1]))
        return TOKEN_JWT_BROKEN;
    // A dot with nothing after it is not a signature either, even if decoders accept it.
    if (count == 2 || parts[2].len == 0)
        return TOKEN_JWT_TRUNCATED;
    return check_signature(self, parts[2]) ? whole_kind(&self->claims) : TOKEN_JWT_BROKEN;
}
