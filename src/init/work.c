// SPDX-License-Identifier: MIT
// What happens before there is an app: pauses, and work in a forked child, both ended at once by a
// stop signal.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/duration.h"
#include "base/exitcode.h"
#include "init/signals.h"
#include "init/watch.h"

// Other signals stay pending: they are the app's, once it runs.
#define HEEDED (SIGNALS_STOP | SIGNALS_TERMINAL_STOP | signals_bit(SIGCHLD))

// Until poll is tried again where it failed (no memory).
#define RETRY_MS 10

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

// Waits for one of the heeded signals. Returns a stop signal's number, else 0.
static int heed(int descriptor, int64_t milliseconds)
{
    siginfo_t info;
    int number = signals_wait(descriptor, HEEDED, milliseconds, &info);
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
    int signals = left > 0 ? signals_descriptor(HEEDED) : -1;
    int number = 0;
    do {
        number = heed(signals, left > 0 ? left : 0);
        reap_strays();
        left = deadline - duration_now();
    } while (number == 0 && left > 0);
    if (signals >= 0)
        close(signals);
    return number;
}

// The child lets go of the reading end: when the parent has, a write fails and does not wait.
static _Noreturn void do_work(const struct init_inherited *inherited, int (*work)(void *, int),
                              void *context, const int ends[2])
{
    close(ends[0]);
    descriptors_fill();
    init_release(inherited);
    _exit(work(context, ends[1]));
}

// Appends what the pipe holds, without waiting. False at its end, when it failed, or when the
// buffer is full.
static bool collect(int fd, struct init_work_result *result, char *buffer, size_t size)
{
    ssize_t len = read(fd, buffer + result->len, size - result->len);
    if (len > 0)
        result->len += (size_t)len;
    return len > 0 ? result->len < size : len < 0 && (errno == EINTR || errno == EAGAIN);
}

// Until the child closes the pipe, or a stop signal comes (its number is returned).
static int follow(int out, int signals, struct init_work_result *result, char *buffer, size_t size)
{
    fcntl(out, F_SETFL, O_NONBLOCK);
    for (;;) {
        struct pollfd fds[2] = {{.fd = out, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
        bool waited = poll(fds, 2, -1) >= 0;
        int number = heed(-1, waited ? 0 : RETRY_MS);
        if (number != 0)
            return number;
        // Read only what is there: the pipe may still block (fcntl).
        if (waited && fds[0].revents == 0)
            continue;
        if (!collect(out, result, buffer, size))
            return 0;
    }
}

// The child has closed its pipe or is about to be ended; ours is closed, so that it never waits for
// room.
static void finish(pid_t child, struct init_work_result *result)
{
    int status = 0;
    if (result->signal != 0)
        kill(child, SIGKILL);
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return;
    result->answer = result->signal != 0 ? INIT_WORK_STOPPED : INIT_WORK_DONE;
    result->code = WIFSIGNALED(status) ? EXITCODE_SIGNAL + WTERMSIG(status) : WEXITSTATUS(status);
}

struct init_work_result init_work(const struct init_inherited *inherited,
                                  int (*work)(void *context, int out_fd), void *context,
                                  char *buffer, size_t size)
{
    struct init_work_result result = {.answer = INIT_WORK_FAILED};
    int ends[2];
    if (!descriptors_pipe(ends))
        return result;
    int signals = signals_descriptor(HEEDED);
    pid_t child = signals < 0 ? -1 : fork();
    if (child == 0)
        do_work(inherited, work, context, ends);

    close(ends[1]);
    if (child > 0)
        result.signal = follow(ends[0], signals, &result, buffer, size);
    close(ends[0]);
    if (signals >= 0)
        close(signals);
    if (child > 0)
        finish(child, &result);
    return result;
}
