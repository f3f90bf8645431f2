// SPDX-License-Identifier: MIT
#include "dotenv/unicode.h"

#include <stddef.h>

#include "base/ascii.h"
#include "base/utf8.h"
#include "dotenv/unicode_table.h"

#define PLANE 0x10000U
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

bool unicode_is_space(uint32_t code)
{
    if (code < 0x80)
        return ascii_is_space((char)code);
    return code == 0x85 || code == 0xA0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200A) ||
           code == 0x2028 || code == 0x2029 || code == 0x202F || code == 0x205F || code == 0x3000;
}

bool unicode_is_blank(uint32_t code)
{
    return code == ' ' || code == '\t' || code == '\v' || code == '\f' || code == '\r' ||
           code == 0x85 || code == 0xA0;
}

static bool in_short_ranges(const struct short_range *ranges, size_t count, uint32_t code)
{
    size_t low = 0;
    size_t high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (code > ranges[middle].last)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && code >= ranges[low].first;
}

bool unicode_is_letter_or_number(uint32_t code)
{
    if (code < 0x80)
        return ascii_is_alnum((char)code);
    if (code < PLANE)
        return in_short_ranges(plane_0, COUNT(plane_0), code);
    if (code < 2 * PLANE)
        return in_short_ranges(plane_1, COUNT(plane_1), code - PLANE);
    for (size_t i = 0; i < COUNT(planes_above); i++)
        if (code >= planes_above[i].first && code <= planes_above[i].last)
            return true;
    return false;
}

// The length of the space that ends `text`, or 0. A byte that is not UTF-8 is not a space.
static size_t space_at_end(struct span text)
{
    for (size_t len = 1; len <= UTF8_MAX && len <= text.len; len++) {
        uint32_t code = 0;
        if (utf8_decode(text.text + text.len - len, len, &code) == len)
            return unicode_is_space(code) ? len : 0;
    }
    return 0;
}

struct span unicode_trim_end(struct span text)
{
    for (size_t len; (len = space_at_end(text)) > 0;)
        text.len -= len;
    return text;
}
