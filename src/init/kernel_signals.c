// SPDX-License-Identifier: MIT
#include "init/kernel_signals.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "init/descriptors.h"

#define SET_SIZE sizeof(uint64_t)

// On these machines the two words of the kernel's set are in the other order.
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ && __SIZEOF_LONG__ == 4
#error "the 8-byte signal set needs its words swapped here"
#endif

// Pause when the kernel does not let us wait for signals (a seccomp filter): the caller's loop goes
// on reaping, without spinning.
#define DENIED_MS 10

bool signals_mask(int how, uint64_t set, uint64_t *old)
{
    return syscall(SYS_rt_sigprocmask, how, &set, old, SET_SIZE) == 0;
}

static int take_pending(uint64_t set, int64_t milliseconds, siginfo_t *info)
{
    // The call of this name takes longs, also where time_t is longer than a long.
    long limit[2] = {(long)(milliseconds / 1000), (long)(milliseconds % 1000) * 1000000};
    long number =
        syscall(SYS_rt_sigtimedwait, &set, info, milliseconds < 0 ? NULL : limit, SET_SIZE);
    if (number > 0)
        return (int)number;
    if (errno != EAGAIN && errno != EINTR)
        poll(NULL, 0, DENIED_MS);
    return 0;
}

bool signals_can_wait(void)
{
    const uint64_t none = 0;
    const long at_once[2] = {0, 0};
    long number = syscall(SYS_rt_sigtimedwait, &none, NULL, at_once, SET_SIZE);
    return number >= 0 || errno == EAGAIN || errno == EINTR;
}

int signals_wait(int descriptor, uint64_t set, int64_t milliseconds, siginfo_t *info)
{
    struct pollfd one = {.fd = descriptor, .events = POLLIN};
    if (milliseconds > INT_MAX)
        milliseconds = INT_MAX;
    if (descriptor < 0 || milliseconds == 0)
        return take_pending(set, milliseconds, info);
    if (poll(&one, 1, (int)milliseconds) < 0 && errno != EINTR)
        return take_pending(set, milliseconds, info);
    return take_pending(set, 0, info);
}

bool signals_queue(pid_t pid, int number, siginfo_t *info)
{
    return syscall(SYS_rt_sigqueueinfo, pid, number, info) == 0;
}

int signals_descriptor(uint64_t set)
{
    int fd = (int)syscall(SYS_signalfd4, -1, &set, SET_SIZE, O_CLOEXEC);
    return fd < 0 || descriptors_move_up(&fd) ? fd : -1;
}

// The kernel's struct sigaction: the handler is its first member on every machine we build for; the
// rest differs and is all zero here.
struct kernel_action {
    void (*handler)(int);
    unsigned long rest[7];
};

bool signals_unignore_children(void)
{
    const struct kernel_action by_default = {.handler = SIG_DFL};
    struct kernel_action before = {.handler = SIG_DFL};
    // Only when it must be: setting it also discards a SIGCHLD that is waiting.
    syscall(SYS_rt_sigaction, SIGCHLD, NULL, &before, SET_SIZE);
    if (before.handler != SIG_IGN)
        return false;
    syscall(SYS_rt_sigaction, SIGCHLD, &by_default, NULL, SET_SIZE);
    return true;
}

void signals_ignore_children(void)
{
    const struct kernel_action ignore = {.handler = SIG_IGN};
    syscall(SYS_rt_sigaction, SIGCHLD, &ignore, NULL, SET_SIZE);
}

bool signals_is_stop(int number)
{
    return (SIGNALS_STOP & signals_bit(number)) != 0;
}

bool signals_is_terminal_stop(int number)
{
    return (SIGNALS_TERMINAL_STOP & signals_bit(number)) != 0;
}
