// SPDX-License-Identifier: MIT
// Whole files: places, several mistakes at once, several files, lints, and that nothing of a value
// is said.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "dotenv/dotenv.h"

#define TOKEN "00112233445566778899aabbccddeeff00112233"

static const char *const token_names[] = {"LABEL_STUDIO_API_TOKEN", "LABEL_STUDIO_API_KEY"};

static const char *const fault_words[DOTENV_FAULT_COUNT] = {
    [DOTENV_BAD_CHARACTER] = "bad-character",
    [DOTENV_SPACE_IN_NAME] = "space-in-name",
    [DOTENV_ZERO_LENGTH] = "zero-length",
    [DOTENV_UNTERMINATED_QUOTE] = "open-quote",
    [DOTENV_INVALID_TEMPLATE] = "template",
    [DOTENV_REQUIRED_MISSING] = "required",
    [DOTENV_NUL] = "nul",
    [DOTENV_UTF16] = "utf16",
    [DOTENV_HEREDOC] = "heredoc",
    [DOTENV_LINK_TEXT] = "link",
    [DOTENV_TOO_LONG] = "too-long",
    [DOTENV_NO_MEMORY] = "memory",
    [DOTENV_LINT_LINK_TEXT] = "(link)",
    [DOTENV_LINT_TAB_COMMENT] = "(tab-comment)",
    [DOTENV_LINT_COMMENT_VALUE] = "(comment)",
    [DOTENV_LINT_AFTER_QUOTE] = "(after-quote)",
    [DOTENV_LINT_BARE_WORD] = "(word)",
    [DOTENV_LINT_WRAPPED_TOKEN] = "(wrapped)",
    [DOTENV_LINT_BARE_TOKEN] = "(bare-token)",
    [DOTENV_LINT_UNSET_REFERENCE] = "(unset)",
    [DOTENV_LINT_UNSET_IN_SECRET] = "(unset-secret)",
    [DOTENV_LINT_UNSET_WHOLE] = "(unset-whole)",
    [DOTENV_LINT_ACTIVE_DOLLAR] = "(dollar)",
    [DOTENV_LINT_ODD_NAME] = "(name)",
    [DOTENV_LINT_ODD_CHARACTER] = "(character)",
    [DOTENV_LINT_DUPLICATE] = "(duplicate)",
    [DOTENV_LINT_INVALID_UTF8] = "(utf8)",
    [DOTENV_LINT_BACKSLASH_END] = "(backslash)",
    [DOTENV_LINT_RUN_TOGETHER] = "(run-together)",
};

// An environment of at most two entries.
struct world {
    char *items[3];
    struct envlist outside;
    struct dotenv_options options;
    struct dotenv dotenv;
};

static void begin(struct world *world, const char *first, const char *second)
{
    *world = (struct world){.items = {(char *)(uintptr_t)first, (char *)(uintptr_t)second}};
    assert_true(envlist_make(&world->outside, world->items));
    world->options = (struct dotenv_options){&world->outside, token_names, 2};
    dotenv_make(&world->dotenv);
}

static void end(struct world *world)
{
    dotenv_free(&world->dotenv);
    envlist_free(&world->outside);
}

static bool read_text(struct world *world, unsigned file, const char *text)
{
    return dotenv_read(&world->dotenv, text, strlen(text), file, &world->options);
}

// "LINE:COLUMN word NAME CHARACTER >OTHER_LINE, ...", what is empty left out.
static void list_issues(const struct dotenv *dotenv, struct text *out)
{
    for (size_t i = 0; i < dotenv->issue_count; i++) {
        const struct dotenv_issue *issue = &dotenv->issues[i];
        text_add(out, "%s%u:%u %s", i > 0 ? ", " : "", issue->line, issue->column,
                 fault_words[issue->fault]);
        if (issue->name[0] != '\0')
            text_add(out, " %s", issue->name);
        if (issue->character[0] != '\0')
            text_add(out, " %s", issue->character);
        if (issue->other_line > 0)
            text_add(out, " >%u", issue->other_line);
    }
}

