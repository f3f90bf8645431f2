// SPDX-License-Identifier: MIT
#include "verbs/launch_size.h"

#include <string.h>

#include "base/text.h"
#include "init/init.h"

// The container's own entries are the same strings in the app's list; others are ours.
static bool is_of_container(const struct envlist *environment, const char *entry)
{
    for (size_t i = 0; i < environment->count; i++)
        if (environment->items[i] == entry)
            return true;
    return false;
}

// The name of an entry of the app's environment, and where its value came from.
static void describe(const struct settings *settings, const struct envlist *environment,
                     const char *entry, char name[FINDING_SLOT], char place[FINDING_SLOT])
{
    struct origin origin = {.kind = ORIGIN_ENVIRONMENT};
    text_print(name, FINDING_SLOT, "%.*s", (int)strcspn(entry, "="), entry);
    const struct dotenv_var *var = dotenv_find(&settings->dotenv, name);
    bool is_ours = !is_of_container(environment, entry);
    if (is_ours && settings->token.used.name != NULL &&
        strcmp(settings->token.used.name, name) == 0)
        origin = settings->token.used.origin;
    else if (is_ours && var != NULL)
        origin = settings_line_of(settings, var, name);
    origin_text(&origin, place, FINDING_SLOT);
}

bool launch_size_fits(const struct settings *settings, const struct envlist *environment,
                      const struct envlist *app, const char *program, char *const *argv,
                      struct finding *finding)
{
    char name[FINDING_SLOT] = "", place[FINDING_SLOT] = "", detail[FINDING_SLOT];
    const struct init_size size = init_measure(program, argv, app->items);
    if (size.excess == INIT_FITS)
        return true;
    if (size.excess == INIT_LONG_ARGUMENT)
        text_print(name, sizeof name, "word %zu of the command", size.place + 1);
    else if (app->count > 0)
        describe(settings, environment, app->items[size.place], name, place);

    if (size.excess != INIT_TOO_MUCH) {
        struct text text = text_over(detail, sizeof detail);
        if (size.excess == INIT_LONG_VARIABLE)
            text_add(&text, "%zu bytes, with its name ",
                     size.len - strcspn(app->items[size.place], "=") - 1);
        text_add(&text,
                 "%zu bytes, and Linux passes at most %zu in one string (%zu KiB with its end)",
                 size.len, size.len_max, (size.len_max + 1) / 1024);
        finding_set(finding, REASON_LAUNCH_STRING_TOO_LONG, name, place, detail);
        return false;
    }
    text_print(detail, sizeof detail,
               "%zu bytes, and Linux passes at most %zu here; the longest variable is %s (%s) with "
               "%zu",
               size.len, size.len_max, name, place,
               app->count > 0 ? strlen(app->items[size.place]) : 0);
    finding_set(finding, REASON_LAUNCH_TOO_LARGE, NULL, NULL, detail);
    return false;
}
