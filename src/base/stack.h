// SPDX-License-Identifier: MIT
// How much of the stack's limit is left. Arguments and environment count towards it, and may fill a
// small one (setrlimit(2), execve(2)): who goes on then is ended by SIGSEGV, without a word.
#ifndef LABELGATE_BASE_STACK_H
#define LABELGATE_BASE_STACK_H

#include <stddef.h>

// What is needed at the least, and to ask a server, with room to spare: the deepest way, the
// exchange of a token at a server whose name is looked up, takes 80 KiB on x86-64.
#define STACK_LEAST ((size_t)32 * 1024)
#define STACK_TO_ASK ((size_t)96 * 1024)

// Bytes below the caller's frame; SIZE_MAX: no limit, or not known.
size_t stack_left(void);

#endif
