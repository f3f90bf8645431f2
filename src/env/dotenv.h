// SPDX-License-Identifier: MIT
// Bytes of a .env file to variables, exactly as Docker Compose reads them (compose-go 2.x `dotenv` and `template`; an
// unused default is not evaluated, as since compose-go 2.10.1).
//
// Statement reader -> inih (ini_parse_stream) -> decoder. Several files may be read into one `struct dotenv`; a later file
// wins and its references see earlier files. Any error refuses the file as a whole, all errors of a file are reported.
// Deviation: a NUL byte is refused, since no process environment can hold one.
#ifndef LABELGATE_ENV_DOTENV_H
#define LABELGATE_ENV_DOTENV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/reason.h"
#include "base/span.h"
#include "env/envlist.h"

// The files are tiny; a limit keeps a wrong path (a database, a log) from filling the memory.
#define DOTENV_FILE_MOST ((size_t)1024 * 1024)

struct dotenv_var {
    struct span name;   // may be empty (a bare word at the end of the file); never a NUL inside
    struct span value;  // decoded; may hold newlines
    struct span raw;    // the statement's value as it stands in the file, quotes included; empty for a bare name
    size_t value_offset; // where `raw` begins in the file's bytes (for `token --write`)
    unsigned file;      // index of the file it came from
    unsigned line;      // physical line of the name, from 1
    unsigned column;    // column of the name in characters, from 1
    bool has_reference; // an active `$` was replaced in it
    bool inherited;     // a bare name whose value came from outside
};

enum dotenv_level { DOTENV_WARNING, DOTENV_ERROR };

// One row a thing that can be said of a file: errors as Compose's own, lints as the design lists them.
enum dotenv_fault {
    DOTENV_BAD_CHARACTER,       // `character` is the offending one
    DOTENV_SPACE_IN_NAME,
    DOTENV_ZERO_LENGTH,         // `export` and nothing behind it
    DOTENV_UNTERMINATED_QUOTE,  // place of the opening quote
    DOTENV_INVALID_TEMPLATE,
    DOTENV_REQUIRED_MISSING,    // ${NAME:?…}; `name` is the one that is missing
    DOTENV_NUL,
    DOTENV_UTF16,
    DOTENV_HEREDOC,             // the shell command that should have written the file
    DOTENV_LINK_TEXT,           // a symbolic link checked out as text: one line, a path
    DOTENV_NO_MEMORY,
    // warnings
    DOTENV_LINT_TAB_COMMENT,    // tab before '#': part of the value for Compose
    DOTENV_LINT_COMMENT_VALUE,  // the value begins with '#'
    DOTENV_LINT_AFTER_QUOTE,    // text after the closing quote
    DOTENV_LINT_BARE_WORD,      // last line without newline: empty name
    DOTENV_LINT_COLON,          // ':' as separator
    DOTENV_LINT_UNSET_REFERENCE,// `name` was read and is not set
    DOTENV_LINT_ACTIVE_DOLLAR,  // token or password with an active '$'
    DOTENV_LINT_MULTILINE_TOKEN,
    DOTENV_LINT_ODD_NAME,       // tab, empty, digit first, '.', '-', '[', ']', non-ASCII
    DOTENV_LINT_ODD_CHARACTER,  // full-width '＝' or '：', curly quotes, U+200B, U+3000, BOM in mid-file
    DOTENV_LINT_DUPLICATE,      // `other_line` is the earlier one
    DOTENV_LINT_INVALID_UTF8,
    DOTENV_LINT_BACKSLASH_END,  // looks like a continuation line
    DOTENV_LINT_RUN_TOGETHER,   // `name`= stands inside the value: two lines run together
};

struct dotenv_issue {
    enum dotenv_fault fault;
    enum dotenv_level level;
    unsigned file, line, column, other_line;
    char name[128];     // made visible and shortened
    char character[16]; // the one character that may be shown, or U+XXXX
};

struct dotenv {
    struct dotenv_var *vars; // in order of their first assignment; names are unique, the last assignment won
    size_t count;
    struct dotenv_issue *issues;
    size_t issue_count;
    bool failed;             // some file had an error: use no variable
    void *memory;            // everything above lives in it
};

// `names` of the variables that may hold a token: they get the stricter lints. Both may be empty.
struct dotenv_options {
    const struct envlist *outside; // looked at first for references and bare names
    const char *const *token_names;
    size_t token_name_count;
};

void dotenv_make(struct dotenv *self);
void dotenv_free(struct dotenv *self); // wipes what it held
// Adds one file's bytes. False when it had an error (self->failed is set, the issues say why) or memory ran out.
bool dotenv_read(struct dotenv *self, const char *bytes, size_t len, unsigned file, const struct dotenv_options *options);
const struct dotenv_var *dotenv_find(const struct dotenv *self, const char *name);
// One sentence, without the file's name and place: what, and what to do. No text of a value.
void dotenv_issue_text(const struct dotenv_issue *issue, struct text *out);
// The reason row of an error that refuses the file.
enum reason dotenv_issue_reason(const struct dotenv_issue *issue);

#endif
