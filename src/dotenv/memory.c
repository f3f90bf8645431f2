// SPDX-License-Identifier: MIT
#include "dotenv/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/wipe.h"

// Most values are shorter.
#define BUFFER_FIRST ((size_t)1024)
#define ARRAY_FIRST ((size_t)16)
#define NAMES_FIRST ((size_t)64)

struct name_slot {
    struct span name; // text NULL: free
    uint64_t hash;
    size_t number;
};

bool buffer_reserve(struct buffer *self, size_t more)
{
    if (more > SIZE_MAX / 4)
        return false;
    if (self->room - self->len >= more)
        return true;
    size_t room = self->room > 0 ? self->room * 2 : BUFFER_FIRST;
    while (room - self->len < more)
        room *= 2;
    char *bytes = wipe_move(self->bytes, self->len, room);
    if (!bytes)
        return false;
    self->bytes = bytes;
    self->room = room;
    return true;
}

bool buffer_add(struct buffer *self, const char *bytes, size_t len)
{
    if (!buffer_reserve(self, len))
        return false;
    if (len > 0)
        memcpy(self->bytes + self->len, bytes, len);
    self->len += len;
    return true;
}

void buffer_free(struct buffer *self)
{
    wipe(self->bytes, self->room);
    free(self->bytes);
    *self = (struct buffer){0};
}

void *array_reserve(void *items, size_t count, size_t more, size_t *room, size_t size)
{
    if (items && *room - count >= more)
        return items;
    size_t wanted = *room > 0 ? *room * 2 : ARRAY_FIRST;
    if (wanted < count + more)
        wanted = count + more;
    void *grown = wipe_move(items, count * size, wanted * size);
    if (grown)
        *room = wanted;
    return grown;
}

void array_free(void *items, size_t room, size_t size)
{
    wipe(items, room * size);
    free(items);
}

// The slot of the name, or the free one where it belongs. At least one slot is free.
static struct name_slot *find_slot(const struct names *self, struct span name, uint64_t hash)
{
    size_t at = (size_t)hash & (self->room - 1);
    while (self->slots[at].name.text &&
           (self->slots[at].hash != hash || !span_equal(self->slots[at].name, name)))
        at = (at + 1) & (self->room - 1);
    return &self->slots[at];
}

static bool names_grow(struct names *self)
{
    struct names grown = {.room = self->room > 0 ? self->room * 2 : NAMES_FIRST,
                          .key = self->room > 0 ? self->key : hash_key_make()};
    grown.slots = calloc(grown.room, sizeof *grown.slots);
    if (!grown.slots)
        return false;
    for (size_t i = 0; i < self->room; i++)
        if (self->slots[i].name.text)
            *find_slot(&grown, self->slots[i].name, self->slots[i].hash) = self->slots[i];
    grown.count = self->count;
    free(self->slots);
    *self = grown;
    return true;
}

bool names_put(struct names *self, struct span name, size_t number)
{
    if (self->count * 2 >= self->room && !names_grow(self))
        return false;
    uint64_t hash = hash_of(&self->key, name);
    struct name_slot *slot = find_slot(self, name, hash);
    if (!slot->name.text) {
        self->count++;
        slot->name = name;
        slot->hash = hash;
    }
    slot->number = number;
    return true;
}

bool names_get(const struct names *self, struct span name, size_t *number)
{
    if (self->count == 0)
        return false;
    const struct name_slot *slot = find_slot(self, name, hash_of(&self->key, name));
    if (!slot->name.text)
        return false;
    *number = slot->number;
    return true;
}

void names_free(struct names *self)
{
    free(self->slots);
    *self = (struct names){0};
}
