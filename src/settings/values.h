// SPDX-License-Identifier: MIT
// Where the value of an option is kept.
#ifndef LABELGATE_SETTINGS_VALUES_H
#define LABELGATE_SETTINGS_VALUES_H

#include "settings/settings.h"

// Of the type that its row's kind says: bool for VALUE_YES_NO, an enum (as unsigned) for
// VALUE_WORD, int64_t milliseconds for durations, const char * for paths and addresses. NULL: it is
// more than one value, or none of the settings.
void *settings_value(struct settings *self, enum option_id id);

#endif
