// SPDX-License-Identifier: MIT
// The entries of a folder that are named by a number: processes in /proc, descriptors in
// /proc/self/fd. Without the heap.
#ifndef LABELGATE_BASE_NUMBERED_H
#define LABELGATE_BASE_NUMBERED_H

#include <stdbool.h>

// The number that `name` spells, -1 when it is not one.
int numbered_value(const char *name);

// Calls `visit` with every such entry of the open `folder`, which is handed on. False when it
// cannot be read to the end. `folder` stays the caller's.
typedef void numbered_visit(int number, int folder, void *context);
bool numbered_each(int folder, numbered_visit *visit, void *context);

#endif
