// SPDX-License-Identifier: MIT
// From a kind of token and --jwt to a verdict.
#include <string.h>

#include "base/text.h"
#include "token/shape.h"
#include "token/token.h"

// Which token it is. When it was issued and ends is in `check`.
static void add_claims(const struct token_claims *claims, struct text *out)
{
    if (claims->token_type[0] != '\0')
        text_add(out, "token_type %s", claims->token_type);
    else
        text_add(out, "no token_type");
    if (claims->user_id[0] != '\0')
        text_add(out, ", user_id %s", claims->user_id);
}

static bool is_expired(const struct token *self, int64_t now)
{
    return self->claims.has_exp && self->claims.exp <= now;
}

static enum reason jwt_reason(const struct token *self, enum jwt_policy policy, int64_t now)
{
    bool reject = policy == JWT_REJECT;
    switch (self->kind) {
    case TOKEN_JWT_REFRESH:
        if (reject)
            return is_expired(self, now) ? REASON_JWT_REFRESH_EXPIRED : REASON_JWT_REFRESH;
        return is_expired(self, now) ? REASON_JWT_EXPIRED : REASON_OK;
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

// The contract's --jwt speaks of JWT-shaped tokens only: a legacy token is accepted under every
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
        return self->inner == TOKEN_LEGACY_HEX ? REASON_TOKEN_COMMENTED_OUT : REASON_TOKEN_COMMENT;
    case TOKEN_QUOTED:
        return REASON_TOKEN_QUOTED;
    case TOKEN_PREFIXED:
        return REASON_TOKEN_PREFIXED;
    case TOKEN_MALFORMED:
        if (!self->line_end)
            return REASON_TOKEN_MALFORMED;
        return self->carriage_return ? REASON_TOKEN_CARRIAGE_RETURN : REASON_TOKEN_LINE_END;
    case TOKEN_REFERENCE:
        return REASON_TOKEN_REFERENCE;
    case TOKEN_PATH:
        return REASON_TOKEN_PATH;
    case TOKEN_WRAPPED:
        return REASON_TOKEN_WRAPPED;
    case TOKEN_COMMENTED:
        return REASON_TOKEN_COMMENT_BEHIND;
    case TOKEN_TOO_LONG:
        return REASON_TOKEN_TOO_LONG;
    }
    return REASON_TOKEN_MALFORMED;
}

// The variable for a path; "the token" of standard input has none of its own.
static void add_file_variable(const char *name, struct text *out)
{
    text_add(out, "%s_FILE", strchr(name, ' ') ? "LABEL_STUDIO_API_TOKEN" : name);
}

// What the clock says is said too: a wrong clock makes a good token look expired.
static void add_expiry(const struct token_claims *claims, int64_t now, struct text *out)
{
    char expiry[48], clock[48];
    token_date(claims->exp, expiry, sizeof expiry);
    token_date(now, clock, sizeof clock);
    text_add(out, "it ended %s, and the clock here says %s", expiry, clock);
}

static void add_detail(const struct token *self, const char *name, struct text *out)
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
        text_add(out, "between them is %s", token_kind_phrase(self->inner));
        break;
    case TOKEN_PREFIXED:
        text_add(out, "\"%s\"; after it comes %s", self->prefix, token_kind_phrase(self->inner));
        break;
    case TOKEN_PLACEHOLDER:
    case TOKEN_TOO_LONG:
        text_add(out, "%zu bytes", self->len);
        break;
    case TOKEN_REFERENCE:
        text_add(out, "%s", self->around);
        break;
    case TOKEN_PATH:
        add_file_variable(name, out);
        break;
    case TOKEN_WRAPPED:
        text_add(out, "%s", self->around);
        if (self->inner != TOKEN_LEGACY_OTHER)
            text_add(out, "; in it is %s", token_kind_phrase(self->inner));
        break;
    case TOKEN_COMMENT:
        if (self->inner != TOKEN_LEGACY_HEX)
            break;
        text_add(out, "%s", token_kind_phrase(self->inner));
        break;
    case TOKEN_COMMENTED:
        text_add(out, "%s", token_kind_phrase(self->inner));
        break;
    case TOKEN_LEGACY_HEX:
    case TOKEN_LEGACY_OTHER:
    case TOKEN_EMPTY:
        break;
    }
}

bool token_judge(const struct token *self, enum jwt_policy policy, int64_t now, const char *name,
                 const char *where, struct finding *finding)
{
    char detail[FINDING_SLOT];
    struct text out = text_over(detail, sizeof detail);
    enum reason reason = reason_of(self, policy, now);
    if (reason == REASON_JWT_EXPIRED || reason == REASON_JWT_REFRESH_EXPIRED)
        add_expiry(&self->claims, now, &out);
    else
        add_detail(self, name, &out);
    finding_set(finding, reason, name, where, detail);
    return reason == REASON_OK;
}

bool token_doubt_text(const struct token *self, const char *name, const char *where, char *buffer,
                      size_t size)
{
    struct text out = text_over(buffer, size);
    text_add(&out, "%s (%s) ", name, where);
    switch (self->doubt) {
    case TOKEN_DOUBT_NONE:
        return false;
    case TOKEN_DOUBT_LENGTH:
        text_add(&out, "has %zu hex digits, a generated legacy token has 40", self->len);
        break;
    case TOKEN_DOUBT_CAPITAL:
        text_add(&out, "has 40 hex digits with capital letters, a generated legacy token has small "
                       "ones");
        break;
    case TOKEN_DOUBT_LETTER:
        text_add(&out, "has 40 characters, but not all are hex digits as in a generated legacy "
                       "token");
        break;
    case TOKEN_DOUBT_AROUND:
        text_add(&out, "has 40 hex digits, as a legacy token, and %zu more character%s",
                 self->len - 40, self->len == 41 ? "" : "s");
        break;
    case TOKEN_DOUBT_SHORT:
        text_add(&out, "has only %zu character%s, and Label Studio sets no token of less than %d",
                 self->len, self->len == 1 ? "" : "s", SHAPE_SHORTEST);
        break;
    case TOKEN_DOUBT_PATH:
        text_add(&out, "begins with /: if it is the path of a file, set ");
        add_file_variable(name, &out);
        text_add(&out, " instead");
        return true;
    }
    text_add(&out, ": compare it with Label Studio's, Account & Settings");
    return true;
}
