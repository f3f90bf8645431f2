// SPDX-License-Identifier: MIT
// Names that come near those under which the token is looked for: LABELSTUDIO_API_KEY.
#ifndef LABELGATE_TOKEN_NEAR_NAME_H
#define LABELGATE_TOKEN_NEAR_NAME_H

#include <stdbool.h>

#include "base/span.h"

// LABEL, STUDIO right after it, TOKEN or KEY at the end or before _FILE, in any case. Label
// Studio's own LABEL_STUDIO_SECRET_KEY is another thing.
bool token_is_near_name(struct span name);
// One whose value is likely to be the token itself: no path of a file and no switch.
bool token_is_near_secret(struct span name, struct span value);
// Is such a name set to what may be a token: not empty, and no switch, as in
// LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN=true?
bool token_is_near(struct span name, struct span value);
// A name further away, as LS_TOKEN, LABEL_STUDIO_PAT and LABLE_STUDIO_API_TOKEN, whose value has
// the shape of a token of Label Studio.
bool token_is_far(struct span name, struct span value);

#endif
