// SPDX-License-Identifier: MIT
// The hard deadline: the one asynchronous handler of the program. On SIGALRM it writes prepared
// bytes to one descriptor and, where there is one, a line to the log of the believed process, and
// ends the process with _exit: whatever the server, the resolver or curl does. Bytes that cannot be
// written are not a success: the exit status is then EXITCODE_NO.
//
// Used in two ways: by `health` itself (descriptor 1, finished lines), and by the forked children
// that ask for `run`, every --wait and `verify` (descriptor of the pipe to the parent, a whole
// struct that it reads).
#ifndef LABELGATE_NET_DEADLINE_H
#define LABELGATE_NET_DEADLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Room for the three lines of `health` and for the struct that a child hands to its parent; below
// PIPE_BUF, so that one write is whole.
#define DEADLINE_MAX 4096

// Unblocks SIGALRM (a parent may have blocked it) and arms the timer. To be called before the first
// file is opened. Called again it sets a new time, counted from now. False: the kernel does not let
// us (errno), so nothing bounds what follows.
bool deadline_arm(int64_t milliseconds);
// What to write to `fd` and the exit status when time runs out from now on: at most DEADLINE_MAX
// bytes. Safe against the handler firing in the middle: two buffers, one pointer.
void deadline_say(int fd, const void *bytes, size_t len, int code);
// To be called before the final write to `fd`, of at most PIPE_BUF bytes. Where there is room that
// write is made, however late it has become: half a verdict, or none with the wrong status, would
// be worse, and a stop signal comes too late. A write that hangs is cut short by the alarm with
// this exit status, and nothing is said.
void deadline_last_word(int fd, int code);
// A second descriptor (the container's log) and its line, at most 512 bytes; -1: none. Once that
// was written, the record is written to its descriptor; -1: none.
void deadline_log(int fd, const char *line, size_t len);
void deadline_record(int fd, const void *bytes, size_t len);
void deadline_disarm(void);

// A plain `health` knows no exit codes but 0 and 1: from now on TERM, INT, HUP and QUIT end the
// process at once with EXITCODE_NO, after this line (static, as written) on standard output. One of
// them that is ignored stays so. To be called while they are still blocked.
void deadline_catch_stops(const char *line);
// Gives them their default back: with --wait they are received as data.
void deadline_leave_stops(void);

#endif
