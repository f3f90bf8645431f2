// SPDX-License-Identifier: MIT
// The hard deadline: the one asynchronous handler of the program. On SIGALRM it writes a prepared line to descriptor 1 and
// to the log of the believed process, and ends the process with _exit: whatever the server, the resolver or curl does.
#ifndef LABELGATE_SERVER_DEADLINE_H
#define LABELGATE_SERVER_DEADLINE_H

#include <stddef.h>
#include <stdint.h>

#define DEADLINE_LINE 512

// Unblocks SIGALRM (a parent may have blocked it) and arms the timer. To be called before the first file is opened.
// `code` is the exit status at that moment; it can be changed with deadline_say.
void deadline_arm(int64_t milliseconds, int code);
// What to say when time runs out from now on: whole lines with their newline, at most DEADLINE_LINE bytes. Safe against
// the handler firing in the middle: two buffers, one pointer.
void deadline_say(const char *text, size_t len, int code);
// A second descriptor for the same line (the container's log); -1: none.
void deadline_log(int fd, const char *line, size_t len);
void deadline_disarm(void);

#endif
