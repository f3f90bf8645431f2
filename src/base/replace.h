// SPDX-License-Identifier: MIT
// Replaces a file as a whole or not at all: a temporary file beside it, fsync, rename, fsync of the
// directory. Killed at any moment, the file is the old or the new one; a temporary file
// ".NAME.labelgate-…" (mode 0600) may stay behind.
//
// A symbolic link is followed and stays one. Mode, owner and extended attributes (ACLs) of an
// existing file are kept, or nothing is written. Hard links are not kept: the other names go on
// with the old file.
#ifndef LABELGATE_BASE_REPLACE_H
#define LABELGATE_BASE_REPLACE_H

#include <stddef.h>
#include <sys/types.h>

#include "base/span.h"

enum replace_fault {
    REPLACE_OK,
    REPLACE_CHANGED,   // the file is not what the caller has read
    REPLACE_DENIED,    // no permission for the file or its directory
    REPLACE_READ_ONLY, // the file system is
    REPLACE_OWNER,     // its owner, mode or ACL cannot be kept
    REPLACE_NO_ROOM,   // disk, quota or size limit
    REPLACE_MOUNTED,   // mounted as a single file: a rename is impossible (EBUSY)
    REPLACE_DIRECTORY,
    REPLACE_NOT_REGULAR,
    REPLACE_LINK,   // a symbolic link to what is not there: whoever made it meant another place
    REPLACE_FAILED, // anything else, `error` tells which
};

// Puts `after` in the place of a file that holds `before`. It is compared once more right before
// the rename.
enum replace_fault replace_keep(const char *path, struct span before, struct span after,
                                int *error);
// Creates a file that is not there, with this mode whatever the umask. REPLACE_CHANGED when it is
// there.
enum replace_fault replace_create(const char *path, struct span after, mode_t mode, int *error);
// Whatever is there: the file becomes this one, with this mode, and belongs to whoever runs us.
enum replace_fault replace_put(const char *path, struct span after, mode_t mode, int *error);

// Why, for {detail} of write_failed and install_failed: "there is no room on the disk".
void replace_text(enum replace_fault fault, int error, char *buffer, size_t size);

#endif
