// SPDX-License-Identifier: MIT
// The memory that curl takes for one question: a static room that is filled from the front and
// wiped as a whole when the question is over, so that no copy of a token stays in a freed
// block. What does not fit comes from the heap.
//
// It also saves a sixth of a plain question's system calls. Under a sanitizer the heap is used
// throughout, so that mistakes show. Static, because curl's allocator callbacks carry no context.
#ifndef LABELGATE_NET_MEMORY_H
#define LABELGATE_NET_MEMORY_H

#include <stddef.h>

// As malloc(3) and friends; for curl_global_init_mem.
void *memory_take(size_t size);
void memory_give(void *block);
void *memory_retake(void *block, size_t size);
char *memory_copy(const char *text);
void *memory_clear(size_t count, size_t size);

// Wipes the room. To be called when nothing of the question is left; blocks that are still held are
// kept, and the room then goes on after them.
void memory_wipe(void);

#endif
