// SPDX-License-Identifier: MIT
// A hash of names that come from outside: with a key that cannot be known beforehand, no file can
// be made whose names collide. SipHash-1-3 (Aumasson and Bernstein, "SipHash: a fast short-input
// PRF", 2012); FNV with a random start would not do, since some of its collisions do not depend on
// it.
#ifndef LABELGATE_BASE_HASH_H
#define LABELGATE_BASE_HASH_H

#include <stdint.h>

#include "base/span.h"

struct hash_key {
    uint64_t word[2];
};

// From the kernel's random numbers. Never waits for them and never fails.
struct hash_key hash_key_make(void);
uint64_t hash_of(const struct hash_key *key, struct span bytes);

#endif
