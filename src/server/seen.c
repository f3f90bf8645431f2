// SPDX-License-Identifier: MIT
#include "server/seen.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/duration.h"

bool seen_clock(const struct http_answer *answer, int64_t *skew_s)
{
    struct tm date;
    memset(&date, 0, sizeof date);
    // RFC 9110, section 5.6.7; the program never leaves the C locale, so the names are English.
    const char *end = strptime(answer->date, "%a, %d %b %Y %H:%M:%S", &date);
    if (!end || strcmp(end, " GMT") != 0)
        return false;
    *skew_s = (int64_t)time(NULL) - (int64_t)timegm(&date);
    return true;
}

void seen_note(struct seen *self, const struct http_answer *answer)
{
    self->status = answer->status;
    if (!self->has_skew)
        self->has_skew = seen_clock(answer, &self->skew_s);
}

bool seen_skew_text(const struct seen *self, char *buffer, size_t size)
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
    (void)snprintf(buffer, size, "our clock is %s %s Label Studio's", amount,
                   ahead ? "ahead of" : "behind");
    return true;
}
