// SPDX-License-Identifier: MIT
// A second look at a port that took a question and closed the connection without an answer: who
// closes even before anything is said has nobody behind it; who answers the first message of TLS
// wants https, and by an alert says why it wants no more. Sends nothing of the question, to the
// same address alone. For words: the verdict stays.
#ifndef LABELGATE_NET_KNOCK_H
#define LABELGATE_NET_KNOCK_H

#include <stdbool.h>
#include <stdint.h>

struct sockaddr;

enum knock_kind {
    KNOCK_WAITS,  // nothing more is known of it
    KNOCK_CLOSES, // at once, without being asked
    KNOCK_TLS,
};

// RFC 8446 section 6.2
enum knock_alert {
    KNOCK_ALERT_NONE = -1,
    KNOCK_ALERT_HANDSHAKE = 40,
    KNOCK_ALERT_VERSION = 70,
    KNOCK_ALERT_INTERNAL = 80,
    KNOCK_ALERT_NAME = 112,
};

struct knock {
    enum knock_kind kind;
    int alert;              // of TLS; KNOCK_ALERT_NONE: it said none
    bool wants_certificate; // of the client
};

// `host` is asked for as the URL writes it; `has_13`: in TLS 1.3 too, whose answer tells less.
// Takes at most half a second, and `most_ms`.
struct knock knock_at(const struct sockaddr *address, unsigned len, const char *host, bool has_13,
                      int64_t most_ms);
// Does anybody take a connection there?
bool knock_is_open(const struct sockaddr *address, unsigned len, int64_t most_ms);

#endif
