// SPDX-License-Identifier: MIT
// Job control: process groups, the terminal's foreground, stopping with the app.
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "init/kernel_signals.h"
#include "init/watch.h"

// The controlling terminal, -1 when there is none. To be closed by close_terminal.
static int open_terminal(void)
{
    int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (fd >= 0 || errno == ENXIO)
        return fd;
    // A container without that device: one of the standard three may be it.
    for (fd = STDERR_FILENO; fd >= STDIN_FILENO; fd--)
        if (tcgetpgrp(fd) >= 0)
            return fd;
    return -1;
}

static void close_terminal(int fd)
{
    if (fd > STDERR_FILENO)
        close(fd);
}

// TTOU is blocked here as every signal is, so this works from the background too.
static void move_foreground(pid_t from, pid_t to)
{
    int fd = open_terminal();
    if (fd < 0)
        return;
    if (tcgetpgrp(fd) == from)
        tcsetpgrp(fd, to);
    close_terminal(fd);
}

bool terminal_own_group(void)
{
    pid_t ours = getpgrp();
    if (setpgid(0, 0) < 0)
        return false;
    move_foreground(ours, getpid());
    return true;
}

void terminal_lend(const struct watch *self)
{
    if (self->own_group && !self->ended)
        move_foreground(getpgrp(), self->app);
}

void terminal_stop_self(int number)
{
    kill(getpid(), number);
    // Delivered here. The kernel drops it where no shell could wake us (an orphaned group).
    signals_mask(SIG_UNBLOCK, signals_bit(number), NULL);
    signals_mask(SIG_BLOCK, signals_bit(number), NULL);
}

// The kernel would drop a waiting CONT when we stop, and who sent it will not do so again. It stays
// waiting, to be passed on.
static bool is_woken_before(void)
{
    siginfo_t info;
    bool is_woken = signals_wait(-1, signals_bit(SIGCONT), 0, &info) > 0;
    if (is_woken)
        kill(getpid(), SIGCONT);
    return is_woken;
}

void terminal_stop_too(struct watch *self, int number)
{
    // Without a terminal no shell waits for a prompt, and none would continue us.
    int fd = open_terminal();
    if (fd < 0)
        return;
    close_terminal(fd);
    self->all_stopped = signals_is_terminal_stop(number);
    if (self->first || is_woken_before())
        return;
    self->slept = true;
    terminal_stop_self(signals_is_terminal_stop(number) ? number : SIGTSTP);
}
