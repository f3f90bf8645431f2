// SPDX-License-Identifier: MIT
// The environment of the app (contract, section 3.2).
#include <stdlib.h>
#include <string.h>

#include "settings/settings.h"

#include "base/text.h"

#define FILE_SUFFIX "_FILE"

struct changes {
    struct envlist_change *items;
    size_t count;
};

static void add(struct changes *changes, struct span name, struct span value,
                enum envlist_mode mode)
{
    changes->items[changes->count++] = (struct envlist_change){name, value, mode};
}

static bool is_token_name(const struct settings *self, struct span name)
{
    for (unsigned i = 0; i < self->token.name_count; i++)
        if (span_is(name, self->token.names[i]))
            return true;
    return false;
}

// A name of the table of settings: there an empty variable counts as not set.
static bool is_setting(const struct settings *self, struct span name)
{
    size_t count;
    const struct variable_row *variables = variable_rows(&count);
    for (enum option_id id = 0; id < OPTION_COUNT; id++) {
        const struct option_row *row = option_row(id);
        if (row->variable && span_is(name, row->variable))
            return true;
        for (size_t i = 0; i < OPTION_VARIABLES_ALSO && row->variables_also[i]; i++)
            if (span_is(name, row->variables_also[i]))
                return true;
    }
    for (size_t i = 0; i < count && span_starts(name, "LABEL_STUDIO_"); i++)
        if (span_is(name, variables[i].name))
            return true;
    return is_token_name(self, name);
}

// What --load adds of one variable of the file. An empty value replaces nothing.
static enum envlist_mode mode_of(const struct settings *self, const struct dotenv_var *var)
{
    if (self->load == LOAD_ALL && var->value.len > 0)
        return ENVLIST_REPLACE;
    return self->load == LOAD_MISSING && is_setting(self, var->name) ? ENVLIST_IF_EMPTY
                                                                     : ENVLIST_IF_MISSING;
}

static void add_file_variables(const struct settings *self, struct changes *changes)
{
    if (self->load == LOAD_TOKEN || self->dotenv.failed)
        return;
    for (size_t i = 0; i < self->dotenv.count; i++) {
        const struct dotenv_var *var = &self->dotenv.vars[i];
        // A bare name took its value from the container: it is there.
        if (!var->inherited)
            add(changes, var->name, var->value, mode_of(self, var));
    }
}

// In the file's own place when the file has the name as well.
static void add_token(const struct settings *self, struct span token, struct changes *changes)
{
    struct span name = span_of(self->token.used.name);
    for (size_t i = 0; i < changes->count; i++) {
        if (span_equal(changes->items[i].name, name)) {
            changes->items[i] = (struct envlist_change){name, token, ENVLIST_REPLACE};
            return;
        }
    }
    add(changes, name, token, ENVLIST_REPLACE);
}

// NAME_FILE would make a conflict of NAME, which the app gets now. The text is made by the caller's
// arena, since changes are views.
static bool remove_file_variable(struct envlist *app, struct changes *changes, const char *name)
{
    size_t len = strlen(name) + sizeof FILE_SUFFIX;
    char *joined = arena_take(&app->owned, len);
    if (!joined)
        return false;
    text_print(joined, len, "%s" FILE_SUFFIX, name);
    add(changes, span_of(joined), (struct span){0}, ENVLIST_REMOVE);
    return true;
}

// Does the app get this name from us, so that the container's own would not do?
static bool is_handed_over(const struct settings *self, const struct envlist *environment,
                           const char *name, bool token_is_new)
{
    if (self->token.used.name && strcmp(name, self->token.used.name) == 0 && token_is_new)
        return true;
    const struct dotenv_var *var =
        self->load == LOAD_TOKEN || self->dotenv.failed ? NULL : dotenv_find(&self->dotenv, name);
    if (!var || var->value.len == 0 || var->inherited)
        return false;
    const char *there = envlist_get(environment, name);
    return self->load == LOAD_ALL || !there || *there == '\0';
}

bool settings_app_environment(const struct settings *self, const struct envlist *environment,
                              struct span token, struct envlist *app)
{
    bool is_traded = token.text != NULL && !span_equal(token, self->token.used.text);
    bool token_is_new =
        self->token.used.name && (is_traded || self->token.used.origin.kind == ORIGIN_FILE ||
                                  self->token.used.origin.kind == ORIGIN_SECRET);
    if (!envlist_make(app, environment->items))
        return false;
    size_t most = self->dotenv.count + self->token.name_count + 1;
    struct changes changes = {malloc(most * sizeof *changes.items), 0};
    bool done = changes.items != NULL;
    if (done) {
        add_file_variables(self, &changes);
        // Also when it was there: a shell takes the last of several entries, and one was judged.
        if (self->token.used.name)
            add_token(self, is_traded ? token : self->token.used.text, &changes);
    }
    for (unsigned i = 0; done && i < self->token.name_count; i++)
        if (is_handed_over(self, environment, self->token.names[i], token_is_new))
            done = remove_file_variable(app, &changes, self->token.names[i]);
    done = done && envlist_change(app, changes.items, changes.count);
    free(changes.items);
    if (!done)
        envlist_free(app);
    return done;
}
