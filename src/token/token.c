// SPDX-License-Identifier: MIT
#include "token/token.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "token/base64url.h"

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
        (void)snprintf(self->dirt, sizeof self->dirt, "%s at the beginning", dirt_name(span));
    else if (next == span.len)
        (void)snprintf(self->dirt, sizeof self->dirt, "%s at the end",
                       dirt_name(span_rest(span, at)));
    else
        (void)snprintf(self->dirt, sizeof self->dirt, "%s inside (byte %zu)",
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

// ---- JWT ----------------------------------------------------------------------------------------

static const char *const part_names[] = {"part 1 (header)", "part 2 (payload)",
                                         "part 3 (signature)"};

static void set_broken(struct token *self, size_t part, const char *why)
{
    (void)snprintf(self->broken, sizeof self->broken, "%s %s", part_names[part], why);
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
    claims->has_exp = json_integer(json, json_member(json, JSON_ROOT, "exp"), &claims->exp);
    claims->has_iat = json_integer(json, json_member(json, JSON_ROOT, "iat"), &claims->iat);
}

// Parts 0 and 1: base64url of a JSON object; the header names its algorithm (RFC 7515
// section 4.1.1).
static bool read_object(struct token *self, size_t part, struct span text)
{
    char bytes[TOKEN_MOST];
    size_t len = 0;
    struct json json;
    const char *why = NULL;
    if (text.len == 0)
        why = "is empty";
    else if (!base64url_decode(text.text, text.len, bytes, sizeof bytes, &len))
        why = text.len % 4 == 1 ? "has a length that base64url cannot have" : "is no base64url";
    else if (!json_parse(&json, bytes, len))
        why = "is no JSON object";
    else {
        if (json_kind_at(&json, JSON_ROOT) != JSON_OBJECT)
            why = "is no JSON object";
        else if (part == 0 && !read_header(self, &json))
            why = "names no algorithm (alg)";
        else if (part == 1)
            read_payload(self, &json);
        json_free(&json);
    }
    file_wipe(bytes, len);
    if (why)
        set_broken(self, part, why);
    return !why;
}

static bool check_signature(struct token *self, struct span text)
{
    char bytes[TOKEN_MOST];
    size_t len = 0;
    bool good = base64url_decode(text.text, text.len, bytes, sizeof bytes, &len);
    file_wipe(bytes, len);
    if (!good)
        set_broken(self, 2,
                   text.len % 4 == 1 ? "has a length that base64url cannot have"
                                     : "is no base64url");
    return good;
}

// A header that begins as an object does, whatever follows. The brace alone is not enough:
// "example" decodes to one.
static bool looks_like_header(struct span text)
{
    char bytes[TOKEN_MOST];
    size_t len = 0;
    base64url_decode(text.text, text.len - (text.len % 4 == 1), bytes, sizeof bytes, &len);
    struct span decoded = span_trim((struct span){bytes, len});
    bool looks = span_starts(decoded, "{");
    decoded = span_trim(span_rest(decoded, looks));
    looks = looks && (span_starts(decoded, "\"") || span_starts(decoded, "}"));
    file_wipe(bytes, len);
    return looks;
}

static bool is_base64url_and_dots(struct span span)
{
    for (size_t i = 0; i < span.len; i++) {
        char c = lower(span.text[i]);
        if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' && c != '.')
            return false;
    }
    return true;
}

static enum token_kind whole_kind(const struct token_claims *claims)
{
    if (strcmp(claims->token_type, "refresh") == 0)
        return TOKEN_JWT_REFRESH;
    return strcmp(claims->token_type, "access") == 0 ? TOKEN_JWT_ACCESS : TOKEN_JWT_OTHER;
}

// Splits at the dots. Returns the number of parts; those behind the third are counted only.
static size_t split(struct span span, struct span parts[3])
{
    size_t count = 0;
    for (;;) {
        size_t len = span_find(span, ".");
        if (count < 3)
            parts[count] = (struct span){span.text, len};
        count++;
        if (len == span.len)
            return count;
        span = span_rest(span, len + 1);
    }
}

// RFC 7515 section 3.1, RFC 7519 section 7.2; narrower than PyJWT only where a token is damaged.
static enum token_kind jwt_kind(struct token *self, struct span span)
{
    struct span parts[3] = {{0}};
    size_t count = split(span, parts);
    bool hint = span_starts(span, "eyJ") ||
                (count > 1 && is_base64url_and_dots(span) && looks_like_header(parts[0]));
    if (!hint)
        return TOKEN_LEGACY_OTHER;
    if (count == 1 || count > 3) {
        const char *jwe = count == 5 ? ": an encrypted token" : "";
        (void)snprintf(self->broken, sizeof self->broken, "it has %u part%s instead of 3%s",
                       (unsigned)count, count > 1 ? "s" : "", jwe);
        return TOKEN_JWT_BROKEN;
    }
    if (!read_object(self, 0, parts[0]) || !read_object(self, 1, parts[1]))
        return TOKEN_JWT_BROKEN;
    if (count == 2)
        return TOKEN_JWT_TRUNCATED;
    return check_signature(self, parts[2]) ? whole_kind(&self->claims) : TOKEN_JWT_BROKEN;
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
        (void)snprintf(self->prefix, sizeof self->prefix, "%s", prefix);
    } else if (whole == TOKEN_MALFORMED) {
        set_dirt(self, span, dirt < len ? dirt : first_blank(span));
    } else {
        return;
    }
    self->inner = core_kind(self, clean(span));
}

