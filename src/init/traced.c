// SPDX-License-Identifier: MIT
// A child that lets its parent trace it (PTRACE_TRACEME, as sandboxes do and programs that look for
// a debugger): it stops at each signal until its tracer answers, and its tracer is us.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "init/kernel_signals.h"
#include "init/watch.h"

// Sent by a thread of the same process as `thread`.
static bool is_own(pid_t thread, const siginfo_t *info)
{
    bool sent = info->si_code == SI_USER || info->si_code == SI_TKILL;
    return sent && info->si_pid > 0 &&
           (syscall(SYS_tgkill, info->si_pid, thread, 0) == 0 || errno == EPERM);
}

// A SIGTRAP by kill looks like that of an execve; the call that it stopped in does not.
static bool is_in_kill(pid_t thread)
{
    char path[64], seen[16] = "", call[16];
    text_print(path, sizeof path, "/proc/%d/syscall", (int)thread);
    size_t len = text_print(call, sizeof call, "%d ", (int)SYS_kill);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t got = read(fd, seen, sizeof seen - 1);
    close(fd);
    return got > 0 && strncmp(seen, call, len) == 0;
}

// What only the tracer was meant to see: the stop by which a child waits for it, and the SIGTRAP
// that the kernel sends in the child's own name after an execve and that ends who is not traced.
static bool is_for_tracer(pid_t thread, const siginfo_t *info)
{
    if (!is_own(thread, info))
        return false;
    return info->si_signo == SIGSTOP ||
           (info->si_signo == SIGTRAP && info->si_code == SI_USER && !is_in_kill(thread));
}

bool traced_let_go(pid_t thread, int status)
{
    siginfo_t info;
    int number = WSTOPSIG(status);
    bool on_its_way = ptrace(PTRACE_GETSIGINFO, thread, NULL, &info) == 0;
    // EINVAL: not a signal on its way, but its whole process was stopped. That stop stays, and is
    // reported again, as job control, once it is not traced.
    if (!on_its_way && errno != EINVAL)
        return number != SIGSTOP && !signals_is_terminal_stop(number); // it is being killed
    if (!on_its_way || is_for_tracer(thread, &info))
        number = 0;
    ptrace(PTRACE_DETACH, thread, NULL, (void *)(intptr_t)number);
    return true;
}
