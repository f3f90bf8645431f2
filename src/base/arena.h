// SPDX-License-Identifier: MIT
// Memory that is allocated piece by piece and freed at once. Wiped then: it holds tokens.
#ifndef LABELGATE_BASE_ARENA_H
#define LABELGATE_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

struct arena_block;

struct arena {
    struct arena_block *blocks; // NULL: nothing was allocated yet
    bool failed;                // some request found no memory; stays until arena_free
};

// `size` bytes for any type, zeroed. NULL: no memory; what was allocated before stays.
void *arena_take(struct arena *self, size_t size);
// A copy with a NUL after it. NULL: no memory.
char *arena_copy(struct arena *self, struct span text);
void arena_free(struct arena *self);

#endif
