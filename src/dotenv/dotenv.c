// SPDX-License-Identifier: MIT
#include "dotenv/dotenv.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/ascii.h"
#include "dotenv/issue.h"
#include "dotenv/lint.h"
#include "dotenv/memory.h"
#include "dotenv/statement.h"
#include "dotenv/value.h"
#include "token/near_name.h"
#include "token/redact_token.h"

struct dotenv_memory {
    struct arena arena; // names and values
    struct names names; // where in `vars` each is
    size_t var_room;
    size_t issue_room;
    size_t value_bytes;
};

// One file while it is read. Its variables join the others only when all of it is good.
struct reading {
    struct dotenv *self;
    const struct dotenv_options *options;
    unsigned file;
    struct span bytes; // with its byte-order mark: offsets are those in the file
    struct place place;
    struct dotenv_var *vars;
    size_t count;
    size_t room;
    struct names names;
    struct names outside;        // numbers of the values below, made when it is first asked
    struct span *outside_values; // with their lengths: one may be asked for at every line
    bool outside_known;
    struct buffer scratch;
    struct buffer value;
    bool too_long;
    struct issue_list issues;
    struct lint lint;
    // The value that is decoded
    const struct statement *statement;
    bool unset_reference;
    bool secret; // known once a reference in it was unset
};

static void learn_outside(struct reading *reading)
{
    const struct envlist *outside = reading->options->outside;
    size_t count = outside ? outside->count : 0;
    reading->outside_known = true;
    reading->outside_values = calloc(count + 1, sizeof *reading->outside_values);
    if (!reading->outside_values)
        reading->issues.no_memory = true;
    for (size_t i = 0; i < count && reading->outside_values; i++) {
        const char *equals = strchr(outside->items[i], '=');
        size_t known = 0;
        if (!equals || equals == outside->items[i])
            continue;
        struct span name = {outside->items[i], (size_t)(equals - outside->items[i])};
        reading->outside_values[i] = span_of(equals + 1);
        // Of two entries every libc finds the first.
        if (!names_get(&reading->outside, name, &known) && !names_put(&reading->outside, name, i))
            reading->issues.no_memory = true;
    }
}

static bool find_outside(struct reading *reading, struct span name, struct span *value)
{
    size_t i = 0;
    if (!reading->outside_known)
        learn_outside(reading);
    if (!names_get(&reading->outside, name, &i))
        return false;
    *value = reading->outside_values[i];
    return true;
}

// What a bare name gets: the environment, then earlier files.
static bool find_inherited(struct reading *reading, struct span name, struct span *value)
{
    size_t i = 0;
    if (find_outside(reading, name, value))
        return true;
    if (!names_get(&reading->self->memory->names, name, &i))
        return false;
    *value = reading->self->vars[i].value;
    return true;
}

static bool look_up(void *context, struct span name, struct span *value)
{
    struct reading *reading = context;
    size_t i = 0;
    if (find_inherited(reading, name, value))
        return true;
    if (!names_get(&reading->names, name, &i))
        return false;
    *value = reading->vars[i].value;
    return true;
}

// ${CI_TOKEN}: capitals that say what they name. A generated token is neither, and one that
// somebody chose so would be a placeholder's name.
static bool calls_itself_secret(struct span name)
{
    static const char *const words[] = {"TOKEN", "KEY", "SECRET"};
    for (size_t i = 0; i < name.len; i++)
        if (!ascii_is_upper(name.text[i]) && !ascii_is_digit(name.text[i]) && name.text[i] != '_')
            return false;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (span_find(name, words[i]) < name.len)
            return true;
    return false;
}

