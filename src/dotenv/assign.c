// SPDX-License-Identifier: MIT
#include "dotenv/assign.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/wipe.h"
#include "dotenv/statement.h"

// What the longest spelling adds to name and value: '=', two quotes, two line ends, a NUL.
#define DECORATION 16

// Ways to spell a value, in the order in which they are tried.
enum style {
    STYLE_AS_IT_WAS, // plain, or inside the quotes that are there
    STYLE_SINGLE,
    STYLE_DOUBLE, // with escapes: for a backslash before a quote or at the end
    STYLE_COUNT,
};

// Where the value goes: the bytes of the file before it and after it.
struct place {
    struct span before, after;
    char quote; // around the old value; 0: none
    bool append;
    const char *line_end;
};

// ---- Reading ------------------------------------------------------------------------------------

static bool read_one(struct dotenv *dotenv, struct span file, unsigned index,
                     const struct envlist *outside)
{
    const struct dotenv_options options = {.outside = outside};
    return dotenv_read(dotenv, file.text, file.len, index, &options);
}

// Reads the earlier files and `file`. The variable itself is not looked up outside: what counts
// here is what the file says.
static bool read_all(struct dotenv *dotenv, const struct assign_request *request, struct span file,
                     const struct envlist *outside)
{
    dotenv_make(dotenv);
    for (size_t i = 0; i < request->earlier_count; i++)
        if (!read_one(dotenv, request->earlier[i], (unsigned)i, outside))
            return false;
    return read_one(dotenv, file, (unsigned)request->earlier_count, outside);
}

// The variable as the file itself assigns it; NULL when it does not.
static const struct dotenv_var *find(const struct dotenv *dotenv,
                                     const struct assign_request *request)
{
    const struct dotenv_var *var = dotenv_find(dotenv, request->name);
    return var && var->file == request->earlier_count && !var->inherited ? var : NULL;
}

// ---- Placing ------------------------------------------------------------------------------------

static struct span slice(struct span span, size_t from, size_t to)
{
    return (struct span){span.text + from, to - from};
}

static const char *line_end_of(struct span file)
{
    size_t at = file.len;
    while (at > 0 && file.text[at - 1] != '\n')
        at--;
    return at > 1 && file.text[at - 2] == '\r' ? "\r\n" : "\n";
}

static struct place place_of(const struct dotenv_var *var, struct span file)
{
    struct place place = {.before = file, .line_end = line_end_of(file), .append = !var};
    if (!var)
        return place;
    size_t from = var->value_offset;
    size_t to = from + var->raw.len;
    char first = var->raw.len > 1 ? file.text[from] : '\0';
    if (first == '\'' || first == '"') {
        place.quote = first;
        from++;
        to--;
    }
    place.before = slice(file, 0, from);
    place.after = slice(file, to, file.len);
    return place;
}

// ---- Writing ------------------------------------------------------------------------------------

// In quotes, with a backslash before each byte of `special`.
static void add_quoted(struct text *out, struct span value, const char *quote, const char *special)
{
    text_add(out, "%s", quote);
    for (size_t i = 0; i < value.len; i++) {
        if (value.text[i] != '\0' && strchr(special, value.text[i]))
            text_add(out, "\\");
        text_add_span(out, slice(value, i, i + 1));
    }
    text_add(out, "%s", quote);
}

// The room was taken for the longest style.
static void write_file(struct assignment *self, const struct assign_request *request,
                       const struct place *place, enum style style)
{
    struct span before = place->before;
    struct span after = place->after;
    struct text out = text_over(self->bytes, self->room);
    // New quotes take the place of the old ones.
    if (place->quote != '\0' && style != STYLE_AS_IT_WAS) {
        before.len--;
        after = slice(after, 1, after.len);
    }
    text_add_span(&out, before);
    if (place->append) {
        bool begins_line =
            before.len == 0 || span_is(before, BYTE_ORDER_MARK) || span_ends(before, "\n");
        text_add(&out, "%s%s=", begins_line ? "" : place->line_end, request->name);
    }
    if (style == STYLE_AS_IT_WAS)
        text_add_span(&out, request->value);
    else if (style == STYLE_SINGLE)
        add_quoted(&out, request->value, "'", "'");
    else
        add_quoted(&out, request->value, "\"", "\\\"$");
    text_add_span(&out, after);
    text_add(&out, "%s", place->append ? place->line_end : "");
    self->len = out.len;
}