static void expect_bytes(const char *bytes, size_t len, const char *issues)
{
    struct world world;
    char listed[4096];
    begin(&world, "HOME=/root", NULL);
    bool good = dotenv_read(&world.dotenv, bytes, len, 0, &world.options);
    struct text text = text_over(listed, sizeof listed);
    list_issues(&world.dotenv, &text);
    if (strcmp(listed, issues) != 0)
        fail_msg("%s\ngives: %s\nnot:   %s", bytes, listed, issues);
    bool errors = false;
    for (size_t i = 0; i < world.dotenv.issue_count; i++)
        errors = errors || world.dotenv.issues[i].level == DOTENV_ERROR;
    assert_int_equal(good, !errors);
    assert_int_equal(world.dotenv.failed, errors);
    if (errors)
        assert_int_equal(world.dotenv.count, 0);
    end(&world);
}

static void expect(const char *text, const char *issues)
{
    expect_bytes(text, strlen(text), issues);
}

static void a_mistake_is_told_with_its_place(void **state)
{
    (void)state;
    expect("A=1\nB C=2\n", "2:2 space-in-name");
    expect("A=1\n  A$B=2\n", "2:4 bad-character $");
    expect("\n\nexport ", "3:1 zero-length");
    expect("# c\nA=1 # c\nB='x\ny\n", "3:3 open-quote '");
    expect("A=\"x\ny\"\nB=\"$\n\n", "3:3 open-quote \"");
    expect("A=ab${\n", "1:5 template");
    expect("A=\"x\n\\t${}\"\n", "2:3 template");
    expect("A=1\nB=${A}${C:?no}\n", "2:7 required");
    expect("\xEF\xBB\xBF"
           "A B=1\n",
           "1:2 space-in-name");
    expect("\xE5\x90\x8D\xE5\x90\x8D=\xE5\x90\x8D${\n", "1:5 template");
    expect("A=\xFF\xFF${\n", "1:5 template");
    expect("A\xEF\xBC\x9Dx\n", "1:2 bad-character U+FF1D");
    expect("A\xFF=1\n", "1:2 bad-character byte 0xFF");
    expect("A=1\r\nB/C=2\r\n", "2:2 bad-character /");
}

static void all_mistakes_of_a_file_are_told(void **state)
{
    (void)state;
    expect("A B=1\nC=${\nD/=2\nE=1\nF=${G:?}\nH='",
           "1:2 space-in-name, 2:3 template, 3:2 bad-character /, 5:3 required, 6:3 open-quote '");
    // What a refused statement would have set is not missed.
    expect("A=${\nB=${A:?}\n", "1:3 template");
    // The lines of a quoted value behind a bad name are no statements.
    expect("$A=\"x y\nz w\"\nB C=1\n", "1:1 bad-character $, 3:2 space-in-name");
    // A quote that stays open in prose hides nothing.
    expect("do not: 'x\nA B=1\n", "1:3 space-in-name, 2:2 space-in-name");
    // A warning of a refused file would only distract.
    expect("A: 1\nB C=1\n", "2:2 space-in-name");
}

static void no_more_is_kept_than_anybody_reads(void **state)
{
    struct world world;
    struct text text = text_growing();
    (void)state;
    for (int i = 0; i < 300; i++)
        text_add(&text, "A B%d=\n", i);
    begin(&world, NULL, NULL);
    assert_false(dotenv_read(&world.dotenv, text.bytes, text.len, 0, &world.options));
    assert_int_equal(world.dotenv.issue_count, DOTENV_ISSUES_MAX);
    assert_int_equal(world.dotenv.dropped, 300 - DOTENV_ISSUES_MAX);
    end(&world);
    text_free(&text);
}

static void warnings_do_not_crowd_out_an_error(void **state)
{
    struct text text = text_growing();
    (void)state;
    for (int i = 0; i < 2 * DOTENV_ISSUES_MAX; i++)
        text_add(&text, "A%d: 1\n", i);
    text_add(&text, "B C=1\n");
    expect(text.bytes, "201:2 space-in-name");
    text_free(&text);
}

