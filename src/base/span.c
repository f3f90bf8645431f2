// SPDX-License-Identifier: MIT
#include "base/span.h"

#include <string.h>

#include "base/ascii.h"

static bool same_nocase(const char *a, const char *b, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (ascii_lower(a[i]) != ascii_lower(b[i]))
            return false;
    return true;
}

struct span span_of(const char *text)
{
    return (struct span){text, text ? strlen(text) : 0};
}

bool span_equal(struct span a, struct span b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.text, b.text, a.len) == 0);
}

bool span_is(struct span a, const char *text)
{
    return span_equal(a, span_of(text));
}

bool span_starts(struct span a, const char *prefix)
{
    size_t len = strlen(prefix);
    return a.len >= len && (len == 0 || memcmp(a.text, prefix, len) == 0);
}

bool span_ends(struct span a, const char *suffix)
{
    size_t len = strlen(suffix);
    return a.len >= len && (len == 0 || memcmp(a.text + a.len - len, suffix, len) == 0);
}

bool span_is_nocase(struct span a, const char *text)
{
    return a.len == strlen(text) && same_nocase(a.text, text, a.len);
}

bool span_starts_nocase(struct span a, const char *prefix)
{
    size_t len = strlen(prefix);
    return a.len >= len && same_nocase(a.text, prefix, len);
}

bool span_ends_nocase(struct span a, const char *suffix)
{
    size_t len = strlen(suffix);
    return a.len >= len && same_nocase(a.text + a.len - len, suffix, len);
}

size_t span_find_nocase(struct span a, const char *needle)
{
    size_t len = strlen(needle);
    for (size_t i = 0; i + len <= a.len; i++)
        if (same_nocase(a.text + i, needle, len))
            return i;
    return a.len;
}

bool span_has_nocase(struct span a, const char *needle)
{
    return needle[0] == '\0' || span_find_nocase(a, needle) < a.len;
}

size_t span_find(struct span a, const char *needle)
{
    size_t len = strlen(needle);
    for (size_t i = 0; i + len <= a.len; i++)
        if (len == 0 || memcmp(a.text + i, needle, len) == 0)
            return i;
    return a.len;
}

size_t span_until(struct span a, const char *ends)
{
    size_t len = 0;
    while (len < a.len && strchr(ends, a.text[len]) == NULL)
        len++;
    return len;
}

struct span span_rest(struct span a, size_t taken)
{
    return (struct span){a.text + taken, a.len - taken};
}

size_t span_run(struct span a, bool (*belongs)(char c))
{
    size_t len = 0;
    while (len < a.len && belongs(a.text[len]))
        len++;
    return len;
}

struct span span_trim(struct span a)
{
    while (a.len > 0 && ascii_is_space(a.text[0])) {
        a.text++;
        a.len--;
    }
    while (a.len > 0 && ascii_is_space(a.text[a.len - 1]))
        a.len--;
    return a;
}

bool span_split(struct span *rest, char separator, struct span *piece)
{
    if (!rest->text)
        return false;
    const char *end = rest->len > 0 ? memchr(rest->text, separator, rest->len) : NULL;
    *piece = (struct span){rest->text, end ? (size_t)(end - rest->text) : rest->len};
    *rest = end ? span_rest(*rest, piece->len + 1) : (struct span){0};
    return true;
}

bool span_item(struct span *rest, char separator, struct span *item)
{
    while (span_split(rest, separator, item)) {
        *item = span_trim(*item);
        if (item->len > 0)
            return true;
    }
    return false;
}

struct span span_word(struct span *rest)
{
    *rest = span_trim(*rest);
    struct span word = {rest->text, 0};
    while (word.len < rest->len && !ascii_is_space(word.text[word.len]))
        word.len++;
    *rest = span_rest(*rest, word.len);
    return word;
}
