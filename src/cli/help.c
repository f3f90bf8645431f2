// SPDX-License-Identifier: MIT
#include "cli/help.h"

#include <string.h>

#include "cli/page.h"
#include "spec/help_text.h"
#include "versions.h"

#define LINE ((size_t)1024)
#define VERB_WIDTH 8
#define OPTION_INDENT 6
#define CODE_WIDTH 9

static void add_paragraph(const struct page *page, unsigned indent, const char *text)
{
    page_paragraph(page, indent, "", span_of(text));
}

// `lead` padded to `width`, the text beside it.
static void add_led(const struct page *page, int width, const char *lead, const char *text)
{
    char bytes[LINE];
    struct text led = text_over(bytes, sizeof bytes);
    text_add(&led, "  %-*s  ", width, lead);
    page_paragraph(page, 0, bytes, span_of(text));
}

void help_overview(struct text *out)
{
    struct page page = {.out = out};
    add_paragraph(&page, 0,
                  "labelgate runs between a container and its app: it refuses to start the app "
                  "with a wrong Label Studio token, is its init, and tells in its health check "
                  "when Label Studio refuses the token.");
    page_heading(&page, "Usage");
    text_add(out, "  labelgate VERB [options]\n");
    page_heading(&page, "Verbs");
    for (enum verb verb = 0; verb < VERB_COUNT; verb++)
        if (!verb_row(verb)->hidden)
            add_led(&page, VERB_WIDTH, verb_row(verb)->name, verb_row(verb)->help);
    page_heading(&page, "Examples");
    size_t count;
    const struct example_row *examples = example_rows(&count);
    for (size_t i = 0; i < count; i++) {
        text_add(out, "  %s\n", examples[i].command);
        add_paragraph(&page, 4, examples[i].meaning);
    }
    page_heading(&page, "More");
    add_paragraph(&page, 2,
                  "labelgate help VERB: options and exit codes. labelgate help reasons: every "
                  "reason word in brackets, and what to do.");
}

static void add_option(const struct page *page, enum option_id id)
{
    char bytes[LINE];
    struct text text = text_over(bytes, sizeof bytes);
    table_add_option(id, &text);
    text_add(page->out, "  %s\n", bytes);
    text = text_over(bytes, sizeof bytes);
    table_add_option_help(id, &text);
    add_paragraph(page, OPTION_INDENT, bytes);
}

static void add_options(const struct page *page, enum verb verb)
{
    bool any = false;
    for (enum option_id id = 0; id < OPTION_COUNT; id++) {
        if (!(option_row(id)->verbs & 1U << verb))
            continue;
        if (!any)
            page_heading(page, "Options");
        any = true;
        add_option(page, id);
    }
    if (any)
        text_add(page->out, "  -h, --help\n      This page.\n");
}

static void add_variables(const struct page *page, enum verb verb)
{
    size_t count;
    bool any = false;
    const struct variable_row *variables = variable_rows(&count);
    for (size_t i = 0; i < count; i++) {
        if (!(variables[i].verbs & 1U << verb))
            continue;
        if (!any)
            page_heading(page, "More variables");
        any = true;
        text_add(page->out, "  %s\n", variables[i].name);
        add_paragraph(page, OPTION_INDENT, variables[i].help);
    }
}

static void add_exits(const struct page *page, enum verb verb)
{
    size_t count;
    const struct exit_row *exits = exit_rows(&count);
    page_heading(page, "Exit codes");
    for (size_t i = 0; i < count; i++)
        if (exits[i].verbs & 1U << verb)
            add_led(page, CODE_WIDTH, exits[i].code, exits[i].meaning);
}

static bool has_options(enum verb verb)
{
    return (option_row(OPTION_VERBOSE)->verbs & 1U << verb) != 0;
}

void help_verb(enum verb verb, struct text *out)
{
    struct page page = {.out = out};
    const struct verb_row *row = verb_row(verb);
    text_add(out, "labelgate %s\n\n", row->synopsis);
    add_paragraph(&page, 0, row->help);
    add_options(&page, verb);
    add_variables(&page, verb);
    if (has_options(verb)) {
        page_heading(&page, "Values");
        add_paragraph(&page, 2, HELP_VALUES);
        add_paragraph(&page, 2, HELP_PRECEDENCE);
    }
    add_exits(&page, verb);
}

void help_version(struct text *out)
{
    text_add(out, "labelgate %s\n", VERSION_LABELGATE);
    text_add(out, "curl %s, mbedTLS %s, inih %s, jsmn %s inside\n", VERSION_CURL, VERSION_MBEDTLS,
             VERSION_INIH, VERSION_JSMN);
}

// ---- Reasons ------------------------------------------------------------------------------------

static void add_situation(const struct page *page, enum reason reason)
{
    char bytes[LINE], example[LINE];
    struct finding finding;
    struct text text = text_over(bytes, sizeof bytes);
    table_add_template(reason_sentence_template(reason), &text);
    add_paragraph(page, 2, bytes);
    finding_example(&finding, reason);
    struct text filled = text_over(example, sizeof example);
    finding_add_sentence(&finding, &filled);
    if (strcmp(example, bytes) != 0) // a sentence without slots is its own example
        page_paragraph(page, 4, "e.g. ", span_of(example));
    text = text_over(bytes, sizeof bytes);
    table_add_template(reason_remedy_template(reason), &text);
    if (text.len > 0)
        page_paragraph(page, 4, "to do: ", span_of(bytes));
}

static void add_word(const struct page *page, enum reason word)
{
    text_add(page->out, "\n%s (%s)\n", reason_word(word), reason_class_name(reason_class(word)));
    for (enum reason reason = word; reason < REASON_COUNT; reason++)
        if (strcmp(reason_word(reason), reason_word(word)) == 0)
            add_situation(page, reason);
}

void help_reasons(struct text *out)
{
    struct page page = {.out = out};
    size_t count;
    add_paragraph(&page, 0, HELP_CLASSES);
    for (enum reason reason = 0; reason < REASON_COUNT; reason++)
        if (table_is_first(reason))
            add_word(&page, reason);
    page_heading(&page, "Kinds of token");
    const struct kind_row *kinds = kind_rows(&count);
    for (size_t i = 0; i < count; i++) {
        text_add(out, "  %s: %s\n", kinds[i].name, kinds[i].looks);
        page_paragraph(&page, OPTION_INDENT, "works? ", span_of(kinds[i].works));
    }
}
