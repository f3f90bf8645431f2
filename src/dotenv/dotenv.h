// SPDX-License-Identifier: MIT
// Bytes of a .env file to variables, exactly as Docker Compose reads them (compose-go 2.x `dotenv`
// and `template`; an unused default is not evaluated, as since compose-go 2.10.1).
//
// Statement reader -> inih (ini_parse_stream) -> decoder. Several files may be read into one
// `struct dotenv`; a later file wins. A reference sees the outside first, then earlier files, then
// earlier lines of its own file (GetEnvFromFile of compose-go). Any error refuses the file as a
// whole, all errors of a file are reported. Deviations: a NUL is refused, since no process
// environment can hold one, and values that references blow up beyond DOTENV_VALUES_MAX.
#ifndef LABELGATE_DOTENV_DOTENV_H
#define LABELGATE_DOTENV_DOTENV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/envlist.h"
#include "base/span.h"
#include "base/text.h"
#include "spec/reason.h"

// The files are tiny; a limit keeps a wrong path (a database, a log) from filling the memory.
#define DOTENV_FILE_MAX ((size_t)1024 * 1024)
// All decoded values together. Lines that each name the one before twice double at every line;
// execve takes 2 MiB at most.
#define DOTENV_VALUES_MAX ((size_t)8 * 1024 * 1024)
// Errors, and warnings, that are kept of one file. Nobody reads more.
#define DOTENV_ISSUES_MAX 100

struct dotenv_var {
    struct span name;  // may be empty (a bare word at the end of the file); never a NUL inside
    struct span value; // decoded; may hold newlines
    struct span raw;   // the value as it stands in the file, quotes included; empty for a bare name
    size_t value_offset; // where `raw` begins in the file's bytes (for `token --write`)
    unsigned file;       // index of the file it came from
    unsigned line;       // physical line of the name, from 1
    unsigned column;     // column of the name in characters, from 1
    bool has_reference;  // an active `$` was replaced in it
    bool inherited;      // a bare name whose value came from outside or an earlier file
};

enum dotenv_level { DOTENV_WARNING, DOTENV_ERROR };

// One row a thing that can be said of a file: errors as Compose's own, lints as the design lists
// them.
enum dotenv_fault {
    DOTENV_BAD_CHARACTER, // `character` is the offending one; `other_line` where a quote opened
                          // that ends right before it
    DOTENV_SPACE_IN_NAME,
    DOTENV_ZERO_LENGTH,        // `export` and nothing behind it
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
    DOTENV_LINT_COLON,           // ':' as separator
    DOTENV_LINT_UNSET_REFERENCE, // `name` was read and is not set; empty unless it is known as a
                                 // name
    DOTENV_LINT_UNSET_IN_SECRET, // the same in a token, password or key
    DOTENV_LINT_UNSET_WHOLE,     // the same, and the value is nothing but the reference
    DOTENV_LINT_ACTIVE_DOLLAR,   // token or password with an active '$'
    DOTENV_LINT_MULTILINE_TOKEN,
    DOTENV_LINT_ODD_NAME, // empty (no `character`), tab, digit first, '.', '-', '[', ']', non-ASCII
    DOTENV_LINT_ODD_CHARACTER, // curly quotes, U+200B, U+3000, U+FEFF next to a value
    DOTENV_LINT_DUPLICATE,     // `other_line` is the earlier one
    DOTENV_LINT_INVALID_UTF8,  // in a value
    DOTENV_LINT_BACKSLASH_END, // looks like a continuation line
    DOTENV_LINT_RUN_TOGETHER,  // `name`= stands inside the value: two lines run together, or
                               // (`other_line` is its line) a quote was not closed
    DOTENV_FAULT_COUNT,
};

struct dotenv_issue {
    enum dotenv_fault fault;
    enum dotenv_level level;
    unsigned file, line, column, other_line;
    char name[128];     // made visible and shortened; empty where a token's bytes might stand in it
    char character[16]; // the one character that may be shown, U+XXXX, or "byte 0xXX"
};

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

// `token_names` are the variables that may hold a token: they get the stricter lints, and
// their values are never shown (redact.h). Both may be empty.
struct dotenv_options {
    const struct envlist *outside; // looked at first for references and bare names
    const char *const *token_names;
    size_t token_name_count;
};

void dotenv_make(struct dotenv *self);
void dotenv_free(struct dotenv *self); // wipes what it held
// Adds one file's bytes, which need not outlive the call. False when it had an error (self->failed
// is set, the issues say why) or memory ran out; then no variable of that file is added.
bool dotenv_read(struct dotenv *self, const char *bytes, size_t len, unsigned file,
                 const struct dotenv_options *options);
const struct dotenv_var *dotenv_find(const struct dotenv *self, const char *name);
// One sentence, without the file's name and place: what, and what to do. No text of a value.
void dotenv_issue_text(const struct dotenv_issue *issue, struct text *out);
// The reason row of an error that refuses the file; REASON_OK for a warning.
enum reason dotenv_issue_reason(const struct dotenv_issue *issue);

#endif