static void utf16_is_named(void **state)
{
    static const char appended[] = "A=1\r\nB\0=\0"
                                   "2\0\r\0\n\0";
    static const char bare[] = "A\0=\0"
                               "1\0\n\0";
    static const char big[] = "A=1\n\0B\0=\0"
                              "2\0\n";
    (void)state;
    expect_bytes("\xFF\xFE"
                 "A\0=\0",
                 6, "1:1 utf16");
    expect_bytes("\xFE\xFF\0A\0=", 6, "1:1 utf16");
    expect_bytes("\xFF\xFE", 2, "1:1 utf16");
    expect_bytes(appended, sizeof appended - 1, "2:1 utf16");
    expect_bytes(bare, sizeof bare - 1, "1:1 utf16");
    expect_bytes(big, sizeof big - 1, "2:1 utf16");
    expect_bytes("A=x\0y\n", 6, "1:4 nul");
    expect_bytes("A=1\n#\0\n", 7, "2:2 nul");
    expect("A=\"\\0000\"", "1:4 nul");
}

static void a_pasted_shell_command_is_named(void **state)
{
    (void)state;
    expect("cat << EOF > .env\nA=1\nEOF\n", "1:5 heredoc");
    expect("cat > .env <<'EOF'\nA=1\nEOF\n", "1:5 heredoc");
    expect("sudo tee /x/.env <<-EOF\nA=1\nEOF\n", "1:10 heredoc");
    expect("<<<<<<< HEAD\nA=1\n=======\nB=2\n>>>>>>> b\n",
           "1:1 bad-character <, 5:1 bad-character >");
    expect("A<<B=1\n", "1:2 heredoc");
    expect("A< <B=1\n", "1:2 bad-character <");
}

static void a_link_as_text_is_named(void **state)
{
    (void)state;
    expect("../shared/.env", "1:3 link");
    expect("../my files/.env\n", "1:3 link");
    expect("/run/secrets/env", "1:1 link");
    expect("conf/.env", "1:5 link");
    expect(".env.production", "1:1 (link)");
    expect(".env.production\n", "1:1 (link)");
    expect("shared.env\r\n", "1:1 (link)");
    expect("\xEF\xBB\xBF"
           "shared.env\r\n\r\n",
           "1:1 (link)");
    expect("\xEF\xBB\xBF"
           "../shared/.env\r\n",
           "1:3 link");
    expect("env.local \n", "1:1 (link)");
    expect("HOME\n", "");
    expect("shared.env\nB=1\n", "");
    expect("TODO", "1:1 (word)");
    expect("../a\nB=1\n", "1:3 bad-character /");
}

static void quotes_that_swallow_lines_are_traced(void **state)
{
    (void)state;
    expect("A=1\nB=\"x\nC=\"y\"\n", "3:5 bad-character \" >2");
    expect("A='tis\nB=it's\n", "2:6 (after-quote) >1");
    expect("A=\"x\"y\"\n", "1:7 bad-character \"");
    expect("A=\"x\nLABEL_STUDIO_API_TOKEN=" TOKEN "\nB=y\"\n",
           "2:1 (run-together) LABEL_STUDIO_API_TOKEN >1");
}

static void comments_that_are_none(void **state)
{
    (void)state;
    expect("A=b\t# c\n", "1:4 (tab-comment)");
    expect("A=b # c\t# d\n", "");
    expect("A= # note\n", "1:4 (comment)");
    expect("A=#ff8800\nB=x#y\n", "");
    expect("LABEL_STUDIO_API_TOKEN=#note\n", "1:24 (comment)");
    expect("A='#x'\n", "");
}

static void text_behind_a_quote(void **state)
{
    (void)state;
    expect("A=\"b\" C=d\n", "1:7 (after-quote)");
    expect("A='b'c\n", "1:6 (after-quote)");
    expect("A=\"b\" # c\nB='d'\t\r\nC='e'#f\n", "");
}

