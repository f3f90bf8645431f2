// SPDX-License-Identifier: MIT
// Finds the statements of a .env file. A statement is not a line: it may begin anywhere, and a
// quoted value may hold newlines (compose-go, dotenv/parser.go: getStatementStart, locateKeyName).
//
// Nothing is decoded here. After a statement that is wrong the reader goes on where the next one
// most likely begins, so that several mistakes are found in one go.
#ifndef LABELGATE_DOTENV_STATEMENT_H
#define LABELGATE_DOTENV_STATEMENT_H

#include <stddef.h>

#include "base/span.h"
#include "dotenv/diagnosis.h"

// May be at the very beginning of a file.
#define BYTE_ORDER_MARK "\xEF\xBB\xBF"

struct statement_reader {
    struct span bytes;
    size_t at;
};

enum statement_kind {
    STATEMENT_END,
    STATEMENT_PAIR,
    STATEMENT_BARE_NAME, // a name and a newline: taken from outside
    STATEMENT_BARE_WORD, // the file ends within the name: the word is the value of the empty name
    STATEMENT_BROKEN,
};

// Offsets count bytes from the beginning of the file.
struct statement {
    enum statement_kind kind;
    enum dotenv_fault fault; // STATEMENT_BROKEN
    size_t fault_at;
    size_t start;     // first byte, `export` included
    struct span name; // without the blanks after it
    size_t name_at;
    char separator; // '=', ':' or '\n'
    size_t separator_at;
    struct span value; // from the first byte that is not a blank; up to the newline, or the whole
                       // of a quoted one
    size_t value_at;
};

void statement_next(struct statement_reader *reader, struct statement *statement);

// '"', '\'' or 0.
char statement_quote(struct span value);

#endif
