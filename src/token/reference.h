// SPDX-License-Identifier: MIT
// Values that name the place of a token for a tool that should have put the token there.
#ifndef LABELGATE_TOKEN_REFERENCE_H
#define LABELGATE_TOKEN_REFERENCE_H

#include <stdbool.h>

#include "base/span.h"

// What kind of reference `span` is, in words ("a 1Password reference (op://)"), or NULL. `span` is
// the value without blanks, quotes and a scheme word around it. Never http:// and https://.
const char *reference_kind(struct span span);

// "http://..." or "https://..."
bool reference_is_http(struct span span);

// A path that begins with / and lies where containers keep secrets and mounts: /run/, /var/run/,
// /etc/, /mnt/, /vault/.
bool reference_is_path(struct span span);

#endif
