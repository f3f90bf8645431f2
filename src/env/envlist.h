// SPDX-License-Identifier: MIT
// An ordered environment: what the container gave us, and what the app will get. The one place that looks a variable up.
//
// Order, duplicates, entries without '=' and empty entries are kept as they are (contract, section 3.2).
#ifndef LABELGATE_ENV_ENVLIST_H
#define LABELGATE_ENV_ENVLIST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

struct envlist {
    char **items; // NULL-terminated, as execve takes it; the array is ours, a string is ours only if `owned` says so
    size_t count;
    size_t room;
    void *owned;  // memory of the strings that envlist_set made
};

// A copy of the array; the strings stay where they are and must outlive the list. False: no memory.
bool envlist_make(struct envlist *self, char *const *envp);
void envlist_free(struct envlist *self); // wipes the strings it made

// The value of the first entry of that name, as getenv in every libc; NULL when there is none.
const char *envlist_get(const struct envlist *self, const char *name);
const char *envlist_get_span(const struct envlist *self, struct span name);
// Replaces the first entry of that name in place and removes later ones; appends when there is none. An empty name, or a
// NUL or '=' in the name, is refused with false, as is a lack of memory.
bool envlist_set(struct envlist *self, struct span name, struct span value);
void envlist_remove(struct envlist *self, const char *name); // every entry of that name

struct envlist_pair {
    struct span name;
    struct span value;
};
// Many at once, in linear time; pairs with an empty name are passed over. `missing_only` keeps what is already there.
bool envlist_set_all(struct envlist *self, const struct envlist_pair *pairs, size_t count, bool missing_only);

#endif
