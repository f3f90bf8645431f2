// SPDX-License-Identifier: MIT
// Which of the values that are set is the token, and what of the others is said.
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "base/text.h"
#include "settings/lookup.h"
#include "settings/secret_file.h"
#include "settings/token_source.h"
#include "token/redact_token.h"

#define FILE_SUFFIX "_FILE"
#define USERNAME "LABEL_STUDIO_USERNAME"
#define PASSWORD "LABEL_STUDIO_PASSWORD"

// ---- Places -------------------------------------------------------------------------------------

enum place { PLACE_ENVIRONMENT, PLACE_SECRET, PLACE_FILE, PLACE_COUNT };

// NAME_FILE in the arena, since origins keep names; NULL: no memory.
static const char *file_name_of(const struct maker *maker, const char *name)
{
    size_t size = strlen(name) + sizeof FILE_SUFFIX;
    char *joined = arena_take(&maker->settings->memory, size);
    if (joined)
        text_print(joined, size, "%s" FILE_SUFFIX, name);
    return joined;
}

// The path that NAME_FILE holds, as `text`; the file is not read yet.
static bool find_secret(const struct maker *maker, const char *name, struct value *value)
{
    const char *variable = file_name_of(maker, name);
    if (!variable || !maker_environment(maker, variable, value))
        return false;
    value->origin.kind = ORIGIN_SECRET;
    value->origin.path = value->text;
    return true;
}

static bool find_at(const struct maker *maker, enum place place, const char *name,
                    struct value *value)
{
    switch (place) {
    case PLACE_ENVIRONMENT:
        return maker_environment(maker, name, value);
    case PLACE_SECRET:
        return find_secret(maker, name, value);
    case PLACE_FILE:
        return maker_file(maker, name, value);
    case PLACE_COUNT:
        break;
    }
    return false;
}

// With --load all the file comes first.
static enum place place_at(const struct maker *maker, unsigned index)
{
    static const enum place usual[] = {PLACE_ENVIRONMENT, PLACE_SECRET, PLACE_FILE};
    static const enum place file_first[] = {PLACE_FILE, PLACE_ENVIRONMENT, PLACE_SECRET};
    return maker->settings->load == LOAD_ALL ? file_first[index] : usual[index];
}

// ---- The token ----------------------------------------------------------------------------------

// `token` brings another one, and `verify` asks with what its checks name.
static bool is_judged(const struct maker *maker)
{
    return maker->verb != VERB_TOKEN && maker->verb != VERB_VERIFY;
}

static void refuse(struct maker *maker, enum settings_stage stage, const struct finding *finding)
{
    if (stage != STAGE_TOKEN || is_judged(maker))
        maker_refuse(maker, stage, finding);
}

// The content of a secret in memory that lives as long as the settings.
static bool read_secret(struct maker *maker, enum settings_stage stage, const struct value *value,
                        struct span *text)
{
    struct secret_file secret;
    struct finding finding;
    *text = (struct span){0};
    if (!secret_file_read(&secret, value->origin.name, value->origin.path, &finding)) {
        finding.apply = settings_apply(maker->settings, ORIGIN_SECRET);
        refuse(maker, stage, &finding);
        return false;
    }
    // Of an extra line end more is said than this.
    if (secret.dropped_cr && !span_ends(secret.value, "\n") && !span_ends(secret.value, "\r"))
        maker_warn(maker,
                   "%s ends with CR LF, as Windows writes it: the carriage return is dropped too",
                   value->origin.path);
    (void)token_redact(secret.value); // see redact_failed
    text->text = arena_copy(&maker->settings->memory, secret.value);
    text->len = text->text ? secret.value.len : 0;
    secret_file_free(&secret);
    if (!text->text)
        maker_no_memory(maker);
    return text->text != NULL;
}

// Of a file of its own another step comes first. One line end of it was dropped: what is left of
// them is a line too many.
static enum reason reason_of_file(const struct token *token, enum reason reason)
{
    if (token->line_end)
        return REASON_TOKEN_EXTRA_LINE;
    return reason == REASON_TOKEN_COMMENT ? REASON_TOKEN_COMMENT_IN_FILE : reason;
}

static void judge(struct maker *maker)
{
    struct finding finding;
    char place[FINDING_SLOT], doubt[FINDING_SLOT];
    struct token_found *token = &maker->settings->token.used;
    token_classify(&token->judged, token->text.text, token->text.len);
    // What `run` traded for is the legacy token: it was judged by Label Studio itself.
    if (maker->started && maker->settings->token.jwt == JWT_TRADE)
        return;
    if (token_may_be_path(&token->judged, token->text.text, token->text.len) &&
        file_is_regular(token->text.text))
        token_set_path(&token->judged);
    origin_words(&token->origin, place, sizeof place);
    if (!token_judge(&token->judged, maker->settings->token.jwt, time(NULL), token->name, place,
                     &finding)) {
        if (token->origin.kind == ORIGIN_SECRET)
            finding.reason = reason_of_file(&token->judged, finding.reason);
        finding.apply = settings_apply(maker->settings, token->origin.kind);
        refuse(maker, STAGE_TOKEN, &finding);
    } else if (is_judged(maker) &&
               token_doubt_text(&token->judged, token->name, place, doubt, sizeof doubt))
        maker_warn(maker, "%s", doubt);
}

