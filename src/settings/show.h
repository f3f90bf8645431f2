// SPDX-License-Identifier: MIT
// A setting's value in words, for `check`. Never a token, a password or a header's text.
#ifndef LABELGATE_SETTINGS_SHOW_H
#define LABELGATE_SETTINGS_SHOW_H

#include "base/text.h"
#include "settings/settings.h"

// Nothing when it is not set.
void settings_show(const struct settings *settings, enum option_id id, struct text *out);

#endif
