// SPDX-License-Identifier: MIT
#include "settings/token_source.h"

#include <limits.h>
#include <string.h>

#include "base/ascii.h"
#include "base/file.h"

static bool is_listed(struct span path, struct span files)
{
    struct span file;
    while (span_split(&files, ',', &file))
        if (span_equal(path, file))
            return true;
    return false;
}

// Splits "/path:LINE" as "%u" writes a line. False: `source` does not end in one.
static bool split(struct span source, struct span *path, unsigned *line)
{
    size_t at = source.len;
    unsigned long long number = 0, unit = 1;
    while (at > 0 && ascii_is_digit(source.text[at - 1])) {
        number += unit * (unsigned)(source.text[--at] - '0');
        unit *= 10;
        if (number > UINT_MAX || source.len - at > 10)
            return false;
    }
    if (at < 2 || at == source.len || source.text[at - 1] != ':' || source.text[at] == '0')
        return false;
    *path = (struct span){source.text, at - 1};
    *line = (unsigned)number;
    return true;
}

// A list cannot hold a path with a comma, so `run` leaves such a file out of it: there a file of
// the whole name decides.
static bool is_line(const char *source, struct span files, struct span *path, unsigned *line)
{
    if (!split(span_of(source), path, line))
        return false;
    return memchr(path->text, ',', path->len) ? !file_is_regular(source) : is_listed(*path, files);
}

void token_source_add(struct text *out, const struct origin *origin, struct span files)
{
    struct text path = text_growing();
    struct span file;
    unsigned line;
    if (origin->kind != ORIGIN_FILE && origin->kind != ORIGIN_SECRET) {
        text_add(out, "environment");
        return;
    }
    file_add_absolute(&path, origin->path);
    // The secret "/x:3" beside a .env file "/x": "//x" is the same file and not in the list.
    while (origin->kind == ORIGIN_SECRET && path.bytes &&
           split((struct span){path.bytes, path.len}, &file, &line) && is_listed(file, files)) {
        struct text longer = text_growing();
        text_add(&longer, "/%s", path.bytes);
        text_free(&path);
        path = longer;
    }
    text_add(out, "%s", path.bytes ? path.bytes : "");
    if (origin->kind == ORIGIN_FILE)
        text_add(out, ":%u", origin->line);
    out->cut = out->cut || path.cut;
    text_free(&path);
}

struct origin token_source_read(const char *source, struct span files, struct arena *memory)
{
    struct span path;
    unsigned line;
    if (!source || *source != '/')
        return (struct origin){.kind = ORIGIN_ENVIRONMENT};
    if (!is_line(source, files, &path, &line))
        return (struct origin){.kind = ORIGIN_SECRET, .path = source};
    return (struct origin){.kind = ORIGIN_FILE, .path = arena_copy(memory, path), .line = line};
}
