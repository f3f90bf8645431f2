// SPDX-License-Identifier: MIT
#include "net/memory.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/wipe.h"

// A plain question takes 60 KiB, https the same (mbedTLS has its own). Pages that are not touched
// cost nothing.
#define ROOM ((size_t)256 * 1024)

#ifdef __SANITIZE_ADDRESS__
#define USES_ROOM false
#else
#define USES_ROOM true
#endif

union head {
    size_t size; // of the block after it, in the room
    max_align_t align;
};

static alignas(max_align_t) unsigned char room[ROOM];
static size_t used;
static size_t reached; // the most that was ever used since the last wipe
static size_t held;    // blocks in the room that were not given back

static bool is_in_room(const void *block)
{
    return (uintptr_t)block >= (uintptr_t)room && (uintptr_t)block < (uintptr_t)room + ROOM;
}

static union head *head_of(void *block)
{
    return (union head *)block - 1;
}

static bool is_last(void *block)
{
    return (unsigned char *)block + head_of(block)->size == room + used;
}

static size_t rounded(size_t size)
{
    size_t grain = sizeof(union head);
    return size <= ROOM ? (size + grain - 1) / grain * grain : size;
}

static void set_used(size_t bytes)
{
    used = bytes;
    reached = reached > used ? reached : used;
}

void *memory_take(size_t size)
{
    size_t whole = rounded(size > 0 ? size : 1);
    if (!USES_ROOM || whole > ROOM || whole + sizeof(union head) > ROOM - used)
        return malloc(size > 0 ? size : 1);
    union head *head = (union head *)(void *)(room + used);
    head->size = whole;
    set_used(used + sizeof *head + whole);
    held++;
    return head + 1;
}

void memory_give(void *block)
{
    if (block == NULL || !is_in_room(block)) {
        free(block);
        return;
    }
    held--;
    if (is_last(block))
        used -= sizeof(union head) + head_of(block)->size;
}

// The last block grows in place.
static bool grows_in_place(void *block, size_t whole)
{
    size_t before = head_of(block)->size;
    if (whole > ROOM || !is_last(block) || (whole > before && whole - before > ROOM - used))
        return false;
    set_used(used - before + whole);
    head_of(block)->size = whole;
    return true;
}

void *memory_retake(void *block, size_t size)
{
    if (block == NULL)
        return memory_take(size);
    if (!is_in_room(block))
        return realloc(block, size);
    if (rounded(size) <= head_of(block)->size || grows_in_place(block, rounded(size)))
        return block;
    void *moved = memory_take(size);
    if (moved == NULL)
        return NULL;
    memcpy(moved, block, head_of(block)->size);
    memory_give(block);
    return moved;
}

char *memory_copy(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = memory_take(size);
    if (copy != NULL)
        memcpy(copy, text, size);
    return copy;
}

void *memory_clear(size_t count, size_t size)
{
    if (size > 0 && count > SIZE_MAX / size)
        return NULL;
    size_t untouched = reached;
    void *block = memory_take(count * size);
    // What lies beyond was never used, or was wiped.
    bool is_clear =
        block != NULL && is_in_room(block) && (unsigned char *)block >= room + untouched;
    if (block != NULL && !is_clear)
        memset(block, 0, count * size);
    return block;
}

void memory_wipe(void)
{
    if (held == 0)
        used = 0;
    wipe(room + used, reached - used);
    reached = used;
}
