// SPDX-License-Identifier: MIT
#include "base/quote.h"

#include <string.h>

#include "base/text.h"

const char *quote(const char *word, char buffer[QUOTED])
{
    struct text text = text_over(buffer, QUOTED);
    if (strlen(word) > QUOTE_MAX) {
        text_add(&text, "a word of %zu bytes", strlen(word));
        return buffer;
    }
    text_add(&text, "\"");
    text_add_visible(&text, span_of(word), 2 * QUOTE_MAX);
    text_add(&text, "\"");
    return buffer;
}
