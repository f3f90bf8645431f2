// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ctype.h>

#include "base/ascii.h"

// Tests run in the C locale, where the C library's classes are ASCII's.
static void classes_are_those_of_the_c_locale(void **state)
{
    (void)state;
    for (int byte = 0; byte <= UINT8_MAX; byte++) {
        char c = (char)byte;
        assert_int_equal(ascii_is_digit(c), isdigit(byte) != 0);
        assert_int_equal(ascii_is_upper(c), isupper(byte) != 0);
        assert_int_equal(ascii_is_lower(c), islower(byte) != 0);
        assert_int_equal(ascii_is_letter(c), isalpha(byte) != 0);
        assert_int_equal(ascii_is_alnum(c), isalnum(byte) != 0);
        assert_int_equal(ascii_is_hex(c), isxdigit(byte) != 0);
        assert_int_equal(ascii_is_blank(c), isblank(byte) != 0);
        assert_int_equal(ascii_is_space(c), isspace(byte) != 0);
        assert_int_equal(ascii_is_visible(c), isgraph(byte) != 0);
        assert_int_equal(ascii_is_name_start(c), isalpha(byte) != 0 || byte == '_');
        assert_int_equal(ascii_is_name(c), isalnum(byte) != 0 || byte == '_');
        assert_int_equal((unsigned char)ascii_lower(c), tolower(byte));
    }
}

static void hex_digits_have_their_value(void **state)
{
    static const char small[] = "0123456789abcdef", capital[] = "0123456789ABCDEF";
    (void)state;
    for (int value = 0; value < 16; value++) {
        assert_int_equal(ascii_hex_value(small[value]), value);
        assert_int_equal(ascii_hex_value(capital[value]), value);
    }
    assert_int_equal(ascii_hex_value('g'), -1);
    assert_int_equal(ascii_hex_value('\0'), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classes_are_those_of_the_c_locale),
        cmocka_unit_test(hex_digits_have_their_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
