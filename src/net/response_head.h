// SPDX-License-Identifier: MIT
// The head of an answer, line by line as it comes: what of it an answer keeps. Pure.
#ifndef LABELGATE_NET_RESPONSE_HEAD_H
#define LABELGATE_NET_RESPONSE_HEAD_H

#include "base/span.h"
#include "net/answer.h"

// "HTTP/1.1 200 OK": the status, or 0 when the line is none.
int lines_status(struct span line);

// Empties what earlier lines filled: 100 and 103 come before the answer that counts.
void lines_reset(struct http_answer *answer);

// One header line with or without its CRLF. A value is cut to HTTP_HEADER_VALUE, or where a secret
// begins in one that is longer; of a header that comes twice the first counts, of Set-Cookie all
// do, of Content-Encoding the first that is not "identity". Lines that are none of ours are passed
// over.
void lines_take(struct http_answer *answer, struct span line);

#endif
