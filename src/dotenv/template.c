// SPDX-License-Identifier: MIT
#include "dotenv/template.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"

// No brace. A text is at most DOTENV_FILE_MAX long, so offsets fit into 32 bits.
#define NONE UINT32_MAX
// `${A-`: words cannot lie deeper in each other than a text has room for these.
#define SHORTEST_WORD 4

struct expansion {
    struct span text;
    const struct template_source *source;
    struct buffer *out;
    size_t most;
    size_t at;
    size_t end;      // of the word that is read, or of the text
    size_t line_end; // of the line of `at`
    // Filled when the first operator is met.
    uint32_t *partner; // for each `{`: the `}` that balances it on its line
    uint32_t *last;    // for each byte: the last `}` up to it
    uint32_t *ends;    // what `end` was outside the words that are read
    size_t depth;
    struct template_result result;
};

// ASCII, and the two letters that fold to ASCII ones in a case-insensitive pattern of Go: the long
// s (U+017F) and the Kelvin sign (U+212A). 0 when none begins at `at`.
static size_t name_character(struct span text, size_t at, size_t end, bool first)
{
    const char *c = text.text + at;
    if (at >= end)
        return 0;
    if (ascii_is_name_start(*c))
        return 1;
    if (ascii_is_digit(*c))
        return first ? 0 : 1;
    if (end - at >= 2 && memcmp(c, "\xC5\xBF", 2) == 0)
        return 2;
    if (end - at >= 3 && memcmp(c, "\xE2\x84\xAA", 3) == 0)
        return 3;
    return 0;
}

static struct span name_at(struct span text, size_t at, size_t end)
{
    size_t stop = at;
    for (size_t len; (len = name_character(text, stop, end, stop == at)) > 0;)
        stop += len;
    return (struct span){text.text + at, stop - at};
}

static bool fail(struct expansion *self, enum template_fault fault)
{
    self->result.fault = fault;
    self->result.at = self->at;
    return false;
}

static bool add(struct expansion *self, struct span text)
{
    if (text.len > self->most || self->out->len > self->most - text.len)
        return fail(self, TEMPLATE_TOO_LONG);
    return buffer_add(self->out, text.text, text.len) || fail(self, TEMPLATE_NO_MEMORY);
}

// Open braces are a list through `partner` while they wait for theirs.
static void forget_open(uint32_t *partner, uint32_t open)
{
    while (open != NONE) {
        uint32_t outer = partner[open];
        partner[open] = NONE;
        open = outer;
    }
}

// compose-go counts braces from the `${` on and passes over the byte after each `{`, so that in a
// run of braces only every other one counts. A reference's own brace follows a `$`: it always
// counts, and the count is the same wherever one begins.
static void match_braces(struct span text, uint32_t *partner, uint32_t *last)
{
    uint32_t open = NONE;
    uint32_t closed = NONE;
    bool passed = false;
    for (uint32_t i = 0; i < text.len; i++) {
        char c = text.text[i];
        if (c == '}')
            closed = i;
        last[i] = closed;
        partner[i] = NONE;
        if (c == '\n') {
            forget_open(partner, open);
            open = NONE;
        } else if (!passed && c == '}' && open != NONE) {
            uint32_t outer = partner[open];
            partner[open] = i;
            open = outer;
        } else if (!passed && c == '{') {
            partner[i] = open;
            open = i;
            passed = true;
            continue;
        }
        passed = false;
    }
    forget_open(partner, open);
}

static bool prepare_braces(struct expansion *self)
{
    if (self->partner)
        return true;
    size_t len = self->text.len;
    size_t deepest = len / SHORTEST_WORD + 1;
    self->partner = malloc((2 * len + deepest) * sizeof *self->partner);
    if (!self->partner)
        return fail(self, TEMPLATE_NO_MEMORY);
    self->last = self->partner + len;
    self->ends = self->last + len;
    match_braces(self->text, self->partner, self->last);
    return true;
}

// The end of the line of `at`, or of the word that is read. `at` only grows, so each
// newline is looked for once.
static size_t limit_of_line(struct expansion *self)
{
    if (self->line_end <= self->at) {
        const char *found = memchr(self->text.text + self->at, '\n', self->text.len - self->at);
        self->line_end = found ? (size_t)(found - self->text.text) : self->text.len;
    }
    return self->line_end < self->end ? self->line_end : self->end;
}

