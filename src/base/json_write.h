// SPDX-License-Identifier: MIT
// JSON put together into a text (text.h). Each call adds its comma where one is needed: after
// anything but the beginning of the text, an object or an array.
//
// `name` is the name of a member, plain ASCII; NULL: an item of an array, or the root. Values lose
// their secrets (text_add_json).
#ifndef LABELGATE_BASE_JSON_WRITE_H
#define LABELGATE_BASE_JSON_WRITE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

void json_open(struct text *out, const char *name, char bracket);          // '{' or '['
void json_close(struct text *out, char bracket);                           // '}' or ']'
void json_add_text(struct text *out, const char *name, const char *value); // NULL: null
void json_add_span(struct text *out, const char *name, struct span value);
void json_add_bool(struct text *out, const char *name, bool value);
void json_add_number(struct text *out, const char *name, int64_t value);
void json_add_null(struct text *out, const char *name);

#endif
