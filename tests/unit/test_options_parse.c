// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "cli/options_parse.h"

#define WORDS(...) ((char *[]){"labelgate", "verb", __VA_ARGS__, NULL})

static struct options options;
static struct finding finding;

static bool parse(enum verb verb, char *const *argv)
{
    int argc = 0;
    while (argv[argc])
        argc++;
    finding_set(&finding, REASON_OK, NULL, NULL, NULL);
    options_free(&options);
    return options_parse(&options, verb, argc, argv, 2, &finding);
}

static void assert_refused(enum verb verb, char *const *argv, const char *detail)
{
    if (parse(verb, argv))
        fail_msg("%s is taken", argv[2]);
    assert_int_equal(finding.reason, REASON_USAGE);
    assert_string_equal(finding.subject, verb_row(verb)->name);
    assert_string_equal(finding.detail, detail);
}

static void verbs_have_their_other_names(void **state)
{
    (void)state;
    assert_int_equal(verb_find("run"), VERB_RUN);
    assert_int_equal(verb_find("--help"), VERB_HELP);
    assert_int_equal(verb_find("-h"), VERB_HELP);
    assert_int_equal(verb_find("--version"), VERB_VERSION);
    assert_int_equal(verb_find("-V"), VERB_VERSION);
    assert_int_equal(verb_find("ru"), VERB_NONE);
    assert_int_equal(verb_find("health || exit 1"), VERB_NONE);
    assert_int_equal(verb_find(""), VERB_NONE);
}

static void values_come_in_both_spellings(void **state)
{
    (void)state;
    assert_true(parse(VERB_RUN, WORDS("--url", "http://a", "--env-file=x", "--env-file", "y",
                                      "--group", "-v", "cmd", "--url", "z")));
    assert_string_equal(options_value(&options, OPTION_URL), "http://a");
    assert_string_equal(options_value(&options, OPTION_ENV_FILE), "y");
    assert_int_equal(options_count(&options, OPTION_ENV_FILE), 2);
    assert_int_equal(options_count(&options, OPTION_GROUP), 1);
    assert_int_equal(options_count(&options, OPTION_VERBOSE), 1);
    assert_int_equal(options.first, 9);
    assert_false(options.help);
}

static void options_stop_at_the_first_word(void **state)
{
    (void)state;
    assert_true(parse(VERB_RUN, WORDS("sh", "-c", "exit 3")));
    assert_int_equal(options.first, 2);
    assert_true(parse(VERB_RUN, WORDS("--", "--group")));
    assert_int_equal(options.first, 3);
    assert_int_equal(options.count, 0);
    assert_true(parse(VERB_RUN, WORDS("-", "--group")));
    assert_int_equal(options.first, 2);
    assert_true(parse(VERB_RUN, WORDS("", "--group")));
    assert_int_equal(options.first, 2);
    assert_true(parse(VERB_RUN, WORDS("--group", "--", "--", "x")));
    assert_int_equal(options.first, 4);
}

static void verbosity_counts(void **state)
{
    (void)state;
    assert_true(parse(VERB_HEALTH, WORDS("-vv")));
    assert_int_equal(options_count(&options, OPTION_VERBOSE), 2);
    assert_true(parse(VERB_HEALTH, WORDS("-v", "-v", "-v")));
    assert_int_equal(options_count(&options, OPTION_VERBOSE), 3);
}

static void help_is_seen_anywhere_before_the_first_word(void **state)
{
    (void)state;
    assert_true(parse(VERB_RUN, WORDS("--group", "--help")));
    assert_true(options.help);
    assert_true(parse(VERB_HEALTH, WORDS("-h")));
    assert_true(options.help);
    assert_true(parse(VERB_RUN, WORDS("sh", "--help")));
    assert_false(options.help);
}

static void what_is_wrong_is_said(void **state)
{
    (void)state;
    assert_refused(VERB_RUN, WORDS("--env", "x"), "there is no option --env");
    assert_refused(VERB_RUN, WORDS("--url2"), "there is no option --url2");
    assert_refused(VERB_RUN, WORDS("--v"), "there is no option --v");
    assert_refused(VERB_RUN, WORDS("--group=yes"), "--group takes no value");
    assert_refused(VERB_RUN, WORDS("--url"), "--url needs a value (URL)");
    assert_refused(VERB_RUN, WORDS("--url="), "--url needs a value (URL)");
    assert_refused(VERB_RUN, WORDS("--url", ""), "--url needs a value (URL)");
    assert_refused(VERB_RUN, WORDS("--grace", "--", "x"),
                   "--grace needs a value (D); one that begins with -- is written --grace=...");
    assert_refused(VERB_RUN, WORDS("--offline"), "--offline is not an option of this verb");
    assert_refused(VERB_HEALTH, WORDS("--grace", "1s"), "--grace is not an option of this verb");
    assert_refused(VERB_RUN, WORDS("--url", "a", "--url", "b"), "--url is given twice");
    assert_refused(VERB_RUN, WORDS("-x"),
                   "there is no option that begins with a single dash but -v and -h");
    assert_refused(VERB_RUN, WORDS("-vx"),
                   "there is no option that begins with a single dash but -v and -h");
    assert_refused(VERB_CHECK, WORDS("extra"), "\"extra\" is one word too many");
    assert_refused(VERB_TOKEN, WORDS("0011"),
                   "the token is read from standard input, not from the command line, where every "
                   "user of the machine can see it");
    assert_true(parse(VERB_VERIFY, WORDS("file.ini")));
    assert_refused(VERB_VERIFY, WORDS("a", "b"), "\"b\" is one word too many");
}

