// SPDX-License-Identifier: MIT
// Durations as settings spell them: 500ms, 5s, 2m, 1h, a bare number of seconds, or a sum like
// 1m30s (contract, section 2).
#ifndef LABELGATE_BASE_DURATION_H
#define LABELGATE_BASE_DURATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Longest duration accepted: 365 days. Keeps every sum of milliseconds far from wrapping.
#define DURATION_MAX_MS (INT64_C(365) * 24 * 3600 * 1000)

// Digits and units only, no blanks, no sign, no fraction, at least one number; a unit may not
// repeat and units go from large to small. False for anything else and above DURATION_MAX_MS;
// nothing wraps.
bool duration_parse(const char *text, size_t len, int64_t *milliseconds);

// "5s", "1m30s", "500ms": the shortest spelling that duration_parse reads back. `size` of 32 always
// fits.
void duration_text(int64_t milliseconds, char *buffer, size_t size);

// Milliseconds of CLOCK_MONOTONIC: for deadlines and pauses. 0 where there is no such clock: who
// waits by it asks duration_has_clock first (errno).
int64_t duration_now(void);
bool duration_has_clock(void);

#endif
