// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/percent.h"
#include "base/span.h"
#include "base/text.h"

// The pieces of `text`, each in brackets.
static void assert_split(const char *text, const char *wanted)
{
    char bytes[64] = "";
    struct text out = text_over(bytes, sizeof bytes);
    struct span rest = span_of(text), piece;
    while (span_split(&rest, ',', &piece))
        text_add(&out, "[%.*s]", (int)piece.len, piece.text);
    assert_string_equal(bytes, wanted);
    assert_false(span_split(&rest, ',', &piece));
}

static void a_text_is_split_at_a_separator(void **state)
{
    (void)state;
    assert_split("a,bc,d", "[a][bc][d]");
    assert_split("a,", "[a][]");
    assert_split(",a", "[][a]");
    assert_split(",,", "[][][]");
    assert_split("", "[]");
    assert_split(NULL, "");
}

static void empty_items_of_a_list_are_passed_over(void **state)
{
    (void)state;
    char bytes[64] = "";
    struct text out = text_over(bytes, sizeof bytes);
    struct span rest = span_of(" ,a b, c\t,,d, "), item;
    while (span_item(&rest, ',', &item))
        text_add(&out, "[%.*s]", (int)item.len, item.text);
    assert_string_equal(bytes, "[a b][c][d]");
}

static void an_end_in_any_case(void **state)
{
    (void)state;
    assert_true(span_ends_nocase(span_of("all_Proxy"), "_PROXY"));
    assert_true(span_ends_nocase(span_of("_proxy"), "_PROXY"));
    assert_false(span_ends_nocase(span_of("proxy"), "_PROXY"));
    assert_false(span_ends_nocase(span_of("x_proxy_"), "_PROXY"));
}

static void assert_words(const char *text, const char *wanted)
{
    char bytes[64] = "";
    struct text out = text_over(bytes, sizeof bytes);
    struct span rest = span_of(text);
    for (struct span word = span_word(&rest); word.len > 0; word = span_word(&rest))
        text_add(&out, "[%.*s]", (int)word.len, word.text);
    assert_string_equal(bytes, wanted);
    assert_int_equal(rest.len, 0);
}

static void a_text_has_words(void **state)
{
    (void)state;
    assert_words("a bc", "[a][bc]");
    assert_words(" \t a \r\n\v\f bc ", "[a][bc]");
    assert_words("a,b", "[a,b]");
    assert_words("  ", "");
    assert_words("", "");
    assert_words(NULL, "");
}

static void assert_decoded(const char *text, const char *wanted)
{
    char bytes[16];
    size_t len = percent_decode(span_of(text), bytes, sizeof bytes);
    assert_true(span_is((struct span){bytes, len}, wanted));
}

static void percent_codes_are_decoded(void **state)
{
    (void)state;
    assert_decoded("a%40b%7E", "a@b~");
    assert_decoded("%7e%7E", "~~");
    assert_decoded("100%", "100%");
    assert_decoded("%4", "%4");
    assert_decoded("%4g%g4", "%4g%g4");
    assert_decoded("%%41", "%A");
    assert_decoded("", "");
    char two[2];
    assert_int_equal(percent_decode(span_of("%41%42%43"), two, sizeof two), 2);
}

static void pieces_are_found_in_any_case(void **state)
{
    (void)state;
    assert_true(span_has_nocase(span_of("my_API_Key"), "api_key"));
    assert_true(span_has_nocase(span_of("key"), "KEY"));
    assert_false(span_has_nocase(span_of("ke"), "key"));
    assert_false(span_has_nocase(span_of(""), "key"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_is_split_at_a_separator),
        cmocka_unit_test(empty_items_of_a_list_are_passed_over),
        cmocka_unit_test(an_end_in_any_case),
        cmocka_unit_test(a_text_has_words),
        cmocka_unit_test(percent_codes_are_decoded),
        cmocka_unit_test(pieces_are_found_in_any_case),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
