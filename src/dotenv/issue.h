// SPDX-License-Identifier: MIT
// What is to be said of one file, collected by place. Lines and columns are counted once, at the
// end.
#ifndef LABELGATE_DOTENV_ISSUE_H
#define LABELGATE_DOTENV_ISSUE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"
#include "dotenv/diagnosis.h"

// A walk through the bytes, forwards only.
struct place {
    size_t at;
    unsigned line;   // from 1
    unsigned column; // in characters, from 1; a byte that is not UTF-8 is one
};

// `start` is 0, or 3 after a byte-order mark.
struct place place_begin(size_t start);
void place_go(struct place *self, struct span bytes, size_t at);

struct issue_list {
    struct placed_issue *items;
    size_t count;
    size_t room;
    size_t errors;
    size_t dropped;
    bool failed; // an error was added, kept or not
    bool no_memory;
};

// Adds an issue at a byte of the file and returns it for more to be filled in, or NULL when there
// are enough or memory ran out. Its level is that of its fault.
struct dotenv_issue *issues_add(struct issue_list *self, enum dotenv_fault fault, size_t at);
struct dotenv_issue *issues_at(struct issue_list *self, size_t index); // in the order of adding
void issue_name(struct dotenv_issue *issue, struct span name); // NULL issue: nothing happens
// The character at the beginning of `bytes` as it may be shown.
void issue_character(struct dotenv_issue *issue, struct span bytes);
// Moves them after `issues`, sorted and with their places; of a failed file the errors only.
// `issues` has room for all of them.
size_t issues_finish(struct issue_list *self, struct span bytes, size_t start, unsigned file,
                     struct dotenv_issue *issues);
void issues_free(struct issue_list *self);

#endif
