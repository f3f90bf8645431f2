// SPDX-License-Identifier: MIT
// Not a verb: how Label Studio is reached, from settings to the struct that the server room takes.
#ifndef LABELGATE_VERBS_HOW_H
#define LABELGATE_VERBS_HOW_H

#include <stdint.h>

#include "env/settings.h"
#include "server/question.h"

// With the settings' token; to be over `timeout_ms` from now. Views of `settings`.
struct ask how_to_ask(const struct settings *settings, int64_t timeout_ms);

#endif
