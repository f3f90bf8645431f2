// SPDX-License-Identifier: MIT
// A second look at a port that took a question and closed the connection without a word: who closes
// even before anything is said has nobody behind it; who answers the first message of TLS wants
// https. Sends nothing of the question, to the same address alone. For words: the verdict stays.
#ifndef LABELGATE_NET_KNOCK_H
#define LABELGATE_NET_KNOCK_H

#include <stdint.h>

struct sockaddr;

enum knock {
    KNOCK_WAITS,  // nothing more is known of it
    KNOCK_CLOSES, // at once, without being asked
    KNOCK_TLS,
};

// Takes at most half a second, and `most_ms`.
enum knock knock(const struct sockaddr *address, unsigned len, int64_t most_ms);

#endif
