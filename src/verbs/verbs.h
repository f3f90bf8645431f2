// SPDX-License-Identifier: MIT
// The verbs: each a straight line of steps over the rooms. Only main.c calls them; they do not call
// each other.
#ifndef LABELGATE_VERBS_VERBS_H
#define LABELGATE_VERBS_VERBS_H

#include "init/init.h"

// How we were called. Everything is a view of what the kernel gave to main.
struct call {
    int argc;
    char *const *argv; // argv[1] is the verb, argv[2] the first word after it
    char *const *envp;
    const struct init_inherited *inherited;
};

// Each returns the exit code of the process (spec/exitcode.h).
int verb_run(const struct call *call);
int verb_health(const struct call *call);
int verb_check(const struct call *call);
int verb_token(const struct call *call);
int verb_verify(const struct call *call);
int verb_install(const struct call *call);
int verb_help(const struct call *call);
int verb_version(const struct call *call);
int verb_init(const struct call *call); // hidden: the resident process of `run`

#endif
