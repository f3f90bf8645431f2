// SPDX-License-Identifier: MIT
// What happens before there is an app: pauses, and work in a forked child, both ended at once by a
// stop signal.
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/duration.h"
#include "init/descriptors.h"
#include "init/kernel_signals.h"
#include "init/watch.h"
#include "spec/exitcode.h"

// Other signals stay pending: they are the app's, once it runs.
#define AWAITED (SIGNALS_STOP | SIGNALS_TERMINAL_STOP | signals_bit(SIGCHLD))

// Until poll is tried again where it failed (no memory).
#define RETRY_MS 10
// A killed child ends within moments, or not at all.
#define KILLED_MS 20
// The same for one that has told its result; a stop signal must be answered within 100 ms.
#define DONE_MS 80

const char *init_signal_name(int number)
{
    switch (number) {
    case SIGTERM:
        return "SIGTERM";
    case SIGINT:
        return "SIGINT";
    case SIGHUP:
        return "SIGHUP";
    case SIGQUIT:
        return "SIGQUIT";
    }
    return "a signal";
}

// Waits for one of these signals. Returns a stop signal's number, else 0.
static int next_stop(int descriptor, int64_t milliseconds)
{
    siginfo_t info;
    int number = signals_wait(descriptor, AWAITED, milliseconds, &info);
    if (number == 0 || number == SIGCHLD)
        return 0;
    if (signals_is_stop(number))
        return number;
    if (getpid() != 1)
        terminal_stop_self(number);
    return 0;
}

int init_pause(int64_t milliseconds)
{
    int64_t deadline = duration_now() + milliseconds;
    int64_t left = milliseconds;
    int signals = left > 0 ? signals_descriptor(AWAITED) : -1;
    int number = 0;
    do {
        number = next_stop(signals, left > 0 ? left : 0);
        reap_strays();
        left = deadline - duration_now();
    } while (number == 0 && left > 0);
    if (signals >= 0)
        close(signals);
    return number;
}

// A work and the child that does it; 0: none does.
struct running {
    struct init_work *work;
    pid_t child;
    int out; // what it writes comes here; -1: closed
};

static void close_pipe(struct running *self)
{
    if (self->out >= 0)
        close(self->out);
    self->out = -1;
}

// The child closes the reading ends, so that a write fails, and does not block, once the parent has
// closed its own. It does not outlive a parent that is killed.
static _Noreturn void do_work(const struct init_inherited *inherited, struct running *all,
                              unsigned count, const struct init_work *work, int out_fd)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (unsigned i = 0; i < count; i++)
        close_pipe(&all[i]);
    descriptors_fill();
    init_release(inherited);
    _exit(work->work(work->context, out_fd));
}

// `all` has `count` of them already. Without a descriptor for our signals nothing is started: a
// stop would go unnoticed.
static void start(const struct init_inherited *inherited, struct running *all, unsigned count,
                  struct init_work *work, bool has_signals)
{
    struct running *self = &all[count];
    int ends[2];
    *self = (struct running){.work = work, .out = -1};
    work->result = (struct init_work_result){.answer = INIT_WORK_FAILED};
    if (!has_signals || !descriptors_pipe(ends))
        return;
    self->out = ends[0];
    self->child = fork();
    if (self->child == 0)
        do_work(inherited, all, count + 1, work, ends[1]);
    close(ends[1]);
    if (self->child < 0)
        close_pipe(self);
    else
        fcntl(self->out, F_SETFL, O_NONBLOCK);
}

// Appends what the pipe holds, without waiting. False at its end, when it failed, or when the
// buffer is full.
static bool collect(int fd, struct init_work *work)
{
    struct init_work_result *result = &work->result;
    ssize_t len = read(fd, work->buffer + result->len, work->size - result->len);
    if (len > 0)
        result->len += (size_t)len;
    return len > 0 ? result->len < work->size : len < 0 && (errno == EINTR || errno == EAGAIN);
}

// Until every child has closed its pipe or the time is up, or a stop signal comes (its number is
// returned). The pipe of a child that is late stays open.
static int follow(struct running *all, unsigned count, int signals, int64_t limit_ms)
{
    int64_t ends_ms = duration_now() + limit_ms;
    for (;;) {
        struct pollfd fds[INIT_WORKS_MAX + 1] = {{.fd = signals, .events = POLLIN}};
        int64_t left = -1;
        unsigned open = 0;
        for (unsigned i = 0; i < count; i++) {
            fds[i + 1] = (struct pollfd){.fd = all[i].out, .events = POLLIN};
            open += all[i].out >= 0;
        }
        if (limit_ms >= 0)
            left = ends_ms > duration_now() ? ends_ms - duration_now() : 0;
        if (open == 0 || left == 0)
            return 0;
        bool waited = poll(fds, count + 1, left < INT_MAX ? (int)left : INT_MAX) >= 0;
        int number = next_stop(-1, waited ? 0 : RETRY_MS);
        if (number != 0)
            return number;
        // Read only what is there: the pipe may still block (fcntl).
        for (unsigned i = 0; i < count; i++)
            if (all[i].out >= 0 && !(waited && fds[i + 1].revents == 0) &&
                !collect(all[i].out, all[i].work))
                close_pipe(&all[i]);
    }
}

// Waits for a child that is gone or about to go. It may be held by the kernel (a dead mount, also
// of a thread that looks up a name), so it is not waited for longer than this, and killed. One that
// is not our child any more is not killed: its number may be another process's.
static bool is_reaped(const struct running *self, bool killed, int *status)
{
    int64_t ends_ms = duration_now() + (killed ? KILLED_MS : DONE_MS);
    for (;;) {
        pid_t pid = waitpid(self->child, status, WNOHANG);
        if (pid == self->child)
            return true;
        if (pid < 0 && errno != EINTR)
            return false;
        if (pid == 0 && duration_now() >= ends_ms) {
            kill(self->child, SIGKILL);
            return false;
        }
        if (pid == 0)
            poll(NULL, 0, 1);
    }
}

// Its pipe is closed on our side before, so that it never waits for room.
static void finish(struct running *self, int signal_number)
{
    struct init_work_result *result = &self->work->result;
    int status = 0;
    bool late = self->out >= 0;
    close_pipe(self);
    if (self->child <= 0)
        return;
    if (late)
        kill(self->child, SIGKILL);
    result->answer = INIT_WORK_DONE;
    if (late)
        result->answer = signal_number != 0 ? INIT_WORK_STOPPED : INIT_WORK_LATE;
    result->signal = signal_number;
    if (!is_reaped(self, late, &status))
        return;
    result->code = WIFSIGNALED(status) ? EXITCODE_SIGNAL + WTERMSIG(status) : WEXITSTATUS(status);
}

int init_work_together(const struct init_inherited *inherited, struct init_work *works,
                       unsigned count, int64_t limit_ms)
{
    struct running all[INIT_WORKS_MAX];
    int signals = signals_descriptor(AWAITED);
    for (unsigned i = 0; i < count; i++)
        start(inherited, all, i, &works[i], signals >= 0);
    int number = follow(all, count, signals, limit_ms);
    for (unsigned i = 0; i < count; i++)
        finish(&all[i], number);
    if (signals >= 0)
        close(signals);
    return number;
}

struct init_work_result init_work(const struct init_inherited *inherited,
                                  int (*work)(void *context, int out_fd), void *context,
                                  char *buffer, size_t size)
{
    struct init_work alone = {work, context, buffer, size, {0}};
    init_work_together(inherited, &alone, 1, -1);
    return alone.result;
}
