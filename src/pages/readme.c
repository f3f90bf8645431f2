// SPDX-License-Identifier: MIT
// The README's tables in Markdown.
#include "pages/pages.h"
#include "spec/help_text.h"

// What people set; the manual page has all of it.
static const enum option_id settings[] = {
    OPTION_ENV_FILE, OPTION_URL,  OPTION_TOKEN_VAR,   OPTION_JWT,     OPTION_APP_URL,
    OPTION_TIMEOUT,  OPTION_WAIT, OPTION_UNREACHABLE, OPTION_CA_FILE, OPTION_ON_REFUSAL,
};

// A bar would end the cell, and "<" begin a tag.
static void add_cell(struct text *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '|')
            text_add(out, "\\|");
        else if (*text == '<')
            text_add(out, "&lt;");
        else
            text_add_span(out, (struct span){text, 1});
    }
}

static void add_code(struct text *out, const char *text)
{
    text_add(out, "`");
    add_cell(out, text);
    text_add(out, "`");
}

static void add_verb_names(struct text *out, unsigned verbs)
{
    const char *between = "";
    for (enum verb verb = 0; verb < VERB_COUNT; verb++) {
        if (!(verbs & 1U << verb) || verb_row(verb)->hidden)
            continue;
        text_add(out, "%s", between);
        add_code(out, verb_row(verb)->name);
        between = ", ";
    }
}

static void add_setting(struct text *out, enum option_id id)
{
    const struct option_row *row = option_row(id);
    char bytes[128];
    struct text spelled = text_over(bytes, sizeof bytes);
    table_add_option(id, &spelled);
    text_add(out, "| ");
    add_code(out, bytes);
    text_add(out, " | ");
    if (row->variable)
        add_code(out, row->variable);
    for (size_t i = 0; i < OPTION_VARIABLES_ALSO && row->variables_also[i]; i++) {
        text_add(out, ", ");
        add_code(out, row->variables_also[i]);
    }
    text_add(out, " | ");
    add_cell(out, row->fallback ? row->fallback : "");
    text_add(out, " | ");
    add_cell(out, row->help);
    text_add(out, " |\n");
}

void pages_readme_settings(struct text *out)
{
    text_add(out, "| option | variable | default | meaning |\n|---|---|---|---|\n");
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
        add_setting(out, settings[i]);
}

static bool is_same_code(const struct exit_row *one, const struct exit_row *other)
{
    return span_is(span_of(one->code), other->code);
}

static bool comes_first(const struct exit_row *rows, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (is_same_code(&rows[i], &rows[at]))
            return false;
    }
    return true;
}

// One row a code: what it means from each verb.
void pages_readme_exits(struct text *out)
{
    size_t count;
    const struct exit_row *rows = exit_rows(&count);
    text_add(out, "| code | meaning |\n|---|---|\n");
    for (size_t i = 0; i < count; i++) {
        if (!comes_first(rows, i))
            continue;
        text_add(out, "| ");
        add_cell(out, rows[i].code);
        const char *between = " | ";
        for (size_t k = i; k < count; k++) {
            if (!is_same_code(&rows[k], &rows[i]))
                continue;
            text_add(out, "%s", between);
            add_verb_names(out, rows[k].verbs);
            text_add(out, ": ");
            add_cell(out, rows[k].meaning);
            between = ". ";
        }
        text_add(out, " |\n");
    }
}
