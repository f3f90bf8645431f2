// SPDX-License-Identifier: MIT
// Reads JSON texts through base/json, one JSON object a line on standard output.
//
// A case is the line "LENGTH PATHLENGTH", then so many bytes of text and of a path for json_walk.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/text.h"

static const char *const kinds[] = {
    [JSON_KIND_NONE] = "none", [JSON_OBJECT] = "object", [JSON_ARRAY] = "array",
    [JSON_STRING] = "string",  [JSON_NUMBER] = "number", [JSON_TRUE] = "true",
    [JSON_FALSE] = "false",    [JSON_NULL] = "null",
};

static char *read_bytes(size_t len)
{
    // Exactly as long as the text: a read behind its end is an error that the sanitizer sees.
    char *bytes = malloc(len + (len == 0));
    if (!bytes || fread(bytes, 1, len, stdin) != len)
        abort();
    return bytes;
}

static void describe(const struct json *json, const char *path)
{
    json_place place = json_walk(json, JSON_ROOT, path);
    char string[4096];
    int64_t integer = 0;
    struct text out = text_growing();
    text_add(&out, "{\"ok\":true,\"kind\":\"%s\",\"raw\":", kinds[json_kind_at(json, place)]);
    text_add_json(&out, json_raw(json, place));
    if (json_string(json, place, string, sizeof string)) {
        text_add(&out, ",\"string\":");
        text_add_json(&out, span_of(string));
    }
    if (json_integer(json, place, &integer))
        text_add(&out, ",\"integer\":%" PRId64, integer);
    text_add(&out, "}");
    puts(out.bytes);
    text_free(&out);
}

int main(void)
{
    size_t len = 0;
    size_t path_len = 0;
    while (scanf("%zu %zu", &len, &path_len) == 2 && getchar() == '\n') {
        char *text = read_bytes(len);
        char *path = read_bytes(path_len);
        char *path_text = malloc(path_len + 1);
        struct json json;
        if (!path_text)
            abort();
        snprintf(path_text, path_len + 1, "%.*s", (int)path_len, path);
        if (json_parse(&json, text, len)) {
            describe(&json, path_text);
            json_free(&json);
        } else {
            puts("{\"ok\":false}");
        }
        free(path_text);
        free(path);
        free(text);
    }
    return 0;
}
