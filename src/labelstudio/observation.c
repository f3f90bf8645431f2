// SPDX-License-Identifier: MIT
#include "labelstudio/observation.h"

#include <string.h>
#include <time.h>

#include "base/ascii.h"
#include "base/duration.h"
#include "base/text.h"

// RFC 9110, section 5.6.7: the form that servers must send; a 0 stands for a digit, a ? for any
// letter.
static const char form[] = "???, 00 ??? 0000 00:00:00 GMT";
static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

static bool has_form(const char *text)
{
    if (strlen(text) != sizeof form - 1)
        return false;
    for (size_t i = 0; form[i]; i++) {
        if (form[i] == '0' ? !ascii_is_digit(text[i]) : form[i] != '?' && form[i] != text[i])
            return false;
    }
    return true;
}

static int number_at(const char *digits, unsigned len)
{
    int number = 0;
    while (len-- > 0)
        number = number * 10 + (*digits++ - '0');
    return number;
}

// By hand: with strptime a probe would take more than its 250,000 instructions
// (tests/blackbox/test_budget.py).
static bool parse_date(const char *text, struct tm *date)
{
    if (!has_form(text))
        return false;
    const char month[] = {text[8], text[9], text[10], '\0'};
    const char *found = strstr(months, month);
    *date = (struct tm){.tm_year = number_at(text + 12, 4) - 1900,
                        .tm_mon = found ? (int)(found - months) / 3 : 0,
                        .tm_mday = number_at(text + 5, 2),
                        .tm_hour = number_at(text + 17, 2),
                        .tm_min = number_at(text + 20, 2),
                        .tm_sec = number_at(text + 23, 2)};
    return found && (found - months) % 3 == 0;
}

bool observation_clock(const struct http_answer *answer, int64_t *skew_s)
{
    struct tm date;
    if (!parse_date(answer->date, &date))
        return false;
    *skew_s = (int64_t)time(NULL) - (int64_t)timegm(&date);
    return true;
}

void observe(struct seen *self, const struct http_answer *answer)
{
    self->status = answer->status;
    if (!self->has_skew)
        self->has_skew = observation_clock(answer, &self->skew_s);
}

bool observation_skew_text(const struct seen *self, char *buffer, size_t size)
{
    char amount[32];
    int64_t seconds = self->has_skew ? self->skew_s : 0;
    bool ahead = seconds > 0;
    if (size > 0)
        buffer[0] = '\0';
    if (seconds < 0)
        seconds = -seconds;
    if (seconds <= SEEN_SKEW_MOST_S)
        return false;
    duration_text(seconds * 1000, amount, sizeof amount);
    text_print(buffer, size, "our clock is %s %s Label Studio's", amount,
               ahead ? "ahead of" : "behind");
    return true;
}
