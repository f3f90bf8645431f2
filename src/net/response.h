// SPDX-License-Identifier: MIT
// An answer as it comes in, piece by piece, into memory with bounds: the head line by line, then as
// much of the body as the status makes worth reading.
#ifndef LABELGATE_NET_RESPONSE_H
#define LABELGATE_NET_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "net/answer.h"

// The limit of an answer's body: more than any answer that must be read. whoami is below 2 KiB, a
// traceback 2 kB, the largest project list page is not read.
#define HTTP_BODY_MAX ((size_t)64 * 1024)
// How long a 404's page is waited for, and how much of it is read: its <title> is near the front.
#define HTTP_PEEK_MS 50
#define HTTP_PEEK ((size_t)4 * 1024)

enum body_mode { BODY_NONE, BODY_PEEK, BODY_WHOLE };

struct intake {
    const struct http_request *request;
    struct http_answer *answer;
    const char *origin; // scheme, host and port as written, for the words of a fault
    size_t head_bytes;  // trailers included
    int status;         // of the head so far; 0: none
    bool head_done;
    enum body_mode mode;
    size_t room;
    int64_t peek_until_ms; // BODY_PEEK: how long the body is waited for
    bool enough;           // what is needed has come: the rest is not waited for
    bool refused;          // `answer->fault` is set
};

// Each returns how much of it was taken: less than came ends the transfer.
size_t intake_head(struct intake *self, struct span line);
size_t intake_body(struct intake *self, struct span bytes);

// The transfer is over; `done`: it came to its own end. False when the answer broke off before what
// is needed had come: why, the caller knows.
bool intake_close(struct intake *self, bool done);

void intake_free(struct http_answer *answer); // wipes body and cookies

#endif
