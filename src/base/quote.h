// SPDX-License-Identifier: MIT
// What a person wrote in a wrong place, as it may be repeated.
#ifndef LABELGATE_BASE_QUOTE_H
#define LABELGATE_BASE_QUOTE_H

#include <stddef.h>

// What is longer could be a token.
#define QUOTE_MAX ((size_t)24)
#define QUOTED 64

// "\"word\"", or its length when it is long enough to be a token. Returns `buffer`.
const char *quote(const char *word, char buffer[QUOTED]);

#endif
