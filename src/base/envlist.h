// SPDX-License-Identifier: MIT
// An ordered environment: what the container gave us, and what the app will get. The one place that
// looks a variable up.
//
// Order, duplicates, entries without '=' and empty entries are kept as they are (contract,
// section 3.2).
#ifndef LABELGATE_BASE_ENVLIST_H
#define LABELGATE_BASE_ENVLIST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/span.h"

struct envlist {
    char **items; // NULL-terminated, as execve wants it; the array is ours
    size_t count;
    size_t room;
    struct arena owned; // the strings that we made
};

// A copy of the array; the strings stay where they are and must outlive the list. False: no memory.
bool envlist_make(struct envlist *self, char *const *envp);
void envlist_free(struct envlist *self); // wipes the strings it made

// The value of the first entry of that name, as getenv in every libc; NULL when there is none.
const char *envlist_get(const struct envlist *self, const char *name);
// Replaces the first entry of that name in place and removes later ones; appends when there is
// none. An empty name, or a NUL or '=' in the name, is refused with false, as is a lack of memory.
bool envlist_set(struct envlist *self, struct span name, struct span value);
void envlist_remove(struct envlist *self, const char *name); // every entry of that name

enum envlist_mode {
    ENVLIST_REPLACE,    // whatever is there
    ENVLIST_IF_EMPTY,   // unless the first entry of that name has a value
    ENVLIST_IF_MISSING, // unless there is an entry of that name
    ENVLIST_REMOVE,     // every entry of that name goes; the value is not looked at
};
struct envlist_change {
    struct span name;
    struct span value;
    enum envlist_mode mode;
};
// Many at once, in linear time: each as envlist_set or envlist_remove would do it, appended in the
// order of `changes`. Of two changes of one name the later one counts. Changes with an empty name
// are passed over.
bool envlist_change(struct envlist *self, const struct envlist_change *changes, size_t count);

#endif
