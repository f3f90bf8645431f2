// SPDX-License-Identifier: MIT
// Text that is put together piece by piece, for one write at the end.
//
// A bounded text lives in memory that the caller brings; what does not fit is dropped and `cut` is
// set. A growing text (text_growing) is on the heap, grows until memory runs out, and is freed
// by text_free. The bytes are always NUL-terminated once something was
// added or the text was made over at least one byte.
#ifndef LABELGATE_BASE_TEXT_H
#define LABELGATE_BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

struct text {
    char *bytes;
    size_t len;
    size_t room;
    bool grows;
    bool cut; // something did not fit, or memory ran out
};

struct text text_over(char *bytes, size_t room);
struct text text_growing(void);
void text_free(struct text *self); // wipes nothing; use only for what is not secret
void text_add(struct text *self, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_add_list(struct text *self, const char *format, va_list list)
    __attribute__((format(printf, 2, 0)));
// snprintf into `room` bytes, but it returns the bytes written, and cuts between characters.
size_t text_print(char *bytes, size_t room, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void text_add_span(struct text *self, struct span span);
// Adds `span` with every secret in it replaced by words about it (redact.h).
void text_add_redacted(struct text *self, struct span span);
// Adds `span` so that a terminal and a log survive it, and without a token: control bytes as \r,
// \n, \t or \xNN, bytes that are not UTF-8 as \xNN. At most `most` bytes are written; a longer text
// is shortened in the middle ("aaa...zzz") on a character border.
void text_add_visible(struct text *self, struct span span, size_t most);
// The same for text that came from the network: what repeats a piece of a secret, in whatever
// spelling (redact_echo), is replaced as a whole, and of a longer text only the front is shown.
// Give it all that came, never a cut.
void text_add_foreign(struct text *self, struct span span, size_t most);
// Adds `span`, without a secret, as a JSON string with its quotes (RFC 8259 section 7); bytes that
// are not UTF-8 become U+FFFD.
void text_add_json(struct text *self, struct span span);
// The same with its secrets: for the body of a request.
void text_add_json_to_send(struct text *self, struct span span);

#endif