// ---- Words --------------------------------------------------------------------------------------

const char *token_kind_name(enum token_kind kind)
{
    switch (kind) {
    case TOKEN_LEGACY_HEX:
        return "legacy";
    case TOKEN_LEGACY_OTHER:
        return "legacy_other";
    case TOKEN_JWT_REFRESH:
        return "jwt_refresh";
    case TOKEN_JWT_ACCESS:
        return "jwt_access";
    case TOKEN_JWT_OTHER:
        return "jwt_other";
    case TOKEN_JWT_TRUNCATED:
        return "jwt_truncated";
    case TOKEN_JWT_BROKEN:
        return "jwt_broken";
    case TOKEN_EMPTY:
        return "empty";
    case TOKEN_PLACEHOLDER:
        return "placeholder";
    case TOKEN_COMMENT:
        return "comment";
    case TOKEN_QUOTED:
        return "quoted";
    case TOKEN_PREFIXED:
        return "prefixed";
    case TOKEN_MALFORMED:
        return "malformed";
    case TOKEN_TOO_LONG:
        return "too_long";
    }
    return "";
}

static const char *kind_phrase(enum token_kind kind)
{
    switch (kind) {
    case TOKEN_LEGACY_HEX:
        return "a legacy token (40 hex digits)";
    case TOKEN_LEGACY_OTHER:
        return "text that can be a legacy token";
    case TOKEN_JWT_REFRESH:
        return "a Personal Access Token (refresh JWT)";
    case TOKEN_JWT_ACCESS:
        return "an access token (JWT)";
    case TOKEN_JWT_OTHER:
        return "a JWT of another kind";
    case TOKEN_JWT_TRUNCATED:
        return "a JWT without its signature";
    case TOKEN_JWT_BROKEN:
        return "a damaged JWT";
    case TOKEN_EMPTY:
        return "nothing";
    case TOKEN_PLACEHOLDER:
        return "a placeholder";
    case TOKEN_COMMENT:
        return "a comment";
    case TOKEN_QUOTED:
        return "text in quotes";
    case TOKEN_PREFIXED:
        return "text with a scheme word in front";
    case TOKEN_MALFORMED:
        return "text with blanks or other bytes that no token can have";
    case TOKEN_TOO_LONG:
        return "text too long for a token";
    }
    return "";
}

void token_describe(const struct token *self, char *buffer, size_t size)
{
    struct text out = text_over(buffer, size);
    text_add(&out, "%s, %zu byte%s", kind_phrase(self->kind), self->len, self->len == 1 ? "" : "s");
    if (self->dirt[0] != '\0')
        text_add(&out, ", %s", self->dirt);
    if (self->kind == TOKEN_PREFIXED)
        text_add(&out, ", \"%s\"", self->prefix);
    if (self->inner != self->kind)
        text_add(&out, "; cleaned: %s", kind_phrase(self->inner));
    if (self->broken[0] != '\0')
        text_add(&out, "; %s", self->broken);
}

// Days since 1970-01-01 to a date of the Gregorian calendar (Howard Hinnant's civil_from_days).
// gmtime ends at the year 2^31, a claim may be any int64_t.
static int64_t civil_from_days(int64_t days, unsigned *month, unsigned *day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    unsigned of_era = (unsigned)(days - era * 146097);
    unsigned year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    unsigned of_year = of_era - (365 * year + year / 4 - year / 100);
    unsigned from_march = (5 * of_year + 2) / 153;
    *day = of_year - (153 * from_march + 2) / 5 + 1;
    *month = from_march < 10 ? from_march + 3 : from_march - 9;
    return era * 400 + year + (*month <= 2);
}

void token_date(int64_t seconds, char *buffer, size_t size)
{
    const int64_t day_seconds = 86400;
    int64_t days = seconds / day_seconds;
    int64_t rest = seconds % day_seconds;
    unsigned month = 0;
    unsigned day = 0;
    if (rest < 0) {
        rest += day_seconds;
        days--;
    }
    int64_t year = civil_from_days(days, &month, &day);
    (void)snprintf(buffer, size, "%04lld-%02u-%02uT%02lld:%02lld:%02lldZ", (long long)year, month,
                   day, (long long)(rest / 3600), (long long)(rest / 60 % 60),
                   (long long)(rest % 60));
}

