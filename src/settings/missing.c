// SPDX-License-Identifier: MIT
// What is said when a verb needs a token or an address and there is none.

#include "base/ascii.h"
#include "base/container.h"
#include "base/text.h"
#include "settings/settings.h"

bool settings_need_url(const struct settings *self, struct finding *finding)
{
    if (self->reach.url)
        return true;
    enum reason reason = container_is_inside() ? REASON_URL_MISSING : REASON_URL_MISSING_ON_HOST;
    finding_set(finding, self->host_is_set ? REASON_URL_MISSING_HOST_SET : reason,
                "LABEL_STUDIO_URL", NULL, NULL);
    finding->apply = settings_apply(self, ORIGIN_ENVIRONMENT);
    return false;
}

// "A, B and C"
static void add_names_text(const struct settings *self, struct text *out)
{
    for (unsigned i = 0; i < self->token.name_count; i++) {
        const char *between = i == 0 ? "" : i + 1 == self->token.name_count ? " and " : ", ";
        text_add(out, "%s%s", between, self->token.names[i]);
    }
}

// Where it was looked for, and why an existing file gave nothing.
static void add_places_text(const struct settings *self, struct text *out)
{
    text_add(out, "the environment, the files that NAME_FILE names");
    for (unsigned i = 0; i < self->file_count; i++) {
        text_add(out, "%s", i + 1 == self->file_count ? " and " : ", ");
        text_add_visible(out, span_of(self->files[i].path), 80);
        if (!self->files[i].present)
            text_add(out, " (not there)");
    }
}

// "NAME=" inside another variable's value: the line break before it is missing.
static bool find_run_together(const struct settings *self, struct finding *finding)
{
    char needle[FINDING_SLOT], place[FINDING_SLOT];
    for (size_t i = 0; i < self->dotenv.count && !self->dotenv.failed; i++) {
        const struct dotenv_var *var = &self->dotenv.vars[i];
        for (unsigned n = 0; n < self->token.name_count; n++) {
            text_print(needle, sizeof needle, "%s=", self->token.names[n]);
            if (span_find(var->value, needle) == var->value.len)
                continue;
            struct origin origin = settings_line_of(self, var, NULL);
            origin_words(&origin, place, sizeof place);
            finding_set(finding, REASON_TOKEN_MISSING_RUN_TOGETHER, self->token.names[n], place,
                        NULL);
            finding->apply = settings_apply(self, ORIGIN_FILE);
            return true;
        }
    }
    return false;
}

// One that a program can look up. A blank in it comes of a line that an engine took as it was.
static bool is_name(const char *text)
{
    struct span name = span_of(text);
    return name.len > 0 && span_run(name, ascii_is_name) == name.len;
}

bool settings_need_token(const struct settings *self, struct finding *finding)
{
    if (self->token.used.name)
        return true;
    if (find_run_together(self, finding))
        return false;
    char names[FINDING_SLOT], places[FINDING_SLOT];
    struct text text = text_over(names, sizeof names);
    add_names_text(self, &text);
    if (self->token.near.name) {
        origin_words(&self->token.near, places, sizeof places);
        finding_set(finding,
                    is_name(self->token.near.name) ? REASON_TOKEN_MISSING_NEAR_NAME
                                                   : REASON_TOKEN_MISSING_ODD_NAME,
                    self->token.near.name, places, names);
        finding->apply = settings_apply(self, self->token.near.kind);
        return false;
    }
    if (self->token.unset.name) {
        origin_words(&self->token.unset, places, sizeof places);
        finding_set(finding, REASON_TOKEN_MISSING_REFERENCE, self->token.unset.name, places,
                    self->token.unset_reference);
        finding->apply = settings_apply(self, ORIGIN_FILE);
        return false;
    }
    text = text_over(places, sizeof places);
    add_places_text(self, &text);
    finding_set(finding, REASON_TOKEN_MISSING, names, places, self->token.hint);
    bool has_file = false; // it is where the token belongs
    for (unsigned i = 0; i < self->file_count; i++)
        has_file = has_file || self->files[i].present;
    finding->apply = settings_apply(self, has_file ? ORIGIN_FILE : ORIGIN_ENVIRONMENT);
    return false;
}
