// SPDX-License-Identifier: MIT
#include "verify/checks.h"

#include <assert.h>
#include <ini.h>
#include <string.h>

#include "base/ascii.h"
#include "base/duration.h"
#include "base/text.h"
#include "checks_builtin.h"
#include "verify/checks_values.h"

static_assert(INI_MAX_LINE > CHECKS_FILE_MAX + 2, "a line of the file always fits into inih's");
static_assert(!INI_ALLOW_MULTILINE, "a line that begins with a blank is no second value");
static_assert(!INI_ALLOW_NO_VALUE, "the handler gets a name and a value");
static_assert(!INI_CALL_HANDLER_ON_NEW_SECTION, "sections are seen by the reader");
static_assert(!INI_ALLOW_INLINE_COMMENTS, "\" ;\" may be in a JSON body");

#define DEFAULTS "defaults"
#define BYTE_ORDER_MARK "\xef\xbb\xbf"
#define TWICE(word) "\"" word "\" is given twice in this check"
#define TOO_MANY_LINES "there are too many lines of this kind"

struct reading {
    struct checks *checks;
    struct span rest;
    unsigned line;
    unsigned section_line; // where a section began that has no line of its own yet; else 0
    const char *fault;     // the first one; inih is then fed no more
    unsigned set_lines[CHECKS_SET];
    // The json of the check that is read, which grows in place: it has room for the rest of the
    // file.
    char *json;
    size_t json_len;
};

// ---- Lines --------------------------------------------------------------------------------------

static void note_section(struct reading *self, struct span line)
{
    line = span_trim(line);
    if (line.len == 0 || line.text[0] != '[')
        return;
    if (self->section_line != 0)
        self->fault = "the section above it holds nothing";
    else if (span_find(line, "]") > CHECK_NAME + 1)
        self->fault = "the name of a check has more than 49 bytes"; // inih would cut it
    self->section_line = self->line;
}

// `;` and `#`, of which inih is built to know one: it gets an empty line for either.
static bool is_comment(struct span line)
{
    line = span_trim(line);
    return line.len > 0 && (line.text[0] == ';' || line.text[0] == '#');
}

// inih's reader: one line, with its number counted, since inih tells the handler none.
static char *next_line(char *buffer, int size, void *stream)
{
    struct reading *self = stream;
    if (self->rest.len == 0 || self->fault)
        return NULL;
    struct span line = {self->rest.text, span_find(self->rest, "\n")};
    line.len += line.len < self->rest.len;
    self->rest = span_rest(self->rest, line.len);
    self->line++;
    note_section(self, line);
    if (line.len >= (size_t)size)
        self->fault = "the line is too long";
    if (self->fault)
        return NULL;
    if (is_comment(line))
        line.len = 0;
    memcpy(buffer, line.text, line.len);
    buffer[line.len] = '\0';
    return buffer;
}

// ---- Names and values ---------------------------------------------------------------------------

static bool is_variable_name(struct span name)
{
    return name.len > 0 && name.len <= CHECK_NAME && ascii_is_name_start(name.text[0]) &&
           span_run(name, ascii_is_name) == name.len;
}

static const char *copy(struct reading *self, struct span text)
{
    const char *copied = arena_copy(&self->checks->memory, text);
    if (!copied)
        self->fault = "there is no memory for it";
    return copied;
}

// Every "${" has its "}", also inside a fallback.
static bool is_template(const char *text)
{
    unsigned open = 0;
    for (; *text; text++) {
        if (text[0] == '$' && text[1] == '{')
            open++;
        if (text[0] == '}' && open > 0)
            open--;
    }
    return open == 0;
}

static void add_pair(struct reading *self, struct check_pair *list, unsigned most, unsigned *count,
                     struct span name, const char *value)
{
    if (*count == most)
        self->fault = TOO_MANY_LINES;
    else if (value[0] == '\0')
        self->fault = "it has no value";
    else
        list[(*count)++] = (struct check_pair){copy(self, name), copy(self, span_of(value))};
}

