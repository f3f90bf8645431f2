// SPDX-License-Identifier: MIT
// Help, printed from the tables of spec/options.h, reason.h and exitcode.h.
#ifndef LABELGATE_CLI_HELP_H
#define LABELGATE_CLI_HELP_H

#include "base/text.h"
#include "spec/options.h"

void help_overview(struct text *out);
void help_verb(enum verb verb, struct text *out);
void help_reasons(struct text *out);
void help_version(struct text *out); // own version and those of the libraries inside

#endif
