// SPDX-License-Identifier: MIT
// No byte of a token in any output (contract, section 5), also where somebody put one by mistake:
// as a name, a path, a command, an address. Whatever is made visible (text.h) or leaves the process
// (say.h) goes through here, so no sentence has to think of it.
#ifndef LABELGATE_BASE_CONCEAL_H
#define LABELGATE_BASE_CONCEAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

// 40 hex digits, a JWT, or a secret in hand, and what is said in its place.
#define CONCEAL_WORDS 64
struct concealed {
    size_t at, len;
    char words[CONCEAL_WORDS]; // "(not shown: 40 hex digits, as a legacy token has)"
};

// The first of them in `text`; false when there is none.
bool conceal_find(struct span text, struct concealed *found);

// Secrets in hand: they are known by their text, whatever they look like. Views: their owner
// forgets all of them before the bytes go. One that is too short to be told from a word is not
// taken.
void conceal_secret(struct span secret);
void conceal_forget(void);

#endif
