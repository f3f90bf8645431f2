// SPDX-License-Identifier: MIT
// Bounded reads of files that the user named.
//
// Opened with O_NONBLOCK|O_NOCTTY|O_CLOEXEC, then fstat'ed: a FIFO or a device called .env cannot
// hang anything (contract, section 8).
#ifndef LABELGATE_BASE_FILE_H
#define LABELGATE_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

enum file_fault {
    FILE_OK,
    FILE_MISSING, // ENOENT, ENOTDIR
    FILE_DENIED,  // EACCES, EPERM
    FILE_DIRECTORY,
    FILE_NOT_REGULAR, // FIFO, socket, device
    FILE_TOO_BIG,     // more than the limit
    FILE_EXHAUSTED,   // EMFILE, ENFILE, ENOMEM: says nothing about the file
    FILE_FAILED,      // any other error, `error` tells which
};

struct file_content {
    char *bytes; // heap, one NUL after the last byte; NULL unless FILE_OK
    size_t len;
    int error; // errno of the fault, 0 when there is none
};

// Reads the whole file, at most `limit` bytes. On FILE_OK the caller frees `content` with
// file_free.
enum file_fault file_read(const char *path, size_t limit, struct file_content *content);
// The same of a file that is open for reading at its beginning; it stays open.
enum file_fault file_read_open(int fd, size_t limit, struct file_content *content);
// Wipes the bytes before it frees them: the file may hold a token.
void file_free(struct file_content *content);

// Of a FILE_MISSING: is the name there all the same, a symbolic link that leads nowhere?
bool file_is_link(const char *path);

// Is there a regular file of this name? A symbolic link is followed.
bool file_is_regular(const char *path);

// Why it was not read: "permission denied for uid 1000" (who may not is half of the remedy), "it is
// larger than 64 KiB", the system's word. `content` and `limit` as file_read had them.
void file_fault_text(enum file_fault fault, const struct file_content *content, size_t limit,
                     char *buffer, size_t size);

// Adds `path` as seen from the root. Links are not resolved: they may change.
void file_add_absolute(struct text *out, const char *path);

// Writes all of it, also where a signal came between. False with errno.
bool file_write(int fd, const void *bytes, size_t len);

#endif
