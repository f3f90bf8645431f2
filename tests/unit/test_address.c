// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/address.h"

// The libc's own says the same, but for IPv4-compatible ones, which no longer exist.
static void every_kind_is_spelled_as_the_libc_does(void **state)
{
    (void)state;
    static const char *const texts[] = {"::",
                                        "::1",
                                        "1::",
                                        "fe80::1:0:0:1",
                                        "1:0:2::3",
                                        "2001:db8::",
                                        "1:2:3:4:5:6:7:8",
                                        "::ffff:10.0.0.1",
                                        "1:2:0:4:5:6:7:8",
                                        "a:0:0:b::c",
                                        "0:1:2:3:4:5:6:7"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        unsigned char bytes[16];
        char ours[INET6_ADDRSTRLEN], theirs[INET6_ADDRSTRLEN];
        assert_int_equal(inet_pton(AF_INET6, texts[i], bytes), 1);
        assert_non_null(inet_ntop(AF_INET6, bytes, theirs, sizeof theirs));
        assert_true(address_text(AF_INET6, bytes, ours, sizeof ours));
        assert_string_equal(ours, theirs);
    }
}

static void ipv4_and_what_is_no_address(void **state)
{
    (void)state;
    const unsigned char bytes[16] = {192, 0, 2, 255};
    char text[INET6_ADDRSTRLEN];
    assert_true(address_text(AF_INET, bytes, text, sizeof text));
    assert_string_equal(text, "192.0.2.255");
    assert_false(address_text(AF_UNIX, bytes, text, sizeof text));
    assert_false(address_text(AF_INET, bytes, text, 8));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_is_spelled_as_the_libc_does),
        cmocka_unit_test(ipv4_and_what_is_no_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
