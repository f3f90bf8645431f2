// SPDX-License-Identifier: MIT
// The content of NAME_FILE: a Docker or Kubernetes secret that holds one value and nothing else.
#ifndef LABELGATE_SETTINGS_SECRET_FILE_H
#define LABELGATE_SETTINGS_SECRET_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/file.h"
#include "base/span.h"
#include "spec/reason.h"

// No token and no password is near it; a database or a log named by mistake is above it.
#define SECRET_FILE_MAX ((size_t)64 * 1024)

struct secret_file {
    struct file_content content;
    struct span value; // view of `content` without its final line end
    bool dropped_cr;   // that line end was CR LF: the secret was made on Windows
};

// Reads `path`, which the variable `name` (NAME_FILE) points to. One final LF or CR LF is not part
// of the value; all else is, and the caller judges it. False with one of the secret_* words, or
// with REASON_TOKEN_MALFORMED for a byte order mark or UTF-16, whose bytes no judge could name as
// well. On true the owner frees it with secret_file_free.
bool secret_file_read(struct secret_file *self, const char *name, const char *path,
                      struct finding *finding);
void secret_file_free(struct secret_file *self); // wipes the content

#endif
