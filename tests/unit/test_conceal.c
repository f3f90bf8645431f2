// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/conceal.h"
#include "base/text.h"

#define HEX "00112233445566778899aabbccddeeff00112233"
#define HEX_GONE "(not shown: 40 hex digits, as of a legacy token)"
#define HEADER "eyJhbGciOiJIUzI1NiJ9"
#define JWT HEADER ".eyJhIjoxfQ.c2ln-_bmF0dXJl"
#define JWT_GONE "(not shown: a JWT of 46 bytes)"

static const struct {
    const char *text, *shown;
} rows[] = {
    {"", ""},
    {"plain text, 12345678", "plain text, 12345678"},
    {HEX, HEX_GONE},
    {"x=" HEX "&y", "x=" HEX_GONE "&y"},
    {"ABCDEF" HEX, "ABCDEF" HEX},             // 46 digits are no token
    {HEX HEX "01234567", HEX HEX "01234567"}, // nor is a digest
    {"Z" HEX "Z", "Z" HEX_GONE "Z"},
    {HEX "," HEX, HEX_GONE "," HEX_GONE},
    {"/run/" JWT "/x", "/run/" JWT_GONE "/x"},
    {"Token " HEADER, "Token (not shown: a JWT of 20 bytes)"},
    {"eyJournal.pem", "eyJournal.pem"}, // shorter than any header
    {"keyJustAFileNameThatIsLong.pem", "keyJustAFileNameThatIsLong.pem"},
    {"1s" JWT, "1s" JWT_GONE},
    {HEX " and " JWT, HEX_GONE " and " JWT_GONE},
};

static const char *concealed(const char *bytes, char *buffer, size_t size)
{
    struct text text = text_over(buffer, size);
    text_add_concealed(&text, span_of(bytes));
    return buffer;
}

static void shapes_are_known(void **state)
{
    (void)state;
    char buffer[512];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_string_equal(concealed(rows[i].text, buffer, sizeof buffer), rows[i].shown);
}

// clang's sanitizer, under make fuzz, minds arithmetic on the null pointer of an empty span.
static void no_text_holds_nothing(void **state)
{
    (void)state;
    struct concealed found;
    conceal_secret(span_of(NULL));
    assert_false(conceal_find(span_of(NULL), &found));
    assert_false(conceal_find(span_of(""), &found));
}

static void secrets_in_hand_are_known_until_forgotten(void **state)
{
    (void)state;
    char buffer[512];
    const char *text = "by-hand-1, not by-hand";
    conceal_secret(span_of("by-hand-1"));
    assert_string_equal(concealed(text, buffer, sizeof buffer),
                        "(not shown: a secret of 9 bytes), not by-hand");
    conceal_forget();
    assert_string_equal(concealed(text, buffer, sizeof buffer), text);
}

static void a_word_is_no_secret(void **state)
{
    (void)state;
    char buffer[512];
    conceal_secret(span_of("healthy"));
    conceal_secret(span_of(""));
    assert_string_equal(concealed("unhealthy", buffer, sizeof buffer), "unhealthy");
    conceal_forget();
}

static void more_than_it_can_hold_is_no_harm(void **state)
{
    (void)state;
    char buffer[512];
    for (int i = 0; i < 100; i++)
        conceal_secret(span_of("12345678"));
    assert_string_equal(concealed("12345678", buffer, sizeof buffer),
                        "(not shown: a secret of 8 bytes)");
    conceal_forget();
}

// A token cut in the middle would not be known any more.
static void nothing_is_shortened_before(void **state)
{
    (void)state;
    static const char hex[] = HEX;
    for (size_t most = 0; most < 80; most++) {
        char buffer[512];
        struct text text = text_over(buffer, sizeof buffer);
        text_add_visible(&text, span_of("a" JWT "\n" HEX), most);
        for (size_t i = 0; i + 8 < sizeof hex; i++) {
            char window[9] = "";
            memcpy(window, &hex[i], 8);
            assert_null(strstr(buffer, window));
        }
        assert_true(text.len <= most);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes_are_known),
        cmocka_unit_test(no_text_holds_nothing),
        cmocka_unit_test(secrets_in_hand_are_known_until_forgotten),
        cmocka_unit_test(a_word_is_no_secret),
        cmocka_unit_test(more_than_it_can_hold_is_no_harm),
        cmocka_unit_test(nothing_is_shortened_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
