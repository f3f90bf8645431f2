// SPDX-License-Identifier: MIT
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include "init/kernel_signals.h"
#include "init/watch.h"
#include "spec/exitcode.h"

// Children may die faster than they are reaped: after so many of them signals are looked at.
#define AT_ONCE 256

static void note_app(struct watch *self, int status)
{
    if (WIFSTOPPED(status)) {
        self->stopped = true;
        terminal_stop_too(self, WSTOPSIG(status));
    } else if (WIFCONTINUED(status)) {
        self->stopped = self->all_stopped = false;
    } else {
        self->ended = true;
        self->status = status;
    }
}

static void note(struct watch *self, pid_t pid, int status)
{
    if (pid == self->app && !self->ended)
        note_app(self, status);
    else if (self->ending && !WIFSTOPPED(status) && !WIFCONTINUED(status))
        survivors_forget(pid);
}

// The next change of a child's state, with its status; what traced children stop for is dealt with.
// __WALL: of each thread, also before Linux 4.7. 0: there is none. -1: errno.
static pid_t next_change(pid_t of, int options, int *status)
{
    pid_t pid;
    do
        pid = waitpid(of, status, WNOHANG | __WALL | options);
    while ((pid < 0 && errno == EINTR) ||
           (pid > 0 && WIFSTOPPED(*status) && traced_let_go(pid, *status)));
    return pid;
}

// No child is left. An app that is gone, and whose end was not seen, has lost its code (a tracer
// may have taken it): better to end than to wait for ever.
static void note_lost_app(struct watch *self)
{
    if (!self->ended && kill(self->app, 0) < 0 && errno == ESRCH) {
        say(self->log, SAY_ERROR, "the app has ended, but its exit code was lost");
        self->ended = true;
        self->status = EXITCODE_REFUSED << 8;
    }
}

bool reap(struct watch *self)
{
    int status = 0;
    pid_t pid = 0;
    self->crowd = true;
    for (unsigned i = 0; i < AT_ONCE; i++) {
        pid = next_change(-1, WUNTRACED | WCONTINUED, &status);
        if (pid > 0)
            note(self, pid, status);
        else
            break;
    }
    if (pid > 0)
        return true;
    self->crowd = false;
    // Another error says nothing about our children: they are there as before.
    if (pid == 0 || errno != ECHILD)
        return true;
    note_lost_app(self);
    return false;
}

void reap_app(struct watch *self)
{
    int status = 0;
    while (!self->ended && next_change(self->app, WUNTRACED | WCONTINUED, &status) > 0)
        note_app(self, status);
}

// With a crowd to reap nothing is waited for, and SIGCHLD, which comes before others in the
// kernel's order, says nothing new.
int reap_wait(const struct watch *self, int64_t milliseconds, siginfo_t *info)
{
    if (self->crowd)
        return signals_wait(-1, SIGNALS_EVERY & ~signals_bit(SIGCHLD), 0, info);
    return signals_wait(self->signals, SIGNALS_EVERY, milliseconds, info);
}

bool reap_strays(void)
{
    int status;
    pid_t pid = 1;
    for (unsigned i = 0; i < AT_ONCE && pid > 0; i++)
        pid = next_change(-1, 0, &status);
    return pid >= 0 || errno == ECHILD;
}

int reap_code(const struct watch *self)
{
    int code = WIFSIGNALED(self->status) ? EXITCODE_SIGNAL + WTERMSIG(self->status)
                                         : WEXITSTATUS(self->status);
    return self->ok_exit[code] ? EXITCODE_OK : code;
}
