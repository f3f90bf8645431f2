// SPDX-License-Identifier: MIT
// jsmn with this project's options: the one place they stand. One source file includes it.
#ifndef LABELGATE_JSMN_OPTIONS_H
#define LABELGATE_JSMN_OPTIONS_H

// Refuses bare words and unfinished values.
#define JSMN_STRICT
// Linear instead of quadratic in the number of open brackets, and the tree checks need the links.
#define JSMN_PARENT_LINKS
// jsmn is this header alone: its functions belong to the file that includes it.
#define JSMN_STATIC

#include "upstream/jsmn.h"

#endif
