// SPDX-License-Identifier: MIT
// Whose token it is that Label Studio refused: its variable and its source, and what helps there.
#ifndef LABELGATE_SETTINGS_TOKEN_VERDICT_H
#define LABELGATE_SETTINGS_TOKEN_VERDICT_H

#include "settings/settings.h"

// A verdict about the token gets its variable and source; one that says that Label
// Studio does not know the token gets the first step for the way in which the value came here.
// Others stay as they are. Looks at the file's time, never at its content.
void settings_name_token(const struct token_settings *token, struct finding *finding);
// What brings the change to the app that the verdict asks for: of the address where it is unclear,
// else of the token. After settings_name_token.
void settings_say_apply(const struct applying *apply, struct finding *finding);

#endif
