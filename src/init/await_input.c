// SPDX-License-Identifier: MIT
// For a verb of people that asks at a terminal: input and signals, whichever comes first, under the
// blocked signals of init_capture_signals.
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "init/init.h"
#include "init/kernel_signals.h"
#include "init/watch.h"

// How often signals are looked for where the kernel gives us no descriptor for them.
#define LOOK_AGAIN_MS 100

// What ends a process by default (signal(7)), but for what cannot be received as data: KILL and a
// fault of its own.
static const int ending[] = {SIGTERM, SIGINT,  SIGHUP,    SIGQUIT, SIGPIPE, SIGALRM,
                             SIGUSR1, SIGUSR2, SIGVTALRM, SIGPROF, SIGXCPU, SIGPOLL};

// A blocked signal is kept also where it is ignored, as by nohup.
static uint64_t awaited(void)
{
    uint64_t set = SIGNALS_TERMINAL_STOP | signals_bit(SIGCONT);
    for (size_t i = 0; i < sizeof ending / sizeof ending[0]; i++) {
        struct sigaction action;
        if (sigaction(ending[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
            set |= signals_bit(ending[i]);
    }
    return set;
}

int init_await(int fd)
{
    uint64_t set = awaited();
    int signals = signals_descriptor(set);
    int number = 0;
    for (bool readable = false; number == 0 && !readable;) {
        struct pollfd fds[2] = {{.fd = fd, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
        siginfo_t info;
        int ready = poll(fds, 2, signals < 0 ? LOOK_AGAIN_MS : -1);
        number = signals_wait(-1, set, 0, &info);
        // A poll that fails for ever must not keep the caller from the input's own error.
        readable = fds[0].revents != 0 || (ready < 0 && errno != EINTR);
    }
    if (signals >= 0)
        close(signals);
    return number;
}

bool init_stop_self(int number)
{
    siginfo_t info;
    terminal_stop_self(number);
    return signals_wait(-1, signals_bit(SIGCONT), 0, &info) > 0;
}
