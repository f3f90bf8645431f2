// SPDX-License-Identifier: MIT
// From a name to connections: which names are looked up, and in which order their addresses are
// tried. candidates.h looks them up, the caller connects.
#ifndef LABELGATE_NET_DIAL_H
#define LABELGATE_NET_DIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "net/names.h"
#include "spec/reason.h"

// What came of some addresses.
enum dial_result {
    DIAL_DONE,    // there was a connection, or no other address would help
    DIAL_REFUSED, // there was none
    DIAL_SLOW,    // there was none in the time it had: given more it may come about
};

// Addresses of both families, with commas between them.
#define DIAL_LIST (RESOLVE_ADDRESSES * 2 * (RESOLVE_ADDRESS + 1))

struct dial {
    const char *host;
    int64_t until_ms; // duration_now() value: the candidates of a search list share the time
    void *context;
    // `name` will be looked up; `again`: for IPv6, since no other address of it could be connected
    // to.
    void (*looking)(void *context, const char *name, bool again);
    // Connects to one of `addresses`, in all of the time that is left or in half of it.
    enum dial_result (*connect)(void *context, const char *addresses, bool half);
};

// Names without an address: all that were asked for, and the first one that the name server did not
// answer for ("" when it answered for all).
struct lookup_failure {
    char asked[FINDING_SLOT];
    char no_reply[RESOLVE_NAME];
};

// False when no name has an address: `failure` is filled.
bool dial(const struct dial *self, struct lookup_failure *failure);

#endif
