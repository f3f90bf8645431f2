// SPDX-License-Identifier: MIT
// The decoder by itself: no file.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "dotenv/value.h"

#define MOST ((size_t)1 << 20)

struct world {
    size_t unset_at[8];
    size_t unset_count;
    struct span last_unset;
};

// SET=value, EMPTY=, REF=$SET (never read again), long s = "long".
static bool look_up(void *context, struct span name, struct span *value)
{
    static const char *const pairs[][2] = {
        {"SET", "value"}, {"EMPTY", ""}, {"REF", "$SET ${"}, {"_x1", "x"}, {"\xC5\xBF", "long"}};
    (void)context;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        if (span_is(name, pairs[i][0])) {
            *value = span_of(pairs[i][1]);
            return true;
        }
    return false;
}

static void unset(void *context, struct span name, size_t at)
{
    struct world *world = context;
    if (world->unset_count < 8)
        world->unset_at[world->unset_count] = at;
    world->unset_count++;
    world->last_unset = name;
}

static struct value_result decode_most(const char *text, struct world *world, struct buffer *out,
                                       size_t most)
{
    struct template_source source = {look_up, unset, world};
    struct buffer scratch = {0};
    struct value_result result =
        value_decode(value_raw(span_of(text)), &source, &scratch, out, most);
    // The name may lie in the scratch buffer, so it is looked at before that is given back.
    if (result.name.len > 0)
        assert_true(span_is(result.name, "NOPE"));
    buffer_free(&scratch);
    return result;
}

static void expect(const char *text, const char *value)
{
    struct world world = {0};
    struct buffer out = {0};
    struct value_result result = decode_most(text, &world, &out, MOST);
    if (!result.good || !span_equal((struct span){out.bytes, out.len}, span_of(value)))
        fail_msg("%s gives %.*s (%s)", text, (int)out.len, out.bytes ? out.bytes : "",
                 result.good ? "good" : "refused");
    buffer_free(&out);
}

static void expect_fault(const char *text, enum dotenv_fault fault, size_t at)
{
    struct world world = {0};
    struct buffer out = {0};
    struct value_result result = decode_most(text, &world, &out, MOST);
    if (result.good || result.fault != fault || result.at != at)
        fail_msg("%s: fault %d at %zu", text, result.good ? -1 : (int)result.fault, result.at);
    buffer_free(&out);
}

static void unquoted_text_ends_at_a_comment(void **state)
{
    (void)state;
    expect("", "");
    expect("b", "b");
    expect("b # c", "b");
    expect("b #c # d", "b");
    expect("b#c", "b#c");
    expect("b\t# c", "b\t# c");
    expect("# c", "# c");
    expect("a ; b", "a ; b");
    expect("b \t\r", "b");
    expect("b\xC2\xA0", "b");
    expect("b\xE3\x80\x80", "b");
    expect("b\xE2\x80\x8B", "b\xE2\x80\x8B");
    expect("x\xFFy\xFF", "x\xFFy\xFF");
    expect("b\"c\"", "b\"c\"");
    expect("`b c`", "`b c`");
    expect("a\\nb\\", "a\\nb\\");
}

static void comments_go_before_references_are_read(void **state)
{
    (void)state;
    expect("a #$1 ${bad", "a");
    expect_fault("${SET:-a #b}", DOTENV_INVALID_TEMPLATE, 0);
}

static void single_quotes_keep_all_but_their_own_escape(void **state)
{
    (void)state;
    expect("''", "");
    expect("'  b  '", "  b  ");
    expect("'$SET ${SET} $$ ${'", "$SET ${SET} $$ ${");
    expect("'a\\'b'", "a'b");
    expect("'a\\\\b\\n\\\"'", "a\\\\b\\n\\\"");
    expect("'a\\\\'", "a\\\\");
    expect("'a\nb\r\n'", "a\nb\r\n");
}

