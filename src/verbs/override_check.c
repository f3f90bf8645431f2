// SPDX-License-Identifier: MIT
// What the health check of a service asks today. Only what labelgate would ask in the same way
// becomes an address of its own; all else keeps its words.
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "verbs/override.h"

// ---- A command line of curl ---------------------------------------------------------------------

// Taken word by word: `curl -f ADDRESS`, with options that change nothing but how it is told.
// Nothing else will do: without -f curl takes an error of the server for an answer, with -L it
// follows a redirect (as wget always does), and labelgate does neither.
struct question {
    enum { PROGRAM, OPTION, SECONDS, NOWHERE } expected;
    bool fails; // -f
    bool other; // something in it that labelgate does not do
    struct text address;
};

static bool is_reference(char c)
{
    return ascii_is_alnum(c) || c == '_' || strchr(":-?+./", c);
}

// Read alike by curl, by a shell and by labelgate, whatever Compose puts for ${…}. `$$NAME` is a
// variable of the container's, which only a shell replaces; user information and a fragment are
// refused by labelgate, and curl has a meaning of its own for braces and brackets.
static bool is_plain_address(struct span word)
{
    bool open = false;
    for (size_t i = 0; i < word.len; i++) {
        char c = word.text[i], next = i + 1 < word.len ? word.text[i + 1] : '\0';
        if (open && c == '}')
            open = false;
        else if (c == '$' && next == '{' && !open)
            open = true, i++;
        else if (open ? !is_reference(c) : !ascii_is_alnum(c) && !strchr("-._~:/?=%+,", c))
            return false;
    }
    return !open;
}

static bool is_program(struct span word, const char *name)
{
    struct span base = word;
    for (size_t i = 0; i < word.len; i++)
        if (word.text[i] == '/')
            base = span_rest(word, i + 1);
    return span_is(base, name);
}

static void take_option(struct question *self, struct span word)
{
    static const char *const quiet[] = {"--silent", "--show-error", "--no-progress-meter"};
    static const char *const seconds[] = {"-m", "--max-time", "--connect-timeout"};
    for (size_t i = 0; i < sizeof quiet / sizeof *quiet; i++)
        if (span_is(word, quiet[i]))
            return;
    for (size_t i = 0; i < sizeof seconds / sizeof *seconds; i++)
        if (span_is(word, seconds[i])) {
            self->expected = SECONDS;
            return;
        }
    if (span_is(word, "-o") || span_is(word, "--output")) {
        self->expected = NOWHERE;
        return;
    }
    if (span_is(word, "--fail") || span_is(word, "--fail-with-body")) {
        self->fails = true;
        return;
    }
    // -fsS: letters that may be joined
    self->other = self->other || word.len < 2 || word.text[0] != '-';
    for (size_t i = 1; i < word.len; i++) {
        self->fails = self->fails || word.text[i] == 'f';
        self->other = self->other || !strchr("fsS", word.text[i]);
    }
}

static void question_take(struct question *self, struct span word)
{
    switch (self->expected) {
    case PROGRAM:
        self->other = !is_program(word, "curl");
        break;
    case SECONDS:
        for (size_t i = 0; i < word.len; i++)
            self->other = self->other || !ascii_is_digit(word.text[i]);
        break;
    case NOWHERE:
        self->other = self->other || !span_is(word, "/dev/null");
        break;
    case OPTION:
        if (span_starts(word, "http://") || span_starts(word, "https://")) {
            self->other = self->other || self->address.len > 0 || !is_plain_address(word);
            text_add_span(&self->address, word);
        } else {
            take_option(self, word);
        }
        return;
    }
    self->expected = OPTION;
}

static bool question_is_ours(const struct question *self)
{
    return self->expected == OPTION && self->fails && !self->other && self->address.len > 0 &&
           !self->address.cut;
}

// ---- A line for a shell -------------------------------------------------------------------------

// Its next word, without quotes around all of it.
static struct span next_word(struct span *rest)
{
    struct span word = span_word(rest);
    char first = word.len >= 2 ? word.text[0] : '\0';
    if ((first == '"' || first == '\'') && word.text[word.len - 1] == first)
        return (struct span){word.text + 1, word.len - 2};
    return word;
}

// Where its output goes, and how it ends when it fails: "2>/dev/null || exit 1" changes nothing.
static bool is_plain_end(struct span rest)
{
    static const char *const unseen[] = {">",          "1>",          "2>",          "/dev/null",
                                         ">/dev/null", "1>/dev/null", "2>/dev/null", "2>&1"};
    size_t end = span_find(rest, "||");
    struct span output = {rest.text, end};
    for (struct span word = span_word(&output); word.len > 0; word = span_word(&output)) {
        bool is_unseen = false;
        for (size_t i = 0; i < sizeof unseen / sizeof *unseen; i++)
            is_unseen = is_unseen || span_is(word, unseen[i]);
        if (!is_unseen)
            return false;
    }
    rest = span_trim(span_rest(rest, end));
    return rest.len == 0 || span_is(rest, "|| exit 1") || span_is(rest, "|| exit 2") ||
           span_is(rest, "|| false") || span_is(rest, "||exit 1");
}

