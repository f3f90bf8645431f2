// SPDX-License-Identifier: MIT
#include "settings/token_verdict.h"

#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/container.h"
#include "base/text.h"

// The same name in the file has another value, and `origin` is its place.
static bool is_overridden(const struct settings *settings, struct origin *origin)
{
    struct span value;
    return settings->token.origin.kind == ORIGIN_ENVIRONMENT &&
           settings_file_token(settings, &value, origin) &&
           !span_equal(value, settings->token.text);
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
static const char *second_name(const struct settings *settings)
{
    for (unsigned i = 0; i < settings->other_count; i++) {
        const struct token_found *other = &settings->others[i];
        if (other->origin.kind != ORIGIN_SECRET && strcmp(other->name, settings->token.name) != 0)
            return other->name;
    }
    return NULL;
}

// Under trade the app has what `run` exchanged a Personal Access Token for, which is not what its
// source holds.
static bool is_traded(const struct settings *settings)
{
    struct span value;
    struct origin origin;
    const struct token_found *token = &settings->token;
    if (settings->jwt != JWT_TRADE || token->judged.kind == TOKEN_JWT_REFRESH)
        return false;
    switch (token->origin.kind) {
    case ORIGIN_FILE:
        return settings_file_token(settings, &value, &origin) && !span_equal(value, token->text);
    case ORIGIN_SECRET:
        return settings_secret_changed(settings);
    default:
        return true; // what the environment of `run` holds is not known to a probe
    }
}

// How the value got here decides what to do about it. `detail` is for the sentence.
static enum reason split_unknown(const struct settings *settings, char detail[FINDING_SLOT])
{
    time_t created;
    struct origin file;
    if (is_traded(settings))
        return REASON_TOKEN_UNKNOWN_TRADED;
    if (is_overridden(settings, &file)) {
        origin_words(&file, detail, FINDING_SLOT);
        return reason_of_overridden(&file);
    }
    const char *second = second_name(settings);
    if (second != NULL) {
        text_print(detail, FINDING_SLOT, "%s", second);
        return REASON_TOKEN_UNKNOWN_SECOND;
    }
    bool is_fixed =
        settings->token.origin.kind == ORIGIN_ENVIRONMENT && container_created(&created);
    return is_fixed ? REASON_TOKEN_UNKNOWN_ENVIRONMENT : REASON_TOKEN_UNKNOWN;
}

void settings_name_token(const struct settings *settings, struct finding *finding)
{
    char where[FINDING_SLOT], source[FINDING_SLOT], detail[FINDING_SLOT];
    enum reason reason = finding->reason;
    bool is_about_token =
        reason_class(reason) == REASON_CLASS_REFUSED || reason == REASON_TOKEN_MALFORMED_SEEN;
    if (!is_about_token || settings->no_token || settings->token.name == NULL)
        return;
    struct finding before = *finding;
    text_print(detail, sizeof detail, "%s", before.detail);
    if (reason == REASON_TOKEN_UNKNOWN)
        reason = split_unknown(settings, detail);
    origin_words(&settings->token.origin, source, sizeof source);
    struct text text = text_over(where, sizeof where);
    text_add(&text, "%s (%s)", settings->token.name, source);
    finding_set(finding, reason, before.subject, where, detail);
}
