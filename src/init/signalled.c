// SPDX-License-Identifier: MIT
// Whom the survivors' end has spoken to already: nobody gets TERM or KILL twice.
#include "init/watch.h"

// PID_MAX_LIMIT of the kernel. One bit a process and stage; pages that nobody touches cost nothing.
#define PIDS (4 * 1024 * 1024)
static unsigned char told[SIGNALLED_STAGES][PIDS / 8];

bool was_signalled(enum signalled_stage stage, pid_t pid)
{
    return pid < PIDS && (told[stage][pid / 8] & 1u << (pid % 8)) != 0;
}

bool mark_signalled(enum signalled_stage stage, pid_t pid)
{
    if (pid >= PIDS || was_signalled(stage, pid))
        return false;
    told[stage][pid / 8] |= (unsigned char)(1u << (pid % 8));
    return true;
}

void forget_signalled(pid_t pid)
{
    for (int stage = 0; stage < SIGNALLED_STAGES; stage++)
        if (was_signalled((enum signalled_stage)stage, pid))
            told[stage][pid / 8] &= (unsigned char)~(1u << (pid % 8));
}
