// SPDX-License-Identifier: MIT
// JSON from the network or from a token, read through jsmn and then checked, since jsmn is a
// tokenizer and no validator.
//
// Accepted is what RFC 8259 calls JSON, with an object or an array at the root. Refused among
// others: a NUL byte, text outside the root, stray or missing separators, members without a value,
// primitives that are no literal or number, raw control characters and bytes that are no UTF-8 in a
// string, a lone surrogate, nesting or a token count above the limits. Of duplicate names the last
// one counts, as in Python. Names are compared after their escapes are undone.
#ifndef LABELGATE_BASE_JSON_H
#define LABELGATE_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

// Label Studio's whoami answer has about 60 tokens, a Compose project of fifty services some
// 10,000.
#define JSON_TOKENS 131072
// Nothing that labelgate reads is nested deeper than five levels.
#define JSON_DEPTH 64

struct json_token; // jsmn's token, known to json.c only

struct json {
    struct span text;
    struct json_token *tokens; // heap, given back by json_free
    int count;
};

// A place in a document: the index of its token. JSON_NONE: not there.
typedef int json_place;
#define JSON_NONE (-1)
#define JSON_ROOT 0

enum json_kind {
    JSON_KIND_NONE,
    JSON_OBJECT,
    JSON_ARRAY,
    JSON_STRING,
    JSON_NUMBER,
    JSON_TRUE,
    JSON_FALSE,
    JSON_NULL
};

// False when the text is no JSON or memory ran out; then there is nothing to free. `text` must
// outlive `self`.
bool json_parse(struct json *self, const char *text, size_t len);
void json_free(struct json *self);

enum json_kind json_kind_at(const struct json *self, json_place place);
json_place json_member(const struct json *self, json_place object, const char *name);
// The first value inside an object or array, and the one after `value` in it; JSON_NONE at the end.
// In a document where a name is given twice both come.
json_place json_first(const struct json *self, json_place container);
json_place json_next(const struct json *self, json_place container, json_place value);
// The name of a member whose value was found by json_first or json_next, as json_string.
bool json_name(const struct json *self, json_place value, char *buffer, size_t size);
// "details.connected": a path of members from `object` down. Digits walk into an array.
json_place json_walk(const struct json *self, json_place object, const char *path);
// Copies the string with its escapes undone, NUL-terminated. False when it is no string, holds a
// NUL, or does not fit; then `buffer` is empty.
bool json_string(const struct json *self, json_place place, char *buffer, size_t size);
// A whole number in the range of int64_t (1e3 and 1.0 are none).
bool json_integer(const struct json *self, json_place place, int64_t *value);
// The bytes of a value as they stand in the text (a string without its quotes, escapes not undone).
struct span json_raw(const struct json *self, json_place place);

#endif
