// SPDX-License-Identifier: MIT
// What the process that watches over the app knows, and the steps it is made of. Private to this
// room.
#ifndef LABELGATE_INIT_WATCH_H
#define LABELGATE_INIT_WATCH_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/say.h"
#include "init/init.h"

struct watch {
    // Passed on to the resident process
    pid_t app;
    bool own_group; // the app leads a process group of its own
    bool group;     // --group, which gives it one
    int64_t grace_ms;
    enum say_level log;
    const unsigned char *signal_map; // [65]
    const unsigned char *ok_exit;    // [256]

    // Ours alone
    bool first;  // we are PID 1
    int signals; // readable while a signal is pending; -1: could not be made
    // What has happened
    bool ended;
    int status;       // of the app, as waitpid returns it
    bool stopped;     // the app is
    bool all_stopped; // with it, by a terminal, its whole group
    bool denied;      // that a signal may not be sent to the app has been said
    bool slept;       // we stopped ourselves with it, and it has not been woken by us since
    bool crowd;       // there may be more to reap, of which no SIGCHLD tells
    bool ending;      // the app has ended and survivors are being ended
    unsigned stops;   // TERM and INT that came
    int64_t stop_ms;  // when the first stop signal was passed on, 0: not yet
};

// ---- reap.c -------------------------------------------------------------------------------------
// Takes the changes of our children's state that there are, or of a crowd some (`crowd`). False
// when there is no child at all.
bool reap(struct watch *self);
void reap_app(struct watch *self); // the app's alone
// The next signal; 0: none came in that time, or there is a crowd to reap.
int reap_wait(const struct watch *self, int64_t milliseconds, siginfo_t *info);
int reap_code(const struct watch *self); // the exit code of `run`, once the app has ended
// Before there is an app: takes what has ended, or of a crowd some. False: the kernel does not let
// us (errno).
bool reap_strays(void);

// ---- traced.c -----------------------------------------------------------------------------------
// `thread` has stopped, as its `status` says. True: it was traced by us and now runs untraced, with
// the signal that it had stopped for (unless that was for a tracer alone), or it was killed
// meanwhile. False: it is not traced by us, so this is job control.
bool traced_let_go(pid_t thread, int status);

// ---- forward_signals.c --------------------------------------------------------------------------
// Passes a signal that we received on to the app.
void forward(struct watch *self, const siginfo_t *info);
// Real-time signals for which the app's queue had no room: whether there are any, and another try.
bool forward_is_waiting(void);
void forward_waiting(struct watch *self);

// ---- terminal.c ---------------------------------------------------------------------------------
// For the child before it becomes the app: makes it the leader of a group of its own, in the
// terminal's foreground if ours was. No terminal is not an error. False: it stays in our group.
bool terminal_own_group(void);
// The app was stopped by `number`, with its group if a terminal did it. We stop too, so that the
// shell that waits for us shows its prompt. Returns when we are continued, or at once without job
// control.
void terminal_stop_too(struct watch *self, int number);
// Stops the calling process with one of the terminal's stop signals.
void terminal_stop_self(int number);
// Puts the app's own group into the foreground when ours is there.
void terminal_lend(const struct watch *self);

// ---- survivors.c --------------------------------------------------------------------------------
// Ends what outlives the app: TERM, up to the grace, KILL.
void survivors_end(struct watch *self);
// A child was reaped: its number may be another process's soon, which has been sent nothing yet.
void survivors_forget(pid_t pid);

// ---- resident.c ---------------------------------------------------------------------------------
// Becomes a fresh image of this program with `env`. Returns only on failure: this image goes on.
void resident_become(const struct watch *self, char *const *env);

// ---- watch.c ------------------------------------------------------------------------------------
// Stays until the app and its survivors are gone; returns the exit code of `run`.
int watch(struct watch *self);

#endif
