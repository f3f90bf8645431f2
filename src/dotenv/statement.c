// SPDX-License-Identifier: MIT
#include "dotenv/statement.h"

#include <string.h>

#include "base/ascii.h"
#include "base/utf8.h"
#include "dotenv/unicode.h"

// The character at `at`. A byte that is not UTF-8 is one character that belongs to no kind, as in
// Go.
static uint32_t character_at(struct span bytes, size_t at, size_t *len)
{
    uint32_t code = (unsigned char)bytes.text[at];
    *len = 1;
    if (code < 0x80)
        return code;
    *len = utf8_decode(bytes.text + at, bytes.len - at, &code);
    if (*len > 0)
        return code;
    *len = 1;
    return 0xFFFD;
}

static size_t skip(struct span bytes, size_t at, bool (*kind)(uint32_t code))
{
    while (at < bytes.len) {
        size_t len = 0;
        if (!kind(character_at(bytes, at, &len)))
            break;
        at += len;
    }
    return at;
}

static size_t line_end(struct span bytes, size_t at)
{
    const char *found = at < bytes.len ? memchr(bytes.text + at, '\n', bytes.len - at) : NULL;
    return found ? (size_t)(found - bytes.text) : bytes.len;
}

static size_t statement_start(struct span bytes, size_t at)
{
    for (;;) {
        at = skip(bytes, at, unicode_is_space);
        if (at == bytes.len || bytes.text[at] != '#')
            return at;
        at = line_end(bytes, at);
    }
}

// `export` counts only with a blank after it: one of a regular expression's \s in compose-go, which
// has no \v.
static size_t skip_export(struct span bytes, size_t at)
{
    static const char word[] = "export";
    size_t after = at + sizeof word - 1;
    if (after >= bytes.len || memcmp(bytes.text + at, word, sizeof word - 1) != 0 ||
        !ascii_is_space(bytes.text[after]) || bytes.text[after] == '\v')
        return at;
    return skip(bytes, after, unicode_is_blank);
}

static bool may_be_in_name(uint32_t code)
{
    return code == '_' || code == '.' || code == '-' || code == '[' || code == ']' ||
           unicode_is_blank(code) || unicode_is_letter_or_number(code);
}

static bool ends_name(uint32_t code)
{
    return code == '=' || code == ':' || code == '\n';
}

char statement_quote(struct span value)
{
    return value.len > 0 && (value.text[0] == '"' || value.text[0] == '\'') ? value.text[0] : '\0';
}

// The byte after the closing quote of the value that begins at `at`, or 0. A backslash takes the
// byte after it along, whatever that is.
static size_t quoted_end(struct span bytes, size_t at)
{
    char quote = bytes.text[at];
    for (size_t i = at + 1; i < bytes.len; i++) {
        if (bytes.text[i] == quote)
            return i + 1;
        if (bytes.text[i] == '\\')
            i++;
    }
    return 0;
}

static void take_value(struct statement_reader *reader, struct statement *statement)
{
    struct span bytes = reader->bytes;
    size_t start = skip(bytes, statement->separator_at + 1, unicode_is_blank);
    bool quoted = statement_quote(span_rest(bytes, start));
    size_t end = quoted ? quoted_end(bytes, start) : line_end(bytes, start);
    if (end == 0) {
        statement->kind = STATEMENT_BROKEN;
        statement->fault = DOTENV_UNTERMINATED_QUOTE;
        statement->fault_at = start;
        reader->at = bytes.len; // all that follows is inside the quote
        return;
    }
    statement->value = (struct span){bytes.text + start, end - start};
    statement->value_at = start;
    reader->at = end;
}

// The line of a bad name: what comes after its `=` may be a quoted value over several lines,
// whose text must not be taken for statements.
static void skip_broken(struct statement_reader *reader, size_t at)
{
    struct span bytes = reader->bytes;
    size_t end = line_end(bytes, at);
    const char *equals = memchr(bytes.text + at, '=', end - at);
    reader->at = end;
    if (!equals)
        return;
    size_t value = skip(bytes, (size_t)(equals - bytes.text) + 1, unicode_is_blank);
    if (value >= end || !statement_quote((struct span){bytes.text + value, 1}))
        return;
    size_t after = quoted_end(bytes, value);
    if (after > 0)
        reader->at = line_end(bytes, after);
}

static void break_at(struct statement_reader *reader, struct statement *statement,
                     enum dotenv_fault fault, size_t at)
{
    statement->kind = STATEMENT_BROKEN;
    statement->fault = fault;
    statement->fault_at = at;
    skip_broken(reader, at);
}

static void take_bare_word(struct statement_reader *reader, struct statement *statement)
{
    struct span bytes = reader->bytes;
    statement->kind = STATEMENT_BARE_WORD;
    statement->name = (struct span){bytes.text + statement->name_at, 0};
    statement->separator_at = statement->name_at;
    statement->value =
        (struct span){bytes.text + statement->name_at, bytes.len - statement->name_at};
    statement->value_at = statement->name_at;
    reader->at = bytes.len;
}

static void end_name(struct statement_reader *reader, struct statement *statement, size_t end)
{
    struct span bytes = reader->bytes;
    statement->separator = bytes.text[end];
    statement->separator_at = end;
    statement->name =
        unicode_trim_end((struct span){bytes.text + statement->name_at, end - statement->name_at});
    statement->kind = statement->separator == '\n' ? STATEMENT_BARE_NAME : STATEMENT_PAIR;
    reader->at = end + 1;
    if (statement->kind == STATEMENT_PAIR)
        take_value(reader, statement);
    const char *space = memchr(statement->name.text, ' ', statement->name.len);
    if (!space)
        return;
    // Prose, most likely: a quote that stays open in it hides nothing.
    if (statement->kind == STATEMENT_BROKEN)
        reader->at = line_end(bytes, end + 1);
    statement->kind = STATEMENT_BROKEN;
    statement->fault = DOTENV_SPACE_IN_NAME;
    statement->fault_at = (size_t)(space - bytes.text);
}

void statement_next(struct statement_reader *reader, struct statement *statement)
{
    struct span bytes = reader->bytes;
    *statement = (struct statement){.kind = STATEMENT_END};
    statement->start = statement_start(bytes, reader->at);
    if (statement->start == bytes.len)
        return;
    statement->name_at = skip_export(bytes, statement->start);
    if (statement->name_at == bytes.len) {
        break_at(reader, statement, DOTENV_ZERO_LENGTH, statement->start);
        return;
    }
    for (size_t at = statement->name_at; at < bytes.len;) {
        size_t len = 0;
        if (ascii_is_name(bytes.text[at])) {
            at++;
            continue;
        }
        uint32_t code = character_at(bytes, at, &len);
        if (ends_name(code)) {
            end_name(reader, statement, at);
            return;
        }
        if (!may_be_in_name(code)) {
            break_at(reader, statement, DOTENV_BAD_CHARACTER, at);
            return;
        }
        at += len;
    }
    take_bare_word(reader, statement);
}
