// SPDX-License-Identifier: MIT
#include "net/deadline.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "spec/exitcode.h"

#define LOG_MAX 512

struct prepared {
    int fd;
    int code;
    size_t len;
    char bytes[DEADLINE_MAX];
};

// The handler reads whatever `current` points at; deadline_say fills the other one first. Both live
// in static memory because a handler gets no argument.
static struct prepared prepared[2];
static struct prepared *volatile current = &prepared[0];

struct beside {
    volatile sig_atomic_t fd;
    volatile size_t len;
    char bytes[LOG_MAX];
};
static struct beside log_line = {.fd = -1}, log_record = {.fd = -1};

static const int stops[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT};
static const char *stop_line = "";

// The alarm is ours. Given up by deadline_disarm: a child that is forked later may have another
// mask.
static bool armed;

// A full pipe or a stopped terminal must not hold us past the time limit: what cannot be written
// now is not written. POLLOUT on a pipe promises room for PIPE_BUF bytes.
static bool has_room(int fd)
{
    struct pollfd ready = {.fd = fd, .events = POLLOUT};
    return poll(&ready, 1, 0) == 1 && (ready.revents & POLLOUT);
}

static bool write_now(int fd, const char *bytes, size_t len)
{
    ssize_t written;
    if (fd < 0 || len == 0)
        return true;
    if (!has_room(fd))
        return false;
    do
        written = write(fd, bytes, len);
    while (written < 0 && errno == EINTR);
    return written == (ssize_t)len;
}

static void time_is_up(int signal_number)
{
    (void)signal_number;
    const struct prepared *last = current;
    bool told = write_now(last->fd, last->bytes, last->len);
    if (log_line.fd >= 0 && write_now(log_line.fd, log_line.bytes, log_line.len))
        write_now(log_record.fd, log_record.bytes, log_record.len);
    _exit(told ? last->code : EXITCODE_NO);
}

static void stop(int signal_number)
{
    (void)signal_number;
    write_now(STDOUT_FILENO, stop_line, strlen(stop_line));
    _exit(EXITCODE_NO);
}

static bool set_timer(int64_t milliseconds)
{
    struct itimerval timer = {.it_value = {.tv_sec = (time_t)(milliseconds / 1000),
                                           .tv_usec = (suseconds_t)(milliseconds % 1000 * 1000)}};
    return setitimer(ITIMER_REAL, &timer, NULL) == 0;
}

static bool unblock_alarm(void)
{
    sigset_t alarm_only;
    sigemptyset(&alarm_only);
    sigaddset(&alarm_only, SIGALRM);
    return sigprocmask(SIG_UNBLOCK, &alarm_only, NULL) == 0;
}

static void block_ours(void)
{
    sigset_t ours;
    sigemptyset(&ours);
    sigaddset(&ours, SIGALRM);
    for (size_t i = 0; i < sizeof stops / sizeof stops[0]; i++)
        sigaddset(&ours, stops[i]);
    sigprocmask(SIG_BLOCK, &ours, NULL);
}

static bool take_alarm(void)
{
    struct sigaction action = {.sa_handler = SIG_IGN};
    // A reader that went away must not change the exit code into a death by SIGPIPE, nor a stop
    // signal say a second thing.
    sigfillset(&action.sa_mask);
    // A SIGALRM that was pending when we were executed is not our alarm: ignoring it drops it.
    if (sigaction(SIGALRM, &action, NULL) < 0 || !unblock_alarm())
        return false;
    action.sa_handler = time_is_up;
    return sigaction(SIGALRM, &action, NULL) == 0;
}

bool deadline_arm(int64_t milliseconds)
{
    armed = armed || take_alarm();
    return armed && set_timer(milliseconds > 0 ? milliseconds : 1);
}

void deadline_say(int fd, const void *bytes, size_t len, int code)
{
    struct prepared *next = current == &prepared[0] ? &prepared[1] : &prepared[0];
    next->fd = fd;
    next->code = code;
    next->len = len < DEADLINE_MAX ? len : DEADLINE_MAX;
    if (next->len > 0)
        memcpy(next->bytes, bytes, next->len);
    __atomic_signal_fence(__ATOMIC_RELEASE);
    current = next;
}

void deadline_last_word(int fd, int code)
{
    block_ours();
    deadline_say(-1, NULL, 0, code);
    if (!has_room(fd))
        unblock_alarm();
}

static void prepare(struct beside *self, int fd, const void *bytes, size_t len)
{
    self->fd = -1; // no half-written line
    __atomic_signal_fence(__ATOMIC_RELEASE);
    self->len = len < LOG_MAX ? len : LOG_MAX;
    if (self->len > 0)
        memcpy(self->bytes, bytes, self->len);
    __atomic_signal_fence(__ATOMIC_RELEASE);
    self->fd = fd;
}

void deadline_log(int fd, const char *line, size_t len)
{
    prepare(&log_line, fd, line, len);
}

void deadline_record(int fd, const void *bytes, size_t len)
{
    prepare(&log_record, fd, bytes, len);
}

void deadline_disarm(void)
{
    set_timer(0);
    armed = false;
}

static void set_stops(void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler}, before;
    sigfillset(&action.sa_mask);
    for (size_t i = 0; i < sizeof stops / sizeof stops[0]; i++)
        if (sigaction(stops[i], &action, &before) == 0 && before.sa_handler == SIG_IGN)
            sigaction(stops[i], &before, NULL);
}

void deadline_catch_stops(const char *line)
{
    stop_line = line;
    set_stops(stop);
}

void deadline_leave_stops(void)
{
    set_stops(SIG_DFL);
}
