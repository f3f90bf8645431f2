// SPDX-License-Identifier: MIT
#include "labelstudio/legacy_token.h"

#include <string.h>

#include "base/wipe.h"
#include "labelstudio/whoami.h"

static void ask_legacy(const struct ask *how, struct legacy *legacy, struct finding *finding)
{
    struct ask with_legacy = *how;
    with_legacy.token = secret_span(&legacy->token);
    with_legacy.anonymous = false;
    with_legacy.jwt = JWT_REJECT;
    bool has_skew = legacy->seen.has_skew;
    int64_t skew_s = legacy->seen.skew_s;
    ask_whoami(&with_legacy, finding, &legacy->seen);
    if (has_skew) { // the exchange tells it better than a Date, which may be a proxy's
        legacy->seen.has_skew = true;
        legacy->seen.skew_s = skew_s;
    }
}

static bool bring_legacy(const struct ask *how, const struct credential *who, bool enable,
                         struct legacy *legacy, struct finding *finding)
{
    if (!trade_legacy(how, who, &legacy->token, &legacy->created, finding))
        return false;
    ask_legacy(how, legacy, finding);
    if (finding->reason == REASON_LEGACY_DISABLED && enable) {
        if (!trade_enable_legacy(how, who, finding))
            return false;
        legacy->enabled = true;
        ask_legacy(how, legacy, finding);
    }
    return finding->reason == REASON_OK;
}

bool legacy_from_pat(const struct ask *how, struct span pat, bool enable, struct legacy *legacy,
                     struct finding *finding)
{
    struct secret access;
    memset(legacy, 0, sizeof *legacy);
    bool done = trade_exchange(how, pat, &access, finding, &legacy->seen);
    if (done) {
        struct credential who = {CREDENTIAL_BEARER, secret_span(&access)};
        done = bring_legacy(how, &who, enable, legacy, finding);
    }
    secret_wipe(&access);
    return done;
}

bool legacy_from_user(const struct ask *how, const char *user, struct span password, bool enable,
                      struct legacy *legacy, struct finding *finding)
{
    struct secret session;
    memset(legacy, 0, sizeof *legacy);
    bool done = trade_login(how, user, password, &session, finding);
    if (done) {
        struct credential who = {CREDENTIAL_SESSION, secret_span(&session)};
        done = bring_legacy(how, &who, enable, legacy, finding);
    }
    secret_wipe(&session);
    return done;
}

void legacy_wipe(struct legacy *self)
{
    wipe(self, sizeof *self);
}
