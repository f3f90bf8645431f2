// SPDX-License-Identifier: MIT
// How a verb is called, and how the verbs for people begin.
#ifndef LABELGATE_CLI_BEGIN_H
#define LABELGATE_CLI_BEGIN_H

#include <stdbool.h>

#include "spec/options.h"

struct init_inherited;

// How we were called. Everything is a view of what the kernel gave to main.
struct call {
    int argc;
    char *const *argv; // argv[1] is the verb, argv[2] the first word after it
    char *const *envp;
    const struct init_inherited *inherited;
};

// False: that is all, and `code` is the verb's. It was called wrongly, which is said, or its help
// was wanted, which is printed.
bool begin(const struct call *call, enum verb verb, struct options *options, int *code);
// Says what is wrong with the command line. Gives the code for it.
int begin_refuse(enum verb verb, const char *why);

#endif
