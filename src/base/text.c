// SPDX-License-Identifier: MIT
#include "base/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "base/conceal.h"
#include "base/utf8.h"

// First size of a growing text: most results of labelgate fit without growing again.
#define FIRST_ROOM 1024
// A made-visible character is at most four bytes of UTF-8, each spelled \xNN.
#define SHOWN_MOST (4 * UTF8_MOST)
// Of a text with a token in it, so much is shown: a line and what may stand around it.
#define REPLACED_MOST 2048

#define LOWER_DIGITS "0123456789abcdef"
#define UPPER_DIGITS "0123456789ABCDEF"

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
    for (int i = 0; i < UTF8_MOST - 1 && start > 0; i++) {
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

// ---- Formats ------------------------------------------------------------------------------------

// va_list may be an array type, which no function can be handed back.
struct arguments {
    va_list list;
};

// What stands between a per cent sign and its letter.
struct conversion {
    bool left;
    char fill;   // in front of a number, '0' or ' '
    char length; // 'h', 'l', 'L' for ll, 'z', or none
    size_t width;
    size_t most; // precision: so much of a text
};

static const char *read_count(const char *at, size_t *count, struct arguments *from)
{
    if (*at == '*') {
        int given = va_arg(from->list, int);
        *count = given < 0 ? 0 : (size_t)given;
        return at + 1;
    }
    for (*count = 0; *at >= '0' && *at <= '9'; at++)
        *count = *count * 10 + (size_t)(*at - '0');
    return at;
}

static const char *read_conversion(const char *at, struct conversion *one, struct arguments *from)
{
    *one = (struct conversion){.fill = ' ', .most = SIZE_MAX};
    for (; *at == '-' || *at == '0'; at++) {
        one->left = one->left || *at == '-';
        one->fill = *at == '0' ? '0' : one->fill;
    }
    at = read_count(at, &one->width, from);
    if (*at == '.')
        at = read_count(at + 1, &one->most, from);
    for (; *at == 'h' || *at == 'l' || *at == 'z'; at++)
        one->length = *at == 'l' && one->length == 'l' ? 'L' : *at;
    return at;
}

static long long take_signed(struct arguments *from, char length)
{
    if (length == 'l')
        return va_arg(from->list, long);
    if (length == 'L')
        return va_arg(from->list, long long);
    if (length == 'z')
        return va_arg(from->list, ssize_t);
    return va_arg(from->list, int);
}

static unsigned long long take_unsigned(struct arguments *from, char length)
{
    if (length == 'l')
        return va_arg(from->list, unsigned long);
    if (length == 'L')
        return va_arg(from->list, unsigned long long);
    if (length == 'z')
        return va_arg(from->list, size_t);
    return va_arg(from->list, unsigned);
}

static void add_times(struct text *self, char c, size_t times)
{
    while (times-- > 0)
        text_add_span(self, (struct span){&c, 1});
}

static void add_padded(struct text *self, const struct conversion *one, const char *sign,
                       struct span body)
{
    size_t len = strlen(sign) + body.len;
    size_t missing = one->width > len ? one->width - len : 0;
    bool zeros = one->fill == '0' && !one->left;
    if (!one->left && !zeros)
        add_times(self, ' ', missing);
    text_add_span(self, span_of(sign));
    if (zeros)
        add_times(self, '0', missing);
    text_add_span(self, body);
    if (one->left)
        add_times(self, ' ', missing);
}

static void add_number(struct text *self, const struct conversion *one, const char *sign,
                       unsigned long long value, unsigned base, const char *digits)
{
    char spelled[3 * sizeof value];
    char *first = spelled + sizeof spelled;
    do
        *--first = digits[value % base];
    while ((value /= base) > 0);
    size_t len = (size_t)(spelled + sizeof spelled - first);
    add_padded(self, one, sign, (struct span){first, len});
}

// `at` is behind the per cent sign; returns what is behind the conversion.
static const char *add_conversion(struct text *self, const char *at, struct arguments *from)
{
    struct conversion one;
    at = read_conversion(at, &one, from);
    switch (*at) {
    case 'd': {
        long long value = take_signed(from, one.length);
        unsigned long long amount =
            value < 0 ? 0 - (unsigned long long)value : (unsigned long long)value;
        add_number(self, &one, value < 0 ? "-" : "", amount, 10, LOWER_DIGITS);
        break;
    }
    case 'u':
        add_number(self, &one, "", take_unsigned(from, one.length), 10, LOWER_DIGITS);
        break;
    case 'x':
        add_number(self, &one, "", take_unsigned(from, one.length), 16, LOWER_DIGITS);
        break;
    case 'X':
        add_number(self, &one, "", take_unsigned(from, one.length), 16, UPPER_DIGITS);
        break;
    case 'c': {
        char c = (char)va_arg(from->list, int);
        add_padded(self, &one, "", (struct span){&c, 1});
        break;
    }
    case 's': {
        const char *text = va_arg(from->list, const char *);
        text = text ? text : "(null)";
        add_padded(self, &one, "", (struct span){text, strnlen(text, one.most)});
        break;
    }
    case '%':
        text_add_span(self, (struct span){at, 1});
        break;
    default: // no argument behind an unknown one can be found: nothing more is said
        return at + strlen(at);
    }
    return at + 1;
}

void text_add_list(struct text *self, const char *format, va_list list)
{
    struct arguments from;
    if (!reserve(self, 0)) {
        self->cut = true;
        return;
    }
    self->bytes[self->len] = '\0';
    va_copy(from.list, list);
    while (*format != '\0') {
        size_t plain = strcspn(format, "%");
        text_add_span(self, (struct span){format, plain});
        format += plain;
        if (*format == '%')
            format = add_conversion(self, format + 1, &from);
    }
    va_end(from.list);
}

void text_add(struct text *self, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    text_add_list(self, format, list);
    va_end(list);
}

bool text_print_list(char *bytes, size_t room, size_t *len, const char *format, va_list list)
{
    struct text out = text_over(bytes, room);
    text_add_list(&out, format, list);
    *len = out.len;
    return !out.cut;
}

size_t text_print(char *bytes, size_t room, const char *format, ...)
{
    size_t len;
    va_list list;
    va_start(list, format);
    text_print_list(bytes, room, &len, format, list);
    va_end(list);
    return len;
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
    static const char digits[] = UPPER_DIGITS;
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
static size_t show_first(struct span span, char out[SHOWN_MOST], size_t *taken)
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
    char out[SHOWN_MOST];
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
        char out[SHOWN_MOST];
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

void text_add_concealed(struct text *self, struct span span)
{
    struct concealed found;
    while (conceal_find(span, &found)) {
        text_add_span(self, (struct span){span.text, found.at});
        text_add_span(self, span_of(found.words));
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
        char out[SHOWN_MOST];
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
    char bytes[REPLACED_MOST];
    struct text replaced = text_over(bytes, sizeof bytes);
    text_add_concealed(&replaced, span);
    add_visible(self, (struct span){bytes, replaced.len}, most);
}

void text_add_visible(struct text *self, struct span span, size_t most)
{
    struct concealed found;
    if (conceal_find(span, &found))
        add_replaced(self, span, most);
    else
        add_visible(self, span, most);
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

void text_add_json(struct text *self, struct span span)
{
    text_add_span(self, span_of("\""));
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
    text_add_span(self, span_of("\""));
}
