// SPDX-License-Identifier: MIT
#include "base/text.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/redact.h"
#include "base/utf8.h"

// First size of a growing text: most results of labelgate fit without growing again.
#define FIRST_ROOM 1024
// A made-visible character is at most four bytes of UTF-8, each spelled \xNN.
#define SHOWN_MAX (4 * UTF8_MAX)
// Of a text with a token in it, so much is shown: a line and what may be around it.
#define REPLACED_MAX 2048

struct text text_over(char *bytes, size_t room)
{
    if (room > 0)
        bytes[0] = '\0';
    return (struct text){.bytes = bytes, .room = room};
}

struct text text_growing(void)
{
    return (struct text){.grows = true};
}

void text_free(struct text *self)
{
    if (self->grows)
        free(self->bytes);
    *self = (struct text){.grows = self->grows};
}

// Makes room for `more` bytes and the final NUL. False when there is none.
static bool reserve(struct text *self, size_t more)
{
    if (self->cut || more >= SIZE_MAX - self->len)
        return false;
    size_t needed = self->len + more + 1;
    if (needed <= self->room)
        return true;
    if (!self->grows)
        return false;
    size_t room = self->room > 0 ? self->room : FIRST_ROOM;
    while (room < needed)
        room = room > SIZE_MAX / 2 ? needed : room * 2;
    char *bytes = realloc(self->bytes, room);
    if (!bytes)
        return false;
    self->bytes = bytes;
    self->room = room;
    return true;
}

// Takes back the beginning of a character whose rest was cut off.
static void drop_half_character(struct text *self)
{
    size_t start = self->len;
    for (int i = 0; i < UTF8_MAX - 1 && start > 0; i++) {
        unsigned char byte = (unsigned char)self->bytes[--start];
        uint32_t code = 0;
        if ((byte & 0xC0U) == 0x80)
            continue;
        if (byte >= 0xC0 && utf8_decode(self->bytes + start, self->len - start, &code) == 0)
            self->len = start;
        break;
    }
    self->bytes[self->len] = '\0';
}

// What is left of a bounded text gets the beginning of what did not fit; later additions are
// dropped.
static void cut_off(struct text *self, const char *bytes, size_t len)
{
    if (!self->cut && self->room > self->len + 1) {
        size_t left = self->room - self->len - 1;
        size_t taken = len < left ? len : left;
        memcpy(self->bytes + self->len, bytes, taken);
        self->len += taken;
        drop_half_character(self);
    }
    self->cut = true;
}

void text_add_span(struct text *self, struct span span)
{
    if (span.len == 0)
        return;
    if (!reserve(self, span.len)) {
        cut_off(self, span.text, span.len);
        return;
    }
    memcpy(self->bytes + self->len, span.text, span.len);
    self->len += span.len;
    self->bytes[self->len] = '\0';
}

// What fits as it is needs no second pass.
static bool add_in_place(struct text *self, const char *format, va_list list)
{
    size_t left = self->room - self->len;
    if (self->cut || left == 0)
        return false;
    int added = vsnprintf(self->bytes + self->len, left, format, list);
    if (added < 0 || (size_t)added >= left) {
        self->bytes[self->len] = '\0';
        return false;
    }
    self->len += (size_t)added;
    return true;
}

void text_add_list(struct text *self, const char *format, va_list list)
{
    va_list again;
    va_copy(again, list);
    bool added = add_in_place(self, format, again);
    va_end(again);
    if (added)
        return;
    va_copy(again, list);
    int needed = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (needed < 0) {
        self->cut = true;
        return;
    }
    if (self->cut)
        return;
    bool fits = reserve(self, (size_t)needed);
    size_t left = self->room - self->len;
    if (left > 0)
        (void)vsnprintf(self->bytes + self->len, left, format, list);
    if (fits) {
        self->len += (size_t)needed;
        return;
    }
    self->cut = true;
    if (left > 0) {
        self->len = self->room - 1;
        drop_half_character(self);
    }
}

void text_add(struct text *self, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    // Most pieces are plain: a tenth of the time that vsnprintf needs for them.
    if (!self->cut && format[0] != '\0' && strchr(format, '%') == NULL)
        text_add_span(self, span_of(format));
    else
        text_add_list(self, format, list);
    va_end(list);
}

size_t text_print(char *bytes, size_t room, const char *format, ...)
{
    struct text out = text_over(bytes, room);
    va_list list;
    va_start(list, format);
    text_add_list(&out, format, list);
    va_end(list);
    return out.len;
}

// Characters that move a terminal or a log line instead of showing something: C0 and C1 controls,
// DEL, line and paragraph separators, and the marks that reorder text.
static bool is_unseen(uint32_t code)
{
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || (code >= 0x2028 && code <= 0x202E) ||
           (code >= 0x2066 && code <= 0x2069) || code == 0xFEFF || code == 0x200B;
}

static size_t spell(const char *bytes, size_t len, char *out)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t written = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        const char *named = byte == '\n'   ? "\\n"
                            : byte == '\r' ? "\\r"
                            : byte == '\t' ? "\\t"
                                           : NULL;
        if (named) {
            out[written++] = named[0];
            out[written++] = named[1];
            continue;
        }
        out[written++] = '\\';
        out[written++] = 'x';
        out[written++] = digits[byte >> 4];
        out[written++] = digits[byte & 0x0F];
    }
    return written;
}

// Spells the first character of `span` into `out`; `*taken` bytes of the span are used up. Returns
// the bytes written.
static size_t show_first(struct span span, char out[SHOWN_MAX], size_t *taken)
{
    uint32_t code = 0;
    *taken = utf8_decode(span.text, span.len, &code);
    if (*taken == 0) {
        *taken = 1;
        return spell(span.text, 1, out);
    }
    if (is_unseen(code))
        return spell(span.text, *taken, out);
    memcpy(out, span.text, *taken);
    return *taken;
}

