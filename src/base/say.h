// SPDX-License-Identifier: MIT
// The only writer to descriptors 1 and 2 (but for the deadline's prepared line).
//
// Standard error: one fact a line, each begins with "labelgate: ". Control bytes of a message are
// made visible. Standard output: results only, complete or an error (contract, section 5).
#ifndef LABELGATE_BASE_SAY_H
#define LABELGATE_BASE_SAY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

enum say_level {
    SAY_ERROR,
    SAY_WARN,
    SAY_INFO,
    SAY_DEBUG,
};

// Writes the line to descriptor 2 when `level` is at most `most` (the setting LABELGATE_LOG). A
// full or closed standard error is not our error. A full one is waited for, but not for more than a
// quarter of a second by all lines of a process together, and not once a blocked TERM, INT, HUP or
// QUIT is pending; what finds no room after that is not said. errno is kept. At most SAY_LINE
// bytes; a longer message is cut.
#define SAY_LINE 1024
void say(enum say_level most, enum say_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// A line on a terminal that the next one replaces (waiting); say_progress_end leaves it and begins
// a new one. The caller asks isatty(2) first.
void say_progress(const char *format, ...) __attribute__((format(printf, 1, 2)));
void say_progress_end(void);
// A question at a terminal, and what is typed: no prefix, no newline, as it is.
void say_prompt(const char *question, struct span typed);

// Writes a result to descriptor 1, whole, but for secrets (redact.h). False when it is closed, full
// or broken: the caller ends with REASON_OUTPUT_FAILED, never with success.
bool say_result(const char *text, size_t len);

// The one result that is a token: `token --print`.
bool say_token(const char *text, size_t len);

// A finished line for somebody else's log: what cannot be written at once is not written (false).
bool say_to(int fd, const char *line, size_t len);

#endif
