// SPDX-License-Identifier: MIT
#include "cli/health_output.h"

#include "base/json_write.h"

// Shares of the 500 bytes, newlines included: a remedy cut short helps less than a note cut short.
#define SHARE_VERDICT ((size_t)230)
#define SHARE_NOTE ((size_t)120)

static const char *state(const struct verdict *verdict)
{
    return verdict->healthy ? "healthy" : "unhealthy";
}

static void add_shortened(struct text *out, const struct text *line, size_t most)
{
    text_add_visible(out, (struct span){line->bytes, line->len}, most);
    text_add(out, "\n");
}

static void add_sentence(const struct verdict *verdict, struct text *out, size_t most)
{
    char bytes[2 * FINDING_SLOT];
    struct text sentence = text_over(bytes, sizeof bytes);
    finding_add_sentence(verdict->finding, &sentence);

    size_t before = out->len;
    text_add(out, "%s [%s]: ", state(verdict), reason_word(verdict->finding->reason));
    size_t head = out->len - before;
    add_shortened(out, &sentence, most > head + 1 ? most - head - 1 : 0);
}

static void make_remedy(const struct verdict *verdict, struct text *line)
{
    text_add(line, "to do: ");
    size_t head = line->len;
    finding_add_remedy(verdict->finding, line);
    if (line->len == head)
        line->len = 0;
}

void verdict_lines(const struct verdict *verdict, struct text *out)
{
    char note_bytes[SHARE_NOTE + 1], remedy_bytes[2 * FINDING_SLOT];
    struct text note = text_over(note_bytes, sizeof note_bytes);
    struct text remedy = text_over(remedy_bytes, sizeof remedy_bytes);
    if (verdict->note != NULL) {
        text_add(&note, "note: ");
        text_add_visible(&note, span_of(verdict->note), SHARE_NOTE - sizeof "note: ");
    }
    make_remedy(verdict, &remedy);
    size_t note_share = note.len > 0 ? note.len + 1 : 0;
    size_t remedy_share = remedy.len > 0 ? remedy.len + 1 : 0;

    // What a short remedy leaves is the verdict's.
    size_t rest = VERDICT_MAX - note_share;
    size_t share = rest > remedy_share + SHARE_VERDICT ? rest - remedy_share : SHARE_VERDICT;
    add_sentence(verdict, out, share);
    if (remedy.len > 0)
        add_shortened(out, &remedy, VERDICT_MAX - out->len - note_share - 1);
    if (note.len > 0)
        add_shortened(out, &note, SHARE_NOTE);
}

void verdict_log_line(const struct verdict *verdict, struct text *out)
{
    text_add(out, "labelgate: ");
    add_sentence(verdict, out, VERDICT_LOG - sizeof "labelgate: ");
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
    struct text remedy = text_over(bytes, sizeof bytes);
    finding_add_remedy(verdict->finding, &remedy);
    json_add_text(out, "remedy", remedy.len > 0 ? bytes : NULL);
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
