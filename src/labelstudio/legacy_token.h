// SPDX-License-Identifier: MIT
// The whole way to the legacy token, for `run --jwt trade` and `token`: the steps of trade.h, and
// whoami with what came of them. When the organization has legacy tokens off and `enable` is set,
// they are switched on and whoami is asked again.
#ifndef LABELGATE_LABELSTUDIO_LEGACY_TOKEN_H
#define LABELGATE_LABELSTUDIO_LEGACY_TOKEN_H

#include <stdbool.h>

#include "base/span.h"
#include "labelstudio/observation.h"
#include "labelstudio/request.h"
#include "labelstudio/trade.h"
#include "spec/reason.h"

// What came of it. The owner wipes it with legacy_wipe, also after a failure.
struct legacy {
    struct secret token;
    bool created;     // the user had no legacy token before
    bool enabled;     // legacy tokens were off in the organization and were switched on
    struct seen seen; // of the whoami with the legacy token
};
// Each true when Label Studio accepts the token; else `finding` says why not. The token, anonymous
// and jwt of `how` are not looked at.
bool legacy_from_pat(const struct ask *how, struct span pat, bool enable, struct legacy *legacy,
                     struct finding *finding);
bool legacy_from_user(const struct ask *how, const char *user, struct span password, bool enable,
                      struct legacy *legacy, struct finding *finding);
void legacy_wipe(struct legacy *self);

#endif