// What looks like a name after a $ may be a piece of a secret. It is shown only where somebody
// uses it as a name: in an assignment of this or an earlier file, or in the environment; or where
// it is all that the value refers to and calls itself a secret's name. The first is known at the
// end of the file.
static void forget_unknown_names(struct reading *reading)
{
    size_t known = 0;
    struct span value;
    for (size_t i = 0; i < reading->issues.count; i++) {
        struct dotenv_issue *issue = issues_at(&reading->issues, i);
        struct span name = span_of(issue->name);
        bool reference = issue->fault == DOTENV_LINT_UNSET_REFERENCE ||
                         issue->fault == DOTENV_LINT_UNSET_IN_SECRET ||
                         issue->fault == DOTENV_LINT_UNSET_WHOLE ||
                         issue->fault == DOTENV_REQUIRED_MISSING;
        bool is_plain = issue->fault == DOTENV_LINT_UNSET_WHOLE && calls_itself_secret(name);
        if (reference && !is_plain && name.len > 0 && !names_get(&reading->names, name, &known) &&
            !find_inherited(reading, name, &value))
            issue->name[0] = '\0';
    }
}

// NAME=${OTHER} and nothing else, or NAME=$NAME: the reference was meant.
static bool is_whole_value(const struct statement *statement, struct span name)
{
    struct span value = statement->value;
    if (statement_quote(value) == '"')
        value = span_trim((struct span){value.text + 1, value.len - 2});
    bool braced = span_starts(value, "${");
    if (!span_starts(value, braced ? "${" : "$") || (!braced && !span_equal(name, statement->name)))
        return false;
    value = span_rest(value, braced ? 2 : 1);
    if (value.len < name.len || !span_equal((struct span){value.text, name.len}, name))
        return false;
    value = span_rest(value, name.len);
    if (braced && !span_starts(value, "}"))
        return false;
    value = span_trim(span_rest(value, braced));
    return value.len == 0 || value.text[0] == '#';
}

static void report_unset(void *context, struct span name, size_t at)
{
    struct reading *reading = context;
    if (!reading->unset_reference)
        reading->secret = lint_is_secret_name(reading->options, reading->statement->name);
    reading->unset_reference = true;
    enum dotenv_fault fault =
        reading->secret ? DOTENV_LINT_UNSET_IN_SECRET : DOTENV_LINT_UNSET_REFERENCE;
    if (reading->secret && is_whole_value(reading->statement, name))
        fault = DOTENV_LINT_UNSET_WHOLE;
    issue_name(issues_add(&reading->issues, fault, reading->statement->value_at + at), name);
}

static void report_duplicate(struct reading *reading, const struct dotenv_var *old,
                             const struct dotenv_var *new)
{
    if (span_equal(old->value, new->value))
        return;
    struct dotenv_issue *issue =
        issues_add(&reading->issues, DOTENV_LINT_DUPLICATE, reading->statement->name_at);
    issue_name(issue, new->name);
    if (issue)
        issue->other_line = old->line;
}

// The last one wins, in the place of the first.
static bool put_var(struct reading *reading, const struct dotenv_var *var)
{
    size_t i = 0;
    if (names_get(&reading->names, var->name, &i)) {
        struct span name = reading->vars[i].name;
        report_duplicate(reading, &reading->vars[i], var);
        reading->vars[i] = *var;
        reading->vars[i].name = name;
        return true;
    }
    struct dotenv_var *vars =
        array_reserve(reading->vars, reading->count, 1, &reading->room, sizeof *vars);
    if (!vars)
        return false;
    reading->vars = vars;
    vars[reading->count] = *var;
    return names_put(&reading->names, var->name, reading->count++);
}

static bool copy(struct arena *arena, struct span *span)
{
    span->text = arena_copy(arena, *span);
    return span->text;
}

// Copies what the variable points to.
static bool keep(struct reading *reading, struct dotenv_var *var)
{
    struct dotenv_memory *memory = reading->self->memory;
    memory->value_bytes += var->value.len;
    return copy(&memory->arena, &var->name) && copy(&memory->arena, &var->value) &&
           copy(&memory->arena, &var->raw) && put_var(reading, var);
}

static void report_value(struct reading *reading, const struct value_result *result)
{
    size_t at = reading->statement->value_at + result->at;
    if (result->fault == DOTENV_NO_MEMORY) {
        reading->issues.no_memory = true;
        return;
    }
    if (result->fault == DOTENV_TOO_LONG && reading->too_long)
        return;
    reading->too_long = reading->too_long || result->fault == DOTENV_TOO_LONG;
    issue_name(issues_add(&reading->issues, result->fault, at), result->name);
}