static void words_without_a_sign(void **state)
{
    (void)state;
    expect("A=1\nEOF", "2:1 (word)");
    expect("A=1\nTODO\n", "");
    expect("LABEL_STUDIO_API_TOKEN=0011223344\naabbccddee\nA=1\n",
           "2:1 (wrapped) LABEL_STUDIO_API_TOKEN >1");
    expect("LABEL_STUDIO_API_TOKEN=0011223344\naabbccddee",
           "2:1 (wrapped) LABEL_STUDIO_API_TOKEN >1");
    expect("LABEL_STUDIO_API_TOKEN=0011223344\n\naabbccddee\n", "");
    expect("LABEL_STUDIO_API_TOKEN=0011223344\nEOF", "2:1 (word)");
    expect("LABEL_STUDIO_API_TOKEN=\naabbccddee\n", "");
}

static void references_in_secrets(void **state)
{
    (void)state;
    expect("A=$B\n", "1:3 (unset)");
    expect("SECRET_KEY=1&2k$%w@ex53#%ay$mgp=+c$0&_w^*9=r-ao5@59m5$6-lcm#\n", "1:28 (unset-secret)");
    expect("DB_PASSWORD=pa$word\n", "1:15 (unset-secret)");
    expect("LABEL_STUDIO_API_TOKEN=pa$word\n", "1:26 (unset-secret)");
    expect("LABEL_STUDIO_API_TOKEN=${TOKEN_OF_CI}\n", "1:24 (unset-whole) TOKEN_OF_CI");
    expect("LABEL_STUDIO_API_TOKEN=${LS_KEY_2}\n", "1:24 (unset-whole) LS_KEY_2");
    expect("LABEL_STUDIO_API_TOKEN=${a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0}\n",
           "1:24 (unset-whole)");
    expect("LABEL_STUDIO_API_TOKEN=${Chosen_TOKEN}\n", "1:24 (unset-whole)");
    expect("LABEL_STUDIO_API_TOKEN=${QX7_CHOSEN}\n", "1:24 (unset-whole)");
    expect("LABEL_STUDIO_API_TOKEN=\"${TOKEN_OF_CI}\"\nTOKEN_OF_CI=\n",
           "1:25 (unset-whole) TOKEN_OF_CI");
    expect("LABEL_STUDIO_API_TOKEN=${TOKEN_OF_CI} # CI\n", "1:24 (unset-whole) TOKEN_OF_CI");
    expect("LABEL_STUDIO_API_TOKEN=$LABEL_STUDIO_API_TOKEN\n",
           "1:24 (unset-whole) LABEL_STUDIO_API_TOKEN");
    expect("LABEL_STUDIO_API_TOKEN=${TOKEN_OF_CI}x\n", "1:24 (unset-secret)");
    expect("LABEL_STUDIO_API_TOKEN=$ecret\n", "1:24 (unset-secret)");
    // Only what somebody uses as a name is shown as one.
    expect("A=$B\nB=1\n", "1:3 (unset) B");
    expect("A=${B:?no}\nB=1\n", "1:3 required B");
    expect("B=\nA=${B:?no}\n", "2:3 required B");
    expect("MY_TOKEN=a$C\nC=1\n", "1:11 (unset-secret) C");
    expect("A=a$C\nC\n", "1:4 (unset)"); // a bare name that sets nothing
    expect("A=1\nMY_TOKEN=x$A\n", "2:11 (dollar)");
    expect("A=1\nB=x$A\nMY_TOKEN='x$A'\nMY_SECRET=x$$A$5\n", "");
    expect("A=${B:-x}${B-}${B:+x}\n", "");
}

static void names_that_no_program_looks_for(void **state)
{
    (void)state;
    expect("\xE5\x90\x8D=1\n", "1:1 (name) U+540D");
    expect("MY_T\xD0\x9EKEN=x\n", "1:5 (name) U+041E");
    expect("MY_\xEF\xBC\xB4OKEN=x\n", "1:4 (name) U+FF34");
    expect("=1\n", "1:1 (name)");
    expect("A=1\n_b2=2\nexport C=3\na.b=1\n1A=1\nA\tB=1\nD: 1\n", "");
}

