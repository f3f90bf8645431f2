// SPDX-License-Identifier: MIT
// How a finding is told on standard error: one line what is wrong with its reason word, one line
// what to do.
#ifndef LABELGATE_CLI_REPORT_H
#define LABELGATE_CLI_REPORT_H

#include "base/say.h"
#include "spec/reason.h"

void report_refusal(enum say_level most, const struct finding *finding);
// A finding with reason REASON_OK carries its sentence in `detail`: a lint, a setting that is not
// used.
void report_warning(enum say_level most, const struct finding *finding);

#endif
