// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/text.h"
#include "base/utf8.h"

static void bounded_text_keeps_what_fits(void **state)
{
    (void)state;
    char bytes[8];
    struct text text = text_over(bytes, sizeof bytes);
    assert_string_equal(bytes, "");
    text_add(&text, "%s-%d", "ab", 12);
    assert_string_equal(bytes, "ab-12");
    assert_false(text.cut);
    text_add(&text, "xyz");
    assert_string_equal(bytes, "ab-12xy");
    assert_int_equal(text.len, 7);
    assert_true(text.cut);
}

static void nothing_follows_a_cut(void **state)
{
    (void)state;
    char bytes[6];
    struct text text = text_over(bytes, sizeof bytes);
    text_add_span(&text, span_of("abc"));
    text_add_span(&text, span_of("\xE2\x82\xAC")); // three bytes, two fit: the half character goes
    assert_string_equal(bytes, "abc");
    assert_true(text.cut);
    text_add(&text, "d");
    text_add_span(&text, span_of("e"));
    assert_string_equal(bytes, "abc");

    text = text_over(bytes, sizeof bytes);
    text_add(&text, "abcd\xC3\xA9");
    assert_string_equal(bytes, "abcd");
    assert_true(text.cut);
}

static void text_without_room_is_harmless(void **state)
{
    (void)state;
    struct text text = text_over(NULL, 0);
    text_add(&text, "%d", 1);
    text_add_span(&text, span_of("x"));
    assert_true(text.cut);
    assert_int_equal(text.len, 0);
    char byte = 'x';
    text = text_over(&byte, 1);
    text_add(&text, "long");
    assert_int_equal(byte, '\0');
    assert_true(text.cut);
}

static void growing_text_takes_everything(void **state)
{
    (void)state;
    struct text text = text_growing();
    for (int i = 0; i < 10000; i++)
        text_add(&text, "%d,", i % 10);
    text_add_span(&text, (struct span){"a\0b", 3});
    assert_false(text.cut);
    assert_int_equal(text.len, 20003);
    assert_memory_equal(text.bytes, "0,1,2,", 6);
    assert_memory_equal(text.bytes + 20000, "a\0b", 4);
    text_free(&text);
    assert_null(text.bytes);
}

static const struct {
    const char *bytes;
    size_t len, most;
    const char *shown;
} visible_rows[] = {
    {"plain", 5, 100, "plain"},
    {"a\r\n\tb", 5, 100, "a\\r\\n\\tb"},
    {"\0\x1B\x7F", 3, 100, "\\x00\\x1B\\x7F"},
    {"\xC3\xA9\xE2\x86\x92", 5, 100, "\xC3\xA9\xE2\x86\x92"},
    {"\xC2\x9B"
     "1m",
     4, 100, "\\xC2\\x9B1m"},                    // C1 control: a terminal may obey it
    {"\xE2\x80\xAE", 3, 100, "\\xE2\\x80\\xAE"}, // turns the reading direction around
    {"\xFF\xC3", 2, 100, "\\xFF\\xC3"},
    {"0123456789", 10, 10, "0123456789"},
    {"0123456789a", 11, 10, "0123...89a"},
    {"\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9", 12, 10, "\xC3\xA9\xC3\xA9...\xC3\xA9"},
    {"\n\n\n\n\n\n\n", 7, 9, "\\n...\\n"},
    {"abcdefgh", 8, 3, "abc"},
    {"", 0, 0, ""},
    {"abc", 3, 0, ""},
};

static void visible_text_is_safe_and_short(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof visible_rows / sizeof visible_rows[0]; i++) {
        struct text text = text_growing();
        text_add(&text, "%s", "");
        text_add_visible(&text, (struct span){visible_rows[i].bytes, visible_rows[i].len},
                         visible_rows[i].most);
        assert_string_equal(text.bytes, visible_rows[i].shown);
        assert_true(text.len <= visible_rows[i].most);
        text_free(&text);
    }
}

static void json_strings_are_escaped(void **state)
{
    (void)state;
    struct text text = text_growing();
    text_add_json(&text, (struct span){"a\"\\/\b\f\n\r\t\0\x1F\x7F\xC3\xA9\xFF", 15});
    assert_string_equal(text.bytes,
                        "\"a\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\\u007f\xC3\xA9\xEF\xBF\xBD\"");
    text_free(&text);
}

// Surrogates, overlong forms, numbers above U+10FFFF and cut sequences are no UTF-8.
static void utf8_refuses_what_rfc3629_refuses(void **state)
{
    (void)state;
    static const char *const bad[] = {"\x80",
                                      "\xC0\x80",
                                      "\xC1\xBF",
                                      "\xE0\x80\x80",
                                      "\xED\xA0\x80",
                                      "\xED\xBF\xBF",
                                      "\xF0\x80\x80\x80",
                                      "\xF4\x90\x80\x80",
                                      "\xF8\x88\x80\x80\x80",
                                      "\xFF",
                                      "\xC3",
                                      "\xE2\x82",
                                      "\xF0\x9F\x98",
                                      "\xC3(",
                                      ""};
    uint32_t code = 0;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(utf8_decode(bad[i], strlen(bad[i]), &code), 0);
}

static void utf8_goes_both_ways(void **state)
{
    (void)state;
    for (uint32_t code = 0; code <= 0x110000; code++) {
        char bytes[UTF8_MAX];
        uint32_t again = 0;
        size_t len = utf8_encode(code, bytes);
        if ((code >= 0xD800 && code <= 0xDFFF) || code > 0x10FFFF) {
            assert_int_equal(len, 0);
            continue;
        }
        if (utf8_decode(bytes, len, &again) != len || again != code)
            fail_msg("U+%04X", (unsigned)code);
    }
}

static void printing_says_how_much_it_wrote(void **state)
{
    (void)state;
    char small[4];
    assert_int_equal(text_print(small, sizeof small, "%d", 12), 2);
    assert_string_equal(small, "12");
    assert_int_equal(text_print(small, sizeof small, "%d", 12345), 3);
    assert_string_equal(small, "123");
    assert_int_equal(text_print(small, sizeof small, "%s", "a\xC3\xA4\xC3\xB6"), 3);
    assert_string_equal(small, "a\xC3\xA4");
    assert_int_equal(text_print(small, sizeof small, "%s", "ab\xC3\xA4"), 2); // no half character
    assert_string_equal(small, "ab");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bounded_text_keeps_what_fits),
        cmocka_unit_test(nothing_follows_a_cut),
        cmocka_unit_test(text_without_room_is_harmless),
        cmocka_unit_test(growing_text_takes_everything),
        cmocka_unit_test(visible_text_is_safe_and_short),
        cmocka_unit_test(json_strings_are_escaped),
        cmocka_unit_test(utf8_refuses_what_rfc3629_refuses),
        cmocka_unit_test(utf8_goes_both_ways),
        cmocka_unit_test(printing_says_how_much_it_wrote),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
