// SPDX-License-Identifier: MIT
// The loop of PID 1: sleeps until a signal comes, passes it on, reaps.
#include "init/watch.h"

#include "init/kernel_signals.h"

// The app's queue of real-time signals was full: how long until the next try.
#define FULL_MS 10

// One step: at most one signal. While real-time signals wait for room, later ones stay in our own
// queue, which keeps their order.
static void step(struct watch *self)
{
    siginfo_t info;
    int number = forward_is_waiting() ? signals_wait(-1, ~SIGNALS_REAL_TIME, FULL_MS, &info)
                                      : reap_wait(self, -1, &info);
    // The kernel's SIGCHLD is about a child; one that a process sent is a signal like any other.
    bool is_kernels = number == SIGCHLD && info.si_code > 0;
    if (number > 0 && !is_kernels)
        forward(self, &info);
    if (number == SIGCHLD || number == 0 || self->crowd)
        reap(self);
    forward_waiting(self);
}

int watch(struct watch *self)
{
    self->signals = signals_descriptor(SIGNALS_EVERY);
    // A child that ended before may have left no SIGCHLD.
    reap(self);
    while (!self->ended)
        step(self);
    survivors_end(self);
    return reap_code(self);
}
