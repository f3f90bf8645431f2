// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/base64.h"

static const struct {
    const char *text, *bytes;
    size_t len;
} good[] = {
    {"", "", 0},
    {"Zg", "f", 1},
    {"Zm8", "fo", 2},
    {"Zm9v", "foo", 3},
    {"Zm9vYg", "foob", 4},
    {"Zm9vYmE", "fooba", 5},
    {"Zm9vYmFy", "foobar", 6},
    {"-_-_", "\xFB\xFF\xBF", 3},
    {"AA", "\0", 1},
    {"AAAA", "\0\0\0", 3},
    {"____", "\xFF\xFF\xFF", 3},
    {"Zh", "f", 1}, // unused low bits are not looked at
};

static void base64url_is_decoded(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        size_t len = strlen(good[i].text);
        size_t room = len / 4 * 3 + 2;
        char *out = malloc(room);
        size_t decoded = 99;
        assert_true(base64_decode(BASE64_URL, good[i].text, len, out, room, &decoded));
        assert_int_equal(decoded, good[i].len);
        assert_memory_equal(out, good[i].bytes, decoded);
        free(out);
    }
}

static void anything_else_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"A",     "AAAAA",  "Zg==", "Zm8=",    "Zm+v",  "Zm/v",
                                      "Zm 9v", "Zm9v\n", "Zm.v", "Zm9\xC3", "\"Zg\""};
    char out[16];
    size_t decoded = 0;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (base64_decode(BASE64_URL, bad[i], strlen(bad[i]), out, sizeof out, &decoded))
            fail_msg("taken: %s", bad[i]);
    assert_false(base64_decode(BASE64_URL, "AA\0A", 4, out, sizeof out, &decoded));
}

static void the_plain_alphabet_is_another_one(void **state)
{
    (void)state;
    char out[16];
    size_t decoded = 0;
    assert_true(base64_decode(BASE64_PLAIN, "+/+/", 4, out, sizeof out, &decoded));
    assert_memory_equal(out, "\xFB\xFF\xBF", 3);
    assert_false(base64_decode(BASE64_PLAIN, "-_-_", 4, out, sizeof out, &decoded));
    assert_false(base64_decode(BASE64_PLAIN, "Zg==", 4, out, sizeof out, &decoded));
}

static void what_is_encoded_is_decoded_again(void **state)
{
    (void)state;
    static const char *const padded[] = {"",         "Zg==",     "Zm8=",    "Zm9v",
                                         "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};
    char out[16];
    for (size_t len = 0; len < sizeof padded / sizeof padded[0]; len++) {
        base64_encode("foobar", len, out);
        assert_int_equal(strlen(padded[len]), BASE64_LENGTH(len));
        assert_memory_equal(out, padded[len], BASE64_LENGTH(len));
    }
    base64_encode("\xFB\xFF\xBF\0", 4, out);
    assert_memory_equal(out, "+/+/AA==", 8);
}

static void in_its_own_place(void **state)
{
    (void)state;
    char text[] = "Zm9vYmFyZm9vYmFyZm8";
    size_t decoded = 0;
    assert_true(base64_decode(BASE64_PLAIN, text, sizeof text - 1, text, sizeof text, &decoded));
    assert_int_equal(decoded, 14);
    assert_memory_equal(text, "foobarfoobarfo", 14);
}

static void no_room_is_no_overflow(void **state)
{
    (void)state;
    char out[3] = {'x', 'x', 'x'};
    size_t decoded = 0;
    assert_false(base64_decode(BASE64_URL, "Zm9v", 4, out, 2, &decoded));
    assert_int_equal(out[2], 'x');
    assert_true(base64_decode(BASE64_URL, "Zm9v", 4, out, 3, &decoded));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base64url_is_decoded),
        cmocka_unit_test(anything_else_is_refused),
        cmocka_unit_test(the_plain_alphabet_is_another_one),
        cmocka_unit_test(what_is_encoded_is_decoded_again),
        cmocka_unit_test(in_its_own_place),
        cmocka_unit_test(no_room_is_no_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