static bool starts_end(struct span word)
{
    return span_starts(word, "|") || span_starts(word, ">") || span_starts(word, "1>") ||
           span_starts(word, "2>");
}

static bool line_is_ours(struct span line, struct question *question)
{
    struct span rest = span_trim(line);
    if (span_find(rest, "\n") < rest.len) // two commands
        return false;
    for (;;) {
        struct span before = rest;
        struct span word = next_word(&rest);
        if (word.len == 0 || starts_end(word))
            return question_is_ours(question) && is_plain_end(before);
        question_take(question, word);
    }
}

static void add_for_shell(struct text *line, const char *word)
{
    text_add(line, "%s", line->len > 0 ? " " : "");
    bool plain = word[0] != '\0';
    for (const char *c = word; *c != '\0'; c++)
        plain = plain && (ascii_is_alnum(*c) || strchr("-._:/=,+", *c));
    if (plain) {
        text_add(line, "%s", word);
        return;
    }
    text_add(line, "'");
    for (const char *c = word; *c != '\0'; c++)
        text_add(line, *c == '\'' ? "'\\''" : "%c", *c);
    text_add(line, "'");
}

// ---- The check ----------------------------------------------------------------------------------

// Where these are, there is a shell as well.
static bool is_beside_a_shell(const char *program)
{
    static const char *const programs[] = {"curl", "wget", "sh", "bash", "ash", "dash"};
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
        if (is_program(span_of(program), programs[i]))
            return true;
    return false;
}

// Keeps the address, if the question is one that labelgate would ask. A ${NAME} of the image is for
// its shell: as the value of a variable nobody would replace it.
static enum check_kind judge(struct override_check *self, bool ours,
                             const struct question *question)
{
    if (self->of_image && question->address.len > 0 && strchr(question->address.bytes, '$') != NULL)
        ours = false;
    if (ours)
        text_add(&self->address, "%s", question->address.bytes);
    return ours ? CHECK_HTTP : CHECK_SHELL;
}

static enum check_kind read_line(struct override_check *self, const char *line)
{
    struct question question = {.address = text_growing()};
    text_add(&self->line, "%s", line);
    bool ours = line_is_ours(span_of(line), &question);
    enum check_kind kind = judge(self, ours, &question);
    text_free(&question.address);
    return kind;
}

// ["CMD", "program", …]: no shell reads it, so each word is one of the program's.
static enum check_kind read_words(struct override_check *self, const struct json *json,
                                  json_place list, char *word)
{
    struct question question = {.address = text_growing()};
    bool known = false, first = true;
    for (json_place at = json_next(json, list, json_first(json, list)); at != JSON_NONE;
         at = json_next(json, list, at), first = false) {
        if (!json_string(json, at, word, OVERRIDE_VALUE)) {
            known = false;
            break;
        }
        known = first ? is_beside_a_shell(word) : known;
        add_for_shell(&self->line, word);
        question_take(&question, span_of(word));
    }
    enum check_kind kind =
        known ? judge(self, question_is_ours(&question), &question) : CHECK_UNKNOWN;
    text_free(&question.address);
    return kind;
}

static enum check_kind read_test(struct override_check *self, const struct json *json,
                                 json_place test, char *word)
{
    if (json_kind_at(json, test) == JSON_STRING && !json_string(json, test, word, OVERRIDE_VALUE))
        return CHECK_UNKNOWN;
    if (json_kind_at(json, test) == JSON_STRING) // Compose would have a shell run NONE
        return strcmp(word, "NONE") == 0 ? CHECK_NONE : read_line(self, word);
    json_place first = json_first(json, test);
    if (!json_string(json, first, word, OVERRIDE_VALUE) || strcmp(word, "NONE") == 0)
        return CHECK_NONE;
    if (strcmp(word, "CMD") == 0)
        return read_words(self, json, test, word);
    json_place line = json_next(json, test, first);
    // More words would be arguments of the shell.
    bool one = line != JSON_NONE && json_next(json, test, line) == JSON_NONE;
    if (strcmp(word, "CMD-SHELL") != 0 || !one || !json_string(json, line, word, OVERRIDE_VALUE))
        return CHECK_UNKNOWN;
    return read_line(self, word);
}

static bool is_set(const struct json *json, json_place test)
{
    return json_kind_at(json, test) == JSON_STRING || json_first(json, test) != JSON_NONE;
}

void override_check_read(struct override_check *self, const struct json *project,
                         json_place healthcheck, const struct json *image, json_place image_check)
{
    *self = (struct override_check){.line = text_growing(), .address = text_growing()};
    if (json_kind_at(project, json_member(project, healthcheck, "disable")) == JSON_TRUE)
        return;
    json_place test = json_member(project, healthcheck, "test");
    const struct json *json = project;
    if (!is_set(project, test)) { // then the image's own counts
        if (!image)
            return;
        json = image;
        test = json_member(image, image_check, "Test");
        self->of_image = is_set(image, test);
    }
    if (!is_set(json, test))
        return;
    char *word = malloc(OVERRIDE_VALUE);
    if (word)
        self->kind = read_test(self, json, test, word);
    self->line.cut = self->line.cut || self->address.cut || !word;
    free(word);
}

void override_check_free(struct override_check *self)
{
    text_free(&self->line);
    text_free(&self->address);
}