static void set_once(struct reading *self, const char **member, const char *value,
                     const char *twice)
{
    if (*member)
        self->fault = twice;
    else if (value[0] == '\0')
        self->fault = "it has no value";
    else
        *member = copy(self, span_of(value));
}

static void set_timeout(struct reading *self, int64_t *timeout_ms, const char *value)
{
    if (!duration_parse(value, strlen(value), timeout_ms) || *timeout_ms == 0)
        self->fault = "it is not a duration: write 500ms, 5s, 2m";
}

static void set_request(struct reading *self, struct check *check, const char *value)
{
    static const char *const methods[] = {"GET", "POST", "PUT", "PATCH", "DELETE"};
    struct span url = span_of(value), method = span_word(&url);
    url = span_trim(url);
    if (check->method || check->jwt) {
        self->fault = "a check asks one thing";
        return;
    }
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
        if (span_is(method, methods[i]))
            check->method = methods[i];
    if (!check->method || url.len == 0)
        self->fault = "a request is a method and an address: GET http://…";
    else
        check->url = copy(self, url);
}

static void add_json(struct reading *self, struct check *check, const char *value)
{
    size_t len = strlen(value);
    if (!check->json) {
        self->json = arena_take(&self->checks->memory, len + self->rest.len + 1);
        self->json_len = 0;
    } else {
        self->json[self->json_len++] = '\n';
    }
    check->json = self->json;
    if (!self->json) {
        self->fault = "there is no memory for it";
        return;
    }
    memcpy(self->json + self->json_len, value, len + 1);
    self->json_len += len;
}

static void set_status(struct reading *self, struct check *check, const char *value)
{
    struct span rest = span_of(value);
    for (struct span word = span_word(&rest); word.len > 0; word = span_word(&rest)) {
        bool digits = word.len == 3 && ascii_is_digit(word.text[1]) && ascii_is_digit(word.text[2]);
        if (word.len != 3 || word.text[0] < '1' || word.text[0] > '5' ||
            !(digits || span_ends(word, "xx")))
            self->fault = "a status is a number like 200, or 2xx";
    }
    set_once(self, &check->status, value, TWICE("status"));
}

static void add_need(struct reading *self, struct check *check, const char *value)
{
    const struct checks *checks = self->checks;
    if (check->need_count == CHECK_PAIRS) {
        self->fault = TOO_MANY_LINES;
        return;
    }
    for (unsigned i = 0; i + 1 < checks->count; i++) {
        if (strcmp(checks->list[i].name, value) == 0) {
            check->needs[check->need_count++] = checks->list[i].name;
            return;
        }
    }
    self->fault = "no check above it has that name";
}

// "accepted" or "accepted by URL".
static void set_token(struct reading *self, struct check *check, const char *value)
{
    struct span url = span_of(value), accepted = span_word(&url), by = span_word(&url);
    url = span_trim(url);
    if (check->token)
        self->fault = TWICE("token");
    else if (!span_is(accepted, "accepted") || (by.len > 0 && (!span_is(by, "by") || url.len == 0)))
        self->fault = "the token can be: accepted, or accepted by URL";
    else if (url.len > 0)
        check->token_url = copy(self, url);
    check->token = true;
}

static void add_show(struct reading *self, struct check *check, const char *value)
{
    if (check->show_count == CHECK_PAIRS)
        self->fault = TOO_MANY_LINES;
    else
        check->shows[check->show_count++] = copy(self, span_of(value));
}

// "header Authorization = …": a word, and the name after it.
static void add_named(struct reading *self, struct check *check, const char *key, const char *value)
{
    struct span name = span_of(key), word = span_word(&name);
    name = span_trim(name);
    if (name.len == 0)
        word = name;
    if (span_is(word, "header")) {
        add_pair(self, check->headers, CHECK_PAIRS, &check->header_count, name, value);
    } else if (span_is(word, "member")) {
        add_pair(self, check->members, CHECK_PAIRS, &check->member_count, name, value);
    } else if (span_is(word, "remark")) {
        add_pair(self, check->remarks, CHECK_PAIRS, &check->remark_count, name, value);
    } else if (span_is(word, "hint")) {
        add_pair(self, check->hints, CHECK_PAIRS, &check->hint_count, name, value);
    } else if (span_is(word, "save")) {
        if (!is_variable_name(name))
            self->fault = "a saved value's name holds letters, digits and _ only";
        add_pair(self, check->saves, CHECK_PAIRS, &check->save_count, name, value);
    } else {
        self->fault = "that word is not known here";
    }
}

