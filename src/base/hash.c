// SPDX-License-Identifier: MIT
#include "base/hash.h"

#include <string.h>
#include <sys/auxv.h>
#include <sys/random.h>

// The 16 bytes that the kernel gives each program at its start (AT_RANDOM) serve where a filter
// denies the call, or a machine that has just been switched on would let it wait.
struct hash_key hash_key_make(void)
{
    struct hash_key key = {{0, 0}};
    if (getrandom(&key, sizeof key, GRND_NONBLOCK) == (ssize_t)sizeof key)
        return key;
    const char *given = (const char *)getauxval(AT_RANDOM); // NOLINT: the kernel's own address
    if (given)
        memcpy(&key, given, sizeof key);
    return key;
}

struct state {
    uint64_t v0, v1, v2, v3;
};

static inline uint64_t turn(uint64_t word, unsigned bits)
{
    return word << bits | word >> (64 - bits);
}

static inline void mix(struct state *state)
{
    state->v0 += state->v1;
    state->v2 += state->v3;
    state->v1 = turn(state->v1, 13) ^ state->v0;
    state->v3 = turn(state->v3, 16) ^ state->v2;
    state->v0 = turn(state->v0, 32) + state->v3;
    state->v2 += state->v1;
    state->v3 = turn(state->v3, 21) ^ state->v0;
    state->v1 = turn(state->v1, 17) ^ state->v2;
    state->v2 = turn(state->v2, 32);
}

static inline void take(struct state *state, uint64_t word)
{
    state->v3 ^= word;
    mix(state);
    state->v0 ^= word;
}

// Little-endian, as the paper has it.
static uint64_t word_at(const char *bytes, size_t len)
{
    uint64_t word = 0;
    for (size_t i = 0; i < len; i++)
        word |= (uint64_t)(unsigned char)bytes[i] << (8 * i);
    return word;
}

uint64_t hash_of(const struct hash_key *key, struct span bytes)
{
    struct state state = {.v0 = key->word[0] ^ 0x736F6D6570736575U,
                          .v1 = key->word[1] ^ 0x646F72616E646F6DU,
                          .v2 = key->word[0] ^ 0x6C7967656E657261U,
                          .v3 = key->word[1] ^ 0x7465646279746573U};
    size_t at = 0;
    for (; bytes.len - at >= 8; at += 8)
        take(&state, word_at(bytes.text + at, 8));
    take(&state, word_at(bytes.text + at, bytes.len - at) | (uint64_t)bytes.len << 56);
    state.v2 ^= 0xFF;
    for (int i = 0; i < 3; i++)
        mix(&state);
    return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}
