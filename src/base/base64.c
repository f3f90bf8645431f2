// SPDX-License-Identifier: MIT
#include "base/base64.h"

#include <stdint.h>

static int value_of(enum base64_alphabet alphabet, char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == (alphabet == BASE64_URL ? '-' : '+'))
        return 62;
    return c == (alphabet == BASE64_URL ? '_' : '/') ? 63 : -1;
}

bool base64_decode(enum base64_alphabet alphabet, const char *text, size_t len, char *out,
                   size_t size, size_t *decoded)
{
    uint32_t bits = 0;
    unsigned held = 0;
    *decoded = 0;
    if (len % 4 == 1)
        return false;
    for (size_t i = 0; i < len; i++) {
        int value = value_of(alphabet, text[i]);
        if (value < 0)
            return false;
        bits = (bits << 6 | (uint32_t)value) & 0xFFFFU;
        held += 6;
        if (held < 8)
            continue;
        if (*decoded == size)
            return false;
        held -= 8;
        out[(*decoded)++] = (char)(bits >> held & 0xFFU);
    }
    return true;
}

void base64_encode(const char *bytes, size_t len, char *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t at = 0; at < len; at += 3) {
        size_t count = len - at < 3 ? len - at : 3;
        uint32_t bits = 0;
        for (size_t i = 0; i < 3; i++)
            bits = bits << 8 | (i < count ? (unsigned char)bytes[at + i] : 0);
        for (size_t i = 0; i < 4; i++)
            *out++ = i <= count ? digits[bits >> (18 - 6 * i) & 0x3F] : '=';
    }
}