static void add_line(struct reading *self, struct check *check, const char *key, const char *value)
{
    if (strcmp(key, "request") == 0)
        set_request(self, check, value);
    else if (strcmp(key, "json") == 0)
        add_json(self, check, value);
    else if (strcmp(key, "status") == 0)
        set_status(self, check, value);
    else if (strcmp(key, "needs") == 0)
        add_need(self, check, value);
    else if (strcmp(key, "jwt") == 0 && check->method)
        self->fault = "a check asks one thing";
    else if (strcmp(key, "jwt") == 0)
        set_once(self, &check->jwt, value, TWICE("jwt"));
    else if (strcmp(key, "remedy") == 0)
        set_once(self, &check->remedy, value, TWICE("remedy"));
    else if (strcmp(key, "timeout") == 0)
        set_timeout(self, &check->timeout_ms, value);
    else if (strcmp(key, "token") == 0)
        set_token(self, check, value);
    else if (strcmp(key, "show") == 0)
        add_show(self, check, value);
    else
        add_named(self, check, key, value);
}

static void add_default(struct reading *self, const char *key, const char *value)
{
    struct checks *checks = self->checks;
    struct span name = span_of(key), word = span_word(&name);
    name = span_trim(name);
    if (strcmp(key, "timeout") == 0)
        set_timeout(self, &checks->timeout_ms, value);
    else if (!span_is(word, "set") || name.len == 0)
        self->fault = "[defaults] holds timeout and set NAME";
    else if (!is_variable_name(name))
        self->fault = "a name holds letters, digits and _ only";
    else {
        if (checks->set_count < CHECKS_SET)
            self->set_lines[checks->set_count] = self->line;
        add_pair(self, checks->sets, CHECKS_SET, &checks->set_count, name, value);
    }
}

// ---- Sections -----------------------------------------------------------------------------------

static void end_check(struct reading *self)
{
    const struct checks *checks = self->checks;
    const struct check *last = checks->count > 0 ? &checks->list[checks->count - 1] : NULL;
    if (!last || self->fault || last->method || last->jwt)
        return;
    self->fault = "the check asks nothing: it has no line \"request = …\"";
    self->line = last->line;
}

static void begin_section(struct reading *self, const char *name)
{
    struct checks *checks = self->checks;
    unsigned line = self->section_line;
    self->section_line = 0;
    end_check(self);
    if (self->fault)
        return;
    if (strcmp(name, DEFAULTS) == 0) {
        if (checks->count > 0 || checks->set_count > 0 || checks->timeout_ms > 0)
            self->fault = "[defaults] is given once, before the checks";
        return;
    }
    for (unsigned i = 0; i < checks->count; i++)
        if (strcmp(checks->list[i].name, name) == 0)
            self->fault = "a check of that name is above";
    if (checks->count == CHECKS_MAX)
        self->fault = "there are more than 64 checks";
    if (!self->fault)
        checks->list[checks->count++] =
            (struct check){.name = copy(self, span_of(name)), .line = line};
}

// inih's handler: 0 stops it.
static int handle(void *user, const char *section, const char *name, const char *value)
{
    struct reading *self = user;
    if (self->fault)
        return 0;
    if (section[0] == '\0')
        self->fault = "it is above the first [section]";
    else if (self->section_line != 0)
        begin_section(self, section);
    if (!self->fault && !is_template(value))
        self->fault = "a ${ has no }";
    if (self->fault)
        return 0;
    if (strcmp(section, DEFAULTS) == 0)
        add_default(self, name, value);
    else
        add_line(self, &self->checks->list[self->checks->count - 1], name, value);
    return self->fault == NULL;
}

