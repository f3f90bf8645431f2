// SPDX-License-Identifier: MIT
#include "dotenv/inih.h"

#include <assert.h>
#include <ini.h>
#include <string.h>

#include "base/file.h"

// In front of every statement, taken off again in the handler: with it no statement begins with a
// blank (inih: a continuation), with `[` (a section), with `;` or `#` (a comment).
#define MARK '_'
// The mark, a `=` for a bare name, the final NUL.
#define EXTRA 3

// inih never looks for a newline itself, so one in a quoted value passes, as long as one call of
// the reader delivers the whole statement. It always does when the longest file fits.
static_assert(INI_MAX_LINE >= DOTENV_FILE_MAX + EXTRA, "a statement must fit into inih's line");
static_assert(INI_INITIAL_ALLOC >= DOTENV_FILE_MAX + EXTRA, "from the start");
static_assert(INI_USE_STACK == 0, "inih's line is no burden for the stack");
static_assert(INI_ALLOW_REALLOC == 0, "inih's line does not move and leave a token behind");
static_assert(INI_ALLOW_MULTILINE == 0, "an indented pair is no second value of the one above");
static_assert(INI_ALLOW_INLINE_COMMENTS == 0, "\" ;\" is text, and \" #\" depends on quotes");
static_assert(INI_HANDLER_LINENO == 0, "the handler has four parameters");
static_assert(INI_CALL_HANDLER_ON_NEW_SECTION == 0, "the handler always gets a name");
static_assert(INI_ALLOW_NO_VALUE == 0, "the handler always gets a value");

struct feed {
    struct statement_reader reader;
    struct statement statement; // what inih splits right now
    const struct statement_sink *sink;
    size_t longest; // bytes of inih's line that were used
    bool done;
};

static size_t spell(char *line, const struct statement *statement)
{
    size_t len = 0;
    line[len++] = MARK;
    memcpy(line + len, statement->name.text, statement->name.len);
    len += statement->name.len;
    line[len++] = '=';
    if (statement->value.len > 0)
        memcpy(line + len, statement->value.text, statement->value.len);
    len += statement->value.len;
    line[len] = '\0';
    return len;
}

// inih's reader. The last call wipes inih's line: it held the token, and inih frees it as it is.
static char *next_line(char *line, int size, void *stream)
{
    struct feed *feed = stream;
    struct statement *statement = &feed->statement;
    do {
        statement_next(&feed->reader, statement);
        if (statement->kind == STATEMENT_BROKEN)
            feed->sink->refuse(feed->sink->context, statement);
    } while (statement->kind == STATEMENT_BROKEN);
    if (statement->kind == STATEMENT_END) {
        file_wipe(line, feed->longest);
        feed->done = true;
        return NULL;
    }
    if (statement->name.len + statement->value.len + EXTRA > (size_t)size)
        return NULL;
    size_t len = spell(line, statement);
    if (len > feed->longest)
        feed->longest = len;
    return line;
}

// inih's handler. Mistakes of the file are collected, so inih itself never hears of one.
static int take_pair(void *user, const char *section, const char *name, const char *value)
{
    struct feed *feed = user;
    if (section[0] != '\0' || name[0] != MARK)
        return 0;
    feed->sink->take(feed->sink->context, &feed->statement, span_of(name + 1), span_of(value));
    return 1;
}

bool dotenv_inih_run(struct span bytes, size_t start, const struct statement_sink *sink)
{
    struct feed feed = {.reader = {.bytes = bytes, .at = start}, .sink = sink};
    return ini_parse_stream(next_line, &feed, take_pair, &feed) == 0 && feed.done;
}