static bool is_conflict(const struct maker *maker, const char *name)
{
    struct value value;
    return maker_environment(maker, name, &value) && find_secret(maker, name, &value);
}

static void choose(struct maker *maker, const char *name, const struct value *value)
{
    struct finding finding;
    struct token_found *token = &maker->settings->token.used;
    token->name = name;
    token->origin = value->origin;
    // The text of a secret is its path until the file was read.
    token->text = span_of(value->origin.kind == ORIGIN_SECRET ? "" : value->text);
    token_classify(&token->judged, token->text.text, token->text.len);
    if (value->origin.kind != ORIGIN_FILE && is_conflict(maker, name)) {
        finding_set(&finding, REASON_TOKEN_CONFLICT, name, "environment", NULL);
        finding.apply = settings_apply(maker->settings, ORIGIN_ENVIRONMENT);
        refuse(maker, STAGE_TOKEN, &finding);
        return;
    }
    if (value->origin.kind != ORIGIN_SECRET || read_secret(maker, STAGE_TOKEN, value, &token->text))
        judge(maker);
}

// A value that is set as well. One that says the same as the token is nothing new: Compose sets
// the file's own value.
static void add_other(struct maker *maker, const char *name, const struct value *value)
{
    struct settings *settings = maker->settings;
    size_t most = (size_t)settings->token.name_count * PLACE_COUNT;
    bool is_secret = value->origin.kind == ORIGIN_SECRET;
    if (!is_secret && span_is(settings->token.used.text, value->text))
        return;
    if (!settings->token.others)
        settings->token.others =
            arena_take(&settings->memory, most * sizeof *settings->token.others);
    if (!settings->token.others)
        return;
    struct token_found *other = &settings->token.others[settings->token.other_count++];
    other->name = is_secret ? value->origin.name : name;
    other->origin = value->origin;
    if (is_secret)
        return;
    other->text = span_of(value->text);
    token_classify(&other->judged, other->text.text, other->text.len);
}

static void warn_others(struct maker *maker)
{
    char bytes[FINDING_SLOT], place[FINDING_SLOT];
    const struct settings *settings = maker->settings;
    struct text text = text_over(bytes, sizeof bytes);
    if (settings->token.other_count == 0)
        return;
    for (unsigned i = 0; i < settings->token.other_count; i++) {
        origin_text(&settings->token.others[i].origin, place, sizeof place);
        text_add(&text, "%s%s (%s)", i > 0 ? ", " : "", settings->token.others[i].name, place);
    }
    origin_text(&settings->token.used.origin, place, sizeof place);
    maker_warn(maker, "not used: %s; the token is %s (%s)", bytes, settings->token.used.name,
               place);
}

// What a line that came out empty refers to: "itself", or "${CI_TOKEN}" where the lint shows that
// name. NULL: not known.
static const char *reference_of(struct settings *settings, const struct dotenv_var *var,
                                const char *name)
{
    char bytes[FINDING_SLOT];
    for (size_t i = 0; i < settings->dotenv.issue_count; i++) {
        const struct dotenv_issue *issue = &settings->dotenv.issues[i];
        if (issue->fault != DOTENV_LINT_UNSET_WHOLE || issue->file != var->file ||
            issue->line != var->line || issue->name[0] == '\0' || strcmp(issue->name, name) == 0)
            continue;
        text_print(bytes, sizeof bytes, "${%s}", issue->name);
        return arena_copy(&settings->memory, span_of(bytes));
    }
    return span_find(var->raw, name) < var->raw.len ? "itself" : NULL;
}

// "NAME is set, but empty (environment)": what Compose makes of a ${NAME} that is not set.
static void note_empty(struct maker *maker)
{
    char bytes[FINDING_SLOT];
    struct settings *settings = maker->settings;
    for (unsigned i = 0; i < settings->token.name_count && !settings->token.hint; i++) {
        const char *name = settings->token.names[i];
        struct text text = text_over(bytes, sizeof bytes);
        const struct dotenv_var *var =
            settings->dotenv.failed ? NULL : dotenv_find(&settings->dotenv, name);
        if (var && var->has_reference && var->value.len == 0 && !settings->token.unset.name) {
            settings->token.unset = settings_line_of(settings, var, name);
            settings->token.unset_reference = reference_of(settings, var, name);
        }
        if (envlist_get(maker->environment, name))
            text_add(&text, "%s is set in the environment, but empty", name);
        else if (var)
            text_add(&text, "%s is empty in %s line %u", name, settings->files[var->file].path,
                     var->line);
        else
            continue;
        settings->token.hint = arena_copy(&settings->memory, span_of(bytes));
    }
}

