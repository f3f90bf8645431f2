// SPDX-License-Identifier: MIT
#include "dotenv/issue.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "dotenv/memory.h"

struct placed_issue {
    size_t at;
    struct dotenv_issue issue;
};

struct place place_begin(size_t start)
{
    return (struct place){.at = start, .line = 1, .column = 1};
}

// To the beginning of the line of `at`.
static void go_to_line(struct place *self, struct span bytes, size_t at)
{
    for (;;) {
        const char *from = bytes.text + self->at;
        const char *newline = memchr(from, '\n', at - self->at);
        if (!newline)
            return;
        self->at = (size_t)(newline - bytes.text) + 1;
        self->line++;
        self->column = 1;
    }
}

void place_go(struct place *self, struct span bytes, size_t at)
{
    if (at <= self->at)
        return;
    go_to_line(self, bytes, at);
    while (self->at < at) {
        uint32_t code = 0;
        size_t len = 1;
        if ((unsigned char)bytes.text[self->at] >= 0x80)
            len = utf8_decode(bytes.text + self->at, bytes.len - self->at, &code);
        self->at += len > 0 ? len : 1;
        self->column++;
    }
}

static enum dotenv_level level_of(enum dotenv_fault fault)
{
    return fault < DOTENV_LINT_LINK_TEXT ? DOTENV_ERROR : DOTENV_WARNING;
}

struct dotenv_issue *issues_add(struct issue_list *self, enum dotenv_fault fault, size_t at)
{
    bool error = level_of(fault) == DOTENV_ERROR;
    size_t warnings = self->count - self->errors;
    self->failed = self->failed || error;
    if ((error ? self->errors : warnings) == DOTENV_ISSUES_MAX) {
        self->dropped++;
        return NULL;
    }
    struct placed_issue *items =
        array_reserve(self->items, self->count, 1, &self->room, sizeof *self->items);
    if (!items) {
        self->no_memory = true;
        return NULL;
    }
    self->items = items;
    self->errors += error;
    struct placed_issue *added = &items[self->count++];
    *added = (struct placed_issue){.at = at, .issue = {.fault = fault, .level = level_of(fault)}};
    return &added->issue;
}

struct dotenv_issue *issues_at(struct issue_list *self, size_t index)
{
    return &self->items[index].issue;
}

void issue_name(struct dotenv_issue *issue, struct span name)
{
    if (!issue)
        return;
    struct text text = text_over(issue->name, sizeof issue->name);
    text_add_visible(&text, name, sizeof issue->name - 1);
}

void issue_character(struct dotenv_issue *issue, struct span bytes)
{
    uint32_t code = 0;
    if (!issue || bytes.len == 0)
        return;
    struct text text = text_over(issue->character, sizeof issue->character);
    unsigned char first = (unsigned char)bytes.text[0];
    if (first > ' ' && first < 0x7F)
        text_add(&text, "%c", first);
    else if (utf8_decode(bytes.text, bytes.len, &code) > 0)
        text_add(&text, "U+%04X", (unsigned)code);
    else
        text_add(&text, "byte 0x%02X", first);
}

// By place; what is at the same one stays in the order of the faults.
static int compare(const void *a, const void *b)
{
    const struct placed_issue *left = a;
    const struct placed_issue *right = b;
    if (left->at != right->at)
        return left->at < right->at ? -1 : 1;
    return (int)left->issue.fault - (int)right->issue.fault;
}

size_t issues_finish(struct issue_list *self, struct span bytes, size_t start, unsigned file,
                     struct dotenv_issue *issues)
{
    struct place place = place_begin(start);
    size_t count = 0;
    if (self->count > 0)
        qsort(self->items, self->count, sizeof *self->items, compare);
    for (size_t i = 0; i < self->count; i++) {
        struct dotenv_issue *issue = &self->items[i].issue;
        if (self->failed && issue->level == DOTENV_WARNING)
            continue;
        place_go(&place, bytes, self->items[i].at);
        issue->file = file;
        issue->line = place.line;
        issue->column = place.column;
        issues[count++] = *issue;
    }
    return count;
}

void issues_free(struct issue_list *self)
{
    array_free(self->items, self->room, sizeof *self->items);
    *self = (struct issue_list){0};
}