static size_t shown_length(struct span span)
{
    char out[SHOWN_MAX];
    size_t total = 0;
    while (span.len > 0) {
        size_t taken = 0;
        total += show_first(span, out, &taken);
        span = span_rest(span, taken);
    }
    return total;
}

// Adds characters from the front as long as their spelling fits into `most` bytes.
static void add_shown(struct text *self, struct span span, size_t most)
{
    while (span.len > 0) {
        char out[SHOWN_MAX];
        size_t taken = 0;
        size_t written = show_first(span, out, &taken);
        if (written > most)
            return;
        text_add_span(self, (struct span){out, written});
        most -= written;
        span = span_rest(span, taken);
    }
}

// Nearly all text is: no need to look at its characters one by one.
static bool is_plain(struct span span)
{
    for (size_t i = 0; i < span.len; i++)
        if (span.text[i] < ' ' || span.text[i] > '~')
            return false;
    return true;
}

static void add_words(struct text *self, const struct redacted *found)
{
    switch (found->kind) {
    case REDACT_SECRET:
        text_add(self, "(not shown: a secret of %zu bytes)", found->len);
        break;
    case REDACT_HEX:
        text_add(self, "(not shown: 40 hex digits, as of a legacy token)");
        break;
    case REDACT_JWT:
        text_add(self, "(not shown: a JWT of %zu bytes)", found->len);
        break;
    }
}

void text_add_redacted(struct text *self, struct span span)
{
    struct redacted found;
    while (redact_find(span, &found)) {
        text_add_span(self, (struct span){span.text, found.at});
        add_words(self, &found);
        span = span_rest(span, found.at + found.len);
    }
    text_add_span(self, span);
}

static void add_visible(struct text *self, struct span span, size_t most)
{
    static const char gap[] = "...";
    const size_t gap_len = sizeof gap - 1;
    if (span.len <= most && is_plain(span)) {
        text_add_span(self, span);
        return;
    }
    size_t total = shown_length(span);
    if (total <= most || most <= 2 * gap_len) {
        add_shown(self, span, most);
        return;
    }
    size_t kept = most - gap_len;
    add_shown(self, span, kept - kept / 2);
    text_add_span(self, span_of(gap));
    struct span tail = span;
    while (total > kept / 2) {
        char out[SHOWN_MAX];
        size_t taken = 0;
        total -= show_first(tail, out, &taken);
        tail = span_rest(tail, taken);
    }
    add_shown(self, tail, kept / 2);
}

// Before anything is shortened: the rest of a token would not look like one. Apart, since its
// memory is rarely needed.
__attribute__((noinline)) static void add_replaced(struct text *self, struct span span, size_t most)
{
    char bytes[REPLACED_MAX];
    struct text replaced = text_over(bytes, sizeof bytes);
    text_add_redacted(&replaced, span);
    add_visible(self, (struct span){bytes, replaced.len}, most);
}

void text_add_visible(struct text *self, struct span span, size_t most)
{
    struct redacted found;
    if (redact_find(span, &found))
        add_replaced(self, span, most);
    else
        add_visible(self, span, most);
}

// So many of its first `most` bytes that no character is cut.
static size_t front_length(struct span span, size_t most)
{
    while (most > 0 && ((unsigned char)span.text[most] & 0xC0U) == 0x80)
        most--;
    return most;
}

void text_add_foreign(struct text *self, struct span span, size_t most)
{
    static const char gap[] = "...";
    struct redacted found;
    if (redact_echo(span, most) < span.len) {
        text_add_visible(self, span_of(REDACT_ECHO), most);
        return;
    }
    // Only the front is shown, so that only the front need be looked through.
    bool shaped = span.len > most && redact_find(span, &found) && found.at < most;
    if (shaped) // what comes after it was not looked at
        span.len = found.at + found.len;
    if (shaped || span.len <= most || most <= sizeof gap) {
        text_add_visible(self, span, most);
        return;
    }
    most -= sizeof gap - 1;
    add_shown(self, (struct span){span.text, front_length(span, most)}, most);
    text_add_span(self, span_of(gap));
}

static void add_json_character(struct text *self, uint32_t code, struct span bytes)
{
    static const char plain[] = "\"\\\b\f\n\r\t";
    static const char letters[] = "\"\\bfnrt";
    const char *found = code > 0 && code < 0x80 ? strchr(plain, (int)code) : NULL;
    if (found)
        text_add(self, "\\%c", letters[found - plain]);
    else if (code < 0x20 || code == 0x7F)
        text_add(self, "\\u%04x", (unsigned)code);
    else
        text_add_span(self, bytes);
}

static void add_json_characters(struct text *self, struct span span)
{
    while (span.len > 0) {
        uint32_t code = 0;
        size_t taken = utf8_decode(span.text, span.len, &code);
        if (taken == 0) {
            text_add_span(self, span_of("\xEF\xBF\xBD"));
            taken = 1;
        } else {
            add_json_character(self, code, (struct span){span.text, taken});
        }
        span = span_rest(span, taken);
    }
}

// Before anything is escaped: a secret would not be known any more.
void text_add_json(struct text *self, struct span span)
{
    struct redacted found;
    text_add_span(self, span_of("\""));
    while (redact_find(span, &found)) {
        add_json_characters(self, (struct span){span.text, found.at});
        add_words(self, &found);
        span = span_rest(span, found.at + found.len);
    }
    add_json_characters(self, span);
    text_add_span(self, span_of("\""));
}

void text_add_json_to_send(struct text *self, struct span span)
{
    text_add_span(self, span_of("\""));
    add_json_characters(self, span);
    text_add_span(self, span_of("\""));
}
