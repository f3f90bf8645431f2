// SPDX-License-Identifier: MIT
// The kernel's own signal calls, with its 8-byte set: bit n - 1 stands for signal n, 1 to 64.
//
// musl's sigset functions cannot name 32 to 34: a mask of "all" made by them leaves 34 deliverable,
// and an inherited mask loses bits. So none of them is used in this room.
#ifndef LABELGATE_INIT_KERNEL_SIGNALS_H
#define LABELGATE_INIT_KERNEL_SIGNALS_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define SIGNALS_LAST 64
#define SIGNALS_FIRST_REAL_TIME 32 // the kernel's SIGRTMIN; a libc keeps two or three for itself
#define SIGNALS_EVERY UINT64_MAX
#define SIGNALS_REAL_TIME (~(signals_bit(SIGNALS_FIRST_REAL_TIME) - 1))

static inline uint64_t signals_bit(int number)
{
    return UINT64_C(1) << (number - 1);
}

// `how` as for sigprocmask; `old` may be NULL. False: errno.
bool signals_mask(int how, uint64_t set, uint64_t *old);

// Takes the next of the blocked signals in `set`, waiting at most `milliseconds` (negative: for
// ever). The kernel returns the lowest number first, real-time signals of one number in the order
// they came. Returns the number, or 0 when the time is up, the wait was interrupted, or it failed.
// `descriptor` is one of signals_descriptor for the same set, or -1. With it the wait is a poll:
// inside rt_sigtimedwait /proc/N/status shows the signals as not blocked, which misleads programs
// that look there whether TERM is safe to send.
int signals_wait(int descriptor, uint64_t set, int64_t milliseconds, siginfo_t *info);

// Whether the kernel lets us take blocked signals at all. False: errno.
bool signals_can_wait(void);

// True when `pid` now has the signal with `info`'s value. errno EAGAIN: its queue is full.
bool signals_queue(pid_t pid, int number, siginfo_t *info);

// A descriptor above 2, closed by execve, that is readable while a signal of `set` is pending. -1:
// errno.
int signals_descriptor(uint64_t set);

// SIGCHLD ignored means that the kernel reaps, and exit codes are lost. Returns whether it was
// ignored.
bool signals_unignore_children(void);
void signals_ignore_children(void);

// TERM, INT, HUP and QUIT: what ends `run` before the app has started.
bool signals_is_stop(int number);
#define SIGNALS_STOP \
    (signals_bit(SIGTERM) | signals_bit(SIGINT) | signals_bit(SIGHUP) | signals_bit(SIGQUIT))
// TSTP, TTIN and TTOU: the terminal's stops.
bool signals_is_terminal_stop(int number);
#define SIGNALS_TERMINAL_STOP (signals_bit(SIGTSTP) | signals_bit(SIGTTIN) | signals_bit(SIGTTOU))

#endif
