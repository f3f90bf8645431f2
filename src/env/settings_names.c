// SPDX-License-Identifier: MIT
// The names under which the token is looked for.
#include "env/settings_maker.h"

#include <string.h>

#include "env/secret.h"

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

// The rest of `text` behind `prefix`; NULL when it begins otherwise.
static const char *behind(const char *text, const char *prefix)
{
    size_t len = strlen(prefix);
    return strncmp(text, prefix, len) == 0 ? text + len : NULL;
}

static bool is_listed(const char *list, struct span name)
{
    struct span piece;
    while (settings_next_piece(&list, &piece))
        if (span_equal(piece, name))
            return true;
    return false;
}

// Any word behind --token-var may be the list of names: the options were not looked at yet.
static bool is_named_by_a_word(int argc, char *const *argv, struct span name)
{
    for (int i = 1; i < argc; i++) {
        const char *rest = behind(argv[i], "--token-var");
        const char *list = !rest ? NULL : *rest == '=' ? rest + 1 : i + 1 < argc ? argv[i + 1] : "";
        if (list && is_listed(list, name))
            return true;
    }
    return false;
}

static bool is_usual(struct span name)
{
    if (!span_starts(name, "LABEL_STUDIO_"))
        return false;
    for (size_t i = 0; i < USUAL; i++)
        if (span_is(name, usual[i]))
            return true;
    return span_is(name, "LABEL_STUDIO_PASSWORD");
}

bool settings_redact_environment(int argc, char *const *argv, char *const *envp)
{
    const char *list = "";
    bool added = true;
    for (char *const *entry = envp; *entry; entry++) {
        const char *value = behind(*entry, "LABELGATE_TOKEN_VAR=");
        list = value && *list == '\0' ? value : list;
    }
    for (; *envp; envp++) {
        struct span name = {*envp, strcspn(*envp, "=")};
        struct span value = span_of(*envp + name.len + ((*envp)[name.len] == '='));
        if (is_usual(name) || is_listed(list, name) || is_named_by_a_word(argc, argv, name))
            added = secret_redact(value) && added;
        else if (memchr(value.text, '@', value.len))
            added = secret_redact_url(value) && added;
    }
    return added;
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