static void double_quotes_know_these_escapes(void **state)
{
    (void)state;
    expect("\"\"", "");
    expect("\"\\a\\b\\f\\n\\r\\t\\v\"", "\a\b\f\n\r\t\v");
    expect("\"x\\\"y\"", "x\"y");
    expect("\"x\\\\\"", "x\\");
    expect("\"x\\\\\\\"y\"", "x\\\"y");
    expect("\"\\c\\q\\'\\x41\\u0041\\101\"", "\\c\\q\\'\\x41\\u0041\\101");
    expect("\"x\\\ny\"", "x\\\ny");
    expect("\"\\0101\"", "A");
    expect("\"\\01012\"", "A2");
    expect("\"\\0351\"", "\xC3\xA9");
    expect("\"\\07 \\0777 \\0389 \\0 \\0x \\08\"", "\\7 \\777 \\389 \\ \\x \\8");
}

static void an_escaped_dollar_is_no_reference(void **state)
{
    (void)state;
    expect("\"a\\$SET\"", "a$SET");
    expect("\"a\\${SET}\"", "a${SET}");
    expect("\"a\\\\$SET\"", "a\\value");
    expect("\"\\0044SET\"", "value"); // the escape gives a dollar sign before references are read
    expect("\\$SET", "\\value");
}

static void references_are_replaced_once(void **state)
{
    (void)state;
    expect("$SET", "value");
    expect("x${SET}y", "xvaluey");
    expect("$SET$EMPTY$NOPE-$_x1", "value-x");
    expect("$SETX", "");
    expect("${REF}", "$SET ${");
    expect("a$", "a$");
    expect("$5 $(id) $\xE5\x90\x8D $@", "$5 $(id) $\xE5\x90\x8D $@");
    expect("$$ $$SET $$$SET $$$$", "$ $SET $value $$");
    expect("$${SET}", "${SET}");
    expect("$\xC5\xBF", "long");
    expect("\"$SET\n${SET}\"", "value\nvalue");
}

static void operators_choose(void **state)
{
    (void)state;
    expect("${SET:-w}${EMPTY:-w}${NOPE:-w}", "valueww");
    expect("${SET-w}${EMPTY-w}${NOPE-w}", "valuew");
    expect("${SET:+w}${EMPTY:+w}${NOPE:+w}", "w");
    expect("${SET+w}${EMPTY+w}${NOPE+w}", "ww");
    expect("${SET:?w}${SET?w}${EMPTY?w}", "valuevalue");
    expect("${NOPE:-}", "");
    expect("${NOPE-b:-c}${NOPE:-?x}${NOPE:--}", "b:-c?x-");
    expect_fault("a${NOPE:?w}", DOTENV_REQUIRED_MISSING, 1);
    expect_fault("${NOPE?w}", DOTENV_REQUIRED_MISSING, 0);
    expect_fault("\"\\n${NOPE?w}\"", DOTENV_REQUIRED_MISSING, 3);
}

static void a_word_that_is_not_used_is_not_read(void **state)
{
    (void)state;
    expect("${SET:-${NOPE:?x}}", "value");
    expect("${NOPE:+${NOPE:?x}}", "");
    expect("${SET:?${}}", "value");
    expect_fault("${EMPTY:-${NOPE:?x}}", DOTENV_REQUIRED_MISSING, 9);
}

static void words_end_at_the_balancing_brace(void **state)
{
    (void)state;
    expect("${NOPE:-${NOPE:-d}}", "d");
    expect("${NOPE:-x${SET}y}", "xvaluey");
    expect("${NOPE:-{\"k\":{\"a\":1}}}", "{\"k\":{\"a\":1}}");
    expect("${NOPE:-d}}", "d}");
    expect("${NOPE:-1}-${NOPE:-2}", "1-2");
    expect("${NOPE:-{x}", "{x"); // no brace balances: up to the last one
    expect("${NOPE:-{{}}", "{{}");
    expect("${NOPE:-{}}", "{}"); // the brace behind `{` does not count
    expect("${NOPE:-{}} x}", "{}} x");
    expect("{{{ ${NOPE:-foo} ${SET:-bar} }}}", "{{{ foo value }}}");
    expect_fault("${NOPE:-${NOPE}", DOTENV_INVALID_TEMPLATE, 8);
}

