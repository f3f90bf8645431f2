// SPDX-License-Identifier: MIT
// What Compose accepts and is probably a mistake, and better words for what it refuses: the value
// is Compose's, and all that is odd about it is said.
#ifndef LABELGATE_DOTENV_LINT_H
#define LABELGATE_DOTENV_LINT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"
#include "dotenv/diagnosis.h"
#include "dotenv/issue.h"
#include "dotenv/statement.h"
#include "dotenv/variables.h"

struct lint {
    struct span bytes;
    const struct dotenv_options *options;
    struct issue_list *issues;
    // Of the statement before: the byte after it, and what it was.
    size_t previous_end;
    bool previous_backslash;
    struct span previous_token; // its name when it set a token; bytes of the file
    unsigned previous_line;
    // The last quoted value over several lines.
    size_t quote_end;
    unsigned quote_line;
};

// A value as it was decoded.
struct linted_value {
    struct span raw;
    struct span value;
    bool has_reference;
    bool unset_reference; // one was told of already
};

bool lint_is_token_name(const struct dotenv_options *options, struct span name);
// A token, or a name that speaks of a password, a secret or a key.
bool lint_is_secret_name(const struct dotenv_options *options, struct span name);

// `value` is NULL for a bare name. `line` is that of the name.
void lint_statement(struct lint *self, const struct statement *statement, unsigned line,
                    const struct linted_value *value, bool inherited);

// The line of a quote that was closed on the line of `at`, but opened before it; else 0.
unsigned lint_quote_opened(const struct lint *self, size_t at);

// UTF-16, as PowerShell writes it, from `*at` on: the whole file, or what was appended to it.
bool lint_finds_utf16(struct span bytes, size_t *at);
// Of a file that is refused at `at` for a character in a name: a better word for it, or
// DOTENV_BAD_CHARACTER.
enum dotenv_fault lint_bad_character(struct span bytes, size_t at);
// The whole file is one word that looks like where a symbolic link leads.
bool lint_is_link_text(struct span bytes);

#endif
