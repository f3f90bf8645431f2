// SPDX-License-Identifier: MIT
// Which bytes of the settings are secrets, for base/redact.h.
#ifndef LABELGATE_TOKEN_REDACT_TOKEN_H
#define LABELGATE_TOKEN_REDACT_TOKEN_H

#include <stdbool.h>

#include "base/span.h"

// The text of a token, wherever it was found, is never shown from here on (redact.h); a placeholder
// and a comment are not secret. False: no memory.
bool token_redact(struct span token);
// The same of the user information in an address, "scheme://user:password@host": the password as it
// is and decoded, or the user when there is no password; and both as Base64, as they are sent.
bool token_redact_url(struct span url);
// The same of a text that may begin without "scheme://", as the address of a proxy.
bool token_redact_authority(struct span authority);

#endif
