// SPDX-License-Identifier: MIT
// Base64, to be decoded without its padding, in its two alphabets (RFC 4648 sections 4 and 5; RFC
// 7515 section 2).
//
// Not constant in time: for what is public, and for tokens, since only the owner can time it.
#ifndef LABELGATE_BASE_BASE64_H
#define LABELGATE_BASE_BASE64_H

#include <stdbool.h>
#include <stddef.h>

enum base64_alphabet {
    BASE64_PLAIN, // + and /
    BASE64_URL,   // - and _
};

// Decodes into `out` (room of at least len / 4 * 3 + 2 bytes always fits), which may be `text`
// itself. False for any other character, a length of 1 modulo 4, or no room. Unused low bits of the
// last character are not looked at (PyJWT 2.12.1 does not either).
bool base64_decode(enum base64_alphabet alphabet, const char *text, size_t len, char *out,
                   size_t size, size_t *decoded);

// Encodes in the plain alphabet, with padding: so many bytes, which `out` has room for, and no NUL.
#define BASE64_LENGTH(len) (((len) + 2) / 3 * 4)
void base64_encode(const char *bytes, size_t len, char *out);

#endif
