// SPDX-License-Identifier: MIT
// Any words on a command line and any environment: no crash, no value that wraps, and an
// environment of the app that holds what the contract promises.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/duration.h"
#include "base/redact.h"
#include "cli/options_parse.h"
#include "settings/resident_environment.h"
#include "settings/settings.h"

#define BYTES_MAX ((size_t)4096)
#define WORDS_MAX 64
// A working directory that never has a .env.
#define NO_FILE_HERE "/proc"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

// Pieces between NUL bytes; an empty piece ends the words and begins the entries.
static char *split(char *at, const char *end, char **list, size_t *count)
{
    *count = 0;
    while (at < end && *at != '\0' && *count < WORDS_MAX) {
        list[(*count)++] = at;
        at += strlen(at) + 1;
    }
    return at < end ? at + 1 : at;
}

static void check_values(const struct settings *settings)
{
    check(settings->limits.timeout_ms >= 0 && settings->limits.timeout_ms <= DURATION_MAX_MS);
    check(settings->launch.grace_ms >= 0 && settings->launch.grace_ms <= DURATION_MAX_MS);
    check(settings->limits.wait_ms >= 0 && settings->limits.wait_ms <= DURATION_MAX_MS);
    check(settings->token.name_count > 0);
    check(settings->refusal_count <= SETTINGS_FINDINGS);
    for (unsigned i = 1; i < settings->refusal_count; i++)
        check(settings->refusals[i - 1].stage <= settings->refusals[i].stage);
    for (unsigned i = 0; i < sizeof settings->launch.signal_map; i++)
        check(settings->launch.signal_map[i] < sizeof settings->launch.signal_map);
}

static bool has_name(const char *entry, const char *name)
{
    size_t len = name ? strlen(name) : 0;
    return name && strncmp(entry, name, len) == 0 && entry[len] == '=';
}

// Not one byte of difference, but that later entries of the token's own name are gone: a shell
// would take the last one, and the first was judged.
static void check_same(const struct envlist *app, const struct envlist *environment,
                       const char *token_name)
{
    size_t next = 0;
    bool seen = false;
    for (size_t i = 0; i < environment->count; i++) {
        bool is_token = has_name(environment->items[i], token_name);
        if (is_token && seen)
            continue;
        seen = seen || is_token;
        check(next < app->count && strcmp(app->items[next++], environment->items[i]) == 0);
    }
    check(next == app->count);
}

// The token, under its name, once the program hands it over.
static void check_app(const struct settings *settings, const struct envlist *environment)
{
    struct envlist app;
    check(settings_app_environment(settings, environment, (struct span){0}, &app));
    if (!settings->token.used.name || settings->token.used.origin.kind == ORIGIN_ENVIRONMENT)
        check_same(&app, environment, settings->token.used.name);
    if (settings->token.used.name && settings->refusal_count == 0)
        check(span_is(settings->token.used.text, envlist_get(&app, settings->token.used.name)));
    check(app.items[app.count] == NULL);
    envlist_free(&app);
}

static void check_resident(const struct settings *settings)
{
    struct envlist resident;
    check(started_environment(settings, (struct span){0}, &resident));
    check(strcmp(resident.items[0], "LABELGATE_STARTED=1") == 0);
    if (settings->token.used.name && settings->refusal_count == 0)
        check(
            span_is(settings->token.used.text, envlist_get(&resident, settings->token.used.name)));
    envlist_free(&resident);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct options options;
    static struct settings settings;
    static char bytes[BYTES_MAX + 1];
    char *words[WORDS_MAX + 1], *entries[WORDS_MAX + 2];
    size_t word_count, entry_count;
    struct envlist environment;
    struct finding finding;
    if (size < 1)
        return 0;
    enum verb verb = (enum verb)(data[0] % VERB_HELP);
    size = size - 1 < BYTES_MAX ? size - 1 : BYTES_MAX;
    memcpy(bytes, data + 1, size);
    bytes[size] = '\0';
    char *rest = split(bytes, bytes + size, words, &word_count);
    words[word_count] = NULL;
    split(rest, bytes + size, entries, &entry_count);
    // No .env of this machine is read: empty counts as not set, and the first entry of a name
    // counts.
    memmove(entries + 1, entries, entry_count * sizeof *entries);
    entries[0] = "LABELGATE_ENV_FILE=";
    check(chdir(NO_FILE_HERE) == 0);
    entries[entry_count + 1] = NULL;
    options_free(&options);
    if (!options_parse(&options, verb, (int)word_count, words, 0, &finding)) {
        check(finding.detail[0] != '\0');
        return 0;
    }
    check(options.first >= 0 && (size_t)options.first <= word_count);
    if (options_count(&options, OPTION_ENV_FILE) > 0)
        return 0;
    check(envlist_make(&environment, entries));
    settings_make(&settings, verb, &options, &environment);
    check_values(&settings);
    if (settings.load == LOAD_TOKEN) {
        check_app(&settings, &environment);
        check_resident(&settings);
    }
    settings_free(&settings);
    redact_clear();
    envlist_free(&environment);
    return 0;
}
