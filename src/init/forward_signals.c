// SPDX-License-Identifier: MIT
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/duration.h"
#include "base/signal_name.h"
#include "base/text.h"
#include "init/kernel_signals.h"
#include "init/watch.h"

// Everything a terminal sends by itself.
#define FROM_TERMINAL                                                                           \
    (SIGNALS_TERMINAL_STOP | signals_bit(SIGINT) | signals_bit(SIGQUIT) | signals_bit(SIGHUP) | \
     signals_bit(SIGCONT) | signals_bit(SIGWINCH))

// A terminal sends to a whole group, so an app in ours has it already. Only a hang-up goes to the
// session's leader alone (tty_signal_session_leader in the kernel).
static bool app_has_it(const struct watch *self, const siginfo_t *info)
{
    int number = info->si_signo;
    if (self->own_group || info->si_code != SI_KERNEL || !(FROM_TERMINAL & signals_bit(number)))
        return false;
    bool hang_up = number == SIGHUP || number == SIGCONT;
    return !(hang_up && getsid(0) == getpid());
}

// Real-time signals go with their value, and in a way that tells when the queue is full: kill would
// drop them in silence.
static bool send_real_time(struct watch *self, int number, const siginfo_t *info)
{
    siginfo_t queued = *info;
    if (queued.si_code != SI_QUEUE) {
        memset(&queued, 0, sizeof queued);
        queued.si_signo = number;
        queued.si_code = SI_QUEUE;
        queued.si_pid = info->si_pid;
        queued.si_uid = info->si_uid;
    }
    return signals_queue(self->app, number, &queued);
}

// When the group is empty (setpgid was denied), the app itself gets it.
static bool send_to_group(const struct watch *self, int number)
{
    if (kill(-self->app, number) == 0)
        return true;
    return errno == ESRCH && !self->ended && kill(self->app, number) == 0;
}

static bool send_to_app(struct watch *self, int number, const siginfo_t *info)
{
    siginfo_t queued = *info;
    if (self->group)
        return send_to_group(self, number);
    if (number >= SIGNALS_FIRST_REAL_TIME)
        return send_real_time(self, number, info);
    // A standard signal arrives without its value where the queue has no room for that.
    if (info->si_code == SI_QUEUE && signals_queue(self->app, number, &queued))
        return true;
    return kill(self->app, number) == 0;
}

// A signal was not sent (errno). An app that is gone is not worth a line; one that we may not
// signal is, since it looks as if it ignored them.
static void say_undelivered(struct watch *self, int number)
{
    int error = errno;
    char shown[32];
    const char *name = signal_name(number);
    if (name)
        text_print(shown, sizeof shown, "SIG%s", name);
    else
        text_print(shown, sizeof shown, "signal %d", number);
    if (error == EPERM && !self->denied) {
        self->denied = true;
        say(self->log, SAY_WARN,
            "%s could not be passed on to the app, nor can any other signal: it runs as another "
            "user, and labelgate lacks the capability KILL; to do: cap_add: [KILL], or start "
            "labelgate as the app's user",
            shown);
    } else if (error != EPERM && error != ESRCH) {
        say(self->log, SAY_WARN, "%s could not be passed on to the app: %s", shown,
            strerror(error));
    }
}

// ---- Real-time signals that must wait -----------------------------------------------------------

// The room is counted by user: what is pending for us uses it up for the app too. So signals are
// moved from our own queue into this list until there is room for its first, and sent in order.
#define WAITING_MAX 64
static struct {
    siginfo_t signals[WAITING_MAX];
    unsigned count;
} waiting;

bool forward_is_waiting(void)
{
    return waiting.count > 0;
}

static bool keep(const siginfo_t *info)
{
    if (waiting.count == WAITING_MAX)
        return false;
    waiting.signals[waiting.count++] = *info;
    return true;
}

// True when one more came out of our own queue, whose room is free then.
static bool make_room(void)
{
    siginfo_t info;
    return waiting.count < WAITING_MAX && signals_wait(-1, SIGNALS_REAL_TIME, 0, &info) > 0 &&
           keep(&info);
}

static bool send_first(struct watch *self)
{
    const siginfo_t *first = &waiting.signals[0];
    int number = self->signal_map[first->si_signo];
    if (number == 0 || send_to_app(self, number, first))
        return true;
    if (errno != EAGAIN) {
        say_undelivered(self, number);
        return true;
    }
    // Another process takes all room as soon as there is any: it is sent without its value.
    return waiting.count == WAITING_MAX && kill(self->app, number) == 0;
}

void forward_waiting(struct watch *self)
{
    if (self->ended)
        waiting.count = 0;
    while (waiting.count > 0)
        if (send_first(self))
            memmove(waiting.signals, waiting.signals + 1,
                    --waiting.count * sizeof waiting.signals[0]);
        else if (!make_room())
            return;
}

static void send_or_keep(struct watch *self, int number, const siginfo_t *info)
{
    if (send_to_app(self, number, info))
        return;
    if (errno == EAGAIN && number >= SIGNALS_FIRST_REAL_TIME)
        keep(info);
    else
        say_undelivered(self, number);
}

// The grace runs from the first stop signal. HUP does not count: many programs read their
// configuration again on it.
static void note_stop(struct watch *self, int number)
{
    if (number == SIGTERM || number == SIGINT)
        self->stops++;
    if (self->stop_ms == 0 && (number == SIGTERM || number == SIGINT || number == SIGQUIT))
        self->stop_ms = duration_now();
}

// What a terminal stopped is continued as a whole group: a shell in it would wait for ever for a
// child of its own that is still stopped.
static void wake(const struct watch *self)
{
    siginfo_t ours;
    pid_t group = self->all_stopped ? getpgid(self->app) : -1;
    if (self->group)
        send_to_group(self, SIGCONT);
    else if (group <= 1 || kill(-group, SIGCONT) < 0)
        kill(self->app, SIGCONT);
    else if (group == getpgrp())
        signals_wait(-1, signals_bit(SIGCONT), 0, &ours); // our own, not to be passed on
}

// A stopped app acts on a stop signal only when it is woken.
static void wake_to_stop(struct watch *self, int number)
{
    if (!signals_is_stop(number))
        return;
    reap_app(self);
    if (self->stopped && !self->ended)
        wake(self);
}

// The shell wakes the whole group: an app in ours that stopped with us runs again by itself.
static bool woken_already(struct watch *self)
{
    if (!self->slept)
        return false;
    self->slept = false;
    terminal_lend(self);
    reap_app(self);
    return !self->own_group && !self->stopped;
}

// RLIMIT_CPU: each process has its own time, and the kernel speaks of ours.
static bool is_about_us(const siginfo_t *info)
{
    return info->si_signo == SIGXCPU && info->si_code == SI_KERNEL;
}

void forward(struct watch *self, const siginfo_t *info)
{
    int number = self->signal_map[info->si_signo];
    if (number == 0 || is_about_us(info))
        return;
    note_stop(self, info->si_signo);
    if (number == info->si_signo && app_has_it(self, info))
        return;
    if (number == SIGCONT && woken_already(self))
        return;
    if (number == SIGCONT && self->all_stopped && !self->ended)
        wake(self);
    else if (!self->ended || self->group)
        send_or_keep(self, number, info);
    wake_to_stop(self, number);
}
