// SPDX-License-Identifier: MIT
// The three kinds of characters that Compose's .env parser tells apart, as Go 1.21 to 1.26 knows
// them (Unicode 15.0.0).
#ifndef LABELGATE_DOTENV_UNICODE_H
#define LABELGATE_DOTENV_UNICODE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

// Go's unicode.IsSpace: may be between statements and is trimmed from the end of a value.
bool unicode_is_space(uint32_t code);
// compose-go's own isSpace: stepped over before a value and inside a name. No line end, no U+3000.
bool unicode_is_blank(uint32_t code);
// Go's unicode.IsLetter or unicode.IsNumber: allowed in a name.
bool unicode_is_letter_or_number(uint32_t code);
// `text` without the spaces at its end (strings.TrimRightFunc with unicode.IsSpace).
struct span unicode_trim_end(struct span text);

#endif
