// SPDX-License-Identifier: MIT
// What `run` writes into the environment of its resident process, for the probe (probe/started.h).
#ifndef LABELGATE_SETTINGS_RESIDENT_ENVIRONMENT_H
#define LABELGATE_SETTINGS_RESIDENT_ENVIRONMENT_H

#include <stdbool.h>

#include "base/envlist.h"
#include "settings/settings.h"

// The environment that the resident process gets (contract, section 4): first the marker
// LABELGATE_STARTED=1, then the settings the app was started with, nothing else. `token` is the one
// the app has (after a trade not the settings' own).
bool started_environment(const struct settings *settings, struct span token,
                         struct envlist *resident);

#endif
