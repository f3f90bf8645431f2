// SPDX-License-Identifier: MIT
// Does a value say of itself that a token is still to be put in its place?
#ifndef LABELGATE_TOKEN_PLACEHOLDER_H
#define LABELGATE_TOKEN_PLACEHOLDER_H

#include <stdbool.h>

#include "base/span.h"

// `span` is the value without blanks, quotes and a scheme word around it. Whole values only: an
// operator's own token may hold any of these words. Never for 40 hex digits.
bool placeholder_is(struct span span);

#endif
