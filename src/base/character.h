// SPDX-License-Identifier: MIT
// Names of characters that cannot be seen, or that look like another one.
#ifndef LABELGATE_BASE_CHARACTER_H
#define LABELGATE_BASE_CHARACTER_H

#include <stddef.h>

#include "base/text.h"

// Adds "U+00AD soft hyphen" for the character that `span` begins with; `span` is not empty. Bytes
// that are not UTF-8 are "a byte that is not UTF-8". Names follow Unicode's, in usual words.
void character_add_name(struct text *out, struct span span);

#endif