// 256 exit codes exist; a number of options is no reason to refuse.
static void an_option_may_be_repeated_without_a_limit(void **state)
{
    (void)state;
    enum { MANY = 5000 };
    static char *words[MANY + 3] = {"labelgate", "run"};
    for (int i = 0; i < MANY; i++)
        words[2 + i] = "--ok-exit=1";
    assert_true(parse(VERB_RUN, words));
    assert_int_equal(options_count(&options, OPTION_OK_EXIT), MANY);
    words[2 + MANY - 1] = "--no-such-option";
    assert_refused(VERB_RUN, words, "there is no option --no-such-option");
    assert_null(options.given);
}

// A word that is long enough to be a token is named by its length.
static void no_long_word_is_quoted(void **state)
{
    (void)state;
    char token[] = "00112233445566778899aabbccddeeff00112233";
    assert_refused(VERB_HEALTH, WORDS(token), "a word of 40 bytes is one word too many");
    assert_refused(VERB_RUN, WORDS("--token=00112233445566778899aabbccddeeff00112233"),
                   "there is no option --token");
    assert_refused(VERB_RUN, WORDS("--00112233445566778899aabbccddeeff00112233"),
                   "there is no option with a name of 40 bytes");
    assert_refused(VERB_RUN, WORDS("-00112233445566778899aabbccddeeff00112233"),
                   "there is no option that begins with a single dash but -v and -h");
}

static void assert_shell_word(char *word, const char *shown)
{
    if (parse(VERB_HEALTH, WORDS(word, "exit", "1")))
        fail_msg("%s is taken", word);
    assert_int_equal(finding.reason, REASON_USAGE_SHELL_WORDS);
    assert_string_equal(finding.detail, shown);
}

static void shell_words_are_named_in_a_probe(void **state)
{
    (void)state;
    assert_shell_word("||", "||");
    assert_shell_word("&&", "&&");
    assert_shell_word(";", ";");
    assert_shell_word("|", "|");
    assert_shell_word("||exit", "||");
    assert_shell_word("2>/dev/null", "2>");
    assert_shell_word("x;", ";");
    assert_shell_word("$LABEL_STUDIO_URL", "$LABEL_STUDIO_URL");
    assert_shell_word("${LABEL_STUDIO_URL}", "${LABEL_STUDIO_URL}");
    assert_shell_word("--url=http://$HOST:8080/secret-00112233", "$HOST");
    assert_shell_word("$(cat /token)", "$(cat");
}

static void a_dollar_that_is_none_of_the_shell_passes(void **state)
{
    (void)state;
    assert_true(parse(VERB_HEALTH, WORDS("--app-url", "http://a/odata?$top=1")));
    assert_true(parse(VERB_HEALTH, WORDS("--app-url", "http://a/$")));
    assert_true(parse(VERB_HEALTH, WORDS("--app-url", "http://a/?a=1;b=2")));
    assert_true(parse(VERB_RUN, WORDS("sh", "-c", "a || b")));
}

// What the parser, help and the manual rely on.
static void the_table_is_whole(void **state)
{
    (void)state;
    for (enum option_id id = 0; id < OPTION_COUNT; id++) {
        const struct option_row *row = option_row(id);
        assert_non_null(row->name);
        assert_non_null(row->help);
        assert_true(row->verbs != 0);
        size_t len = strlen(row->help);
        assert_true(len > 0 && row->help[len - 1] == '.');
        // A name may mean one thing to one verb and another to the rest: --env-file.
        for (enum option_id other = 0; other < id; other++)
            if (row->verbs & option_row(other)->verbs)
                assert_string_not_equal(row->name, option_row(other)->name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verbs_have_their_other_names),
        cmocka_unit_test(values_come_in_both_spellings),
        cmocka_unit_test(options_stop_at_the_first_word),
        cmocka_unit_test(verbosity_counts),
        cmocka_unit_test(help_is_seen_anywhere_before_the_first_word),
        cmocka_unit_test(what_is_wrong_is_said),
        cmocka_unit_test(an_option_may_be_repeated_without_a_limit),
        cmocka_unit_test(no_long_word_is_quoted),
        cmocka_unit_test(shell_words_are_named_in_a_probe),
        cmocka_unit_test(a_dollar_that_is_none_of_the_shell_passes),
        cmocka_unit_test(the_table_is_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
