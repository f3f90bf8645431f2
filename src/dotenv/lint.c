// SPDX-License-Identifier: MIT
#include "dotenv/lint.h"

#include <stdint.h>
#include <string.h>

#include "base/ascii.h"
#include "base/utf8.h"
#include "token/shape.h"

// A wrapped line of a token is longer than a lone word of another kind (`EOF`, `TODO`).
#define WRAPPED_MIN 8

bool lint_is_token_name(const struct dotenv_options *options, struct span name)
{
    for (size_t i = 0; i < options->token_name_count; i++) {
        const char *token = options->token_names[i];
        if (name.len > 0 && name.text[0] == token[0] && span_is(name, token))
            return true;
    }
    return false;
}

bool lint_is_secret_name(const struct dotenv_options *options, struct span name)
{
    static const char *const words[] = {"password", "passwd", "secret", "token", "_key", "_pass"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (span_has_nocase(name, words[i]))
            return true;
    return lint_is_token_name(options, name);
}

static struct dotenv_issue *warn(struct lint *self, enum dotenv_fault fault, size_t at)
{
    return issues_add(self->issues, fault, at);
}

static void warn_with_character(struct lint *self, enum dotenv_fault fault, size_t at)
{
    struct span rest = {self->bytes.text + at, self->bytes.len - at};
    issue_character(warn(self, fault, at), rest);
}

// ---- The name -----------------------------------------------------------------------------------

// An empty name, and a letter that looks like an ASCII one (Cyrillic, full-width): no program finds
// that variable.
static void lint_name(struct lint *self, const struct statement *statement)
{
    struct span name = statement->name;
    if (name.len == 0)
        warn(self, DOTENV_LINT_ODD_NAME, statement->name_at);
    for (size_t i = 0; i < name.len; i++)
        if ((unsigned char)name.text[i] >= 0x80) {
            warn_with_character(self, DOTENV_LINT_ODD_NAME, statement->name_at + i);
            return;
        }
}

// ---- The value ----------------------------------------------------------------------------------

static size_t last_character(struct span text)
{
    for (size_t len = 1; len <= UTF8_MAX && len <= text.len; len++) {
        uint32_t code = 0;
        if (utf8_decode(text.text + text.len - len, len, &code) == len)
            return text.len - len;
    }
    return text.len - 1;
}

// The invisible and the look-alike: what nobody wants at either end of a value.
static bool is_odd_at(struct span text, size_t at)
{
    uint32_t code = 0;
    if (utf8_decode(text.text + at, text.len - at, &code) == 0)
        return false;
    return (code >= 0x200B && code <= 0x200F) || code == 0x2060 || code == 0xFEFF ||
           code == 0x3000 || code == 0x2018 || code == 0x2019 || code == 0x201C || code == 0x201D;
}

static void lint_ends(struct lint *self, const struct statement *statement, struct span raw)
{
    if (raw.len == 0)
        return;
    size_t last = last_character(raw);
    if (is_odd_at(raw, 0))
        warn_with_character(self, DOTENV_LINT_ODD_CHARACTER, statement->value_at);
    else if (is_odd_at(raw, last))
        warn_with_character(self, DOTENV_LINT_ODD_CHARACTER, statement->value_at + last);
}

// What is somewhere in a value, found in one pass: most values hold none of it.
struct contents {
    bool tab;
    bool equals;
    bool not_ascii;
};

static struct contents look_through(struct span raw)
{
    struct contents contents = {0};
    for (size_t i = 0; i < raw.len; i++) {
        char c = raw.text[i];
        contents.tab = contents.tab || c == '\t';
        contents.equals = contents.equals || c == '=';
        contents.not_ascii = contents.not_ascii || (unsigned char)c >= 0x80;
    }
    return contents;
}

static void lint_utf8(struct lint *self, const struct statement *statement, struct span raw)
{
    for (size_t at = 0; at < raw.len;) {
        uint32_t code = 0;
        size_t len = utf8_decode(raw.text + at, raw.len - at, &code);
        if (len == 0) {
            warn(self, DOTENV_LINT_INVALID_UTF8, statement->value_at + at);
            return;
        }
        at += len;
    }
}

// `COLOR=#ff8800` is meant literally; a token is not, and neither is `A= # note`.
static void lint_comments(struct lint *self, const struct statement *statement, struct span raw,
                          bool tab)
{
    if (raw.len > 0 && raw.text[0] == '#') {
        bool blank = raw.len > 1 && ascii_is_blank(raw.text[1]);
        if (blank || lint_is_token_name(self->options, statement->name))
            warn(self, DOTENV_LINT_COMMENT_VALUE, statement->value_at);
        return;
    }
    const char *found = tab ? memmem(raw.text, raw.len, "\t#", 2) : NULL;
    if (found)
        warn(self, DOTENV_LINT_TAB_COMMENT, statement->value_at + (size_t)(found - raw.text));
}

// `C:\data\` and `\\server\share\` end as they are meant to.
static bool is_windows_path(struct span raw)
{
    return (raw.len > 2 && raw.text[1] == ':' && raw.text[2] == '\\') || span_starts(raw, "\\\\");
}

static bool continues_a_line(const struct lint *self, const struct statement *statement)
{
    return self->previous_backslash && statement->start > self->previous_end &&
           memchr(self->bytes.text + self->previous_end, '\n',
                  statement->start - self->previous_end) != NULL;
}

// Once for a row of continued lines: at the first.
static void lint_backslash(struct lint *self, const struct statement *statement, struct span raw)
{
    bool ends = span_ends(raw, "\\") && !is_windows_path(raw);
    if (ends && !continues_a_line(self, statement))
        warn(self, DOTENV_LINT_BACKSLASH_END, statement->value_at + raw.len - 1);
    self->previous_backslash = ends;
}

// ---- Two lines run together ---------------------------------------------------------------------

// Where in `raw` an assignment to `name` begins that is not the value's beginning; raw.len:
// nowhere.
static size_t find_assignment(struct span raw, const char *name)
{
    size_t len = strlen(name);
    for (size_t at = 0; at + len < raw.len; at++) {
        const char *found = memmem(raw.text + at, raw.len - at, name, len);
        if (!found)
            break;
        at = (size_t)(found - raw.text);
        if (at + len < raw.len && raw.text[at + len] == '=')
            return at;
    }
    return raw.len;
}

// `…valueSOME_NAME=`: an upper-case name with an underscore that begins right after a small letter
// or a digit. The name found is a guess, so it is not shown.
static size_t find_any_assignment(struct span raw)
{
    for (size_t at = 0; at < raw.len; at++) {
        const char *equals = memchr(raw.text + at, '=', raw.len - at);
        if (!equals)
            break;
        size_t end = (size_t)(equals - raw.text);
        size_t start = end;
        while (start > at && (ascii_is_upper(raw.text[start - 1]) || raw.text[start - 1] == '_' ||
                              ascii_is_digit(raw.text[start - 1])))
            start--;
        bool named = memchr(raw.text + start, '_', end - start) != NULL;
        while (start < end && !ascii_is_upper(raw.text[start]))
            start++;
        if (named && start > at && end - start >= 3 && end + 1 < raw.len &&
            (ascii_is_lower(raw.text[start - 1]) || ascii_is_digit(raw.text[start - 1])))
            return start;
        at = end;
    }
    return raw.len;
}

static bool lint_swallowed_token(struct lint *self, const struct statement *statement,
                                 struct span raw, unsigned line)
{
    for (size_t i = 0; i < self->options->token_name_count; i++) {
        const char *name = self->options->token_names[i];
        size_t at = find_assignment(raw, name);
        if (at == raw.len)
            continue;
        struct dotenv_issue *issue = warn(self, DOTENV_LINT_RUN_TOGETHER, statement->value_at + at);
        issue_name(issue, span_of(name));
        if (issue && statement_quote(raw))
            issue->other_line = line;
        return true;
    }
    return false;
}

static void lint_run_together(struct lint *self, const struct statement *statement, struct span raw,
                              unsigned line)
{
    if (lint_swallowed_token(self, statement, raw, line) || statement_quote(raw))
        return;
    size_t at = find_any_assignment(raw);
    if (at < raw.len)
        warn(self, DOTENV_LINT_RUN_TOGETHER, statement->value_at + at);
}

// ---- Around a value -----------------------------------------------------------------------------

static void lint_after_quote(struct lint *self, size_t end)
{
    struct span bytes = self->bytes;
    for (size_t at = end; at < bytes.len; at++) {
        char c = bytes.text[at];
        if (c == '\n' || c == '#')
            return;
        if (ascii_is_space(c))
            continue;
        struct dotenv_issue *issue = warn(self, DOTENV_LINT_AFTER_QUOTE, at);
        if (issue)
            issue->other_line = lint_quote_opened(self, at);
        return;
    }
}

unsigned lint_quote_opened(const struct lint *self, size_t at)
{
    if (self->quote_end == 0 || at < self->quote_end)
        return 0;
    bool same_line = !memchr(self->bytes.text + self->quote_end, '\n', at - self->quote_end);
    return same_line ? self->quote_line : 0;
}

static void lint_secret(struct lint *self, const struct statement *statement,
                        const struct linted_value *value)
{
    if (value->has_reference && !value->unset_reference &&
        lint_is_secret_name(self->options, statement->name)) {
        const char *dollar = memchr(value->raw.text, '$', value->raw.len);
        size_t at = dollar ? (size_t)(dollar - value->raw.text) : 0;
        warn(self, DOTENV_LINT_ACTIVE_DOLLAR, statement->value_at + at);
    }
}

static void lint_pair(struct lint *self, const struct statement *statement, unsigned line,
                      const struct linted_value *value)
{
    struct span raw = value->raw;
    struct contents contents = look_through(raw);
    lint_name(self, statement);
    if (contents.not_ascii)
        lint_utf8(self, statement, raw);
    lint_secret(self, statement, value);
    if (contents.equals)
        lint_run_together(self, statement, raw, line);
    if (!statement_quote(raw)) {
        if (contents.not_ascii)
            lint_ends(self, statement, raw);
        lint_comments(self, statement, raw, contents.tab);
        lint_backslash(self, statement, raw);
        return;
    }
    size_t end = statement->value_at + statement->value.len;
    bool has_lines = memchr(statement->value.text, '\n', statement->value.len);
    self->previous_backslash = false;
    self->quote_end = has_lines ? end : 0;
    self->quote_line = line;
    lint_after_quote(self, end);
}

// ---- A word alone -------------------------------------------------------------------------------

static bool lint_wrapped(struct lint *self, struct span word, size_t at, unsigned line)
{
    if (self->previous_token.len == 0 || line != self->previous_line + 1 ||
        word.len < WRAPPED_MIN || span_run(word, ascii_is_jwt) < word.len)
        return false;
    struct dotenv_issue *issue = warn(self, DOTENV_LINT_WRAPPED_TOKEN, at);
    issue_name(issue, self->previous_token);
    if (issue)
        issue->other_line = self->previous_line;
    return true;
}

static bool lint_bare_token(struct lint *self, struct span word, size_t at)
{
    struct token token;
    struct span found;
    if (!shape_find(&token, word, &found) || found.len < word.len)
        return false;
    warn(self, DOTENV_LINT_BARE_TOKEN, at);
    return true;
}

static void lint_word(struct lint *self, const struct statement *statement, unsigned line,
                      struct span word)
{
    if (lint_wrapped(self, word, statement->name_at, line) ||
        lint_bare_token(self, word, statement->name_at))
        return;
    bool link = lint_is_link_text(self->bytes);
    warn(self, link ? DOTENV_LINT_LINK_TEXT : DOTENV_LINT_BARE_WORD, statement->name_at);
}

// ---- A statement --------------------------------------------------------------------------------

void lint_statement(struct lint *self, const struct statement *statement, unsigned line,
                    const struct linted_value *value, bool inherited)
{
    bool is_token =
        value && value->raw.len > 0 && lint_is_token_name(self->options, statement->name);
    if (statement->kind == STATEMENT_PAIR && value)
        lint_pair(self, statement, line, value);
    else if (statement->kind == STATEMENT_BARE_WORD && value)
        lint_word(self, statement, line, value->raw);
    else if (!inherited && !lint_wrapped(self, statement->name, statement->name_at, line) &&
             !lint_bare_token(self, statement->name, statement->name_at) &&
             lint_is_link_text(self->bytes))
        warn(self, DOTENV_LINT_LINK_TEXT, statement->name_at);
    self->previous_token = is_token ? statement->name : (struct span){0};
    self->previous_line = line;
    self->previous_end = value ? statement->value_at + value->raw.len : statement->separator_at;
}
