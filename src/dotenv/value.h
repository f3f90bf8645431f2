// SPDX-License-Identifier: MIT
// The decoder: what comes after `=` to the value that Compose reads: comment, quotes, escapes,
// references (compose-go v2.13.0, dotenv/parser.go: extractVarValue, expandEscapes). It knows
// nothing of files.
#ifndef LABELGATE_DOTENV_VALUE_H
#define LABELGATE_DOTENV_VALUE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"
#include "dotenv/diagnosis.h"
#include "dotenv/memory.h"
#include "dotenv/template.h"

// What Compose reads of the text after `=`: of an unquoted value what is left of a comment,
// without the blanks at its end; a quoted one is whole already. `text` begins with no blank.
struct span value_raw(struct span text);

struct value_result {
    bool good;
    enum dotenv_fault fault; // when not good
    size_t at;               // of the fault, in `raw`
    struct span name;        // DOTENV_REQUIRED_MISSING; lies in `raw` or `scratch`
    bool has_reference;
};

// Appends the value of `raw` (see value_raw; a quoted one has both its quotes) to `out`, which may
// not become longer than `most`. The offsets that `source` is told are those in `raw`, and grow.
// `scratch` is overwritten.
struct value_result value_decode(struct span raw, const struct template_source *source,
                                 struct buffer *scratch, struct buffer *out, size_t most);

#endif
