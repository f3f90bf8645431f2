// SPDX-License-Identifier: MIT
#include "spec/reason.h"

#include <string.h>

struct row {
    const char *word;
    enum reason_class class;
    const char *sentence;
    const char *remedy;
    const char *example[3]; // subject, where, detail
};

static const struct row rows[REASON_COUNT] = {
#define ROW(situation, word, class, sentence, remedy, ...) \
    [REASON_##situation] = {word, REASON_CLASS_##class, sentence, remedy, {__VA_ARGS__}},
#include "spec/reasons.def"
};

// How much of a slot is shown, from all of it down to a hint, when the whole sentence has no room.
static const size_t slot_limits[] = {FINDING_SLOT, 200, 120, 80, 48, 24, 12};
#define SLOT_LIMITS (sizeof slot_limits / sizeof slot_limits[0])

#define APPLY_SLOT "{apply}"
#define STEP_END "; "
#define STEP_MAX (4 * FINDING_SLOT) // no step has more than two slots
#define STEP_FIRST ((size_t)180) // what the first step has in any case; only slots make it longer

const char *reason_word(enum reason reason)
{
    return rows[reason].word;
}

enum reason_class reason_class(enum reason reason)
{
    return rows[reason].class;
}

const char *reason_class_name(enum reason_class class)
{
    switch (class) {
    case REASON_CLASS_FINE:
        return "fine";
    case REASON_CLASS_LOCAL:
        return "local";
    case REASON_CLASS_REFUSED:
        return "refused";
    case REASON_CLASS_UNCLEAR:
        return "unclear";
    }
    return "";
}

bool reason_is_fine(enum reason reason)
{
    return reason_class(reason) == REASON_CLASS_FINE;
}

bool reason_may_pass(enum reason reason)
{
    return reason_class(reason) == REASON_CLASS_UNCLEAR || reason == REASON_APP_UNREACHABLE ||
           reason == REASON_APP_STATUS;
}

const char *reason_sentence_template(enum reason reason)
{
    return rows[reason].sentence;
}

const char *reason_remedy_template(enum reason reason)
{
    return rows[reason].remedy;
}

const char *apply_text(enum apply apply)
{
    switch (apply) {
    case APPLY_UP:
        return ", then docker compose up -d";
    case APPLY_RESTART:
        return ", then docker compose restart SERVICE";
    case APPLY_RECREATE:
        return ", then docker compose up -d --force-recreate SERVICE";
    case APPLY_POD:
        return ", then kubectl rollout restart deployment/NAME";
    case APPLY_AGAIN:
        return ", then start the app again";
    case APPLY_NOTHING:
    case APPLY_COUNT:
        break;
    }
    return "";
}

static void fill(char slot[FINDING_SLOT], const char *value)
{
    struct text text = text_over(slot, FINDING_SLOT);
    text_add_visible(&text, span_of(value), FINDING_SLOT - 1);
}

void finding_set(struct finding *self, enum reason reason, const char *subject, const char *where,
                 const char *detail)
{
    struct finding made = {.reason = reason};
    fill(made.subject, subject);
    fill(made.where, where);
    fill(made.detail, detail);
    *self = made;
}

void finding_via(struct finding *self, const char *via)
{
    struct text text = text_over(self->via, sizeof self->via);
    text_add_visible(&text, span_of(via), sizeof self->via - 1);
}

bool finding_equal(const struct finding *a, const struct finding *b)
{
    return a->reason == b->reason && strcmp(a->subject, b->subject) == 0 &&
           strcmp(a->where, b->where) == 0 && strcmp(a->detail, b->detail) == 0 &&
           strcmp(a->via, b->via) == 0;
}

// The slot whose name `template` begins with; `*taken` is the length of "{name}". NULL when it
// begins with no slot. `template` is not empty.
static const char *slot_at(const struct finding *self, struct span template, size_t *taken)
{
    const struct {
        const char *name, *value;
    } slots[] = {
        {"{subject}", self->subject}, {"{where}", self->where}, {"{detail}", self->detail}};
    if (template.text[0] != '{')
        return NULL;
    for (size_t i = 0; i < sizeof slots / sizeof slots[0]; i++)
        if (span_starts(template, slots[i].name)) {
            *taken = strlen(slots[i].name);
            return slots[i].value;
        }
    return NULL;
}

enum part { PART_PLAIN, PART_EMPTY, PART_FULL };

// Brackets without a slot between them are plain text.
static enum part part_kind(const struct finding *self, struct span part)
{
    enum part kind = PART_PLAIN;
    for (; part.len > 0; part = span_rest(part, 1)) {
        size_t taken = 0;
        const char *value = slot_at(self, part, &taken);
        if (value && value[0] == '\0')
            return PART_EMPTY;
        if (value)
            kind = PART_FULL;
    }
    return kind;
}

static void fill_slots(const struct finding *self, struct span part, size_t limit, struct text *out)
{
    while (part.len > 0) {
        size_t taken = 0;
        const char *value = slot_at(self, part, &taken);
        if (value) {
            text_add_visible(out, span_of(value), limit);
        } else if (span_starts(part, APPLY_SLOT)) {
            text_add(out, "%s", apply_text(self->apply)); // fixed words, never shortened
            taken = strlen(APPLY_SLOT);
        } else {
            struct span rest = span_rest(part, 1);
            taken = 1 + span_find(rest, "{");
            text_add_span(out, (struct span){part.text, taken});
        }
        part = span_rest(part, taken);
    }
}

static void expand(const struct finding *self, struct span template, size_t limit, struct text *out)
{
    while (template.len > 0) {
        size_t plain = span_find(template, "[");
        fill_slots(self, (struct span){template.text, plain}, limit, out);
        template = span_rest(template, plain);
        if (template.len == 0)
            return;
        struct span part = {template.text + 1, span_find(template, "]") - 1};
        template = span_rest(template, part.len + 2);
        enum part kind = part_kind(self, part);
        if (kind == PART_FULL)
            fill_slots(self, part, limit, out);
        else if (kind == PART_PLAIN)
            text_add_span(out, (struct span){part.text - 1, part.len + 2});
    }
}

// Slots give way to the fixed words: a bounded text gets the whole sentence with shortened slots
// when it has no room.
static void add(const struct finding *self, const char *template, const char *via, struct text *out)
{
    if (out->cut)
        return;
    size_t len = out->len;
    for (size_t i = 0; i < SLOT_LIMITS; i++) {
        expand(self, span_of(template), slot_limits[i], out);
        if (via[0] != '\0')
            text_add(out, " (%s)", via);
        if (!out->cut || i + 1 == SLOT_LIMITS)
            return;
        out->len = len;
        out->cut = false;
    }
}

void finding_add_sentence(const struct finding *self, struct text *out)
{
    add(self, rows[self->reason].sentence, self->via, out);
}

void finding_add_remedy(const struct finding *self, struct text *out)
{
    add(self, rows[self->reason].remedy, "", out);
}

// The length of the step that a remedy begins with: up to the next "; " that is not in brackets.
static size_t step_length(struct span remedy)
{
    bool in_brackets = false;
    for (size_t i = 0; i < remedy.len; i++) {
        if (remedy.text[i] == '[' || remedy.text[i] == ']')
            in_brackets = remedy.text[i] == '[';
        else if (!in_brackets && span_starts(span_rest(remedy, i), STEP_END))
            return i;
    }
    return remedy.len;
}

void finding_add_steps(const struct finding *self, size_t most, struct text *out)
{
    struct span rest = span_of(rows[self->reason].remedy);
    size_t first_most = most > STEP_FIRST ? most : STEP_FIRST;
    for (bool first = true; rest.len > 0; first = false) {
        char bytes[STEP_MAX];
        struct text step = text_over(bytes, sizeof bytes);
        struct span template = {rest.text, step_length(rest)};
        for (size_t i = 0; i < SLOT_LIMITS && (i == 0 || (first && step.len > first_most)); i++) {
            step = text_over(bytes, sizeof bytes);
            expand(self, template, slot_limits[i], &step);
        }
        size_t len = step.len + (first ? 0 : strlen(STEP_END));
        if (!first && len > most)
            return;
        text_add(out, "%s%s", first ? "" : STEP_END, bytes);
        most -= len < most ? len : most;
        rest = span_rest(rest, template.len);
        if (rest.len > 0)
            rest = span_rest(rest, strlen(STEP_END));
    }
}

void finding_example(struct finding *self, enum reason reason)
{
    const char *const *slots = rows[reason].example;
    finding_set(self, reason, slots[0], slots[1], slots[2]);
}
