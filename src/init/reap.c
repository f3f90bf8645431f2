// SPDX-License-Identifier: MIT
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include "init/signalled.h"
#include "init/watch.h"
#include "spec/exitcode.h"

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
        forget_signalled(pid);
}

// The next change of a child's state, with its status; what traced children stop for is dealt with.
// __WALL: of each thread, also before Linux 4.7. 0: there is none. -1: errno.
static pid_t next_change(int options, int *status)
{
    pid_t pid;
    do
        pid = waitpid(-1, status, WNOHANG | __WALL | options);
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
    pid_t pid;
    while ((pid = next_change(WUNTRACED | WCONTINUED, &status)) > 0)
        note(self, pid, status);
    // Another error says nothing about our children: they are there as before.
    if (pid == 0 || errno != ECHILD)
        return true;
    note_lost_app(self);
    return false;
}

bool reap_strays(void)
{
    int status;
    pid_t pid;
    do
        pid = next_change(0, &status);
    while (pid > 0);
    return pid == 0 || errno == ECHILD;
}

int reap_code(const struct watch *self)
{
    int code = WIFSIGNALED(self->status) ? EXITCODE_SIGNAL + WTERMSIG(self->status)
                                         : WEXITSTATUS(self->status);
    return self->ok_exit[code] ? EXITCODE_OK : code;
}