// ---- Checking -----------------------------------------------------------------------------------

static bool is_other(const struct dotenv_var *var, const struct assign_request *request)
{
    // A lone word at the end of the file has the empty name, and becomes a bare name by the newline
    // that an appended line needs. What a bare name brings is not in the file.
    return var->name.len > 0 && !var->inherited && !span_is(var->name, request->name);
}

static const struct dotenv_var *next_other(const struct dotenv *dotenv, size_t *at,
                                           const struct assign_request *request)
{
    while (*at < dotenv->count) {
        const struct dotenv_var *var = &dotenv->vars[(*at)++];
        if (is_other(var, request))
            return var;
    }
    return NULL;
}

// All other variables are what they were, but for those that refer to this one.
static bool others_are_kept(const struct dotenv *was, const struct dotenv *is,
                            const struct assign_request *request)
{
    size_t was_at = 0;
    size_t is_at = 0;
    for (;;) {
        const struct dotenv_var *before = next_other(was, &was_at, request);
        const struct dotenv_var *now = next_other(is, &is_at, request);
        if (!before || !now)
            return before == now;
        if (!span_equal(before->name, now->name) || !span_equal(before->raw, now->raw))
            return false;
        if (!before->has_reference && !span_equal(before->value, now->value))
            return false;
    }
}

// Nothing is known of a file that was not read for lack of memory: then there is no error in it, or
// one that says so.
static bool lacked_memory(const struct dotenv *dotenv)
{
    bool errors = false;
    for (size_t i = 0; i < dotenv->issue_count; i++) {
        if (dotenv->issues[i].fault == DOTENV_NO_MEMORY)
            return true;
        errors = errors || dotenv->issues[i].level == DOTENV_ERROR;
    }
    return dotenv->failed && !errors;
}

// ASSIGN_IMPOSSIBLE: not in this style.
static enum assign_fault reads_right(struct assignment *self, const struct assign_request *request,
                                     const struct dotenv *was, const struct envlist *outside)
{
    struct dotenv is;
    bool read = read_all(&is, request, (struct span){self->bytes, self->len}, outside);
    const struct dotenv_var *var = read ? find(&is, request) : NULL;
    bool right =
        var && span_equal(var->value, request->value) && others_are_kept(was, &is, request);
    if (right)
        self->line = var->line;
    enum assign_fault fault = lacked_memory(&is) ? ASSIGN_NO_MEMORY : ASSIGN_IMPOSSIBLE;
    dotenv_free(&is);
    return right ? ASSIGN_OK : fault;
}

static enum assign_fault try_styles(struct assignment *self, const struct assign_request *request,
                                    const struct dotenv *was, const struct envlist *outside)
{
    const struct dotenv_var *var = find(was, request);
    struct place place = place_of(var, request->file);
    self->appended = !var;
    self->by_reference = var && var->has_reference;
    self->room = request->file.len + strlen(request->name) + 2 * request->value.len + DECORATION;
    self->bytes = malloc(self->room);
    if (!self->bytes)
        return ASSIGN_NO_MEMORY;
    for (int style = STYLE_AS_IT_WAS; style < STYLE_COUNT; style++) {
        write_file(self, request, &place, (enum style)style);
        enum assign_fault fault = reads_right(self, request, was, outside);
        if (fault != ASSIGN_IMPOSSIBLE)
            return fault;
    }
    return ASSIGN_IMPOSSIBLE;
}

static enum assign_fault refused(struct assignment *self, const struct dotenv *was)
{
    if (lacked_memory(was))
        return ASSIGN_NO_MEMORY;
    for (size_t i = 0; i < was->issue_count; i++)
        if (was->issues[i].level == DOTENV_ERROR) {
            self->issue = was->issues[i];
            return ASSIGN_BROKEN;
        }
    return ASSIGN_NO_MEMORY;
}

