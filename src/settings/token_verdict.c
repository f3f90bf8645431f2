// SPDX-License-Identifier: MIT
#include "settings/token_verdict.h"

#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/container.h"
#include "base/text.h"

// The files have another value under the token's name.
static bool file_differs(const struct token_settings *token)
{
    return token->file_text.len > 0 && !span_equal(token->file_text, token->used.text);
}

// A container's environment is made once. A file that was written later than that has what the next
// one would get; one that is older did not win then either.
static enum reason reason_of_overridden(const struct origin *file)
{
    time_t created;
    struct stat status;
    if (!container_is_inside())
        return REASON_TOKEN_UNKNOWN_SHELL;
    if (container_created(&created) && stat(file->path, &status) == 0 && status.st_mtime > created)
        return REASON_TOKEN_UNKNOWN_STALE;
    return REASON_TOKEN_UNKNOWN_OVERRIDDEN;
}

// Another variable that is set; NULL: none is.
static const char *second_name(const struct token_settings *token)
{
    for (unsigned i = 0; i < token->other_count; i++) {
        const struct token_found *other = &token->others[i];
        if (other->origin.kind != ORIGIN_SECRET && strcmp(other->name, token->used.name) != 0)
            return other->name;
    }
    return NULL;
}

// Under trade the app has what `run` exchanged a Personal Access Token for, which is not what its
// source holds.
static bool is_traded(const struct token_settings *token)
{
    if (token->jwt != JWT_TRADE || token->used.judged.kind == TOKEN_JWT_REFRESH)
        return false;
    switch (token->used.origin.kind) {
    case ORIGIN_FILE:
        return file_differs(token);
    case ORIGIN_SECRET:
        return settings_secret_changed(token);
    default:
        return true; // what the environment of `run` holds is not known to a probe
    }
}

// How the value got here decides what to do about it. `detail` is for the sentence.
static enum reason split_unknown(const struct token_settings *token, char detail[FINDING_SLOT])
{
    time_t created;
    if (is_traded(token))
        return REASON_TOKEN_UNKNOWN_TRADED;
    if (token->used.origin.kind == ORIGIN_ENVIRONMENT && file_differs(token)) {
        origin_words(&token->file_origin, detail, FINDING_SLOT);
        return reason_of_overridden(&token->file_origin);
    }
    const char *second = second_name(token);
    if (second != NULL) {
        text_print(detail, FINDING_SLOT, "%s", second);
        return REASON_TOKEN_UNKNOWN_SECOND;
    }
    bool is_fixed = token->used.origin.kind == ORIGIN_ENVIRONMENT && container_created(&created);
    return is_fixed ? REASON_TOKEN_UNKNOWN_ENVIRONMENT : REASON_TOKEN_UNKNOWN;
}

void settings_say_apply(const struct applying *apply, struct finding *finding)
{
    bool is_about_url = reason_class(finding->reason) == REASON_CLASS_UNCLEAR;
    finding->apply = is_about_url ? apply->url : apply->token;
}

void settings_name_token(const struct token_settings *token, struct finding *finding)
{
    char where[FINDING_SLOT], source[FINDING_SLOT], detail[FINDING_SLOT];
    enum reason reason = finding->reason;
    bool is_about_token =
        reason_class(reason) == REASON_CLASS_REFUSED || reason == REASON_TOKEN_MALFORMED_SEEN;
    if (!is_about_token || token->none || token->used.name == NULL)
        return;
    struct finding before = *finding;
    text_print(detail, sizeof detail, "%s", before.detail);
    if (reason == REASON_TOKEN_UNKNOWN)
        reason = split_unknown(token, detail);
    origin_words(&token->used.origin, source, sizeof source);
    struct text text = text_over(where, sizeof where);
    text_add(&text, "%s (%s)", token->used.name, source);
    finding_set(finding, reason, before.subject, where, detail);
}
