// SPDX-License-Identifier: MIT
// Why a file was not replaced.
#ifndef LABELGATE_BASE_REPLACE_FAULT_H
#define LABELGATE_BASE_REPLACE_FAULT_H

#include <stddef.h>

enum replace_fault {
    REPLACE_OK,
    REPLACE_CHANGED,   // the file is not what the caller has read; it is as others left it
    REPLACE_KEPT,      // the same, and another version of it is kept: `kept` was told where
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

enum replace_fault replace_fault_of(int error); // errno
// Why, for {detail} of write_failed and install_failed: "there is no room on the disk".
void replace_text(enum replace_fault fault, int error, char *buffer, size_t size);

#endif
