// SPDX-License-Identifier: MIT
// What an error of the network is called; most are met in tests/blackbox, some only by chance.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>

#include "net/network_errors.h"

static void an_error_of_connect_has_its_word(void **state)
{
    (void)state;
    static const struct {
        int error;
        enum reason reason;
    } rows[] = {
        {ECONNREFUSED, REASON_CONNECTION_REFUSED},
        {ECONNRESET, REASON_CONNECTION_RESET}, // right after it was accepted
        {ENETUNREACH, REASON_UNREACHABLE},
        {EHOSTUNREACH, REASON_UNREACHABLE},
        {EACCES, REASON_UNREACHABLE},
    };
    struct url url;
    char why[URL_WHY];
    assert_true(url_parse("http://studio.example:8080", false, &url, why));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct finding fault = {0};
        network_error_connection(&fault, &url, "http://studio.example:8080", url.host,
                                 rows[i].error, false);
        if (fault.reason != rows[i].reason)
            fail_msg("%d: %s", rows[i].error, reason_word(fault.reason));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(an_error_of_connect_has_its_word)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
