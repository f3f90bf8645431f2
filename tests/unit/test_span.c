// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_is_split_at_a_separator),
        cmocka_unit_test(a_text_has_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
