// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "cli/help.h"
#include "cli/page.h"
#include "pages/pages.h"
#include "spec/help_text.h"

static struct text page;

static const char *print(void (*add)(struct text *out))
{
    text_free(&page);
    page = text_growing();
    add(&page);
    assert_false(page.cut);
    return page.bytes;
}

static const char *print_verb(enum verb verb)
{
    text_free(&page);
    page = text_growing();
    help_verb(verb, &page);
    assert_false(page.cut);
    return page.bytes;
}

static void assert_has(const char *text, const char *piece)
{
    if (!strstr(text, piece))
        fail_msg("%s is missing", piece);
}

static void assert_narrow(const char *text)
{
    while (*text) {
        size_t len = strcspn(text, "\n");
        if (len > PAGE_COLUMNS)
            fail_msg("%zu columns: %.*s", len, (int)len, text);
        if (len > 0 && text[len - 1] == ' ')
            fail_msg("blank at the end: %.*s", (int)len, text);
        assert_true(text[len] == '\n');
        text += len + 1;
    }
}

// Of two rows with one name each belongs to verbs of its own.
static bool verb_has_name(enum verb verb, const char *name)
{
    for (enum option_id id = 0; id < OPTION_COUNT; id++)
        if ((option_row(id)->verbs & 1U << verb) && strcmp(option_row(id)->name, name) == 0)
            return true;
    return false;
}

static bool is_shown(unsigned verbs)
{
    for (enum verb verb = 0; verb < VERB_COUNT; verb++)
        if ((verbs & 1U << verb) && !verb_row(verb)->hidden)
            return true;
    return false;
}

static void every_page_is_eighty_columns_wide(void **state)
{
    (void)state;
    assert_narrow(print(help_overview));
    assert_narrow(print(help_reasons));
    assert_narrow(print(help_version));
    for (enum verb verb = 0; verb < VERB_COUNT; verb++)
        if (!verb_row(verb)->hidden)
            assert_narrow(print_verb(verb));
}

static void the_overview_names_the_verbs_there_are(void **state)
{
    (void)state;
    const char *text = print(help_overview);
    for (enum verb verb = 0; verb < VERB_COUNT; verb++) {
        char line[32] = "\n  ";
        strncat(line, verb_row(verb)->name, sizeof line - 8);
        strncat(line, "  ", 3);
        if (!verb_row(verb)->hidden)
            assert_has(text, line);
        else
            assert_null(strstr(text, line));
    }
}

static void a_verbs_page_has_its_options_and_no_other(void **state)
{
    (void)state;
    for (enum verb verb = 0; verb < VERB_COUNT; verb++) {
        const char *text = print_verb(verb);
        for (enum option_id id = 0; id < OPTION_COUNT; id++) {
            char bytes[96], line[100];
            struct text option = text_over(bytes, sizeof bytes);
            table_add_option(id, &option);
            struct text all = text_over(line, sizeof line);
            text_add(&all, "\n  %s\n", bytes);
            if (verb_has_name(verb, option_row(id)->name))
                assert_has(text, line);
            else
                assert_null(strstr(text, line));
        }
    }
}

static void the_manual_has_everything(void **state)
{
    (void)state;
    size_t count;
    const char *text = print(pages_manual);
    const struct variable_row *variables = variable_rows(&count);
    for (size_t i = 0; i < count; i++)
        if (is_shown(variables[i].verbs))
            assert_has(text, variables[i].name);
    for (enum option_id id = 0; id < OPTION_COUNT; id++)
        if (option_row(id)->variable && is_shown(option_row(id)->verbs))
            assert_has(text, option_row(id)->variable);
    for (enum reason reason = 0; reason < REASON_COUNT; reason++) {
        char bold[64];
        struct text word = text_over(bold, sizeof bold);
        text_add(&word, ".TP\n\\fB%s\\fR (", reason_word(reason));
        assert_has(text, bold);
    }
    // No text line is taken for a request.
    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        bool is_known = strncmp(line, ".br\n", 4) == 0 || strncmp(line, ".nf\n", 4) == 0 ||
                        strncmp(line, ".fi\n", 4) == 0 || (line[1] >= 'A' && line[1] <= 'Z');
        if (*line == '.' && !is_known)
            fail_msg("%.40s", line);
        if (*line == '\0')
            break;
    }
}

static void reasons_are_listed_once_each(void **state)
{
    (void)state;
    const char *text = print(help_reasons);
    for (enum reason reason = 0; reason < REASON_COUNT; reason++) {
        char bytes[96];
        struct text line = text_over(bytes, sizeof bytes);
        text_add(&line, "\n%s (%s)\n", reason_word(reason),
                 reason_class_name(reason_class(reason)));
        const char *first = strstr(text, bytes);
        if (!first)
            fail_msg("%s is missing", bytes);
        assert_null(strstr(first + 1, bytes));
    }
    for (const char *at = text; (at = strchr(at, '{')) != NULL; at++)
        assert_true(at > text && at[-1] == '$'); // of .env, not a slot
}

static void templates_are_readable(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"{subject}[ ({where})] holds {detail}", "... holds ..."},
        {"[\"CMD\", \"health\"] stays[, {detail}]", "[\"CMD\", \"health\"] stays"},
        {"plain [text", "plain [text"},
        {"{other}", "{other}"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char bytes[96];
        struct text out = text_over(bytes, sizeof bytes);
        table_add_template(rows[i][0], &out);
        assert_string_equal(bytes, rows[i][1]);
    }
}

static void completions_know_the_options(void **state)
{
    (void)state;
    const char *text = print(pages_bash);
    assert_has(text, "compgen -W 'run health check");
    assert_has(text, "--jwt) COMPREPLY=($(compgen -W 'reject trade accept'");
    assert_has(text, "--env-file) COMPREPLY=($(compgen -f");
    assert_has(text, "--image-json) COMPREPLY=($(compgen -f");
    text = print(pages_zsh);
    assert_has(text, "'--jwt[");
    assert_has(text, ":value:(reject trade accept)'");
    assert_has(text, "'*--env-file[");
}

static int free_page(void **state)
{
    (void)state;
    text_free(&page);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_page_is_eighty_columns_wide),
        cmocka_unit_test(the_overview_names_the_verbs_there_are),
        cmocka_unit_test(a_verbs_page_has_its_options_and_no_other),
        cmocka_unit_test(the_manual_has_everything),
        cmocka_unit_test(reasons_are_listed_once_each),
        cmocka_unit_test(templates_are_readable),
        cmocka_unit_test(completions_know_the_options),
    };
    return cmocka_run_group_tests(tests, NULL, free_page);
}