static void characters_that_look_like_others(void **state)
{
    (void)state;
    expect("A=\xE3\x80\x80x\n", "1:3 (character) U+3000");
    expect("A=x\xE2\x80\x8B\n", "1:4 (character) U+200B");
    expect("A=\xE2\x80\x9Cx\xE2\x80\x9D\n", "1:3 (character) U+201C");
    expect("A=1\n\xEF\xBB\xBF"
           "B=2\n",
           "2:1 bad-character U+FEFF");
    expect("A=x\xFFy\n", "1:4 (utf8)");
    expect("A=\"\xC3\"\n", "1:4 (utf8)");
    expect("A=\xE4\xBD\xA0\xE5\xA5\xBD \xE2\x9C\x93\n", "");
}

static void names_twice(void **state)
{
    (void)state;
    expect("A=1\nB=1\nA=2\n", "3:1 (duplicate) A >1");
    expect("A=1\nA='1'\n", "");
    expect("A=1\nA=2\nA=1\n", "2:1 (duplicate) A >1, 3:1 (duplicate) A >2");
}

static void continuation_lines(void **state)
{
    (void)state;
    expect("A=1\nOPTS=-Dx=1 \\\n  -Dapp.y=3 \\\n  -Dz=2\nB=1\n", "2:12 (backslash)");
    expect("A=x\\\nB.c=1\nC=y\\", "1:4 (backslash), 3:4 (backslash)");
    expect("A=C:\\data\\\nB=\\\\srv\\share\\\n", "");
    expect("A='x\\\\'\nB=\"y\\\\\"\n", "");
}

static void lines_run_together(void **state)
{
    (void)state;
    expect("U=x\nDIR=/data/modelsLABEL_STUDIO_API_TOKEN=" TOKEN "\n",
           "2:17 (run-together) LABEL_STUDIO_API_TOKEN");
    expect("DIR=/data/modelsLABEL_STUDIO_URL=http://x\n", "1:17 (run-together)");
    expect("A=QUJD_A==\nB=a_B=\nC=-DA_B=1\nD=http://h/?FOO_BAR=1\nE=x=1\n", "");
}

static void a_later_file_wins_and_sees_the_earlier_one(void **state)
{
    struct world world;
    (void)state;
    begin(&world, "OUT=host", "X=first");
    assert_true(read_text(&world, 0, "A=1\nB=2\nOUT=file\n"));
    // As GetEnvFromFile does it: outside, earlier files, then earlier lines of the same file.
    assert_true(read_text(&world, 1, "A=3\nC=$A$B$OUT\nB\nOUT\nD=4\nE=$D\n"));
    assert_int_equal(world.dotenv.count, 6);
    assert_string_equal(dotenv_find(&world.dotenv, "A")->value.text, "3");
    assert_int_equal(dotenv_find(&world.dotenv, "A")->file, 1);
    assert_string_equal(dotenv_find(&world.dotenv, "C")->value.text, "12host");
    assert_string_equal(dotenv_find(&world.dotenv, "B")->value.text, "2");
    assert_true(dotenv_find(&world.dotenv, "B")->inherited);
    assert_string_equal(dotenv_find(&world.dotenv, "OUT")->value.text, "host");
    assert_string_equal(dotenv_find(&world.dotenv, "E")->value.text, "4");
    assert_true(span_is(world.dotenv.vars[0].name, "A"));
    assert_true(span_is(world.dotenv.vars[3].name, "C"));
    assert_null(dotenv_find(&world.dotenv, "X"));
    assert_null(dotenv_find(&world.dotenv, ""));
    end(&world);
}

static void a_refused_file_adds_nothing(void **state)
{
    struct world world;
    (void)state;
    begin(&world, NULL, NULL);
    assert_true(read_text(&world, 0, "A=1\n"));
    assert_false(read_text(&world, 1, "A=2\nB=3\nC D=4\n"));
    assert_true(world.dotenv.failed);
    assert_int_equal(world.dotenv.count, 1);
    assert_string_equal(dotenv_find(&world.dotenv, "A")->value.text, "1");
    assert_true(read_text(&world, 2, "A=5\n"));
    assert_true(world.dotenv.failed);
    assert_string_equal(dotenv_find(&world.dotenv, "A")->value.text, "5");
    assert_int_equal(world.dotenv.issues[0].file, 1);
    end(&world);
}

