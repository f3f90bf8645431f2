// SPDX-License-Identifier: MIT
// A variable of a .env file, and what reading one depends on.
#ifndef LABELGATE_DOTENV_VARIABLES_H
#define LABELGATE_DOTENV_VARIABLES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/envlist.h"
#include "base/span.h"

// The files are tiny; a limit keeps a wrong path (a database, a log) from filling the memory.
#define DOTENV_FILE_MAX ((size_t)1024 * 1024)
// All decoded values together. Lines that each name the one before twice double at every line;
// execve takes 2 MiB at most.
#define DOTENV_VALUES_MAX ((size_t)8 * 1024 * 1024)

struct dotenv_var {
    struct span name;    // may be empty (a bare word at the end of the file); never a NUL inside
    struct span value;   // decoded; may hold newlines
    struct span raw;     // the value as the file has it, quotes included; empty for a bare name
    size_t value_offset; // where `raw` begins in the file's bytes (for `token --write`)
    unsigned file;       // index of the file it came from
    unsigned line;       // physical line of the name, from 1
    unsigned column;     // column of the name in characters, from 1
    bool has_reference;  // an active `$` was replaced in it
    bool inherited;      // a bare name whose value came from outside or an earlier file
};

// `token_names` are the variables that may hold a token: they get the stricter lints, and
// their values are never shown (redact.h). Both may be empty.
struct dotenv_options {
    const struct envlist *outside; // looked at first for references and bare names
    const char *const *token_names;
    size_t token_name_count;
};

#endif
