// SPDX-License-Identifier: MIT
// A file that is mounted by itself (`-v ./.env:/app/.env`) is mounted by its inode. An editor, git
// or `sed -i` on the host puts a new file in its place by rename: the container keeps the old one
// until its mounts are made again, and nothing in the old one's content tells.
#ifndef LABELGATE_BASE_MOUNTED_FILE_H
#define LABELGATE_BASE_MOUNTED_FILE_H

#include <stdbool.h>

// Is `path` (links followed) the root of a mount whose file has lost its name where it was mounted
// from (proc_pid_mountinfo(5): the root ends in "//deleted")? False where that cannot be known.
bool mounted_file_is_replaced(const char *path);

#endif
