// SPDX-License-Identifier: MIT
// Memory that held a token does not keep it.
#ifndef LABELGATE_BASE_WIPE_H
#define LABELGATE_BASE_WIPE_H

#include <stddef.h>

// Overwrites `len` bytes in a way the compiler keeps. `bytes` may be NULL when `len` is 0.
void wipe(void *bytes, size_t len);
// In place of realloc, which would leave a copy behind: `used` bytes move to a new block of
// `wanted` bytes and are wiped in the old one. NULL: no memory, and `old` is as it was.
void *wipe_move(void *old, size_t used, size_t wanted);

#endif
