// SPDX-License-Identifier: MIT
// Bytes of a .env file to variables, exactly as Docker Compose reads them (compose-go 2.x `dotenv`
// and `template`; an unused default is not evaluated, as since compose-go 2.10.1).
//
// Statement reader -> decoder. Several files may be read into one `struct dotenv`; a later file
// wins. A reference sees the outside first, then earlier files, then earlier lines of its own file
// (GetEnvFromFile of compose-go). Any error refuses the file as a whole, all errors of a file are
// reported. Deviations: a NUL is refused, since no process environment can hold one, and so are
// values that references blow up beyond DOTENV_VALUES_MAX.
#ifndef LABELGATE_DOTENV_DOTENV_H
#define LABELGATE_DOTENV_DOTENV_H

#include <stdbool.h>
#include <stddef.h>

#include "dotenv/diagnosis.h"
#include "dotenv/variables.h"

struct dotenv {
    // In order of their first assignment; names are unique, the last assignment won.
    struct dotenv_var *vars;
    size_t count;
    struct dotenv_issue *issues; // by file, then by place; a refused file has its errors only
    size_t issue_count;
    size_t dropped;               // issues beyond DOTENV_ISSUES_MAX
    bool failed;                  // some file had an error: use no variable
    struct dotenv_memory *memory; // everything above lives in it
};

void dotenv_make(struct dotenv *self);
void dotenv_free(struct dotenv *self); // wipes what it held
// Adds one file's bytes, which need not outlive the call. False when it had an error (self->failed
// is set, the issues say why) or memory ran out; then no variable of that file is added.
bool dotenv_read(struct dotenv *self, const char *bytes, size_t len, unsigned file,
                 const struct dotenv_options *options);
const struct dotenv_var *dotenv_find(const struct dotenv *self, const char *name);

#endif
