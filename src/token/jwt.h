// SPDX-License-Identifier: MIT
// A JWT taken apart: three parts of base64url, the first two JSON objects (RFC 7515 section 3.1,
// RFC 7519 section 7.2). Narrower than PyJWT only where a token is damaged. Nothing is verified.
#ifndef LABELGATE_TOKEN_JWT_H
#define LABELGATE_TOKEN_JWT_H

#include "base/span.h"
#include "token/kind.h"

// One of the JWT kinds, or TOKEN_LEGACY_OTHER for what does not look like one. Fills the claims,
// and `broken` for TOKEN_JWT_BROKEN.
enum token_kind jwt_kind(struct token *self, struct span span);

#endif
