// SPDX-License-Identifier: MIT
// The steps from a Personal Access Token, or from user and password, to the legacy token.
//
// Source: run against Label Studio 1.22.0 and 1.23.2 (owner and plain member). Each call is one
// question (trade_legacy a second one, only after the one answer that allows it) and returns false
// with a reason word when it did not get what it asked for. From an answer only a clean non-empty
// string is taken: 7-bit, no blank, no control byte, at most TOKEN_MAX bytes.
#ifndef LABELGATE_LABELSTUDIO_TRADE_H
#define LABELGATE_LABELSTUDIO_TRADE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"
#include "labelstudio/observation.h"
#include "labelstudio/request.h"
#include "net/headers.h"
#include "spec/reason.h"

// A token from an answer, or the cookies of a login. The owner wipes it with secret_wipe, also
// after a failure.
struct secret {
    char text[TOKEN_MAX + 1]; // NUL-terminated
    size_t len;
};
void secret_wipe(struct secret *self);
struct span secret_span(const struct secret *self);

// Below, `how` gives URL, header file, CA file, deadline and phase; its token, anonymous and jwt
// are not looked at.

// POST /api/token/refresh: PAT → access token (lives 300 s). `seen` (may be NULL) gets the clock
// difference.
bool trade_exchange(const struct ask *how, struct span pat, struct secret *access,
                    struct finding *finding, struct seen *seen);

// GET /api/current-user/token: the legacy token of whoever `who` is. A user without one ("Token
// matching query does not exist.", and only then) gets one by POST /api/current-user/reset-token/;
// `created` (may be NULL) tells.
bool trade_legacy(const struct ask *how, const struct credential *who, struct secret *legacy,
                  bool *created, struct finding *finding);

// Both switches of the organization: GET /api/jwt/settings.
struct trade_switches {
    bool api_tokens, legacy_tokens;
};
bool trade_read_switches(const struct ask *how, const struct credential *who,
                         struct trade_switches *switches, struct finding *finding);
// POST /api/jwt/settings {"legacy_api_tokens_enabled": true}, for the whole organization.
// REASON_ENABLE_REFUSED when the server does not do it.
bool trade_enable_legacy(const struct ask *how, const struct credential *who,
                         struct finding *finding);

// GET and POST /user/login: session cookies for CREDENTIAL_SESSION. REASON_LOGIN_FAILED: wrong user
// or password (the answer does not tell which), or an inactive user.
bool trade_login(const struct ask *how, const char *user, struct span password,
                 struct secret *session, struct finding *finding);

#endif