// The `}` that ends the word which begins at `word`: the one that balances, else the last of the
// line.
static uint32_t word_end(struct expansion *self, size_t word)
{
    size_t limit = limit_of_line(self);
    uint32_t balancing = self->partner[self->at + 1];
    if (balancing != NONE && balancing < limit)
        return balancing;
    uint32_t last = limit > word ? self->last[limit - 1] : NONE;
    return last != NONE && last >= word ? last : NONE;
}

static bool put_reference(struct expansion *self, struct span name, size_t after)
{
    struct span value = {"", 0};
    self->result.has_reference = true;
    if (!self->source->look_up(self->source->context, name, &value))
        self->source->unset(self->source->context, name, self->at);
    bool added = add(self, value);
    self->at = after;
    return added;
}

struct word {
    struct span name;
    char operation; // '-', '+' or '?'
    bool colon;     // an empty value counts as none
    size_t start;
    size_t end; // of the word: its `}`
};

// The word is read from now on; what comes after it comes when it is done.
static void enter_word(struct expansion *self, const struct word *word)
{
    self->ends[self->depth++] = (uint32_t)self->end;
    self->at = word->start;
    self->end = word->end;
}

static bool put_operation(struct expansion *self, const struct word *word)
{
    struct span value = {"", 0};
    self->result.has_reference = true;
    bool there = self->source->look_up(self->source->context, word->name, &value);
    bool counts = there && !(word->colon && value.len == 0);
    if (!counts && word->operation == '?') {
        self->result.name = word->name;
        return fail(self, TEMPLATE_REQUIRED);
    }
    if (counts == (word->operation == '+')) {
        enter_word(self, word);
        return true;
    }
    // compose-go puts the value here for `+` too; it is empty then.
    bool added = add(self, value);
    self->at = word->end + 1;
    return added;
}

static bool is_operator(char c)
{
    return c == '-' || c == '+' || c == '?';
}

// `at` is at `${`.
static bool put_braced(struct expansion *self)
{
    const char *text = self->text.text;
    struct word word = {.name = name_at(self->text, self->at + 2, self->end)};
    size_t after = self->at + 2 + word.name.len;
    if (word.name.len > 0 && after < self->end && text[after] == '}')
        return put_reference(self, word.name, after + 1);
    word.colon = after < self->end && text[after] == ':';
    after += word.colon;
    if (word.name.len == 0 || after >= self->end || !is_operator(text[after]))
        return fail(self, TEMPLATE_INVALID);
    if (!prepare_braces(self))
        return false;
    word.operation = text[after];
    word.start = after + 1;
    uint32_t end = word_end(self, word.start);
    if (end == NONE)
        return fail(self, TEMPLATE_INVALID);
    word.end = end;
    return put_operation(self, &word);
}

// `at` is at a `$`.
static bool put_dollar(struct expansion *self)
{
    static const struct span dollar = {"$", 1};
    size_t next = self->at + 1;
    char c = next < self->end ? self->text.text[next] : '\0';
    if (c == '{')
        return put_braced(self);
    struct span name = name_at(self->text, next, self->end);
    if (name.len > 0)
        return put_reference(self, name, next + name.len);
    self->at = next + (c == '$');
    return add(self, dollar);
}

static bool put_text(struct expansion *self)
{
    const char *start = self->text.text + self->at;
    const char *dollar = memchr(start, '$', self->end - self->at);
    size_t len = dollar ? (size_t)(dollar - start) : self->end - self->at;
    self->at += len;
    return add(self, (struct span){start, len});
}

static bool leave_word(struct expansion *self)
{
    if (self->depth == 0)
        return false;
    self->at = self->end + 1;
    self->end = self->ends[--self->depth];
    return true;
}

static void expand(struct expansion *self)
{
    do {
        while (self->at < self->end)
            if (!(self->text.text[self->at] == '$' ? put_dollar(self) : put_text(self)))
                return;
    } while (leave_word(self));
}

struct template_result template_expand(struct span text, const struct template_source *source,
                                       struct buffer *out, size_t most)
{
    struct expansion self = {
        .text = text, .source = source, .out = out, .most = most, .end = text.len};
    expand(&self);
    free(self.partner);
    return self.result;
}
