// SPDX-License-Identifier: MIT
// Files that were meant to be something else than they are.
#include "base/ascii.h"
#include "dotenv/lint.h"

#include <string.h>

// Every other byte from `at` on is a NUL and the others are not, for as long as the line lasts and
// at least three times.
static bool alternates(struct span bytes, size_t at)
{
    size_t units = 0;
    for (; at + 1 < bytes.len && units < 3; at += 2, units++)
        if (bytes.text[at] == '\0' || bytes.text[at + 1] != '\0')
            return false;
    return units == 3;
}

bool lint_finds_utf16(struct span bytes, size_t *at)
{
    *at = 0;
    if (span_starts(bytes, "\xFF\xFE") || span_starts(bytes, "\xFE\xFF"))
        return true;
    const char *nul = bytes.len > 0 ? memchr(bytes.text, '\0', bytes.len) : NULL;
    if (!nul)
        return false;
    size_t first = (size_t)(nul - bytes.text);
    // A line end of one byte before the NUL belongs to what was there before: the NUL is a first
    // half.
    bool little = first > 0 && bytes.text[first - 1] != '\n' && alternates(bytes, first - 1);
    bool big = !little && alternates(bytes, first + 1);
    *at = little ? first - 1 : first;
    return little || big;
}

static bool may_precede_end_word(char c)
{
    return c == ' ' || c == '\t' || c == '-' || c == '\'' || c == '"' || c == '\\';
}

// `<<WORD`, `<< WORD`, `<<-'WORD'`; no `<<<`, of which merge conflicts are full.
static bool holds_heredoc(struct span line)
{
    size_t at = span_find(line, "<<");
    if (at + 2 >= line.len || line.text[at + 2] == '<')
        return false;
    for (at += 2; at < line.len && may_precede_end_word(line.text[at]); at++)
        continue;
    return at < line.len && ascii_is_name_start(line.text[at]);
}

static struct span line_around(struct span bytes, size_t at)
{
    size_t start = at;
    while (start > 0 && bytes.text[start - 1] != '\n')
        start--;
    const char *end = memchr(bytes.text + at, '\n', bytes.len - at);
    size_t stop = end ? (size_t)(end - bytes.text) : bytes.len;
    return (struct span){bytes.text + start, stop - start};
}

enum dotenv_fault lint_bad_character(struct span bytes, size_t at)
{
    if (lint_is_link_text(bytes))
        return DOTENV_LINK_TEXT;
    return holds_heredoc(line_around(bytes, at)) ? DOTENV_HEREDOC : DOTENV_BAD_CHARACTER;
}

// git writes where the link leads and no newline. An editor adds one, or a byte-order mark; a copy
// through Windows, a CR.
bool lint_is_link_text(struct span bytes)
{
    struct span text = bytes;
    if (span_starts(text, BYTE_ORDER_MARK))
        text = span_rest(text, sizeof BYTE_ORDER_MARK - 1);
    text = span_trim(text);
    if (text.len == 0 || memchr(text.text, '\n', text.len) || memchr(text.text, '=', text.len))
        return false;
    if (span_starts(text, "../") || span_starts(text, "./") || span_starts(text, "/"))
        return true;
    if (memchr(text.text, ' ', text.len))
        return false;
    return memchr(text.text, '/', text.len) || span_find(text, ".env") < text.len ||
           span_starts(text, "env.");
}
