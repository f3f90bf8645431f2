// SPDX-License-Identifier: MIT
// How the verbs for people end: a result, whole on standard output; a finding on standard error.
#ifndef LABELGATE_CLI_PRINT_H
#define LABELGATE_CLI_PRINT_H

#include "base/say.h"
#include "base/text.h"
#include "spec/options.h"
#include "spec/reason.h"

// Writes the text and frees it. EXITCODE_OK, or EXITCODE_NO with [output_failed] on standard error,
// [start_failed] where memory ran out for it.
int print_text(struct text *out);
// Says [output_failed] on standard error; EXITCODE_NO.
int print_failed(void);
// `labelgate VERB --help`.
int print_help(enum verb verb);

// One line what is wrong, with its reason word; one line what to do.
void report_refusal(enum say_level most, const struct finding *finding);
// A finding with reason REASON_OK carries its sentence in `detail`: a lint, a setting that is not
// used.
void report_warning(enum say_level most, const struct finding *finding);

#endif
