// SPDX-License-Identifier: MIT
// The names under which the token is looked for.
#include "base/array.h"
#include "base/ascii.h"
#include "settings/lookup.h"
#include "token/near_name.h"
#include "token/redact_token.h"

#include <string.h>

// A name that every program can look up, and none of our own settings.
static bool is_token_name(struct span name)
{
    if (name.len == 0 || !ascii_is_name_start(name.text[0]))
        return false;
    for (size_t i = 1; i < name.len; i++)
        if (!ascii_is_name(name.text[i]))
            return false;
    return !span_starts(name, "LABELGATE_") && !span_is(name, "LABEL_STUDIO_URL");
}

void settings_add_token_name(struct maker *maker, struct span name)
{
    struct settings *settings = maker->settings;
    const char *copy = arena_copy(&settings->memory, name);
    const char **names =
        copy != NULL ? array_grow(settings->token.names, settings->token.name_count, sizeof *names)
                     : NULL;
    if (names == NULL) {
        maker_no_memory(maker);
        return;
    }
    settings->token.names = names;
    names[settings->token.name_count++] = copy;
}

static const char *add_name(struct maker *maker, struct span name)
{
    struct settings *settings = maker->settings;
    if (!is_token_name(name))
        return "names of letters, digits and _, other than labelgate's own settings";
    for (unsigned i = 0; i < settings->token.name_count; i++)
        if (span_is(name, settings->token.names[i]))
            return NULL;
    settings_add_token_name(maker, name);
    return NULL;
}

static void add_names(struct maker *maker, const struct value *value)
{
    struct span list = span_of(value->text), name;
    const char *words = NULL;
    unsigned count = 0;
    maker->settings->origins[OPTION_TOKEN_VAR] = value->origin;
    for (; !words && span_item(&list, ',', &name); count++)
        words = add_name(maker, name);
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

// The rest of `text` after `prefix`; NULL when it begins otherwise.
static const char *after(const char *text, const char *prefix)
{
    size_t len = strlen(prefix);
    return strncmp(text, prefix, len) == 0 ? text + len : NULL;
}

static bool is_listed(const char *list, struct span name)
{
    struct span rest = span_of(list), item;
    while (span_item(&rest, ',', &item))
        if (span_equal(item, name))
            return true;
    return false;
}

// Any word after --token-var may be the list of names: the options were not looked at yet.
static bool is_named_by_a_word(int argc, char *const *argv, struct span name)
{
    for (int i = 1; i < argc && argv[i]; i++) {
        const char *rest = after(argv[i], "--token-var");
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

static bool is_proxy_name(struct span name)
{
    return span_ends_nocase(name, "_PROXY");
}

bool settings_redact_environment(int argc, char *const *argv, char *const *envp)
{
    const char *list = "";
    bool added = true;
    for (char *const *entry = envp; *entry; entry++) {
        const char *value = after(*entry, "LABELGATE_TOKEN_VAR=");
        list = value && *list == '\0' ? value : list;
    }
    for (; *envp; envp++) {
        struct span name = {*envp, strcspn(*envp, "=")};
        struct span value = span_of(*envp + name.len + ((*envp)[name.len] == '='));
        if (is_usual(name) || is_listed(list, name) || is_named_by_a_word(argc, argv, name) ||
            token_is_near_secret(name, value))
            added = token_redact(value) && added;
        else if (memchr(value.text, '@', value.len) && is_proxy_name(name))
            added = token_redact_authority(value) && added;
        else if (memchr(value.text, '@', value.len))
            added = token_redact_url(value) && added;
    }
    return added;
}

void settings_read_token_names(struct maker *maker)
{
    struct settings *settings = maker->settings;
    const char *variable = option_row(OPTION_TOKEN_VAR)->variable;
    struct value value;
    settings->token.name_count = 0;
    if (maker->started) {
        if (settings_lookup(maker, OPTION_TOKEN_VAR, &value))
            add_names(maker, &value);
    } else if (options_count(maker->options, OPTION_TOKEN_VAR) > 0) {
        add_option_names(maker);
    } else if (maker_environment(maker, variable, &value) || maker_file(maker, variable, &value)) {
        add_names(maker, &value);
    }
    if (settings->token.name_count > 0)
        return;
    for (size_t i = 0; i < USUAL; i++)
        settings_add_token_name(maker, span_of(usual[i]));
}

// ---- Names that come near -----------------------------------------------------------------------

typedef bool is_near(struct span name, struct span value);

// It was found without a value: of several entries of one name the first one counts.
static bool is_looked_for(const struct settings *settings, struct span name)
{
    for (unsigned i = 0; i < settings->token.name_count; i++)
        if (span_is(name, settings->token.names[i]))
            return true;
    return false;
}

static bool note_near_name(struct maker *maker, is_near *is, struct span name, struct span value,
                           struct origin origin)
{
    if (is_looked_for(maker->settings, name) || !is(name, value))
        return false;
    maker->settings->token.near = origin;
    maker->settings->token.near.name = arena_copy(&maker->settings->memory, name);
    return true;
}

static bool find_near_name(struct maker *maker, is_near *is)
{
    struct settings *settings = maker->settings;
    for (size_t i = 0; i < maker->environment->count; i++) {
        struct span item = span_of(maker->environment->items[i]);
        size_t len = span_find(item, "=");
        if (len < item.len &&
            note_near_name(maker, is, (struct span){item.text, len}, span_rest(item, len + 1),
                           (struct origin){.kind = ORIGIN_ENVIRONMENT}))
            return true;
    }
    for (size_t i = 0; i < settings->dotenv.count && !settings->dotenv.failed; i++) {
        const struct dotenv_var *var = &settings->dotenv.vars[i];
        if (note_near_name(maker, is, var->name, var->value, settings_line_of(settings, var, NULL)))
            return true;
    }
    return false;
}

void settings_find_near_name(struct maker *maker)
{
    if (!find_near_name(maker, token_is_near))
        (void)find_near_name(maker, token_is_far);
}
