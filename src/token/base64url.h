// SPDX-License-Identifier: MIT
// base64url without padding (RFC 4648 section 5, RFC 7515 section 2).
#ifndef LABELGATE_TOKEN_BASE64URL_H
#define LABELGATE_TOKEN_BASE64URL_H

#include <stdbool.h>
#include <stddef.h>

// Decodes into `out` (room of at least len / 4 * 3 + 2 bytes always fits). False for any other
// character, a length of 1 modulo 4, or no room. Unused low bits of the last character are not
// looked at (PyJWT 2.12.1 does not either).
bool base64url_decode(const char *text, size_t len, char *out, size_t size, size_t *decoded);

#endif
