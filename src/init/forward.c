// SPDX-License-Identifier: MIT
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/duration.h"
#include "init/signals.h"
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

// What a write of our own to a broken pipe brought, or stopping ourselves: not meant for the app.
static bool own_doing(const siginfo_t *info)
{
    return info->si_code == SI_USER && info->si_pid == getpid();
}

static pid_t target(const struct watch *self)
{
    return self->group && self->own_group ? -self->app : self->app;
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

static bool send_to_app(struct watch *self, int number, const siginfo_t *info)
{
    pid_t to = target(self);
    if (to < 0)
        return kill(to, number) == 0;
    if (number >= SIGNALS_FIRST_REAL_TIME)
        return send_real_time(self, number, info);
    if (info->si_code == SI_QUEUE) {
        siginfo_t queued = *info;
        return signals_queue(to, number, &queued);
    }
    return kill(to, number) == 0;
}

static void send_or_hold(struct watch *self, int number, const siginfo_t *info)
{
    if (send_to_app(self, number, info))
        return;
    if (errno == EAGAIN && number >= SIGNALS_FIRST_REAL_TIME) {
        self->holding = true;
        self->held = *info;
    } else if (errno != ESRCH) {
        say(self->log, SAY_WARN, "signal %d could not be passed on to the app: %s", number,
            strerror(errno));
    }
}

void forward_held(struct watch *self)
{
    self->holding = false;
    send_or_hold(self, self->signal_map[self->held.si_signo], &self->held);
}

// From the first stop signal on the grace runs. A hang-up is a request to read the configuration
// again to many programs, so it does not count.
static void note_stop(struct watch *self, int number)
{
    if (number == SIGTERM || number == SIGINT)
        self->stops++;
    if (self->stop_ms == 0 && (number == SIGTERM || number == SIGINT || number == SIGQUIT))
        self->stop_ms = duration_now();
}

// A stopped app acts on a stop signal only when it is woken.
static void wake_to_stop(struct watch *self, int number)
{
    if (!signals_is_stop(number))
        return;
    reap(self);
    if (self->stopped && !self->ended)
        kill(target(self), SIGCONT);
}

// The shell wakes the whole group: an app in ours that stopped with us runs again by itself.
static bool woken_already(struct watch *self)
{
    if (!self->slept)
        return false;
    self->slept = false;
    terminal_lend(self);
    reap(self);
    return !self->own_group && !self->stopped;
}

void forward(struct watch *self, const siginfo_t *info)
{
    int number = self->signal_map[info->si_signo];
    if (number == 0 || own_doing(info))
        return;
    note_stop(self, info->si_signo);
    if (number == info->si_signo && app_has_it(self, info))
        return;
    if (number == SIGCONT && woken_already(self))
        return;
    if (!self->ended || target(self) < 0)
        send_or_hold(self, number, info);
    wake_to_stop(self, number);
}
