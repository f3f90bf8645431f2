// SPDX-License-Identifier: MIT
// What can be said of a .env file, and the words for it.
#ifndef LABELGATE_DOTENV_DIAGNOSIS_H
#define LABELGATE_DOTENV_DIAGNOSIS_H

#include "base/text.h"
#include "spec/reason.h"

// Errors, and warnings, that are kept of one file. Nobody reads more.
#define DOTENV_ISSUES_MAX 100

enum dotenv_level { DOTENV_WARNING, DOTENV_ERROR };

// A row for each thing that can be said of a file: errors, which are Compose's own, then lints.
enum dotenv_fault {
    DOTENV_BAD_CHARACTER, // `character` is the offending one; `other_line` where a quote opened
                          // that ends right before it
    DOTENV_SPACE_IN_NAME,
    DOTENV_ZERO_LENGTH,        // `export` and nothing after it
    DOTENV_UNTERMINATED_QUOTE, // place of the opening quote, which is `character`
    DOTENV_INVALID_TEMPLATE,   // place of the `$`
    DOTENV_REQUIRED_MISSING,   // ${NAME:?…}; `name` is the one that is missing, or empty
    DOTENV_NUL,
    DOTENV_UTF16,     // from its place on
    DOTENV_HEREDOC,   // the shell command that should have written the file
    DOTENV_LINK_TEXT, // a symbolic link checked out as text
    DOTENV_TOO_LONG,  // DOTENV_FILE_MAX or DOTENV_VALUES_MAX
    DOTENV_NO_MEMORY,
    // warnings
    DOTENV_LINT_LINK_TEXT,       // the same, and Compose takes the path for a lone word
    DOTENV_LINT_TAB_COMMENT,     // tab before '#': part of the value for Compose
    DOTENV_LINT_COMMENT_VALUE,   // the value begins with '#'
    DOTENV_LINT_AFTER_QUOTE,     // text after the closing quote; `other_line` as above
    DOTENV_LINT_BARE_WORD,       // last line without newline: empty name
    DOTENV_LINT_WRAPPED_TOKEN,   // a word that looks like the rest of token `name` in `other_line`
    DOTENV_LINT_BARE_TOKEN,      // a token without a name before it
    DOTENV_LINT_UNSET_REFERENCE, // `name` was read and is not set; empty unless it is known as a
                                 // name
    DOTENV_LINT_UNSET_IN_SECRET, // the same in a token, password or key
    DOTENV_LINT_UNSET_WHOLE,     // the same, and the value is nothing but the reference
    DOTENV_LINT_ACTIVE_DOLLAR,   // token or password with an active '$'
    DOTENV_LINT_ODD_NAME,        // empty (no `character`), or with a character outside ASCII
    DOTENV_LINT_ODD_CHARACTER,   // curly quotes, U+200B, U+3000, U+FEFF next to a value
    DOTENV_LINT_DUPLICATE,       // `other_line` is the earlier one
    DOTENV_LINT_INVALID_UTF8,    // in a value
    DOTENV_LINT_BACKSLASH_END,   // looks like a continuation line
    DOTENV_LINT_RUN_TOGETHER,    // `name`= is inside the value: two lines run together, or
                                 // (`other_line` is its line) a quote was not closed
    DOTENV_FAULT_COUNT,
};

struct dotenv_issue {
    enum dotenv_fault fault;
    enum dotenv_level level;
    unsigned file, line, column, other_line;
    char name[128];     // made visible and shortened; empty where it might hold a token's bytes
    char character[16]; // the one character that may be shown, U+XXXX, or "byte 0xXX"
};

// One sentence, without the file's name and place: what, and what to do. No text of a value.
void dotenv_issue_text(const struct dotenv_issue *issue, struct text *out);
// The reason row of an error that refuses the file; REASON_OK for a warning.
enum reason dotenv_issue_reason(const struct dotenv_issue *issue);

#endif
