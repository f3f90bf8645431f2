// SPDX-License-Identifier: MIT
// how Label Studio is reached, from settings to the struct that the server room takes.
#ifndef LABELGATE_PROBE_REACH_H
#define LABELGATE_PROBE_REACH_H

#include <stdint.h>

#include "labelstudio/request.h"
#include "settings/settings.h"

// With the settings' token; to be over `timeout_ms` from now. Views of `settings`.
struct ask reach_from_settings(const struct settings *settings, int64_t timeout_ms);

// What was asked through a proxy says so. Not for --app-url, which is asked directly.
void reach_say_way(const struct settings *settings, struct finding *finding);

#endif
