// SPDX-License-Identifier: MIT
#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/wipe.h"

// The settings of most containers fit into one block with its header.
#define BLOCK_ROOM ((size_t)2000)

struct arena_block {
    struct arena_block *next;
    size_t room;
    size_t used;
    max_align_t bytes[];
};

static struct arena_block *add_block(struct arena *self, size_t size)
{
    size_t room = size > BLOCK_ROOM ? size : BLOCK_ROOM;
    if (room > SIZE_MAX - sizeof(struct arena_block))
        return NULL;
    struct arena_block *block = malloc(sizeof *block + room);
    if (!block)
        return NULL;
    block->next = self->blocks;
    block->room = room;
    block->used = 0;
    self->blocks = block;
    return block;
}

void *arena_take(struct arena *self, size_t size)
{
    const size_t step = alignof(max_align_t);
    if (size > SIZE_MAX - step) {
        self->failed = true;
        return NULL;
    }
    size = (size + step - 1) / step * step;
    struct arena_block *block = self->blocks;
    if (!block || block->room - block->used < size)
        block = add_block(self, size);
    if (!block) {
        self->failed = true;
        return NULL;
    }
    void *bytes = (char *)block->bytes + block->used;
    block->used += size;
    return memset(bytes, 0, size);
}

char *arena_copy(struct arena *self, struct span text)
{
    char *copy = text.len < SIZE_MAX ? arena_take(self, text.len + 1) : NULL;
    if (copy && text.len > 0)
        memcpy(copy, text.text, text.len);
    return copy;
}

void arena_free(struct arena *self)
{
    while (self->blocks) {
        struct arena_block *block = self->blocks;
        self->blocks = block->next;
        wipe(block->bytes, block->used);
        free(block);
    }
    self->failed = false;
}