// None once a value was too long, or each of the lines that follow would first copy as much again.
static size_t room_for_values(const struct reading *reading)
{
    size_t used = reading->self->memory->value_bytes;
    return used < DOTENV_VALUES_MAX && !reading->too_long ? DOTENV_VALUES_MAX - used : 0;
}

static void decode(struct reading *reading, struct dotenv_var *var)
{
    struct template_source source = {look_up, report_unset, reading};
    reading->value.len = 0;
    reading->unset_reference = false;
    struct value_result result = value_decode(var->raw, &source, &reading->scratch, &reading->value,
                                              room_for_values(reading));
    if (reading->value.len > 0)
        var->value = (struct span){reading->value.bytes, reading->value.len};
    var->has_reference = result.has_reference;
    if (result.good)
        return;
    report_value(reading, &result);
    // The file is refused. This keeps a later `:?` from calling the variable missing.
    var->value = span_of("?");
}

// Its value is copied: a few bytes of the file may become many.
static void take_bare_name(struct reading *reading, struct dotenv_var *var)
{
    var->inherited = find_inherited(reading, var->name, &var->value);
    if (var->value.len > room_for_values(reading))
        report_value(reading, &(struct value_result){.fault = DOTENV_TOO_LONG});
    else if (var->inherited && !keep(reading, var))
        reading->issues.no_memory = true;
    lint_statement(&reading->lint, reading->statement, var->line, NULL, var->inherited);
}

static void take(struct reading *reading, const struct statement *statement)
{
    reading->statement = statement;
    place_go(&reading->place, reading->bytes, statement->name_at);
    struct dotenv_var var = {.name = statement->name,
                             .value = span_of(""),
                             .value_offset = statement->value_at,
                             .file = reading->file,
                             .line = reading->place.line,
                             .column = reading->place.column};
    if (statement->kind == STATEMENT_BARE_NAME) {
        take_bare_name(reading, &var);
        return;
    }
    var.raw = value_raw(statement->value);
    if (var.raw.len == 0 && statement->kind == STATEMENT_PAIR)
        var.value_offset = statement->separator_at + 1;
    decode(reading, &var);
    // Here, since of several assignments the last one is left, and of a refused file none.
    if ((lint_is_token_name(reading->options, var.name) ||
         token_is_near_secret(var.name, var.value)) &&
        !token_redact(var.value))
        reading->issues.no_memory = true;
    struct linted_value linted = {var.raw, var.value, var.has_reference, reading->unset_reference};
    lint_statement(&reading->lint, statement, var.line, &linted, false);
    if (!keep(reading, &var))
        reading->issues.no_memory = true;
}

static void refuse(struct reading *reading, const struct statement *statement)
{
    enum dotenv_fault fault = statement->fault;
    if (fault == DOTENV_BAD_CHARACTER)
        fault = lint_bad_character(reading->bytes, statement->fault_at);
    struct dotenv_issue *issue = issues_add(&reading->issues, fault, statement->fault_at);
    if (issue && fault == DOTENV_BAD_CHARACTER)
        issue->other_line = lint_quote_opened(&reading->lint, statement->fault_at);
    if (fault == DOTENV_BAD_CHARACTER || fault == DOTENV_UNTERMINATED_QUOTE)
        issue_character(issue, (struct span){reading->bytes.text + statement->fault_at,
                                             reading->bytes.len - statement->fault_at});
}

// The first file's become the result as they are.
static bool join_first(struct reading *reading)
{
    struct dotenv *self = reading->self;
    self->vars = reading->vars;
    self->count = reading->count;
    self->memory->var_room = reading->room;
    self->memory->names = reading->names;
    reading->vars = NULL;
    reading->room = 0;
    reading->names = (struct names){0};
    return true;
}

static bool join(struct reading *reading)
{
    struct dotenv *self = reading->self;
    struct dotenv_memory *memory = self->memory;
    if (self->count == 0)
        return join_first(reading);
    struct dotenv_var *vars =
        array_reserve(self->vars, self->count, reading->count, &memory->var_room, sizeof *vars);
    if (!vars)
        return false;
    self->vars = vars;
    for (size_t i = 0; i < reading->count; i++) {
        size_t known = 0;
        if (names_get(&memory->names, reading->vars[i].name, &known)) {
            reading->vars[i].name = vars[known].name;
            vars[known] = reading->vars[i];
            continue;
        }
        vars[self->count] = reading->vars[i];
        if (!names_put(&memory->names, vars[self->count].name, self->count))
            return false;
        self->count++;
    }
    return true;
}

