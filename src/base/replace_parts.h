// SPDX-License-Identifier: MIT
// The parts of replace.h, for the files replace*.c alone: which file it is, the temporary file
// beside it, the change itself. Every fault leaves its reason in errno.
#ifndef LABELGATE_BASE_REPLACE_PARTS_H
#define LABELGATE_BASE_REPLACE_PARTS_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "base/replace_fault.h"
#include "base/span.h"

// At the end of a temporary file's name while it is ours for sure.
#define REPLACE_UNFINISHED ".new"

struct replace_watcher; // replace.h

struct replacing {
    char *path;       // resolved: no symbolic link in it, a directory in front of the last slash
    const char *name; // after the last slash of `path`
    int directory;    // open, and locked if `locked`; -1 when there is none
    char temporary[NAME_MAX + 1]; // "" when there is none
    int fd;                       // of the temporary file; -1 when there is none
    struct stat old, made;        // of the file that is there, and of the one that we made
    bool present, locked;
    const struct replace_watcher *watcher;
};

// ---- replace_target.c: which file it is ---------------------------------------------------------

// The file that the name leads to, which may be missing; its directory is opened and locked.
enum replace_fault replace_find(struct replacing *work, const char *path,
                                const struct replace_watcher *watcher);
// The name itself, wherever it may lead.
enum replace_fault replace_find_name(struct replacing *work, const char *path);
// A file beside it, for reading; -1: errno.
int replace_open(const struct replacing *work, const char *name);

// ---- replace_temporary.c ------------------------------------------------------------------------

// Removes or tells what runs that were killed left. Under the lock alone: else another run may be
// at work with it.
void replace_sweep(const struct replacing *work);
enum replace_fault replace_write_temporary(struct replacing *work, struct span bytes);
// Owner, mode and extended attributes of the file that is there.
enum replace_fault replace_keep_owner(const struct replacing *work);
enum replace_fault replace_sync_temporary(struct replacing *work);
// Tells the watcher that `name` stays; `left`: an earlier run left it.
void replace_tell_kept(const struct replacing *work, const char *name, bool left);

// ---- replace_exchange.c: the change -------------------------------------------------------------

// REPLACE_CHANGED when the file holds other bytes than `before`.
enum replace_fault replace_compare(const struct replacing *work, struct span before);
// The temporary file gets the name.
enum replace_fault replace_move(struct replacing *work, bool must_be_new);
// From the exchange on the temporary file is not ours for sure, and its name must not say so. When
// it cannot have the other name, there is no exchange.
enum replace_fault replace_step_aside(struct replacing *work);
// The two files change places; what came out must be the file with `before`, else it goes back.
enum replace_fault replace_exchange(struct replacing *work, struct span before, struct span after);

#endif
