// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/duration.h"

static const struct {
    const char *text;
    int64_t milliseconds;
} good[] = {
    {"0", 0},
    {"5", 5000},
    {"500ms", 500},
    {"5s", 5000},
    {"2m", 120000},
    {"1h", 3600000},
    {"1m30s", 90000},
    {"1h1ms", 3600001},
    {"1h2m3s4ms", 3723004},
    {"0s", 0},
    {"0ms", 0},
    {"007", 7000},
    {"90s", 90000},
    {"8760h", DURATION_MAX_MS},
    {"31536000", DURATION_MAX_MS},
    {"31536000000ms", DURATION_MAX_MS},
};

static void durations_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        int64_t milliseconds = -1;
        if (!duration_parse(good[i].text, strlen(good[i].text), &milliseconds) ||
            milliseconds != good[i].milliseconds)
            fail_msg("%s gave %lld", good[i].text, (long long)milliseconds);
    }
}

static const char *const bad[] = {
    "",
    " ",
    "s",
    "ms",
    "-1",
    "+1",
    "1.5s",
    "1,5",
    "5 s",
    " 5s",
    "5s ",
    "5S",
    "1d",
    "1w",
    "5sec",
    "1m30",
    "30s1m",
    "1s1s",
    "1ms1s",
    "1h1h",
    "0x10",
    "1e3",
    "infinity",
    "5s\n",
    "8761h",
    "31536001",
    "8760h1ms",
    "31536000001ms",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551616",
    "9223372036854775807h",
    "2562047788015216h",
    "99999999999999999999999999999999999999",
};

static void nothing_is_guessed(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        int64_t milliseconds = -1;
        if (duration_parse(bad[i], strlen(bad[i]), &milliseconds))
            fail_msg("\"%s\" was taken as %lld", bad[i], (long long)milliseconds);
        assert_int_equal(milliseconds, -1);
    }
    int64_t milliseconds = -1;
    assert_false(duration_parse("5\0s", 3, &milliseconds));
}

static void only_the_given_length_counts(void **state)
{
    (void)state;
    int64_t milliseconds = 0;
    assert_true(duration_parse("10sx", 3, &milliseconds));
    assert_int_equal(milliseconds, 10000);
}

static void text_reads_back(void **state)
{
    (void)state;
    static const struct {
        int64_t milliseconds;
        const char *text;
    } rows[] = {{0, "0s"},
                {1, "1ms"},
                {500, "500ms"},
                {1500, "1s500ms"},
                {5000, "5s"},
                {90000, "1m30s"},
                {3600000, "1h"},
                {3600001, "1h1ms"},
                {-5, "0s"},
                {DURATION_MAX_MS, "8760h"},
                {DURATION_MAX_MS - 1, "8759h59m59s999ms"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char buffer[32];
        int64_t again = -1;
        duration_text(rows[i].milliseconds, buffer, sizeof buffer);
        assert_string_equal(buffer, rows[i].text);
        assert_true(duration_parse(buffer, strlen(buffer), &again));
        assert_int_equal(again, rows[i].milliseconds < 0 ? 0 : rows[i].milliseconds);
    }
    char tiny[4];
    duration_text(DURATION_MAX_MS - 1, tiny, sizeof tiny);
    assert_int_equal(strlen(tiny), 3);
}

static void the_clock_runs_forward(void **state)
{
    (void)state;
    int64_t before = duration_now();
    assert_true(before > 0);
    assert_true(duration_now() >= before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations_are_read),           cmocka_unit_test(nothing_is_guessed),
        cmocka_unit_test(only_the_given_length_counts), cmocka_unit_test(text_reads_back),
        cmocka_unit_test(the_clock_runs_forward),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
