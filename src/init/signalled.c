// SPDX-License-Identifier: MIT
#include "init/signalled.h"

// PID_MAX_LIMIT of the kernel. One bit a process and stage; untouched pages cost nothing.
#define PIDS (4 * 1024 * 1024)
static unsigned char sent[SIGNALLED_STAGES][PIDS / 8];

bool was_signalled(enum signalled_stage stage, pid_t pid)
{
    return pid < PIDS && (sent[stage][pid / 8] & 1u << (pid % 8)) != 0;
}

bool mark_signalled(enum signalled_stage stage, pid_t pid)
{
    if (pid >= PIDS || was_signalled(stage, pid))
        return false;
    sent[stage][pid / 8] |= (unsigned char)(1u << (pid % 8));
    return true;
}

void forget_signalled(pid_t pid)
{
    for (int stage = 0; stage < SIGNALLED_STAGES; stage++)
        if (was_signalled((enum signalled_stage)stage, pid))
            sent[stage][pid / 8] &= (unsigned char)~(1u << (pid % 8));
}
