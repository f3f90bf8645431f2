// SPDX-License-Identifier: MIT
#include "settings/settings.h"

#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "base/duration.h"
#include "base/redact.h"
#include "settings/lookup.h"

#define TIMEOUT_MS 5000
#define GRACE_MS 5000

static void set_defaults(struct settings *self)
{
    memset(self, 0, sizeof *self);
    dotenv_make(&self->dotenv);
    self->log = SAY_WARN;
    self->limits.timeout_ms = TIMEOUT_MS;
    self->launch.grace_ms = GRACE_MS;
    for (unsigned i = 0; i < sizeof self->launch.signal_map; i++)
        self->launch.signal_map[i] = (unsigned char)i;
    for (enum option_id id = 0; id < OPTION_COUNT; id++)
        if (option_row(id)->fallback)
            self->origins[id].kind = ORIGIN_DEFAULT;
}

enum apply settings_apply(const struct settings *self, enum origin_kind kind)
{
    return origin_apply(kind, self->verb, self->around);
}

static void look_around(const struct maker *maker)
{
    struct settings *settings = maker->settings;
    settings->verb = maker->verb;
    if (envlist_get(maker->environment, "KUBERNETES_SERVICE_HOST"))
        settings->around = IN_POD;
    else if (container_is_inside())
        settings->around = IN_CONTAINER;
}

// The running app's address comes from its `run`, which does not tell where that had it from: what
// the container has not is in the file.
static enum origin_kind url_origin(const struct maker *maker)
{
    struct value value;
    enum origin_kind kind = maker->settings->origins[OPTION_URL].kind;
    const char *name = option_row(OPTION_URL)->variable;
    bool is_in_file = maker->started && kind == ORIGIN_ENVIRONMENT &&
                      !maker_environment(maker, name, &value) && maker_file(maker, name, &value);
    return is_in_file ? ORIGIN_FILE : kind;
}

static void make(struct maker *maker)
{
    set_defaults(maker->settings);
    look_around(maker);
    settings_read_token_names(maker);
    settings_read_files(maker);
    settings_read_values(maker);
    settings_read_urls(maker);
    settings_read_proxy(maker);
    settings_redact_candidates(maker);
    if (!maker->settings->token.none)
        settings_find_token(maker);
    settings_find_login(maker);
    maker->settings->apply = (struct applying){
        .token = settings_apply(maker->settings, maker->settings->token.used.origin.kind),
        .url = settings_apply(maker->settings, url_origin(maker)),
    };
    if (maker->started)
        settings_note_not_used(maker);
    // What found no memory looks like what is not set.
    if (maker->settings->memory.failed || redact_failed())
        maker_no_memory(maker);
}

void settings_make(struct settings *self, enum verb verb, const struct options *options,
                   const struct envlist *environment)
{
    struct maker maker = {self, verb, options, environment, NULL};
    make(&maker);
}

void settings_make_for_probe(struct settings *self, const struct options *options,
                             const struct envlist *environment, const struct envlist *started)
{
    struct maker maker = {self, VERB_HEALTH, options, environment, started};
    make(&maker);
}

int64_t settings_early_timeout(const struct options *options, const struct envlist *environment)
{
    struct value value;
    int64_t milliseconds;
    struct maker maker = {NULL, VERB_HEALTH, options, environment, NULL};
    if ((maker_option(&maker, OPTION_TIMEOUT, &value) ||
         maker_environment(&maker, option_row(OPTION_TIMEOUT)->variable, &value)) &&
        duration_parse(value.text, strlen(value.text), &milliseconds) && milliseconds > 0)
        return milliseconds;
    return TIMEOUT_MS;
}

struct origin settings_line_of(const struct settings *self, const struct dotenv_var *var,
                               const char *name)
{
    return (struct origin){
        .kind = ORIGIN_FILE, .name = name, .path = self->files[var->file].path, .line = var->line};
}

void settings_free(struct settings *self)
{
    for (unsigned i = 0; i < self->file_count; i++)
        file_free(&self->files[i].content);
    free(self->files);
    free(self->token.names);
    dotenv_free(&self->dotenv);
    maker_free_refusals(self);
    free(self->warnings);
    arena_free(&self->memory);
    memset(self, 0, sizeof *self);
}