static void search(struct maker *maker)
{
    struct value value;
    struct settings *settings = maker->settings;
    for (unsigned i = 0; i < settings->token.name_count; i++) {
        for (unsigned place = 0; place < PLACE_COUNT; place++) {
            const char *name = settings->token.names[i];
            if (!find_at(maker, place_at(maker, place), name, &value))
                continue;
            if (!settings->token.used.name)
                choose(maker, name, &value);
            else
                add_other(maker, name, &value);
        }
    }
    warn_others(maker);
    if (settings->token.used.name)
        return;
    settings_find_near_name(maker);
    note_empty(maker);
}

static void use_started_token(struct maker *maker)
{
    struct settings *settings = maker->settings;
    const char *name = envlist_get(maker->started, option_row(OPTION_TOKEN_VAR)->variable);
    const char *text = name ? envlist_get(maker->started, name) : NULL;
    if (!text || *text == '\0')
        return;
    settings->token.name_count = 0;
    settings_add_token_name(maker, span_of(name));
    settings->token.used.name = name;
    settings->token.used.text = span_of(text);
    (void)token_redact(settings->token.used.text); // see redact_failed
    settings->token.used.origin = token_source_read(
        envlist_get(maker->started, "LABELGATE_TOKEN_SOURCE"),
        span_of(envlist_get(maker->started, option_row(OPTION_ENV_FILE)->variable)),
        &settings->memory);
    settings->token.used.origin.name = name;
    judge(maker);
}

// All entries of one name, also those that a program would not find.
static void redact_entries(const struct envlist *environment, const char *name)
{
    size_t len = strlen(name);
    for (size_t i = 0; i < environment->count; i++)
        if (strncmp(environment->items[i], name, len) == 0 && environment->items[i][len] == '=')
            (void)token_redact(span_of(environment->items[i] + len + 1));
}

void settings_redact_candidates(const struct maker *maker)
{
    const struct settings *settings = maker->settings;
    const struct dotenv_var *password = dotenv_find(&settings->dotenv, PASSWORD);
    for (unsigned i = 0; i < settings->token.name_count; i++)
        redact_entries(maker->environment, settings->token.names[i]);
    redact_entries(maker->environment, PASSWORD);
    if (password)
        (void)token_redact(password->value);
}

// What the files hold under the token's name, wherever the token came from.
static void find_in_files(struct settings *settings)
{
    struct token_settings *token = &settings->token;
    const struct dotenv_var *var = token->used.name && !settings->dotenv.failed
                                       ? dotenv_find(&settings->dotenv, token->used.name)
                                       : NULL;
    if (!var || var->value.len == 0)
        return;
    token->file_text = var->value;
    token->file_origin = settings_line_of(settings, var, token->used.name);
}

void settings_find_token(struct maker *maker)
{
    if (maker->started)
        use_started_token(maker);
    else
        search(maker);
    find_in_files(maker->settings);
}

bool settings_secret_changed(const struct token_settings *token)
{
    struct secret_file secret;
    struct finding finding;
    const struct origin *origin = &token->used.origin;
    if (!token->used.name || origin->kind != ORIGIN_SECRET ||
        !secret_file_read(&secret, origin->name, origin->path, &finding))
        return false;
    bool changed = !span_equal(secret.value, token->used.text);
    secret_file_free(&secret);
    return changed;
}

// ---- User and password --------------------------------------------------------------------------

void settings_find_login(struct maker *maker)
{
    struct value value;
    struct finding finding;
    struct login *login = &maker->settings->login;
    if (maker->verb != VERB_VERIFY && (maker->verb != VERB_TOKEN || !maker->settings->use_login))
        return;
    if (maker_environment(maker, USERNAME, &value) || maker_file(maker, USERNAME, &value))
        login->username = value.text;
    if (is_conflict(maker, PASSWORD)) {
        finding_set(&finding, REASON_TOKEN_CONFLICT, PASSWORD, "environment", NULL);
        finding.apply = settings_apply(maker->settings, ORIGIN_ENVIRONMENT);
        refuse(maker, STAGE_LOGIN, &finding);
        return;
    }
    for (enum place place = PLACE_ENVIRONMENT; place < PLACE_COUNT; place++) {
        if (!find_at(maker, place, PASSWORD, &value))
            continue;
        if (value.origin.kind == ORIGIN_SECRET)
            read_secret(maker, STAGE_LOGIN, &value, &login->password);
        else
            login->password = span_of(value.text);
        return;
    }
}
