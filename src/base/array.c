// SPDX-License-Identifier: MIT
#include "base/array.h"

#include <stdbool.h>

#include "base/wipe.h"

#define FIRST_ROOM ((size_t)4)

void *array_grow(void *items, size_t count, size_t size)
{
    bool is_full = count >= FIRST_ROOM && (count & (count - 1)) == 0;
    if (items && !is_full)
        return items;
    return wipe_move(items, count * size, (is_full ? 2 * count : FIRST_ROOM) * size);
}
