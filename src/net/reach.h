// SPDX-License-Identifier: MIT
// How Label Studio is reached: the same from the settings down to the question. Views, whose owner
// (the settings) outlives every question.
#ifndef LABELGATE_NET_REACH_H
#define LABELGATE_NET_REACH_H

#include "net/proxy.h"

struct reach {
    const char *url;           // checked, without its trailing slash; NULL: not set
    const char *ca_file;       // NULL: the distribution's bundle
    const char *header_file;   // NULL: none. Read at each question
    const struct proxy *proxy; // NULL: asked directly (see http_request)
};

#endif