static void a_word_does_not_cross_a_line(void **state)
{
    (void)state;
    expect_fault("\"${NOPE:-a\nb}\"", DOTENV_INVALID_TEMPLATE, 1);
    expect_fault("\"x${NOPE:-a\\nb}\"", DOTENV_INVALID_TEMPLATE, 2);
    expect("\"{\n${NOPE:-a}\"", "{\na");
    expect("\"${NOPE:-{}\n}\"", "{\n}");
}

static void anything_else_behind_a_brace_is_invalid(void **state)
{
    static const char *const bad[] = {"${",     "${}",   "${1}",   "${NOPE", "${A.B}",  "${ A }",
                                      "${A:0}", "${#A}", "${A/x}", "${!A}",  "${A:}",   "${A:-",
                                      "${A:",   "${A-x", "${A:?",  "${A B}", "${\xE5}", "${-a}"};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        expect_fault(bad[i], DOTENV_INVALID_TEMPLATE, 0);
}

static void a_nul_is_refused(void **state)
{
    (void)state;
    expect_fault("\"ab\\0000\"", DOTENV_NUL, 3);
}

static void unset_references_are_told_in_file_offsets(void **state)
{
    struct world world = {0};
    struct buffer out = {0};
    (void)state;
    assert_true(decode_most("\"\\n$NOPE \\\\\\0101${NOPE}${NOPE:-x}$NOPE2\"", &world, &out, MOST)
                    .has_reference);
    assert_int_equal(world.unset_count, 3);
    assert_int_equal(world.unset_at[0], 3);
    assert_int_equal(world.unset_at[1], 16);
    assert_int_equal(world.unset_at[2], 33);
    buffer_free(&out);
    world = (struct world){0};
    assert_false(decode_most("'$NOPE'", &world, &out, MOST).has_reference);
    assert_false(decode_most("$$NOPE $1", &world, &out, MOST).has_reference);
    assert_int_equal(world.unset_count, 0);
    buffer_free(&out);
}

static void a_value_may_not_become_longer_than_it_may(void **state)
{
    struct world world = {0};
    struct buffer out = {0};
    (void)state;
    assert_true(decode_most("$SET", &world, &out, 5).good);
    out.len = 0;
    assert_int_equal(decode_most("$SET", &world, &out, 4).fault, DOTENV_TOO_LONG);
    out.len = 0;
    assert_int_equal(decode_most("'value'", &world, &out, 4).fault, DOTENV_TOO_LONG);
    out.len = 0;
    assert_int_equal(decode_most("\"val\\n$SET\"", &world, &out, 8).fault, DOTENV_TOO_LONG);
    buffer_free(&out);
}

// Compose's own code needs the square of the length for this; a recursive one would need a stack of
// it.
static void depth_costs_nothing(void **state)
{
    const size_t depth = 100000;
    char *text = malloc(depth * 9 + 2);
    size_t len = 0;
    (void)state;
    assert_non_null(text);
    for (size_t i = 0; i < depth; i++, len += 8)
        memcpy(text + len, "${NOPE:-", 8);
    text[len++] = 'd';
    memset(text + len, '}', depth);
    text[len + depth] = '\0';
    expect(text, "d");
    text[len + depth - 1] = '\0'; // one brace fewer: the innermost has none left
    expect_fault(text, DOTENV_INVALID_TEMPLATE, (depth - 1) * 8);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unquoted_text_ends_at_a_comment),
        cmocka_unit_test(comments_go_before_references_are_read),
        cmocka_unit_test(single_quotes_keep_all_but_their_own_escape),
        cmocka_unit_test(double_quotes_know_these_escapes),
        cmocka_unit_test(an_escaped_dollar_is_no_reference),
        cmocka_unit_test(references_are_replaced_once),
        cmocka_unit_test(operators_choose),
        cmocka_unit_test(a_word_that_is_not_used_is_not_read),
        cmocka_unit_test(words_end_at_the_balancing_brace),
        cmocka_unit_test(a_word_does_not_cross_a_line),
        cmocka_unit_test(anything_else_behind_a_brace_is_invalid),
        cmocka_unit_test(a_nul_is_refused),
        cmocka_unit_test(unset_references_are_told_in_file_offsets),
        cmocka_unit_test(a_value_may_not_become_longer_than_it_may),
        cmocka_unit_test(depth_costs_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
