// SPDX-License-Identifier: MIT
#include "labelstudio/observation.h"

#include <time.h>

#include "base/duration.h"
#include "base/text.h"

bool observation_clock(const struct http_answer *answer, int64_t *skew_s)
{
    struct tm date = {0};
    // RFC 9110, section 5.6.7: the form that servers must send.
    const char *end = strptime(answer->date, "%a, %d %b %Y %H:%M:%S GMT", &date);
    if (!end || *end != '\0')
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
    if (seconds <= SEEN_SKEW_MAX_S)
        return false;
    duration_text(seconds * 1000, amount, sizeof amount);
    text_print(buffer, size, "our clock is %s %s Label Studio's", amount,
               ahead ? "ahead of" : "behind");
    return true;
}
