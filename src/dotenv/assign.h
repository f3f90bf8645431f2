// SPDX-License-Identifier: MIT
// A .env file with another value for one variable, and every other byte as it was (contract,
// section 7).
//
// Of an existing assignment only the value's bytes are replaced, inside its quotes if it has some;
// the last assignment counts. A variable that is not there is appended, with the file's line ends
// and the newline that the last line may lack. Quotes come in where Compose would otherwise read
// something else. The new file is read once more by the real parser before it is handed out.
#ifndef LABELGATE_DOTENV_ASSIGN_H
#define LABELGATE_DOTENV_ASSIGN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/envlist.h"
#include "base/span.h"
#include "dotenv/dotenv.h"

enum assign_fault {
    ASSIGN_OK,
    ASSIGN_BROKEN,     // Compose refuses the file (UTF-16 too): `issue` is the first error
    ASSIGN_IMPOSSIBLE, // no spelling of name and value is read back as they are (a NUL, a bad name)
    ASSIGN_NO_MEMORY,
};

struct assign_request {
    struct span file;           // the bytes as they are; empty for a file to be made
    const struct span *earlier; // the --env-file that come before it, for its references
    size_t earlier_count;
    const struct envlist *outside; // for its references; an entry of `name` is not looked at
    const char *name;
    struct span value;
};

struct assignment {
    char *bytes; // heap, freed by assign_free
    size_t len;
    size_t room;
    bool appended;
    bool by_reference; // the old value was made by ${…}, which is gone now: worth a warning
    unsigned line;     // of the assignment, in the new file
    struct dotenv_issue issue;
};

// On ASSIGN_OK the caller frees `self`; else there is nothing to free.
enum assign_fault assign(struct assignment *self, const struct assign_request *request);
// Does `other` differ from the file of the request in nothing but the value of `name`, and in a
// line for it where one has none? The request's value is not looked at.
bool assign_differs_in_value(const struct assign_request *request, struct span other);
void assign_free(struct assignment *self); // wipes the bytes

#endif
