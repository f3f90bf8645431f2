// SPDX-License-Identifier: MIT
#include "base/replace_fault.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"

enum replace_fault replace_fault_of(int error)
{
    switch (error) {
    case EACCES:
    case EPERM:
        return REPLACE_DENIED;
    case EROFS:
        return REPLACE_READ_ONLY;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return REPLACE_NO_ROOM;
    case EBUSY:
        return REPLACE_MOUNTED;
    case EISDIR:
        return REPLACE_DIRECTORY;
    default:
        return REPLACE_FAILED;
    }
}

void replace_text(enum replace_fault fault, int error, char *buffer, size_t size)
{
    const char *text = NULL;
    switch (fault) {
    case REPLACE_OK:
        text = "";
        break;
    case REPLACE_CHANGED:
    case REPLACE_KEPT:
        text = "it was changed meanwhile";
        break;
    case REPLACE_DENIED:
        text = "no permission to write the file or its directory";
        break;
    case REPLACE_READ_ONLY:
        text = "the file system is read-only";
        break;
    case REPLACE_OWNER:
        text = "its owner or permissions could not be kept";
        break;
    case REPLACE_NO_ROOM:
        text = "there is no room on the disk, or a limit of file sizes (ulimit -f)";
        break;
    case REPLACE_MOUNTED:
        text = "it is mounted as a single file, which cannot be replaced";
        break;
    case REPLACE_DIRECTORY:
        text = "it is a directory, or a symbolic link to one";
        break;
    case REPLACE_NOT_REGULAR:
        text = "it is not a regular file";
        break;
    case REPLACE_LINK:
        text = "it is a symbolic link that leads nowhere";
        break;
    case REPLACE_FAILED:
        text = strerror(error);
        break;
    }
    text_print(buffer, size, "%s", text);
}
