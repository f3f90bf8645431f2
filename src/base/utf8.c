// SPDX-License-Identifier: MIT
#include "base/utf8.h"

#include <stdbool.h>

#define SURROGATE_FIRST 0xD800
#define SURROGATE_LAST 0xDFFF
#define CODE_LAST 0x10FFFF

static bool is_character(uint32_t code)
{
    return code <= CODE_LAST && !(code >= SURROGATE_FIRST && code <= SURROGATE_LAST);
}

// Length that the first byte announces, its own bits in `*code`, and the smallest number that needs
// so many bytes.
static size_t announced(unsigned char first, uint32_t *code, uint32_t *smallest)
{
    if (first < 0x80) {
        *code = first;
        *smallest = 0;
        return 1;
    }
    if (first >= 0xC0 && first < 0xE0) {
        *code = first & 0x1FU;
        *smallest = 0x80;
        return 2;
    }
    if (first >= 0xE0 && first < 0xF0) {
        *code = first & 0x0FU;
        *smallest = 0x800;
        return 3;
    }
    if (first >= 0xF0 && first < 0xF8) {
        *code = first & 0x07U;
        *smallest = 0x10000;
        return 4;
    }
    return 0;
}

size_t utf8_decode(const char *bytes, size_t len, uint32_t *code)
{
    uint32_t smallest = 0;
    if (len == 0)
        return 0;
    size_t length = announced((unsigned char)bytes[0], code, &smallest);
    if (length == 0 || length > len)
        return 0;
    for (size_t i = 1; i < length; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        if ((byte & 0xC0U) != 0x80)
            return 0;
        *code = (*code << 6) | (byte & 0x3FU);
    }
    return *code >= smallest && is_character(*code) ? length : 0;
}

size_t utf8_encode(uint32_t code, char bytes[UTF8_MAX])
{
    if (!is_character(code))
        return 0;
    if (code < 0x80) {
        bytes[0] = (char)code;
        return 1;
    }
    size_t length = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--) {
        bytes[i] = (char)(0x80U | (code & 0x3FU));
        code >>= 6;
    }
    static const unsigned char marks[] = {0, 0, 0xC0, 0xE0, 0xF0};
    bytes[0] = (char)(marks[length] | code);
    return length;
}
