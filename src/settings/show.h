// SPDX-License-Identifier: MIT
// A setting's value in words, for `check`. Never a token, a password or a header's text.
#ifndef LABELGATE_SETTINGS_SHOW_H
#define LABELGATE_SETTINGS_SHOW_H

#include "base/text.h"
#include "settings/settings.h"

// As --load and --jwt take them.
const char *settings_load_word(enum load_mode load);
const char *settings_jwt_word(enum jwt_policy policy);

// Nothing when it is not set.
void settings_show(const struct settings *settings, enum option_id id, struct text *out);

#endif
