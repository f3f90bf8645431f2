// SPDX-License-Identifier: MIT
// Percent-encoding (RFC 3986, section 2.1).
#ifndef LABELGATE_BASE_PERCENT_H
#define LABELGATE_BASE_PERCENT_H

#include "base/span.h"

// Writes `text` with each %XX as its byte and all else as it is, at most `room` bytes. Returns the
// bytes written; `text.len` of them when there was nothing to decode.
size_t percent_decode(struct span text, char *out, size_t room);

#endif
