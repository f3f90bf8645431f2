// SPDX-License-Identifier: MIT
// Signals as settings spell them.
#ifndef LABELGATE_BASE_SIGNAL_NAME_H
#define LABELGATE_BASE_SIGNAL_NAME_H

#include <stdbool.h>

#include "base/span.h"

#define SIGNALS_MAX 64 // the kernel's last one on every architecture that we are built for

// TERM, SIGTERM, RTMIN, RTMIN+3, RTMAX-2, or a number from 1 to 31; upper or lower case. RTMIN is
// 34, as Docker's STOPSIGNAL and every shell have it, whatever our own libc keeps for itself. False
// for anything else.
bool signal_parse(struct span text, int *number);

// "TERM"; NULL for a real-time signal.
const char *signal_name(int number);

#endif
