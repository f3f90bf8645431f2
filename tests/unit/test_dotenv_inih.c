// SPDX-License-Identifier: MIT
// That inih was built with our options, and that what it hands on is what the reader found: each of
// these fails with inih's defaults.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "dotenv/inih.h"

#define PAIRS 8

struct seen {
    char names[PAIRS][32];
    char *values[PAIRS];
    size_t lengths[PAIRS];
    enum statement_kind kinds[PAIRS];
    size_t count;
    size_t refused;
};

static void take(void *context, const struct statement *statement, struct span name,
                 struct span value)
{
    struct seen *seen = context;
    assert_int_in_range(seen->count, 0, PAIRS - 1);
    assert_int_in_range(name.len, 0, 31);
    memcpy(seen->names[seen->count], name.text, name.len);
    seen->values[seen->count] = strndup(value.text, value.len);
    seen->lengths[seen->count] = value.len;
    seen->kinds[seen->count++] = statement->kind;
}

static void refuse(void *context, const struct statement *statement)
{
    struct seen *seen = context;
    (void)statement;
    seen->refused++;
}

static struct seen run(struct span bytes)
{
    struct seen seen = {0};
    struct statement_sink sink = {take, refuse, &seen};
    assert_true(dotenv_inih_run(bytes, 0, &sink));
    return seen;
}

static void forget(struct seen *seen)
{
    for (size_t i = 0; i < seen->count; i++)
        free(seen->values[i]);
}

static void expect_pair(const struct seen *seen, size_t i, const char *name, const char *value)
{
    assert_true(i < seen->count);
    assert_string_equal(seen->names[i], name);
    assert_string_equal(seen->values[i], value);
}

static void a_long_value_arrives_whole(void **state)
{
    static const size_t lengths[] = {300, 5000, (size_t)1 << 19, DOTENV_FILE_MAX - 2};
    (void)state;
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        char *bytes = malloc(lengths[i] + 2);
        assert_non_null(bytes);
        memset(bytes, 'x', lengths[i] + 2);
        memcpy(bytes, "A=", 2);
        struct seen seen = run((struct span){bytes, lengths[i] + 2});
        assert_int_equal(seen.count, 1);
        assert_int_equal(seen.lengths[0], lengths[i]);
        forget(&seen);
        free(bytes);
    }
}

static void an_indented_pair_stays_a_pair(void **state)
{
    (void)state;
    struct seen seen = run(span_of("A=1\n  B=2\n"));
    assert_int_equal(seen.count, 2);
    expect_pair(&seen, 0, "A", "1");
    expect_pair(&seen, 1, "B", "2");
    forget(&seen);
}

static void nothing_is_taken_for_an_inih_comment_or_section(void **state)
{
    (void)state;
    struct seen seen = run(span_of("A=b ; c\n[s]=1\n[t\nB=\"#x ;y\"\nC=;z\n"));
    assert_int_equal(seen.count, 5);
    expect_pair(&seen, 0, "A", "b ; c");
    expect_pair(&seen, 1, "[s]", "1");
    expect_pair(&seen, 2, "[t", "");
    expect_pair(&seen, 3, "B", "\"#x ;y\"");
    expect_pair(&seen, 4, "C", ";z");
    assert_int_equal(seen.kinds[2], STATEMENT_BARE_NAME);
    forget(&seen);
}

static void a_quoted_newline_passes(void **state)
{
    (void)state;
    struct seen seen = run(span_of("A='x\n# y\n\nB=z' C=1\nD"));
    assert_int_equal(seen.count, 3);
    expect_pair(&seen, 0, "A", "'x\n# y\n\nB=z'");
    expect_pair(&seen, 1, "C", "1");
    expect_pair(&seen, 2, "", "D");
    assert_int_equal(seen.kinds[2], STATEMENT_BARE_WORD);
    forget(&seen);
}

static void a_mistake_does_not_stop_the_rest(void **state)
{
    (void)state;
    struct seen seen = run(span_of("A=1\n;B=2\nC D=3\nE=4\n"));
    assert_int_equal(seen.count, 2);
    assert_int_equal(seen.refused, 2);
    expect_pair(&seen, 1, "E", "4");
    forget(&seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_long_value_arrives_whole),
        cmocka_unit_test(an_indented_pair_stays_a_pair),
        cmocka_unit_test(nothing_is_taken_for_an_inih_comment_or_section),
        cmocka_unit_test(a_quoted_newline_passes),
        cmocka_unit_test(a_mistake_does_not_stop_the_rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
