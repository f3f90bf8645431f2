// SPDX-License-Identifier: MIT
#include "base/duration.h"
#include "base/ascii.h"
#include "base/text.h"

#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

struct unit {
    const char *name;
    int64_t milliseconds;
};

// From large to small: the order in which a sum must name them.
static const struct unit units[] = {{"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}};
#define UNITS (sizeof units / sizeof units[0])

// Reads the digits at `*at`. False when there are none or their value is above DURATION_MAX_MS.
static bool number(const char *text, size_t len, size_t *at, int64_t *value)
{
    size_t start = *at;
    *value = 0;
    for (; *at < len && ascii_is_digit(text[*at]); ++*at) {
        *value = *value * 10 + (text[*at] - '0');
        if (*value > DURATION_MAX_MS)
            return false;
    }
    return *at > start;
}

// The unit spelled by the letters at `*at`, UNITS when there is no such unit.
static size_t unit_at(const char *text, size_t len, size_t *at)
{
    size_t start = *at;
    while (*at < len && !ascii_is_digit(text[*at]))
        ++*at;
    for (size_t i = 0; i < UNITS; i++)
        if (strlen(units[i].name) == *at - start &&
            memcmp(units[i].name, text + start, *at - start) == 0)
            return i;
    return UNITS;
}

static bool add(int64_t *total, int64_t value, int64_t milliseconds)
{
    if (value > DURATION_MAX_MS / milliseconds)
        return false;
    *total += value * milliseconds;
    return *total <= DURATION_MAX_MS;
}

bool duration_parse(const char *text, size_t len, int64_t *milliseconds)
{
    int64_t total = 0;
    size_t at = 0;
    size_t next_unit = 0;
    do {
        int64_t value = 0;
        bool first = at == 0;
        if (!number(text, len, &at, &value))
            return false;
        if (first && at == len) {
            if (!add(&total, value, 1000))
                return false;
            break;
        }
        size_t unit = unit_at(text, len, &at);
        if (unit == UNITS || unit < next_unit || !add(&total, value, units[unit].milliseconds))
            return false;
        next_unit = unit + 1;
    } while (at < len);
    *milliseconds = total;
    return true;
}

void duration_text(int64_t milliseconds, char *buffer, size_t size)
{
    size_t len = 0;
    if (size == 0)
        return;
    buffer[0] = '\0';
    if (milliseconds <= 0) {
        text_print(buffer, size, "0s");
        return;
    }
    for (size_t i = 0; i < UNITS && len < size; i++) {
        int64_t count = milliseconds / units[i].milliseconds;
        milliseconds %= units[i].milliseconds;
        if (count > 0)
            len += text_print(buffer + len, size - len, "%lld%s", (long long)count, units[i].name);
    }
}

// A 32-bit machine's libc asks for the 64-bit time, and for the older one only where that is not
// known (ENOSYS); a seccomp filter older than the call answers EPERM.
static bool read_clock(struct timespec *now)
{
    if (clock_gettime(CLOCK_MONOTONIC, now) == 0)
        return true;
#ifdef SYS_clock_gettime32
    long older[2];
    if (syscall(SYS_clock_gettime32, CLOCK_MONOTONIC, older) == 0) {
        now->tv_sec = older[0];
        now->tv_nsec = older[1];
        return true;
    }
#endif
    return false;
}

bool duration_has_clock(void)
{
    struct timespec now;
    return read_clock(&now);
}

int64_t duration_now(void)
{
    struct timespec now = {0};
    read_clock(&now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