// ---- Verdict ------------------------------------------------------------------------------------

static void add_date(struct text *out, const char *what, bool known, int64_t seconds)
{
    char date[48];
    if (!known)
        return;
    token_date(seconds, date, sizeof date);
    text_add(out, ", %s %s", what, date);
}

static void add_claims(const struct token_claims *claims, struct text *out)
{
    if (claims->token_type[0] != '\0')
        text_add(out, "token_type %s", claims->token_type);
    else
        text_add(out, "no token_type");
    add_date(out, "issued", claims->has_iat, claims->iat);
    add_date(out, "expires", claims->has_exp, claims->exp);
    if (claims->user_id[0] != '\0')
        text_add(out, ", user_id %s", claims->user_id);
}

static enum reason jwt_reason(const struct token *self, enum jwt_policy policy, int64_t now)
{
    bool reject = policy == JWT_REJECT;
    switch (self->kind) {
    case TOKEN_JWT_REFRESH:
        if (reject)
            return REASON_JWT_REFRESH;
        return self->claims.has_exp && self->claims.exp <= now ? REASON_JWT_EXPIRED : REASON_OK;
    case TOKEN_JWT_ACCESS:
        return reject ? REASON_JWT_ACCESS : REASON_JWT_ACCESS_UNFIT;
    case TOKEN_JWT_OTHER:
        return reject ? REASON_JWT_OTHER : REASON_JWT_OTHER_UNFIT;
    case TOKEN_JWT_TRUNCATED:
        return reject ? REASON_JWT_TRUNCATED : REASON_JWT_TRUNCATED_UNFIT;
    default:
        return reject ? REASON_JWT_BROKEN : REASON_JWT_BROKEN_UNFIT;
    }
}

// The contract's --jwt speaks of JWT-shaped tokens only: a legacy token is taken under every
// policy.
static enum reason reason_of(const struct token *self, enum jwt_policy policy, int64_t now)
{
    switch (self->kind) {
    case TOKEN_LEGACY_HEX:
    case TOKEN_LEGACY_OTHER:
        return REASON_OK;
    case TOKEN_JWT_REFRESH:
    case TOKEN_JWT_ACCESS:
    case TOKEN_JWT_OTHER:
    case TOKEN_JWT_TRUNCATED:
    case TOKEN_JWT_BROKEN:
        return jwt_reason(self, policy, now);
    case TOKEN_EMPTY:
        return REASON_TOKEN_MISSING;
    case TOKEN_PLACEHOLDER:
        return REASON_TOKEN_PLACEHOLDER;
    case TOKEN_COMMENT:
        return REASON_TOKEN_COMMENT;
    case TOKEN_QUOTED:
        return REASON_TOKEN_QUOTED;
    case TOKEN_PREFIXED:
        return REASON_TOKEN_PREFIXED;
    case TOKEN_MALFORMED:
        return REASON_TOKEN_MALFORMED;
    case TOKEN_TOO_LONG:
        return REASON_TOKEN_TOO_LONG;
    }
    return REASON_TOKEN_MALFORMED;
}

static void add_detail(const struct token *self, struct text *out)
{
    switch (self->kind) {
    case TOKEN_JWT_REFRESH:
    case TOKEN_JWT_ACCESS:
    case TOKEN_JWT_OTHER:
    case TOKEN_JWT_TRUNCATED:
        add_claims(&self->claims, out);
        break;
    case TOKEN_JWT_BROKEN:
        text_add(out, "%s", self->broken);
        break;
    case TOKEN_MALFORMED:
        text_add(out, "%s", self->dirt);
        break;
    case TOKEN_QUOTED:
        text_add(out, "between them stands %s", kind_phrase(self->inner));
        break;
    case TOKEN_PREFIXED:
        text_add(out, "\"%s\"; behind it stands %s", self->prefix, kind_phrase(self->inner));
        break;
    case TOKEN_PLACEHOLDER:
    case TOKEN_TOO_LONG:
        text_add(out, "%zu bytes", self->len);
        break;
    case TOKEN_LEGACY_HEX:
    case TOKEN_LEGACY_OTHER:
    case TOKEN_EMPTY:
    case TOKEN_COMMENT:
        break;
    }
}

bool token_judge(const struct token *self, enum jwt_policy policy, int64_t now, const char *name,
                 const char *where, struct finding *finding)
{
    char detail[FINDING_SLOT];
    struct text out = text_over(detail, sizeof detail);
    enum reason reason = reason_of(self, policy, now);
    add_detail(self, &out);
    finding_set(finding, reason, name, where, detail);
    return reason == REASON_OK;
}
