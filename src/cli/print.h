// SPDX-License-Identifier: MIT
// A result, whole on standard output or an error: how the verbs for people end.
#ifndef LABELGATE_CLI_PRINT_H
#define LABELGATE_CLI_PRINT_H

#include "base/text.h"
#include "spec/options.h"

// Writes the text and frees it. EXITCODE_OK, or EXITCODE_NO with [output_failed] on standard error.
int print_text(struct text *out);
// Says [output_failed] on standard error; EXITCODE_NO.
int print_failed(void);
// `labelgate VERB --help`.
int print_help(enum verb verb);

#endif
