// SPDX-License-Identifier: MIT
// Which bytes that somebody set are secrets, for base/redact.h.
#ifndef LABELGATE_TOKEN_REDACT_TOKEN_H
#define LABELGATE_TOKEN_REDACT_TOKEN_H

#include <stdbool.h>

#include "base/span.h"

// The text of a token, wherever it was found, is never shown from here on (redact.h); a placeholder
// and a comment are no secret. False: no memory.
bool token_redact(struct span token);
// The same of the user information in an address, "scheme://user:password@host": the password as it
// stands and decoded, or the user when it stands alone.
bool token_redact_url(struct span url);
// The same of a text that may begin without "scheme://", as the address of a proxy.
bool token_redact_authority(struct span authority);

#endif
