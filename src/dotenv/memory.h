// SPDX-License-Identifier: MIT
// Memory of the .env reader: everything it allocates may hold a token, so all of it is wiped before
// it is freed, also when something grows.
#ifndef LABELGATE_DOTENV_MEMORY_H
#define LABELGATE_DOTENV_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/hash.h"
#include "base/span.h"

// Bytes that grow and may move.
struct buffer {
    char *bytes;
    size_t len;
    size_t room;
};

// Makes room for `more` bytes after `len`. False: no memory.
bool buffer_reserve(struct buffer *self, size_t more);
bool buffer_add(struct buffer *self, const char *bytes, size_t len);
void buffer_free(struct buffer *self);

// Makes room for `more` items of `size` bytes after `count`. Returns the array, or NULL without
// memory (then the old one stays).
void *array_reserve(void *items, size_t count, size_t more, size_t *room, size_t size);
void array_free(void *items, size_t room, size_t size);

// Names to numbers, as fast for names that were chosen to collide. The names' bytes belong to the
// caller and must outlive the map; an empty name has a text too.
struct names {
    struct name_slot *slots;
    struct hash_key key; // made with the first slots
    size_t room;         // a power of two
    size_t count;
};

bool names_put(struct names *self, struct span name, size_t number); // replaces; false: no memory
bool names_get(const struct names *self, struct span name, size_t *number);
void names_free(struct names *self);

#endif
