// SPDX-License-Identifier: MIT
// Names that come near those under which the token is looked for: LABELSTUDIO_API_KEY.
#ifndef LABELGATE_TOKEN_NEAR_NAME_H
#define LABELGATE_TOKEN_NEAR_NAME_H

#include <stdbool.h>

#include "base/span.h"

// LABEL, STUDIO right behind it, TOKEN or KEY at the end or before _FILE, in any case. Label
// Studio's own LABEL_STUDIO_SECRET_KEY is another thing.
bool token_is_near_name(struct span name);
// One whose value is likely to be the token itself, and not the path of a file.
bool token_is_near_secret(struct span name);
// A value that may be a token: not empty, and no switch, as in
// LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN=true.
bool token_is_near_value(struct span value);

#endif
