// SPDX-License-Identifier: MIT
// The table itself is compared with Python's in tests/golden/test_dotenv.py.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dotenv/unicode.h"

static void letters_and_numbers(void **state)
{
    static const uint32_t some[] = {'0',     '9',     'A',     'z',     0xAA,   0xB5,
                                    0xBE,    0xE9,    0x17F,   0x663,   0x1E9E, 0x212A,
                                    0x3007,  0x4E00,  0x9FFF,  0xAC00,  0xFF10, 0xFFDC,
                                    0x10000, 0x1D7FF, 0x1F100, 0x20000, 0x323AF};
    (void)state;
    for (size_t i = 0; i < sizeof some / sizeof some[0]; i++)
        assert_true(unicode_is_letter_or_number(some[i]));
}

static void neither(void **state)
{
    static const uint32_t some[] = {'_',    '@',     '[',     0x80,    0xA0,    0xAB,     0xD7,
                                    0x301,  0x2000,  0x3000,  0xD800,  0xFEFF,  0xFF1D,   0xFFFD,
                                    0xFFFF, 0x1F600, 0x1FFFF, 0x2EBE1, 0xE0100, 0x10FFFF, 0x110000};
    (void)state;
    for (size_t i = 0; i < sizeof some / sizeof some[0]; i++)
        assert_false(unicode_is_letter_or_number(some[i]));
}

static void spaces_and_blanks(void **state)
{
    (void)state;
    size_t spaces = 0;
    size_t blanks = 0;
    for (uint32_t code = 0; code <= 0x10FFFF; code++) {
        spaces += unicode_is_space(code);
        blanks += unicode_is_blank(code);
        if (unicode_is_blank(code))
            assert_true(unicode_is_space(code));
    }
    assert_int_equal(spaces, 25); // Unicode's White_Space property
    assert_int_equal(blanks, 7);
    assert_true(unicode_is_space('\n'));
    assert_false(unicode_is_blank('\n'));
    assert_false(unicode_is_blank(0x3000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(letters_and_numbers),
        cmocka_unit_test(neither),
        cmocka_unit_test(spaces_and_blanks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
