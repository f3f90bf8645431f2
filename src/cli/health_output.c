// SPDX-License-Identifier: MIT
#include "cli/health_output.h"

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

static void add_member(struct text *out, const char *name, const char *value)
{
    text_add(out, "\"%s\":", name);
    if (value != NULL)
        text_add_json(out, span_of(value));
    else
        text_add(out, "null");
}

static void add_verdict_members(const struct verdict *verdict, struct text *out)
{
    char bytes[2 * FINDING_SLOT];
    text_add(out, "\"healthy\":%s,", verdict->healthy ? "true" : "false");
    add_member(out, "reason", reason_word(verdict->finding->reason));
    text_add(out, ",");
    add_member(out, "class", reason_class_name(reason_class(verdict->finding->reason)));
    struct text sentence = text_over(bytes, sizeof bytes);
    finding_add_sentence(verdict->finding, &sentence);
    text_add(out, ",");
    add_member(out, "sentence", bytes);
    struct text remedy = text_over(bytes, sizeof bytes);
    finding_add_remedy(verdict->finding, &remedy);
    text_add(out, ",");
    add_member(out, "remedy", remedy.len > 0 ? bytes : NULL);
    text_add(out, ",");
    add_member(out, "note", verdict->note);
}

void verdict_json(const struct verdict *verdict, const struct verdict_facts *facts,
                  struct text *out)
{
    text_add(out, "{");
    add_verdict_members(verdict, out);
    text_add(out, ",");
    add_member(out, "url", facts->url);
    text_add(out, ",\"token\":{");
    add_member(out, "variable", facts->variable);
    text_add(out, ",");
    add_member(out, "source", facts->source);
    text_add(out, ",");
    add_member(out, "kind", facts->kind);
    text_add(out, "},\"label_studio\":{");
    add_member(out, "version", facts->version);
    if (facts->user_id != 0)
        text_add(out, ",\"user_id\":%lld}}\n", facts->user_id);
    else
        text_add(out, ",\"user_id\":null}}\n");
}
