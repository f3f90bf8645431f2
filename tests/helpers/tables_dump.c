// SPDX-License-Identifier: MIT
// The options and the reasons as one JSON object, for tests that go through all of them.
#include <stdio.h>

#include "base/text.h"
#include "spec/options.h"
#include "spec/reason.h"

static void add_string(struct text *out, const char *name, const char *value)
{
    text_add(out, "\"%s\":", name);
    if (value)
        text_add_json(out, span_of(value));
    else
        text_add(out, "null");
}

static void add_options(struct text *out)
{
    for (enum option_id id = 0; id < OPTION_COUNT; id++) {
        const struct option_row *row = option_row(id);
        text_add(out, "%s{", id > 0 ? "," : "");
        add_string(out, "name", row->name);
        text_add(out, ",");
        add_string(out, "argument", row->argument);
        text_add(out, ",");
        add_string(out, "variable", row->variable);
        text_add(out, "}");
    }
}

static void add_reasons(struct text *out)
{
    for (enum reason reason = 0; reason < REASON_COUNT; reason++) {
        text_add(out, "%s{", reason > 0 ? "," : "");
        add_string(out, "word", reason_word(reason));
        text_add(out, ",");
        add_string(out, "class", reason_class_name(reason_class(reason)));
        text_add(out, "}");
    }
}

int main(void)
{
    struct text out = text_growing();
    text_add(&out, "{\"options\":[");
    add_options(&out);
    text_add(&out, "],\"reasons\":[");
    add_reasons(&out);
    text_add(&out, "]}\n");
    bool done = !out.cut && fwrite(out.bytes, 1, out.len, stdout) == out.len && fflush(stdout) == 0;
    text_free(&out);
    return done ? 0 : 1;
}