static bool join_issues(struct reading *reading, size_t start)
{
    struct dotenv *self = reading->self;
    struct dotenv_issue *issues =
        array_reserve(self->issues, self->issue_count, reading->issues.count,
                      &self->memory->issue_room, sizeof *issues);
    if (!issues)
        return false;
    self->issues = issues;
    self->issue_count += issues_finish(&reading->issues, reading->bytes, start, reading->file,
                                       issues + self->issue_count);
    self->dropped += reading->issues.dropped;
    return true;
}

// What cannot be read as statements at all. False when it is such a file.
static bool may_be_read(struct reading *reading)
{
    size_t at = 0;
    struct span bytes = reading->bytes;
    if (bytes.len > DOTENV_FILE_MAX) {
        issues_add(&reading->issues, DOTENV_TOO_LONG, 0);
        return false;
    }
    if (lint_finds_utf16(bytes, &at)) {
        issues_add(&reading->issues, DOTENV_UTF16, at);
        return false;
    }
    const char *nul = bytes.len > 0 ? memchr(bytes.text, '\0', bytes.len) : NULL;
    if (nul)
        issues_add(&reading->issues, DOTENV_NUL, (size_t)(nul - bytes.text));
    return !nul;
}

static void release(struct reading *reading)
{
    array_free(reading->vars, reading->room, sizeof *reading->vars);
    names_free(&reading->names);
    names_free(&reading->outside);
    free(reading->outside_values); // lengths and places of what is not ours
    buffer_free(&reading->scratch);
    buffer_free(&reading->value);
    issues_free(&reading->issues);
}

static void read_statements(struct reading *reading, size_t start)
{
    struct statement_reader reader = {.bytes = reading->bytes, .at = start};
    struct statement statement;
    for (;;) {
        statement_next(&reader, &statement);
        if (statement.kind == STATEMENT_END)
            return;
        if (statement.kind == STATEMENT_BROKEN)
            refuse(reading, &statement);
        else
            take(reading, &statement);
    }
}

static bool read_file(struct reading *reading)
{
    size_t start = span_starts(reading->bytes, BYTE_ORDER_MARK) ? sizeof BYTE_ORDER_MARK - 1 : 0;
    reading->place = place_begin(start);
    reading->lint = (struct lint){
        .bytes = reading->bytes, .options = reading->options, .issues = &reading->issues};
    if (may_be_read(reading))
        read_statements(reading, start);
    forget_unknown_names(reading);
    if (reading->issues.no_memory)
        issues_add(&reading->issues, DOTENV_NO_MEMORY, start);
    bool good = !reading->issues.failed && !reading->issues.no_memory && join(reading);
    return join_issues(reading, start) && good;
}

void dotenv_make(struct dotenv *self)
{
    *self = (struct dotenv){0};
}

bool dotenv_read(struct dotenv *self, const char *bytes, size_t len, unsigned file,
                 const struct dotenv_options *options)
{
    if (!self->memory)
        self->memory = calloc(1, sizeof *self->memory);
    struct reading reading = {
        .self = self, .options = options, .file = file, .bytes = {bytes, len}};
    bool good = self->memory && read_file(&reading);
    release(&reading);
    self->failed = self->failed || !good;
    return good;
}

const struct dotenv_var *dotenv_find(const struct dotenv *self, const char *name)
{
    size_t i = 0;
    if (!self->memory || !names_get(&self->memory->names, span_of(name), &i))
        return NULL;
    return &self->vars[i];
}

void dotenv_free(struct dotenv *self)
{
    if (self->memory) {
        array_free(self->vars, self->memory->var_room, sizeof *self->vars);
        array_free(self->issues, self->memory->issue_room, sizeof *self->issues);
        arena_free(&self->memory->arena);
        names_free(&self->memory->names);
        free(self->memory);
    }
    *self = (struct dotenv){0};
}