static void a_variable_knows_where_it_stands(void **state)
{
    static const char text[] = "\xEF\xBB\xBF# c\nexport A = 'x\ny' B=2 # c\r\nC=\r\nA=\"$B\"\n";
    struct world world;
    (void)state;
    begin(&world, NULL, NULL);
    assert_true(read_text(&world, 0, text));
    const struct dotenv_var *a = dotenv_find(&world.dotenv, "A");
    const struct dotenv_var *b = dotenv_find(&world.dotenv, "B");
    const struct dotenv_var *c = dotenv_find(&world.dotenv, "C");
    assert_int_equal(a->line, 5);
    assert_true(a->has_reference);
    assert_string_equal(a->raw.text, "\"$B\"");
    assert_memory_equal(text + a->value_offset, "\"$B\"", 4);
    assert_int_equal(b->line, 3);
    assert_int_equal(b->column, 4);
    assert_string_equal(b->raw.text, "2");
    assert_memory_equal(text + b->value_offset, "2 # c", 5);
    assert_false(b->has_reference);
    assert_int_equal(c->raw.len, 0);
    assert_memory_equal(text + c->value_offset - 2, "C=\r\n", 4);
    end(&world);
}

static void outside_is_the_first_entry_of_a_name(void **state)
{
    struct world world;
    (void)state;
    begin(&world, "A=first", "A=second");
    assert_true(read_text(&world, 0, "A\nB=$A\n"));
    assert_string_equal(dotenv_find(&world.dotenv, "A")->value.text, "first");
    assert_string_equal(dotenv_find(&world.dotenv, "B")->value.text, "first");
    end(&world);
    begin(&world, "=x", "novalue");
    assert_true(read_text(&world, 0, "novalue\nexport\nB=$novalue\n"));
    assert_int_equal(world.dotenv.count, 1);
    end(&world);
}

static void references_cannot_fill_the_memory(void **state)
{
    struct world world;
    struct text text = text_growing();
    (void)state;
    text_add(&text, "A0=xxxxxxxxxxxxxxxx\n");
    for (int i = 1; i < 64; i++)
        text_add(&text, "A%d=$A%d$A%d\n", i, i - 1, i - 1);
    begin(&world, NULL, NULL);
    assert_false(dotenv_read(&world.dotenv, text.bytes, text.len, 0, &world.options));
    assert_int_equal(world.dotenv.issue_count, 1);
    assert_int_equal(world.dotenv.issues[0].fault, DOTENV_TOO_LONG);
    assert_int_equal(world.dotenv.issues[0].line, 20);
    end(&world);
    text_free(&text);
}

static void a_file_above_the_limit_is_refused(void **state)
{
    struct world world;
    char *bytes = calloc(1, DOTENV_FILE_MAX + 1);
    (void)state;
    assert_non_null(bytes);
    memset(bytes, '#', DOTENV_FILE_MAX + 1);
    begin(&world, NULL, NULL);
    assert_true(dotenv_read(&world.dotenv, bytes, DOTENV_FILE_MAX, 0, &world.options));
    assert_false(dotenv_read(&world.dotenv, bytes, DOTENV_FILE_MAX + 1, 1, &world.options));
    assert_int_equal(world.dotenv.issues[0].fault, DOTENV_TOO_LONG);
    end(&world);
    free(bytes);
}

static void an_empty_file_is_good(void **state)
{
    (void)state;
    expect("", "");
    expect_bytes(NULL, 0, "");
    expect("\xEF\xBB\xBF", "");
    expect("\n \t\r\n# x", "");
}

