// SPDX-License-Identifier: MIT
// Whether the app can be started with its environment and arguments: the same judgement for `run`
// and `check`.
#ifndef LABELGATE_VERBS_LAUNCH_SIZE_H
#define LABELGATE_VERBS_LAUNCH_SIZE_H

#include "settings/settings.h"

// `app` was made from `environment` by settings_app_environment. `program` and `argv` may be NULL:
// not known. False: `finding` names what is too long, its place, its length and the limit.
bool launch_size_fits(const struct settings *settings, const struct envlist *environment,
                      const struct envlist *app, const char *program, char *const *argv,
                      struct finding *finding);

#endif
