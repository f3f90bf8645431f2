// SPDX-License-Identifier: MIT
#include "token/near_name.h"

#include <string.h>

#include "base/ascii.h"

static bool has_piece(struct span name, size_t from, const char *piece, size_t *behind)
{
    for (size_t at = from; at < name.len; at++)
        if (span_starts_nocase(span_rest(name, at), piece)) {
            *behind = at + strlen(piece);
            return true;
        }
    return false;
}

static bool names_file(struct span name)
{
    size_t len = strlen("_FILE");
    return name.len > len && span_is_nocase(span_rest(name, name.len - len), "_FILE");
}

bool token_is_near_name(struct span name)
{
    size_t behind = 0, end = 0;
    if (names_file(name))
        name.len -= strlen("_FILE");
    if (!has_piece(name, 0, "label", &behind))
        return false;
    behind += behind < name.len && !ascii_is_name_start(name.text[behind]);
    behind += behind < name.len && name.text[behind] == '_';
    if (!span_starts_nocase(span_rest(name, behind), "studio") ||
        has_piece(name, behind, "secret_key", &end))
        return false;
    return (has_piece(name, behind, "token", &end) && end + 1 >= name.len) ||
           (has_piece(name, behind, "key", &end) && end + 1 >= name.len);
}

bool token_is_near_secret(struct span name)
{
    return token_is_near_name(name) && !names_file(name);
}

bool token_is_near_value(struct span value)
{
    static const char *const words[] = {"1", "0", "true", "false", "yes", "no", "on", "off"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (span_is_nocase(value, words[i]))
            return false;
    return value.len > 0;
}
