// SPDX-License-Identifier: MIT
#include "settings/lookup.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/quote.h"
#include "base/text.h"

// ---- Findings -----------------------------------------------------------------------------------

// Used when there is no memory for anything else.
static struct settings_finding no_memory;

void maker_free_refusals(struct settings *settings)
{
    if (settings->refusals != &no_memory)
        free((void *)settings->refusals);
}

void maker_no_memory(const struct maker *maker)
{
    struct settings *settings = maker->settings;
    maker_free_refusals(settings);
    no_memory.stage = STAGE_SETTINGS;
    finding_set(&no_memory.finding, REASON_START_FAILED, "the settings", NULL, "memory ran out");
    settings->refusals = &no_memory;
    settings->refusal_count = 1;
}

void maker_refuse(struct maker *maker, enum settings_stage stage, const struct finding *finding)
{
    struct settings *settings = maker->settings;
    if (settings->refusals == &no_memory || settings->refusal_count == SETTINGS_FINDINGS)
        return;
    struct settings_finding *refusals =
        array_grow((void *)settings->refusals, settings->refusal_count, sizeof *refusals);
    if (!refusals) {
        maker_no_memory(maker);
        return;
    }
    unsigned at = settings->refusal_count++;
    for (; at > 0 && refusals[at - 1].stage > stage; at--)
        refusals[at] = refusals[at - 1];
    refusals[at] = (struct settings_finding){stage, *finding};
    settings->refusals = refusals;
}

void maker_warn(struct maker *maker, const char *format, ...)
{
    char sentence[FINDING_SLOT];
    struct settings *settings = maker->settings;
    if (settings->warning_count == SETTINGS_FINDINGS)
        return;
    struct finding *warnings =
        array_grow(settings->warnings, settings->warning_count, sizeof *warnings);
    if (!warnings) {
        maker_no_memory(maker);
        return;
    }
    settings->warnings = warnings;
    struct text text = text_over(sentence, sizeof sentence);
    va_list list;
    va_start(list, format);
    text_add_list(&text, format, list);
    va_end(list);
    finding_set(&warnings[settings->warning_count++], REASON_OK, NULL, NULL, sentence);
}

static void add_setting_name(struct text *text, const struct option_row *row,
                             const struct origin *origin)
{
    if (origin->kind == ORIGIN_OPTION)
        text_add(text, "%s%s", row->argument ? "--" : "-", origin->name);
    else
        text_add(text, "%s", origin->name);
}

void maker_refuse_value(struct maker *maker, const struct option_row *row,
                        const struct value *value, const char *accepted)
{
    char sentence[FINDING_SLOT], place[FINDING_SLOT];
    struct text text = text_over(sentence, sizeof sentence);
    add_setting_name(&text, row, &value->origin);
    if (value->origin.kind != ORIGIN_OPTION) {
        origin_text(&value->origin, place, sizeof place);
        text_add(&text, " (%s)", place);
    }
    text_add(&text, " takes %s", accepted);
    // No text of a line of the file, and nothing that is long enough to be a token.
    if (value->origin.kind != ORIGIN_FILE && strlen(value->text) <= QUOTE_MAX) {
        text_add(&text, ", not \"");
        text_add_visible(&text, span_of(value->text), 2 * QUOTE_MAX);
        text_add(&text, "\"");
    }
    struct finding finding;
    finding_set(&finding, REASON_USAGE_VALUE, verb_row(maker->verb)->name, NULL, sentence);
    finding.apply = settings_apply(maker->settings, value->origin.kind);
    maker_refuse(maker, value->origin.kind == ORIGIN_OPTION ? STAGE_OPTIONS : STAGE_SETTINGS,
                 &finding);
}

// ---- Precedence ---------------------------------------------------------------------------------

bool maker_option(const struct maker *maker, enum option_id id, struct value *value)
{
    if (options_count(maker->options, id) == 0)
        return false;
    const struct option_row *row = option_row(id);
    value->text = row->argument ? options_value(maker->options, id) : "yes";
    value->origin = (struct origin){.kind = ORIGIN_OPTION, .name = row->name};
    return true;
}

static bool find_in(const struct envlist *environment, const char *name, struct value *value)
{
    value->text = envlist_get(environment, name);
    value->origin = (struct origin){.kind = ORIGIN_ENVIRONMENT, .name = name};
    return value->text && *value->text != '\0';
}

bool maker_environment(const struct maker *maker, const char *name, struct value *value)
{
    return find_in(maker->environment, name, value);
}

bool maker_file(const struct maker *maker, const char *name, struct value *value)
{
    struct settings *settings = maker->settings;
    if (settings->dotenv.failed)
        return false;
    const struct dotenv_var *var = dotenv_find(&settings->dotenv, name);
    if (!var || var->value.len == 0)
        return false;
    value->text = arena_copy(&settings->memory, var->value);
    value->origin = settings_line_of(settings, var, name);
    return value->text != NULL;
}

bool maker_is_of_the_app(enum option_id id)
{
    return id == OPTION_URL || id == OPTION_JWT || id == OPTION_NO_TOKEN || id == OPTION_LOAD ||
           id == OPTION_HEADER_FILE || id == OPTION_ENV_FILE || id == OPTION_TOKEN_VAR;
}

static bool find_variable(const struct maker *maker, enum option_id id, const char *name,
                          struct value *value)
{
    bool in_file = id != OPTION_ENV_FILE && id != OPTION_LOAD;
    bool file_first = id == OPTION_URL && maker->settings->load == LOAD_ALL;
    if (file_first && maker_file(maker, name, value))
        return true;
    return maker_environment(maker, name, value) || (in_file && maker_file(maker, name, value));
}

bool settings_lookup(const struct maker *maker, enum option_id id, struct value *value)
{
    const struct option_row *row = option_row(id);
    if (maker->started && maker_is_of_the_app(id)) {
        if (find_in(maker->started, row->variable, value))
            return true;
        // An app that never needed the address may have been started without one.
        if (id != OPTION_URL)
            return false;
    }
    if (maker_option(maker, id, value))
        return true;
    if (!row->variable)
        return false;
    if (find_variable(maker, id, row->variable, value))
        return true;
    for (size_t i = 0; i < OPTION_VARIABLES_ALSO && row->variables_also[i]; i++)
        if (find_variable(maker, id, row->variables_also[i], value))
            return true;
    return false;
}
