// SPDX-License-Identifier: MIT
// Replaces a file as a whole or not at all: a temporary file beside it, fsync, rename, fsync of the
// directory. Killed at any moment, the file is the old or the new one.
//
// Others may write it at the same time. Against ourselves the directory is locked (flock). Against
// an editor the two files are exchanged (renameat2), and what came out is compared with what was
// read: if it is something else, or somebody has it open for writing, it is put back. Where a file
// system or a filter has no exchange, the file is compared right before the rename, and an edit
// that is saved between the two calls is lost; where it has no lock (NFS), only the comparison is
// left between two of us.
//
// Temporary files: ".NAME.labelgate-PID-N.new" (mode 0600) while it is written, which a later run
// removes if we were killed; ".NAME.labelgate-PID-N" from the exchange on, when it may hold
// somebody's only edit: see struct replace_watcher.
//
// A symbolic link is followed and stays one, but by replace_put. Mode, owner and extended
// attributes (ACLs) of an existing file are kept, or nothing is written. Hard links are not kept:
// the other names go on with the old file.
#ifndef LABELGATE_BASE_REPLACE_H
#define LABELGATE_BASE_REPLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/replace_fault.h"
#include "base/span.h"

// What the caller knows of the file's content. NULL: nothing is removed but what is ours for sure.
struct replace_watcher {
    // May a file with these bytes, left beside it by a run that was killed, be removed?
    bool (*is_spent)(void *context, struct span left);
    // This file beside it stays, since it may hold somebody's edit. `left`: by an earlier run.
    void (*kept)(void *context, const char *path, bool left);
    void *context;
};

// Puts `after` in the place of a file that holds `before`.
enum replace_fault replace_keep(const char *path, struct span before, struct span after,
                                const struct replace_watcher *watcher, int *error);
// Creates a file that is not there, with this mode whatever the umask. REPLACE_CHANGED when it is
// there.
enum replace_fault replace_create(const char *path, struct span after, mode_t mode,
                                  const struct replace_watcher *watcher, int *error);
// Whatever is there, a symbolic link too: the name becomes this file, with this mode, and belongs
// to whoever runs us. A directory is left alone, and so is a link to one (REPLACE_DIRECTORY).
enum replace_fault replace_put(const char *path, struct span after, mode_t mode, int *error);

#endif
