// SPDX-License-Identifier: MIT
// The tables of options, variables, exit codes and reasons as one JSON object, for what compares
// them with pages.
#include <stdio.h>

#include "base/text.h"
#include "spec/help_text.h"
#include "spec/options.h"

static void add_string(struct text *out, const char *name, const char *value)
{
    text_add(out, "\"%s\":", name);
    if (value)
        text_add_json(out, span_of(value));
    else
        text_add(out, "null");
    text_add(out, ",");
}

static void add_verb_names(struct text *out, unsigned verbs)
{
    const char *between = "";
    text_add(out, "\"verbs\":[");
    for (enum verb verb = 0; verb < VERB_COUNT; verb++) {
        if (!(verbs & 1U << verb) || verb_row(verb)->hidden)
            continue;
        text_add(out, "%s\"%s\"", between, verb_row(verb)->name);
        between = ",";
    }
    text_add(out, "]");
}

static void add_verbs(struct text *out)
{
    for (enum verb verb = 0; verb < VERB_COUNT; verb++) {
        text_add(out, "%s{", verb > 0 ? "," : "");
        add_string(out, "name", verb_row(verb)->name);
        add_string(out, "synopsis", verb_row(verb)->synopsis);
        add_string(out, "help", verb_row(verb)->help);
        text_add(out, "\"hidden\":%s}", verb_row(verb)->hidden ? "true" : "false");
    }
}

static void add_options(struct text *out)
{
    for (enum option_id id = 0; id < OPTION_COUNT; id++) {
        const struct option_row *row = option_row(id);
        char bytes[128];
        struct text spelled = text_over(bytes, sizeof bytes);
        table_add_option(id, &spelled);
        text_add(out, "%s{", id > 0 ? "," : "");
        add_string(out, "name", row->name);
        add_string(out, "spelled", bytes);
        add_string(out, "argument", row->argument);
        add_string(out, "variable", row->variable);
        text_add(out, "\"variables_also\":[");
        for (size_t i = 0; i < OPTION_VARIABLES_ALSO && row->variables_also[i]; i++)
            text_add(out, "%s\"%s\"", i > 0 ? "," : "", row->variables_also[i]);
        text_add(out, "],");
        add_string(out, "fallback", row->fallback);
        add_string(out, "help", row->help);
        text_add(out, "\"repeatable\":%s,", row->repeatable ? "true" : "false");
        add_verb_names(out, row->verbs);
        text_add(out, "}");
    }
}

static void add_variables(struct text *out)
{
    size_t count;
    const struct variable_row *rows = variable_rows(&count);
    for (size_t i = 0; i < count; i++) {
        text_add(out, "%s{", i > 0 ? "," : "");
        add_string(out, "name", rows[i].name);
        add_string(out, "help", rows[i].help);
        add_verb_names(out, rows[i].verbs);
        text_add(out, "}");
    }
}

static void add_exits(struct text *out)
{
    size_t count;
    const struct exit_row *rows = exit_rows(&count);
    for (size_t i = 0; i < count; i++) {
        text_add(out, "%s{", i > 0 ? "," : "");
        add_string(out, "code", rows[i].code);
        add_string(out, "meaning", rows[i].meaning);
        add_verb_names(out, rows[i].verbs);
        text_add(out, "}");
    }
}

static void add_reasons(struct text *out)
{
    for (enum reason reason = 0; reason < REASON_COUNT; reason++) {
        char sentence[1024], remedy[1024];
        struct text text = text_over(sentence, sizeof sentence);
        table_add_template(reason_sentence_template(reason), &text);
        text = text_over(remedy, sizeof remedy);
        table_add_template(reason_remedy_template(reason), &text);
        text_add(out, "%s{", reason > 0 ? "," : "");
        add_string(out, "word", reason_word(reason));
        add_string(out, "sentence", sentence);
        add_string(out, "remedy", remedy);
        text_add(out, "\"class\":\"%s\"}", reason_class_name(reason_class(reason)));
    }
}

int main(void)
{
    static const struct {
        const char *name;
        void (*add)(struct text *out);
    } parts[] = {
        {"verbs", add_verbs}, {"options", add_options}, {"variables", add_variables},
        {"exits", add_exits}, {"reasons", add_reasons},
    };
    struct text out = text_growing();
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        text_add(&out, "%s\"%s\":[", i > 0 ? "," : "{", parts[i].name);
        parts[i].add(&out);
        text_add(&out, "]");
    }
    text_add(&out, "}\n");
    bool done = !out.cut && fwrite(out.bytes, 1, out.len, stdout) == out.len && fflush(stdout) == 0;
    text_free(&out);
    return done ? 0 : 1;
}
