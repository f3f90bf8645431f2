// SPDX-License-Identifier: MIT
// What the container's log was told last of the verdicts, so that the same one is not told at every
// probe. The believed process keeps it, in a file of its memory (init.h, INIT_RECORD): a probe has
// nothing that outlives it. Where there is none (another version, no permission, no memory) every
// unhealthy verdict is told.
#ifndef LABELGATE_PROBE_TOLD_H
#define LABELGATE_PROBE_TOLD_H

#include <stdbool.h>
#include <stdint.h>

#include "init/init.h"
#include "probe/started.h"

#define TOLD_STATE (INIT_RECORD_SIZE - sizeof(int64_t))

// Its bytes, of one machine and one boot. Other versions read them: they stay as they are.
struct told_record {
    int64_t at_ms;          // duration_now()
    char state[TOLD_STATE]; // the word of the unhealthy verdict, "wait_timeout" and another after a
                            // wait; empty: well
};

struct told {
    int fd; // -1: nothing is kept
    struct told_record last;
};

// Close with told_close whatever came of it.
void told_open(struct told *self, const struct started *started);
void told_close(struct told *self);

// Is a verdict to be told at this time? It is when the state begins, changes or ends (empty:
// healthy), and once an hour while it stays. `next` is what to keep then.
bool told_is_new(const struct told *self, const char *state, int64_t now_ms,
                 struct told_record *next);
void told_keep(const struct told *self, const struct told_record *next);

#endif
