// SPDX-License-Identifier: MIT
// What a kind of token and its dates are called.

#include "base/text.h"
#include "token/token.h"

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
    case TOKEN_REFERENCE:
        return "reference";
    case TOKEN_PATH:
        return "path";
    case TOKEN_WRAPPED:
        return "wrapped";
    case TOKEN_COMMENTED:
        return "commented";
    }
    return "";
}

const char *token_kind_phrase(enum token_kind kind)
{
    switch (kind) {
    case TOKEN_LEGACY_HEX:
        return "a legacy token (40 hex digits)";
    case TOKEN_LEGACY_OTHER:
        return "text that can be a legacy token";
    case TOKEN_JWT_REFRESH:
        return "a Personal Access Token (refresh JWT)";
    case TOKEN_JWT_ACCESS:
        return "an access token (JWT) that lives for five minutes";
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
    case TOKEN_REFERENCE:
        return "a reference that was not resolved";
    case TOKEN_PATH:
        return "the path of a file";
    case TOKEN_WRAPPED:
        return "text that holds more than a token";
    case TOKEN_COMMENTED:
        return "text with a comment after it";
    }
    return "";
}

void token_describe(const struct token *self, char *buffer, size_t size)
{
    struct text out = text_over(buffer, size);
    text_add(&out, "%s, %zu byte%s", token_kind_phrase(self->kind), self->len,
             self->len == 1 ? "" : "s");
    if (self->dirt[0] != '\0')
        text_add(&out, ", %s", self->dirt);
    if (self->around)
        text_add(&out, ", %s", self->around);
    if (self->kind == TOKEN_PREFIXED)
        text_add(&out, ", \"%s\"", self->prefix);
    if (self->inner != self->kind)
        text_add(&out, "; cleaned: %s", token_kind_phrase(self->inner));
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
    text_print(buffer, size, "%04lld-%02u-%02uT%02lld:%02lld:%02lldZ", (long long)year, month, day,
               (long long)(rest / 3600), (long long)(rest / 60 % 60), (long long)(rest % 60));
}