// Two views of the outside: one that knows nothing of the variable, for what the file says by
// itself; and one that has its new value, for a file that Compose refuses only since ${NAME:?}
// finds nothing yet.
struct outsides {
    struct envlist without, with;
};

static bool outsides_make(struct outsides *self, const struct assign_request *request)
{
    static char *const nothing[] = {NULL};
    char *const *items = request->outside ? request->outside->items : nothing;
    *self = (struct outsides){0};
    if (!envlist_make(&self->without, items) || !envlist_make(&self->with, items))
        return false;
    envlist_remove(&self->without, request->name);
    // A value that no environment can hold is refused later, as one that no file can.
    return envlist_set(&self->with, span_of(request->name), request->value) ||
           memchr(request->name, '=', strlen(request->name)) ||
           (request->value.len > 0 && memchr(request->value.text, '\0', request->value.len));
}

static bool read_old(struct dotenv *was, const struct assign_request *request,
                     const struct outsides *outsides)
{
    if (read_all(was, request, request->file, &outsides->without))
        return true;
    if (lacked_memory(was))
        return false;
    dotenv_free(was);
    return read_all(was, request, request->file, &outsides->with);
}

enum assign_fault assign(struct assignment *self, const struct assign_request *request)
{
    struct outsides outsides;
    enum assign_fault fault = ASSIGN_NO_MEMORY;
    *self = (struct assignment){0};
    if (request->name[0] == '\0') // Compose reads it, no program can use it
        return ASSIGN_IMPOSSIBLE;
    if (outsides_make(&outsides, request)) {
        struct dotenv was;
        fault = read_old(&was, request, &outsides)
                    ? try_styles(self, request, &was, &outsides.without)
                    : refused(self, &was);
        dotenv_free(&was);
    }
    envlist_free(&outsides.without);
    envlist_free(&outsides.with);
    if (fault != ASSIGN_OK) {
        struct dotenv_issue issue = self->issue;
        assign_free(self);
        self->issue = issue;
    }
    return fault;
}

// A file that has the variable and one that may be without it.
static bool are_apart_by_value(const struct assign_request *request, const struct dotenv_var *var,
                               struct span with, const struct dotenv_var *other_var,
                               struct span other)
{
    if (!other_var) {
        struct assignment made = {0};
        struct assign_request append = *request;
        append.file = other;
        append.value = var->value;
        bool same = assign(&made, &append) == ASSIGN_OK &&
                    span_equal((struct span){made.bytes, made.len}, with);
        assign_free(&made);
        return same;
    }
    struct span before = slice(with, 0, var->value_offset);
    struct span after = slice(with, var->value_offset + var->raw.len, with.len);
    struct span other_after = slice(other, other_var->value_offset + other_var->raw.len, other.len);
    return span_equal(before, slice(other, 0, other_var->value_offset)) &&
           span_equal(after, other_after);
}

bool assign_differs_in_value(const struct assign_request *request, struct span other)
{
    struct outsides outsides;
    struct dotenv one = {0}, two = {0};
    bool apart = false;
    if (outsides_make(&outsides, request) &&
        read_all(&one, request, request->file, &outsides.without) &&
        read_all(&two, request, other, &outsides.without)) {
        const struct dotenv_var *var = find(&one, request);
        const struct dotenv_var *other_var = find(&two, request);
        if (var)
            apart = are_apart_by_value(request, var, request->file, other_var, other);
        else if (other_var)
            apart = are_apart_by_value(request, other_var, other, NULL, request->file);
    }
    dotenv_free(&one);
    dotenv_free(&two);
    envlist_free(&outsides.without);
    envlist_free(&outsides.with);
    return apart || span_equal(request->file, other);
}

void assign_free(struct assignment *self)
{
    if (self->bytes)
        wipe(self->bytes, self->room);
    free(self->bytes);
    *self = (struct assignment){0};
}
