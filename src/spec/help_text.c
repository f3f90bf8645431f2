// SPDX-License-Identifier: MIT
#include "spec/help_text.h"

#include <string.h>

#include "spec/exitcode.h"

#define ON(verb) (1U << (verb))

_Static_assert(EXITCODE_OK == 0 && EXITCODE_NO == 1 && EXITCODE_USAGE == 2 &&
                   EXITCODE_REFUSED == 125 && EXITCODE_NOT_EXECUTABLE == 126 &&
                   EXITCODE_NOT_FOUND == 127 && EXITCODE_SIGNAL == 128,
               "the rows below say what exitcode.h says");

#define DEEDS (ON(VERB_TOKEN) | ON(VERB_VERIFY) | ON(VERB_INSTALL))
#define PAGES (ON(VERB_HELP) | ON(VERB_VERSION))

static const struct exit_row exits[] = {
    {"the app's", ON(VERB_RUN), "the app ended by itself; 0 when --ok-exit names its code"},
    {"128+n", ON(VERB_RUN),
     "the app was ended by signal n, or run was, before the app had started"},
    {"125", ON(VERB_RUN), "refused, or failed, before the app was started"},
    {"126", ON(VERB_RUN), "the command was found, but cannot be executed"},
    {"127", ON(VERB_RUN), "the command was not found, or its interpreter was not"},
    {"0", ON(VERB_HEALTH), "healthy"},
    {"1", ON(VERB_HEALTH), "unhealthy, stopped by a signal, or invalid usage (Docker reserves 2)"},
    {"0", ON(VERB_CHECK), "all is well, as far as is known"},
    {"1", ON(VERB_CHECK), "something would make run refuse or health unhealthy"},
    {"0", DEEDS, "done; all checks passed"},
    {"1", DEEDS, "not done, or a check did not pass; the reason is said"},
    {"0", PAGES, "printed"},
    {"1", PAGES, "standard output is closed or full"},
    {"2", ON(VERB_CHECK) | DEEDS | PAGES, "invalid usage: the command line"},
    {"128+n", ON(VERB_CHECK) | ON(VERB_TOKEN) | ON(VERB_VERIFY), "stopped by signal n"},
};

const struct exit_row *exit_rows(size_t *count)
{
    *count = sizeof exits / sizeof exits[0];
    return exits;
}

static const struct kind_row kinds[] = {
    {"legacy token", "40 letters and digits",
     "yes, as Authorization: Token, while the organization has legacy tokens switched on "
     "(Organization > Access Token Settings)"},
    {"Personal Access Token", "a JWT, eyJ..., token_type refresh",
     "not as it is: it must be exchanged before use; LABELGATE_JWT=trade has run do that for any "
     "app, with legacy tokens switched on, LABELGATE_JWT=accept leaves it to an app that does it "
     "itself (label-studio-sdk's "
     "client; httpx and requests do not)"},
    {"access token", "a JWT, eyJ..., token_type access",
     "only as Authorization: Bearer, and for five minutes: a Personal Access Token is exchanged "
     "for it"},
    {"truncated JWT", "two parts instead of three, as Label Studio's list shows it",
     "no: its signature is missing"},
};

const struct kind_row *kind_rows(size_t *count)
{
    *count = sizeof kinds / sizeof kinds[0];
    return kinds;
}

static const struct example_row examples[] = {
    {"ENTRYPOINT [\"/labelgate\", \"run\", \"--\"]",
     "In a Dockerfile. A new ENTRYPOINT drops the CMD of the base image: write CMD again."},
    {"HEALTHCHECK --timeout=10s CMD [\"/labelgate\", \"health\"]",
     "In a Dockerfile. The engine's time limit must be longer than LABELGATE_TIMEOUT."},
    {"labelgate check --offline", "What would happen with this .env, without asking anybody."},
};

const struct example_row *example_rows(size_t *count)
{
    *count = sizeof examples / sizeof examples[0];
    return examples;
}

void table_add_option(enum option_id id, struct text *out)
{
    const struct option_row *row = option_row(id);
    text_add(out, "%s%s", row->name[1] == '\0' ? "-" : "--", row->name);
    if (row->argument)
        text_add(out, " %s", row->argument);
}

void table_add_option_help(enum option_id id, struct text *out)
{
    const struct option_row *row = option_row(id);
    text_add(out, "%s", row->help);
    if (row->repeatable && row->argument)
        text_add(out, " May be repeated.");
    if (row->variable)
        text_add(out, " Variable: %s", row->variable);
    for (size_t i = 0; i < OPTION_VARIABLES_ALSO && row->variables_also[i]; i++)
        text_add(out, ", then %s", row->variables_also[i]);
    text_add(out, row->variable ? "." : "");
    if (row->fallback)
        text_add(out, " Default: %s.", row->fallback);
}

#define APPLY_SLOT "{apply}" // what HELP_CLASSES says is more than one of its words

// The length of "{slot}", or 0.
static size_t slot_length(const char *text)
{
    static const char *const slots[] = {"{subject}", "{where}", "{detail}"};
    for (size_t i = 0; i < sizeof slots / sizeof slots[0]; i++)
        if (strncmp(text, slots[i], strlen(slots[i])) == 0)
            return strlen(slots[i]);
    return 0;
}

// The length of a part in brackets that holds a slot, or 0: other brackets are plain text.
static size_t optional_length(const char *text)
{
    bool has_slot = false;
    if (*text != '[')
        return 0;
    for (size_t len = 1; text[len]; len++) {
        has_slot = has_slot || slot_length(text + len) > 0;
        if (text[len] == ']')
            return has_slot ? len + 1 : 0;
    }
    return 0;
}

void table_add_template(const char *template, struct text *out)
{
    while (*template) {
        size_t dropped = optional_length(template);
        size_t slot = slot_length(template);
        if (strncmp(template, APPLY_SLOT, strlen(APPLY_SLOT)) == 0) {
            text_add(out, "%s", apply_text(APPLY_UP));
            template += strlen(APPLY_SLOT);
            continue;
        }
        if (slot > 0)
            text_add(out, "...");
        else if (dropped == 0)
            text_add_span(out, (struct span){template, 1});
        template += dropped + slot > 0 ? dropped + slot : 1;
    }
}

bool table_is_first(enum reason reason)
{
    for (enum reason earlier = 0; earlier < reason; earlier++)
        if (strcmp(reason_word(earlier), reason_word(reason)) == 0)
            return false;
    return true;
}