static void every_fault_has_a_sentence_and_a_reason(void **state)
{
    (void)state;
    for (int i = 0; i < DOTENV_FAULT_COUNT; i++) {
        char bytes[512];
        struct text text = text_over(bytes, sizeof bytes);
        bool error = i < DOTENV_LINT_LINK_TEXT;
        struct dotenv_issue issue = {.fault = (enum dotenv_fault)i,
                                     .level = error ? DOTENV_ERROR : DOTENV_WARNING,
                                     .line = 3,
                                     .column = 5,
                                     .name = "NAME",
                                     .character = "$"};
        assert_non_null(fault_words[i]);
        dotenv_issue_text(&issue, &text);
        assert_int_in_range(text.len, 20, 300);
        assert_non_null(strstr(bytes, ": ")); // what, and what to do
        assert_null(strstr(bytes, "(null)"));
        assert_int_equal(dotenv_issue_reason(&issue) == REASON_OK, !error);
    }
}

// A token in every kind of line: no issue may show a piece of it.
static void no_sentence_shows_a_piece_of_a_token(void **state)
{
    static const char *const texts[] = {
        "A=\"" TOKEN "\nLABEL_STUDIO_API_TOKEN='" TOKEN "\n" TOKEN,
        "LABEL_STUDIO_API_TOKEN=" TOKEN "$"
        "deadbeefdead\n" TOKEN "\n" TOKEN,
        "LABEL_STUDIO_API_TOKEN: \"" TOKEN "\"" TOKEN "\n" TOKEN "\n",
        "LABEL_STUDIO_API_TOKEN=" TOKEN "${" TOKEN "}\n",
        "LABEL_STUDIO_API_TOKEN " TOKEN "\n",
        "LABEL_STUDIO_API_TOKEN/" TOKEN "\n" TOKEN "/\n",
        ("LABEL_STUDIO_API_TOKEN=\\\n" TOKEN "\\\n"),
        "LABEL_STUDIO_API_TOKEN=\n" TOKEN,
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct world world;
        begin(&world, NULL, NULL);
        read_text(&world, 0, texts[i]);
        for (size_t k = 0; k < world.dotenv.issue_count; k++) {
            struct text text = text_growing();
            dotenv_issue_text(&world.dotenv.issues[k], &text);
            for (size_t at = 0; at + 4 <= strlen(TOKEN); at++) {
                char piece[5] = {0};
                memcpy(piece, &TOKEN[at], 4);
                assert_null(strstr(text.bytes, piece));
            }
            assert_null(strstr(text.bytes, "dead"));
            text_free(&text);
        }
        end(&world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mistake_is_told_with_its_place),
        cmocka_unit_test(all_mistakes_of_a_file_are_told),
        cmocka_unit_test(no_more_is_kept_than_anybody_reads),
        cmocka_unit_test(warnings_do_not_crowd_out_an_error),
        cmocka_unit_test(utf16_is_named),
        cmocka_unit_test(a_pasted_shell_command_is_named),
        cmocka_unit_test(a_link_as_text_is_named),
        cmocka_unit_test(quotes_that_swallow_lines_are_traced),
        cmocka_unit_test(comments_that_are_none),
        cmocka_unit_test(text_behind_a_quote),
        cmocka_unit_test(words_without_a_sign),
        cmocka_unit_test(references_in_secrets),
        cmocka_unit_test(names_that_no_program_looks_for),
        cmocka_unit_test(characters_that_look_like_others),
        cmocka_unit_test(names_twice),
        cmocka_unit_test(continuation_lines),
        cmocka_unit_test(lines_run_together),
        cmocka_unit_test(a_later_file_wins_and_sees_the_earlier_one),
        cmocka_unit_test(a_refused_file_adds_nothing),
        cmocka_unit_test(a_variable_knows_where_it_stands),
        cmocka_unit_test(outside_is_the_first_entry_of_a_name),
        cmocka_unit_test(references_cannot_fill_the_memory),
        cmocka_unit_test(a_file_above_the_limit_is_refused),
        cmocka_unit_test(an_empty_file_is_good),
        cmocka_unit_test(every_fault_has_a_sentence_and_a_reason),
        cmocka_unit_test(no_sentence_shows_a_piece_of_a_token),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
