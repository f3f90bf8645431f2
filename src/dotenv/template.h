// SPDX-License-Identifier: MIT
// References in a value: `$NAME`, `${NAME}`, `${NAME:-word}` and the other operators, `$$`
// (compose-go v2.13.0, template/template.go). In linear time and without recursion, however deep
// the words nest: compose-go's own code takes quadratic time for the same result.
#ifndef LABELGATE_DOTENV_TEMPLATE_H
#define LABELGATE_DOTENV_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"
#include "dotenv/memory.h"

// Where references lead. Offsets are those of the `$` in the text.
struct template_source {
    bool (*look_up)(void *context, struct span name, struct span *value); // false: not set
    // Told of a name that was read, is not set, and is replaced by nothing.
    void (*unset)(void *context, struct span name, size_t at);
    void *context;
};

enum template_fault {
    TEMPLATE_OK,
    TEMPLATE_INVALID,  // `${` with anything but a reference after it
    TEMPLATE_REQUIRED, // ${NAME:?…} or ${NAME?…}, and NAME is not set
    TEMPLATE_TOO_LONG, // more than `most`
    TEMPLATE_NO_MEMORY,
};

struct template_result {
    enum template_fault fault;
    size_t at;          // of the `$` at fault
    struct span name;   // TEMPLATE_REQUIRED
    bool has_reference; // one was replaced
};

// Appends the expanded text to `out`, which may not become longer than `most`.
struct template_result template_expand(struct span text, const struct template_source *source,
                                       struct buffer *out, size_t most);

#endif
