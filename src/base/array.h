// SPDX-License-Identifier: MIT
// Growing arrays whose room follows from their count: 4, 8, 16, … items.
#ifndef LABELGATE_BASE_ARRAY_H
#define LABELGATE_BASE_ARRAY_H

#include <stddef.h>

// `items` (NULL: none yet) with room for one more of `size` bytes after `count`; what is left of a
// move is wiped. NULL: no memory, and `items` is as it was. To be freed with free(3).
void *array_grow(void *items, size_t count, size_t size);

#endif
