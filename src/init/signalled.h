// SPDX-License-Identifier: MIT
// Which processes have been sent TERM and KILL at the end: none gets either twice. Private to this
// room.
#ifndef LABELGATE_INIT_SIGNALLED_H
#define LABELGATE_INIT_SIGNALLED_H

#include <stdbool.h>
#include <sys/types.h>

enum signalled_stage { SIGNALLED_TERM, SIGNALLED_KILL, SIGNALLED_STAGES };
bool was_signalled(enum signalled_stage stage, pid_t pid);
// Notes that it is being sent now. False when it was sent before, or when no kernel has such a
// number.
bool mark_signalled(enum signalled_stage stage, pid_t pid);
// A child was reaped: its number may be another process's soon.
void forget_signalled(pid_t pid);

#endif
