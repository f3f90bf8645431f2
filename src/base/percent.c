// SPDX-License-Identifier: MIT
#include "base/percent.h"

#include "base/ascii.h"

size_t percent_decode(struct span text, char *out, size_t room)
{
    size_t len = 0;
    for (size_t at = 0; at < text.len && len < room; at++) {
        out[len] = text.text[at];
        if (text.text[at] == '%' && at + 2 < text.len && ascii_is_hex(text.text[at + 1]) &&
            ascii_is_hex(text.text[at + 2])) {
            out[len] = (char)(ascii_hex_value(text.text[at + 1]) * 16 +
                              ascii_hex_value(text.text[at + 2]));
            at += 2;
        }
        len++;
    }
    return len;
}
