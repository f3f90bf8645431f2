// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "dotenv/assign.h"

#define OLD "00112233445566778899aabbccddeeff00112233"
#define NEW "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0"

static const struct {
    const char *what, *before, *value, *after;
} rows[] = {
    {"an assignment", "A=1\nT=" OLD "\nB=2\n", NEW, "A=1\nT=" NEW "\nB=2\n"},
    {"no final newline", "T=" OLD, NEW, "T=" NEW},
    {"an empty value", "T=\nB=2\n", NEW, "T=" NEW "\nB=2\n"},
    {"blanks behind an empty value", "T=  \nB=2\n", NEW, "T=" NEW "  \nB=2\n"},
    {"an empty value at the end", "T=", NEW, "T=" NEW},
    {"blanks around it", " T =  " OLD "\t \n", NEW, " T =  " NEW "\t \n"},
    {"a comment behind it", "T=" OLD " # mine\n", NEW, "T=" NEW " # mine\n"},
    {"a comment as the value", "T= # mine\n", NEW, "T= " NEW "\n"},
    {"export", "export T=" OLD "\n", NEW, "export T=" NEW "\n"},
    {"a colon", "T: " OLD "\n", NEW, "T: " NEW "\n"},
    {"double quotes", "T=\"" OLD "\" # x\n", NEW, "T=\"" NEW "\" # x\n"},
    {"single quotes", "T='" OLD "'\n", NEW, "T='" NEW "'\n"},
    {"empty quotes", "T=\"\"\n", NEW, "T=\"" NEW "\"\n"},
    {"text behind the quote", "T=\"" OLD "\"A=1\n", NEW, "T=\"" NEW "\"A=1\n"},
    {"a value over several lines", "T=\"a\nb\"\nB=2\n", NEW, "T=\"" NEW "\"\nB=2\n"},
    {"CRLF", "A=1\r\nT=" OLD "\r\nB=2\r\n", NEW, "A=1\r\nT=" NEW "\r\nB=2\r\n"},
    {"a byte-order mark", "\xEF\xBB\xBFT=" OLD "\n", NEW, "\xEF\xBB\xBFT=" NEW "\n"},
    {"the last of two", "T=1\nT=" OLD "\n", NEW, "T=1\nT=" NEW "\n"},
    {"two on a line", "T='1' T='2' B=2\n", NEW, "T='1' T='" NEW "' B=2\n"},
    {"a commented-out one", "#T=1\nT=" OLD "\n", NEW, "#T=1\nT=" NEW "\n"},
    {"a name that only begins so", "TT=1\nT_FILE=2\nT=" OLD "\n", NEW,
     "TT=1\nT_FILE=2\nT=" NEW "\n"},
    {"a reference", "A=1\nT=${A}\n", NEW, "A=1\nT=" NEW "\n"},
    {"a reference in quotes", "A=1\nT=\"x${A}\"\n", NEW, "A=1\nT=\"" NEW "\"\n"},
    {"others that refer to it", "T=" OLD "\nB=${T}\n", NEW, "T=" NEW "\nB=${T}\n"},
    {"one that needs it", "T=\nB=${T:?set T}\n", NEW, "T=" NEW "\nB=${T:?set T}\n"},
    {"invalid UTF-8 elsewhere", "A=\xFF\nT=" OLD "\n", NEW, "A=\xFF\nT=" NEW "\n"},
    {"the same value", "T=" NEW "\n", NEW, "T=" NEW "\n"},

    {"appended", "A=1\n", NEW, "A=1\nT=" NEW "\n"},
    {"appended, final newline missing", "MODEL_DIR=/data/models", NEW,
     "MODEL_DIR=/data/models\nT=" NEW "\n"},
    {"appended behind a comment", "A=1\n# end", NEW, "A=1\n# end\nT=" NEW "\n"},
    {"appended behind a quote", "A=\"1\"", NEW, "A=\"1\"\nT=" NEW "\n"},
    {"appended with CRLF", "A=1\r\nB=2", NEW, "A=1\r\nB=2\r\nT=" NEW "\r\n"},
    {"appended behind blank lines", "A=1\n\n\n", NEW, "A=1\n\n\nT=" NEW "\n"},
    {"appended to nothing", "", NEW, "T=" NEW "\n"},
    {"appended to a byte-order mark", "\xEF\xBB\xBF", NEW, "\xEF\xBB\xBFT=" NEW "\n"},
    {"appended below a bare name", "T\nA=1\n", NEW, "T\nA=1\nT=" NEW "\n"},
    {"appended behind a lone word", "A=1\nEOF", NEW, "A=1\nEOF\nT=" NEW "\n"},
    {"appended, for a commented-out one is none", "#T=1\n", NEW, "#T=1\nT=" NEW "\n"},

    {"a dollar", "T=1\n", "a$b", "T='a$b'\n"},
    {"a dollar that is none", "T=1\n", "a$", "T=a$\n"},
    {"a dollar in double quotes", "T=\"1\"\n", "a$b", "T='a$b'\n"},
    {"a dollar in single quotes", "T='1'\n", "a$b", "T='a$b'\n"},
    {"a hash in front", "T=1\n", "#b", "T=#b\n"},
    {"a hash inside", "T=1\n", "a#b", "T=a#b\n"},
    {"a quote in front", "T=1\n", "\"b", "T='\"b'\n"},
    {"an apostrophe in front", "T=1\n", "'b", "T='\\'b'\n"},
    {"an apostrophe inside", "T=1\n", "a'b", "T=a'b\n"},
    {"an apostrophe in single quotes", "T='1'\n", "a'b", "T='a\\'b'\n"},
    {"a backslash", "T=1\n", "a\\b", "T=a\\b\n"},
    {"a backslash in double quotes", "T=\"1\"\n", "a\\tb", "T='a\\tb'\n"},
    {"a backslash at the end, quoted", "T='1'\n", "a\\", "T=\"a\\\\\"\n"},
    {"a backslash before a dollar", "T=1\n", "$a\\", "T=\"\\$a\\\\\"\n"},
    {"everything", "T=1\n", "$x\\'\"\\", "T=\"\\$x\\\\'\\\"\\\\\"\n"},
    {"text that would follow the quote", "T=\"1\"A=2\n", "a$b", "T='a$b'A=2\n"},
    {"appended with a dollar", "A=1\r\n", "${x}", "A=1\r\nT='${x}'\r\n"},
};

