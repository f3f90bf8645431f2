// SPDX-License-Identifier: MIT
// Runs the statements of a .env file through inih, which splits each into name and value.
//
// inih knows lines of "name = value" and no more, so it is fed by a reader that finds the
// statements and hands over one at a time. What it returns goes to the decoder, which knows nothing
// of inih.
#ifndef LABELGATE_DOTENV_INIH_H
#define LABELGATE_DOTENV_INIH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"
#include "dotenv/statement.h"

struct statement_sink {
    // `value` is the statement's, trimmed; valid during the call. Of a bare name it is empty.
    void (*take)(void *context, const struct statement *statement, struct span name,
                 struct span value);
    void (*refuse)(void *context, const struct statement *statement); // STATEMENT_BROKEN
    void *context;
};

// `bytes` hold no NUL and are at most DOTENV_FILE_MAX; the first statement is looked for at
// `start`. False: no memory.
bool dotenv_inih_run(struct span bytes, size_t start, const struct statement_sink *sink);

#endif
