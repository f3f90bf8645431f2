// SPDX-License-Identifier: MIT
// The loop of PID 1: sleeps until a signal comes, passes it on, reaps.
#include "init/watch.h"

#include "init/signals.h"

// The app's queue of real-time signals was full: how long until the next try.
#define FULL_MS 10

static void take(struct watch *self, const siginfo_t *info)
{
    // A SIGCHLD that somebody sent is a signal like any other; the kernel's tells of a child.
    if (info->si_signo == SIGCHLD && info->si_code > 0)
        return;
    forward(self, info);
}

// One step: at most one signal, then whatever it tells of. While real-time signals wait for room,
// those behind them stay in our own queue, which keeps their order.
static void step(struct watch *self)
{
    siginfo_t info;
    int number = forward_holds() ? signals_wait(-1, ~SIGNALS_REAL_TIME, FULL_MS, &info)
                                 : signals_wait(self->signals, SIGNALS_EVERY, -1, &info);
    if (number > 0)
        take(self, &info);
    if (number == SIGCHLD || number == 0)
        reap(self);
    forward_held(self);
}

int watch(struct watch *self)
{
    self->signals = signals_descriptor(SIGNALS_EVERY);
    // What ended before we looked may have announced itself to nobody.
    reap(self);
    while (!self->ended)
        step(self);
    survivors_end(self);
    return reap_code(self);
}
