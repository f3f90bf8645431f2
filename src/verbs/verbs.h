// SPDX-License-Identifier: MIT
// The verbs: each a straight line of steps over the rooms. Only main.c calls them; they do not call
// each other.
#ifndef LABELGATE_VERBS_VERBS_H
#define LABELGATE_VERBS_VERBS_H

#include "cli/begin.h"

// Each returns the exit code of the process (spec/exitcode.h).
int verb_run(const struct call *call);
int verb_health(const struct call *call);
int verb_check(const struct call *call);
int verb_token(const struct call *call);
int verb_verify(const struct call *call);
int verb_override(const struct call *call);
int verb_install(const struct call *call);
int verb_help(const struct call *call);
int verb_version(const struct call *call);
int verb_init(const struct call *call); // hidden: the resident process of `run`

#endif
