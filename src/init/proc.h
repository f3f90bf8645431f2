// SPDX-License-Identifier: MIT
// The little that this room reads of /proc, without the heap.
#ifndef LABELGATE_INIT_PROC_H
#define LABELGATE_INIT_PROC_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/numbered.h"

// False when there is no /proc, or it is that of another process namespace: then its numbers mean
// other processes.
bool proc_is_ours(void);

// numbered_each of the folder `path`. False also when it cannot be opened.
bool proc_each(const char *path, numbered_visit *visit, void *context);

// Calls `visit` with every direct child of ours, oldest first where the kernel lists them. False:
// /proc does not tell.
bool proc_children(numbered_visit *visit, void *context);

#define PROC_NAME 64 // the kernel's own limit is 16; workers of the kernel have longer ones
struct proc_process {
    char name[PROC_NAME]; // as /proc/N/comm has it: no arguments, which may hold secrets
    char state;           // 'Z': has ended and is not reaped
    pid_t parent;         // 0: entered this namespace from outside
};
bool proc_look(pid_t pid, struct proc_process *process);

#endif
