// SPDX-License-Identifier: MIT
// Not a verb: how Label Studio is reached, from settings to the struct that the server room takes.
#ifndef LABELGATE_PROBE_REACH_H
#define LABELGATE_PROBE_REACH_H

#include <stdint.h>

#include "settings/settings.h"
#include "labelstudio/request.h"

// With the settings' token; to be over `timeout_ms` from now. Views of `settings`.
struct ask reach_from_settings(const struct settings *settings, int64_t timeout_ms);

#endif
