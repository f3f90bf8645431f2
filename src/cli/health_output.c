// SPDX-License-Identifier: MIT
#include "cli/health_output.h"

#include <string.h>

#include "base/json_write.h"

// Of the 500 bytes, newlines included. The verdict and the first step have the rest: a unit test
// holds that it is enough for every reason.
#define SHARE_NOTE ((size_t)120)
#define SENTENCE_LEAST ((size_t)180)
#define TO_DO "to do: "
#define THEN "; if it stays: "
#define REMEDY_MAX (4 * FINDING_SLOT)

static void add_shortened(struct text *out, const struct text *line, size_t most)
{
    text_add_visible(out, (struct span){line->bytes, line->len}, most);
    text_add(out, "\n");
}

static void add_sentence(const struct verdict *verdict, const char *healthy, struct text *out,
                         size_t most)
{
    const char *state = verdict->healthy ? healthy : "unhealthy";
    char bytes[2 * FINDING_SLOT];
    struct text sentence = text_over(bytes, sizeof bytes);
    finding_add_sentence(verdict->finding, &sentence);

    size_t before = out->len;
    text_add(out, "%s [%s]: ", state, reason_word(verdict->finding->reason));
    size_t head = out->len - before;
    add_shortened(out, &sentence, most > head + 1 ? most - head - 1 : 0);
}

// As many whole steps as `most` bytes hold, but the first one always. Nothing when there is none.
static void add_remedy(const struct verdict *verdict, size_t most, struct text *out)
{
    char bytes[REMEDY_MAX];
    struct text steps = text_over(bytes, sizeof bytes);
    if (verdict->first_step == NULL) {
        finding_add_steps(verdict->finding, most, out);
        return;
    }
    text_add(out, "%s", verdict->first_step);
    size_t head = strlen(verdict->first_step) + strlen(THEN);
    finding_add_steps(verdict->finding, most > head ? most - head : 0, &steps);
    if (steps.len > 0 && head + steps.len <= most)
        text_add(out, THEN "%s", bytes);
}

void verdict_lines(const struct verdict *verdict, struct text *out)
{
    char note_bytes[SHARE_NOTE + 1], remedy_bytes[REMEDY_MAX];
    struct text note = text_over(note_bytes, sizeof note_bytes);
    struct text remedy = text_over(remedy_bytes, sizeof remedy_bytes);
    if (verdict->note != NULL) {
        text_add(&note, "note: ");
        text_add_visible(&note, span_of(verdict->note), SHARE_NOTE - sizeof "note: ");
    }
    size_t note_share = note.len > 0 ? note.len + 1 : 0;

    // First the first step, then the verdict, and what they leave is the other steps'.
    add_remedy(verdict, 0, &remedy);
    size_t step_share = remedy.len > 0 ? strlen(TO_DO) + remedy.len + 1 : 0;
    size_t rest = VERDICT_MAX - note_share;
    add_sentence(verdict, "healthy", out,
                 rest > step_share + SENTENCE_LEAST ? rest - step_share : SENTENCE_LEAST);
    if (remedy.len > 0) {
        size_t room = VERDICT_MAX - out->len - note_share - strlen(TO_DO) - 1;
        remedy = text_over(remedy_bytes, sizeof remedy_bytes);
        add_remedy(verdict, room, &remedy);
        text_add(out, TO_DO);
        add_shortened(out, &remedy, room);
    }
    if (note.len > 0)
        add_shortened(out, &note, SHARE_NOTE);
}

void verdict_log_line(const struct verdict *verdict, struct text *out)
{
    text_add(out, "labelgate: ");
    add_sentence(verdict, "healthy again", out, VERDICT_LOG - sizeof "labelgate: ");
}

static void add_verdict_members(const struct verdict *verdict, struct text *out)
{
    char bytes[2 * FINDING_SLOT];
    json_add_bool(out, "healthy", verdict->healthy);
    json_add_text(out, "reason", reason_word(verdict->finding->reason));
    json_add_text(out, "class", reason_class_name(reason_class(verdict->finding->reason)));
    struct text sentence = text_over(bytes, sizeof bytes);
    finding_add_sentence(verdict->finding, &sentence);
    json_add_text(out, "sentence", bytes);
    char remedy_bytes[REMEDY_MAX];
    struct text remedy = text_over(remedy_bytes, sizeof remedy_bytes);
    add_remedy(verdict, sizeof remedy_bytes, &remedy);
    json_add_text(out, "remedy", remedy.len > 0 ? remedy_bytes : NULL);
    json_add_text(out, "note", verdict->note);
}

void verdict_json(const struct verdict *verdict, const struct verdict_facts *facts,
                  struct text *out)
{
    json_open(out, NULL, '{');
    add_verdict_members(verdict, out);
    json_add_text(out, "url", facts->url);
    json_open(out, "token", '{');
    json_add_text(out, "variable", facts->variable);
    json_add_text(out, "source", facts->source);
    json_add_text(out, "kind", facts->kind);
    json_close(out, '}');
    json_open(out, "label_studio", '{');
    json_add_text(out, "version", facts->version);
    if (facts->user_id != 0)
        json_add_number(out, "user_id", facts->user_id);
    else
        json_add_null(out, "user_id");
    text_add(out, "}}\n");
}
