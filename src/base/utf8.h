// SPDX-License-Identifier: MIT
// UTF-8 as RFC 3629 defines it: no overlong forms, no surrogates, nothing above U+10FFFF.
#ifndef LABELGATE_BASE_UTF8_H
#define LABELGATE_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

// Longest spelling of one character.
#define UTF8_MAX 4

// Length of the character that `bytes` begins with, its number in `*code`. 0 when there is none: no
// byte left, or the bytes are not UTF-8.
size_t utf8_decode(const char *bytes, size_t len, uint32_t *code);
// Writes the character and returns its length; 0 for a surrogate or a number above U+10FFFF.
size_t utf8_encode(uint32_t code, char bytes[UTF8_MAX]);

#endif
