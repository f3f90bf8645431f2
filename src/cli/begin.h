// SPDX-License-Identifier: MIT
// Not a verb: how the verbs for people begin, with their command line.
#ifndef LABELGATE_CLI_BEGIN_H
#define LABELGATE_CLI_BEGIN_H

#include <stdbool.h>

#include "spec/options.h"
#include "verbs/verbs.h"

// False: that is all, and `code` is the verb's. It was called wrongly, which is said, or its help
// was wanted, which is printed.
bool begin(const struct call *call, enum verb verb, struct options *options, int *code);
// Says what is wrong with the command line. Gives the code for it.
int begin_refuse(enum verb verb, const char *why);

#endif
