// SPDX-License-Identifier: MIT
// A view of bytes that belong to somebody else. Not NUL-terminated, may hold any byte.
#ifndef LABELGATE_BASE_SPAN_H
#define LABELGATE_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>

struct span {
    const char *text;
    size_t len;
};

struct span span_of(const char *text); // NULL: the empty span
bool span_equal(struct span a, struct span b);
bool span_is(struct span a, const char *text);
bool span_starts(struct span a, const char *prefix);
bool span_ends(struct span a, const char *suffix);
// ASCII only, independent of the locale: the settings and header names are ASCII.
bool span_is_nocase(struct span a, const char *text);
bool span_starts_nocase(struct span a, const char *prefix);
bool span_ends_nocase(struct span a, const char *suffix);
bool span_has_nocase(struct span a, const char *needle);
// The first place of `needle` in `a`, or `a.len` when it is not there.
size_t span_find(struct span a, const char *needle);
size_t span_find_nocase(struct span a, const char *needle);
// How many bytes are before the first of `ends`; a NUL is one of them.
size_t span_until(struct span a, const char *ends);
// `a` without its first `taken` bytes, which it must have.
struct span span_rest(struct span a, size_t taken);
// How many bytes at the beginning of `a` belong to a class (ascii.h).
size_t span_run(struct span a, bool (*belongs)(char c));
// `a` without ASCII blanks (space, tab, CR, LF, VT, FF) at both ends.
struct span span_trim(struct span a);
// The next piece of `rest` up to `separator`, which it does not hold; `rest` goes on after it.
// "a,b" has two pieces, "a," too, and the empty text has one. False at the end, when rest->text is
// NULL.
bool span_split(struct span *rest, char separator, struct span *piece);
// The same without blanks around a piece (span_trim); empty pieces are passed over.
bool span_item(struct span *rest, char separator, struct span *item);
// The next word of `rest`, up to ASCII blanks (span_trim); empty at the end.
struct span span_word(struct span *rest);

#endif
