// SPDX-License-Identifier: MIT
// The candidates of a search list, looked up so that none keeps another from being asked.
//
// musl treats SERVFAIL as silence, asks again until its own ten seconds are over, and its
// getaddrinfo cannot be called off; glibc goes on to the next candidate. So each candidate is asked
// in a thread of its own: one after the other, the next when the last has no address, or has not
// answered within its share of the time. A late answer still counts. Threads that wait for an
// answer end with the process.
#ifndef LABELGATE_NET_CANDIDATES_H
#define LABELGATE_NET_CANDIDATES_H

#include <stdbool.h>
#include <stdint.h>

#include "net/names.h"

struct candidate {
    const char *name; // in the walk; NULL: none has an address
    struct resolve_addresses v4;
    struct resolve_addresses v6; // looked up only when there is none of the other
    char silent[RESOLVE_NAME];   // the first that was not answered for; "" when all were
};

// `looking` is called when what is waited for changes. Waits without a limit when all are asked and
// some are not answered for: the process's deadline ends that.
void candidates_find(const struct resolve_walk *walk, int64_t until_ms,
                     void (*looking)(void *context, const char *name), void *context,
                     struct candidate *found);

// One name and one family, in a thread, for at most so long. False: no answer in that time.
bool candidates_ask(const char *name, int family, int64_t most_ms,
                    struct resolve_addresses *addresses);

#endif
