// SPDX-License-Identifier: MIT
#include "base/json_write.h"

static void add_name(struct text *out, const char *name)
{
    char last = out->len > 0 ? out->bytes[out->len - 1] : '[';
    if (last != '{' && last != '[')
        text_add(out, ",");
    if (name)
        text_add(out, "\"%s\":", name);
}

void json_open(struct text *out, const char *name, char bracket)
{
    add_name(out, name);
    text_add(out, "%c", bracket);
}

void json_close(struct text *out, char bracket)
{
    text_add(out, "%c", bracket);
}

void json_add_text(struct text *out, const char *name, const char *value)
{
    if (value)
        json_add_span(out, name, span_of(value));
    else
        json_add_null(out, name);
}

void json_add_span(struct text *out, const char *name, struct span value)
{
    add_name(out, name);
    text_add_json(out, value);
}

void json_add_bool(struct text *out, const char *name, bool value)
{
    add_name(out, name);
    text_add(out, value ? "true" : "false");
}

void json_add_number(struct text *out, const char *name, int64_t value)
{
    add_name(out, name);
    text_add(out, "%lld", (long long)value);
}

void json_add_null(struct text *out, const char *name)
{
    add_name(out, name);
    text_add(out, "null");
}