// A few lines that each use the one before many times would keep us busy for hours.
static void judge_size(struct reading *self, const char *template, unsigned line)
{
    if (self->fault || !template || template_cost(self->checks, template) <= CHECKS_VALUE_MAX)
        return;
    self->fault = "a value in it grows beyond 64 KiB";
    self->line = line;
}

static void judge_sizes(struct reading *self)
{
    for (unsigned i = 0; i < self->checks->set_count; i++)
        judge_size(self, self->checks->sets[i].value, self->set_lines[i]);
    for (unsigned i = 0; i < self->checks->count; i++) {
        const struct check *check = &self->checks->list[i];
        judge_size(self, check->url, check->line);
        judge_size(self, check->json, check->line);
        judge_size(self, check->jwt, check->line);
        judge_size(self, check->token_url, check->line);
        for (unsigned k = 0; k < check->header_count; k++)
            judge_size(self, check->headers[k].value, check->line);
        for (unsigned k = 0; k < check->member_count; k++)
            judge_size(self, check->members[k].value, check->line);
        for (unsigned k = 0; k < check->remark_count; k++)
            judge_size(self, check->remarks[k].value, check->line);
    }
}

static void finish(struct reading *self, int error)
{
    if (self->fault)
        return;
    if (error > 0)
        self->fault = "it is neither NAME = VALUE nor [section] nor a ; comment";
    else if (error < 0)
        self->fault = "there is no memory for it";
    else if (self->section_line != 0)
        self->fault = "the section holds nothing";
    else if (self->checks->count == 0)
        self->fault = "there is no check in it";
    if (error > 0)
        self->line = (unsigned)error;
    end_check(self);
    judge_sizes(self);
}

bool checks_read(struct checks *self, const char *text, size_t len, const char *path,
                 struct finding *finding)
{
    struct reading reading = {.checks = self, .rest = {text, len}};
    memset(self, 0, sizeof *self);
    if (span_starts(reading.rest, BYTE_ORDER_MARK))
        reading.rest = span_rest(reading.rest, strlen(BYTE_ORDER_MARK));
    if (len > CHECKS_FILE_MAX)
        reading.fault = "the file is larger than 64 KiB";
    else if (len > 0 && memchr(text, '\0', len))
        reading.fault = "there is a NUL byte in it";
    else
        finish(&reading, ini_parse_stream(next_line, &reading, handle, &reading));
    if (!reading.fault)
        return true;
    char where[32];
    text_print(where, sizeof where, "line %u", reading.line);
    finding_set(finding, REASON_CHECKS_INVALID, path, reading.line > 0 ? where : NULL,
                reading.fault);
    return false;
}

// ---- Needs --------------------------------------------------------------------------------------

static bool uses_anywhere(const struct check *check, const char *name)
{
    bool used = template_uses(check->url, name) || template_uses(check->json, name) ||
                template_uses(check->jwt, name) || template_uses(check->token_url, name);
    for (unsigned i = 0; i < check->header_count; i++)
        used = used || template_uses(check->headers[i].value, name);
    for (unsigned i = 0; i < check->member_count; i++)
        used = used || template_uses(check->members[i].value, name);
    return used;
}

bool checks_needs(const struct checks *self, unsigned later, unsigned earlier)
{
    const struct check *check = &self->list[later], *needed = &self->list[earlier];
    for (unsigned i = 0; i < check->need_count; i++)
        if (strcmp(check->needs[i], needed->name) == 0)
            return true;
    for (unsigned i = 0; i < needed->save_count; i++)
        if (earlier < later && uses_anywhere(check, needed->saves[i].name))
            return true;
    return false;
}

void checks_free(struct checks *self)
{
    arena_free(&self->memory);
    memset(self, 0, sizeof *self);
}

struct span checks_builtin(void)
{
    return span_of(CHECKS_BUILTIN);
}
