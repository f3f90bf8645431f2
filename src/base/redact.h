// SPDX-License-Identifier: MIT
// The one registry of secrets, and where in a text one is. No byte of a token in any output
// (contract, section 5), also where one was put by mistake: as a name, a path, a command, an
// address, or where a server sends it back.
//
// It is filled where a secret becomes known: the settings, the header file, tokens
// and cookies that a server gave, what is typed. text.h replaces what is found here, and whatever
// leaves the process goes through there or through say.h, so no sentence has to think of it.
#ifndef LABELGATE_BASE_REDACT_H
#define LABELGATE_BASE_REDACT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

// What is shorter is part of our own words, and is not kept.
#define REDACT_MIN ((size_t)8)

// Keeps a copy; one that is known already needs no memory. There is no limit but memory: false, and
// redact_failed until redact_clear, when it ran out. The caller then refuses with `start_failed`.
bool redact_add(struct span secret);
bool redact_knows(struct span secret);
bool redact_failed(void);
// Wipes the copies that were added since the mark was; redact_clear all of them.
const void *redact_mark(void);
void redact_forget(const void *mark);
void redact_clear(void);

// A registered secret, or what has the shape of a token: 40 hex digits, a JWT.
enum redact_kind { REDACT_SECRET, REDACT_HEX, REDACT_JWT };
struct redacted {
    enum redact_kind kind;
    size_t at, len;
};
// The first of them in `text`, with all that overlaps it; false when there is none.
bool redact_find(struct span text, struct redacted *found);

// Text that came from the network may hold a piece of what we sent, cut or spelled another way: a
// run of REDACT_MIN bytes of a registered secret, in any case, percent-encoded, as entities of
// HTML or as escapes of JSON. Where in the first `most` bytes of `text` the first one begins;
// `text.len` when none does.
size_t redact_echo(struct span text, size_t most);
// The same of one secret that may not be registered: is there one?
bool redact_echoes(struct span text, size_t most, struct span secret);
// What is said in place of such a text.
#define REDACT_ECHO "(not shown: it repeats a secret)"

#endif
