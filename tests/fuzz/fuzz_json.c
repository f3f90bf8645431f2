// SPDX-License-Identifier: MIT
// JSON of any bytes: no crash, and a text that is taken can be walked to its end.
#include <stdint.h>
#include <stdlib.h>

#include "base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

// Every place can be asked for everything.
static void look(const struct json *json, json_place place)
{
    char string[64];
    int64_t integer = 0;
    struct span raw = json_raw(json, place);
    check(raw.text >= json->text.text && raw.text + raw.len <= json->text.text + json->text.len);
    check(json_kind_at(json, place) != JSON_KIND_NONE);
    json_string(json, place, string, sizeof string);
    if (json_integer(json, place, &integer))
        check(json_kind_at(json, place) == JSON_NUMBER);
    json_member(json, place, "a");
    json_walk(json, place, "0.a.0");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct json json;
    if (!json_parse(&json, (const char *)data, size))
        return 0;
    check(json_kind_at(&json, JSON_ROOT) == JSON_OBJECT ||
          json_kind_at(&json, JSON_ROOT) == JSON_ARRAY);
    for (json_place place = JSON_ROOT; place < json.count; place++)
        look(&json, place);
    check(json_kind_at(&json, json.count) == JSON_KIND_NONE);
    json_free(&json);
    return 0;
}
