// SPDX-License-Identifier: MIT
// The names under which the token is looked for.
#include "env/settings_maker.h"

#include <string.h>

#include "base/conceal.h"

static bool is_letter(char c)
{
    return c == '_' || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

// A name that every program can look up, and none of our own settings.
static bool is_token_name(struct span name)
{
    if (name.len == 0 || !is_letter(name.text[0]))
        return false;
    for (size_t i = 1; i < name.len; i++)
        if (!is_letter(name.text[i]) && !(name.text[i] >= '0' && name.text[i] <= '9'))
            return false;
    return !span_starts(name, "LABELGATE_") && !span_is(name, "LABEL_STUDIO_URL");
}

static const char *add_name(struct maker *maker, struct span name)
{
    struct settings *settings = maker->settings;
    if (!is_token_name(name))
        return "names of letters, digits and _, other than labelgate's own settings";
    for (unsigned i = 0; i < settings->token_name_count; i++)
        if (span_is(name, settings->token_names[i]))
            return NULL;
    if (settings->token_name_count == SETTINGS_TOKEN_NAMES)
        return "fewer names";
    const char *copy = arena_copy(&settings->memory, name);
    if (copy)
        settings->token_names[settings->token_name_count++] = copy;
    else
        maker_no_memory(maker);
    return NULL;
}

static void add_names(struct maker *maker, const struct value *value)
{
    struct span piece;
    const char *list = value->text;
    const char *words = NULL;
    unsigned count = 0;
    maker->settings->origins[OPTION_TOKEN_VAR] = value->origin;
    for (; !words && settings_next_piece(&list, &piece); count++)
        words = add_name(maker, piece);
    if (count == 0)
        words = "a name, or several with commas between them";
    if (words)
        maker_refuse_value(maker, option_row(OPTION_TOKEN_VAR), value, words);
}

static void add_option_names(struct maker *maker)
{
    const struct options *options = maker->options;
    struct value value = {
        .origin = {.kind = ORIGIN_OPTION, .name = option_row(OPTION_TOKEN_VAR)->name}};
    for (unsigned i = 0; i < options->count; i++) {
        if (options->given[i].id != OPTION_TOKEN_VAR)
            continue;
        value.text = options->given[i].value;
        add_names(maker, &value);
    }
}

static const char *const usual[] = {"LABEL_STUDIO_API_TOKEN", "LABEL_STUDIO_API_KEY",
                                    "LABEL_STUDIO_ACCESS_TOKEN"};
#define USUAL (sizeof usual / sizeof usual[0])

void settings_conceal_usual(char *const *envp)
{
    for (; *envp; envp++)
        for (size_t i = 0; i < USUAL; i++) {
            size_t len = strlen(usual[i]);
            if (strncmp(*envp, usual[i], len) == 0 && (*envp)[len] == '=')
                conceal_secret(span_of(*envp + len + 1));
        }
}

void settings_take_token_names(struct maker *maker)
{
    struct settings *settings = maker->settings;
    const char *variable = option_row(OPTION_TOKEN_VAR)->variable;
    struct value value;
    settings->token_name_count = 0;
    if (maker->started) {
        if (maker_look_up(maker, OPTION_TOKEN_VAR, &value))
            add_names(maker, &value);
    } else if (options_count(maker->options, OPTION_TOKEN_VAR) > 0) {
        add_option_names(maker);
    } else if (maker_environment(maker, variable, &value) || maker_file(maker, variable, &value)) {
        add_names(maker, &value);
    }
    for (unsigned i = 0; settings->token_name_count == 0 && i < USUAL; i++)
        settings->token_names[i] = usual[i];
    if (settings->token_name_count == 0)
        settings->token_name_count = USUAL;
}