static struct assign_request request_for(const char *file, const char *value)
{
    return (struct assign_request){.file = span_of(file), .name = "T", .value = span_of(value)};
}

static void only_the_value_changes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct assignment made;
        struct assign_request request = request_for(rows[i].before, rows[i].value);
        enum assign_fault fault = assign(&made, &request);
        if (fault != ASSIGN_OK)
            fail_msg("%s: fault %d", rows[i].what, fault);
        if (!span_is((struct span){made.bytes, made.len}, rows[i].after))
            fail_msg("%s: %.*s", rows[i].what, (int)made.len, made.bytes);
        bool appended = strncmp(rows[i].what, "appended", strlen("appended")) == 0;
        assert_int_equal(made.appended, appended);
        assert_int_equal(made.by_reference, strstr(rows[i].what, "a reference") != NULL);
        assign_free(&made);
        assert_null(made.bytes);
    }
}

static void a_refused_file_is_left_alone(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        size_t len;
        enum reason reason;
        unsigned line;
    } bad[] = {
        {"\xFF\xFET\0=\0001\0\n\0", 10, REASON_ENV_UTF16, 1},
        {"A=1\nT\0=\0001\0\n\0", 12, REASON_ENV_UTF16_FROM, 2},
        {"A=1\nT=\"open\n", 12, REASON_ENV_INVALID, 2},
        {"A=1\nB C=2\nT=1\n", 14, REASON_ENV_INVALID, 2},
        {"T=${A:?x}\n", 10, REASON_ENV_INVALID, 1},
        {"T=1\nA=x\0y\n", 10, REASON_ENV_INVALID, 2},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct assignment made;
        struct assign_request request = request_for("", NEW);
        request.file = (struct span){bad[i].file, bad[i].len};
        assert_int_equal(assign(&made, &request), ASSIGN_BROKEN);
        assert_int_equal(dotenv_issue_reason(&made.issue), bad[i].reason);
        assert_int_equal(made.issue.line, bad[i].line);
        assert_null(made.bytes);
    }
}

static void what_cannot_be_read_back_is_not_written(void **state)
{
    (void)state;
    struct assignment made;
    struct assign_request request = request_for("A=1\n", "");
    request.value = (struct span){"a\0b", 3};
    assert_int_equal(assign(&made, &request), ASSIGN_IMPOSSIBLE);
    assert_null(made.bytes);
    request = request_for("A=1\n", NEW);
    request.name = "NO NAME";
    assert_int_equal(assign(&made, &request), ASSIGN_IMPOSSIBLE);
    request.name = "";
    assert_int_equal(assign(&made, &request), ASSIGN_IMPOSSIBLE);
}

static void earlier_files_and_the_outside_are_known(void **state)
{
    (void)state;
    static char *const items[] = {"T=of-the-shell", "OUT=1", NULL};
    const struct span earlier[] = {{"E=1\nT=earlier\n", 14}};
    struct envlist outside;
    struct assignment made;
    assert_true(envlist_make(&outside, items));
    struct assign_request request = request_for("A=${E:?}${OUT:?}\nT\n", NEW);
    assert_int_equal(assign(&made, &request), ASSIGN_BROKEN);
    request.earlier = earlier;
    request.earlier_count = 1;
    request.outside = &outside;
    assert_int_equal(assign(&made, &request), ASSIGN_OK);
    assert_true(span_is((struct span){made.bytes, made.len}, "A=${E:?}${OUT:?}\nT\nT=" NEW "\n"));
    assert_int_equal(made.line, 3);
    assign_free(&made);

    request.file = span_of("T=1\nT\n"); // the shell's value would come from the bare name
    assert_int_equal(assign(&made, &request), ASSIGN_OK);
    assert_true(span_ends((struct span){made.bytes, made.len}, "T\nT=" NEW "\n"));
    assign_free(&made);
    assert_string_equal(envlist_get(&outside, "T"), "of-the-shell");
    envlist_free(&outside);
}

static void a_file_that_would_grow_too_big_is_left_alone(void **state)
{
    (void)state;
    static char big[DOTENV_FILE_MAX + 1];
    struct assignment made;
    memset(big, '#', DOTENV_FILE_MAX);
    struct assign_request request = request_for(big, NEW);
    assert_int_equal(assign(&made, &request), ASSIGN_IMPOSSIBLE);
    request.file.len = DOTENV_FILE_MAX - 4 - strlen(NEW);
    assert_int_equal(assign(&made, &request), ASSIGN_OK);
    assign_free(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_value_changes),
        cmocka_unit_test(a_refused_file_is_left_alone),
        cmocka_unit_test(what_cannot_be_read_back_is_not_written),
        cmocka_unit_test(earlier_files_and_the_outside_are_known),
        cmocka_unit_test(a_file_that_would_grow_too_big_is_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
