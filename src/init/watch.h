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
    // Handed over to the resident process
    pid_t app;
    bool own_group; // the app leads a process group of its own
    bool group;     // --group, which gives it one
    int64_t grace_ms;
    enum say_level log;
    const unsigned char *signal_map; // [65]
    const unsigned char *ok_exit;    // [256]

    // Ours alone
    bool first;  // we are PID 1
    int signals; // readable while a signal is pending; -1: could not be had
    // What has happened
    bool ended;
    int status;       // of the app, as waitpid gives it
    bool stopped;     // the app is
    bool all_stopped; // with it, by a terminal, its whole group
    bool denied;      // that a signal may not be sent to the app has been said
    bool slept;       // we stopped ourselves with it, and it has not been woken by us since
    bool ending;      // the app has ended and survivors are being ended
    unsigned stops;   // TERM and INT that came
    int64_t stop_ms;  // when the first stop signal was passed on, 0: not yet
};

// ---- reap.c -------------------------------------------------------------------------------------
// Takes every change of our children's state that there is. False when there is no child at all.
bool reap(struct watch *self);
int reap_code(const struct watch *self); // the exit code of `run`, once the app has ended
// Before there is an app: takes whatever has ended. False: the kernel does not let us (errno).
bool reap_strays(void);

// ---- traced.c -----------------------------------------------------------------------------------
// `thread` has stopped, as its `status` says. True: it was traced by us, and goes on untraced, with
// the signal that it had stopped for unless that was meant for a tracer alone, or it was killed in
// the meantime. False: it is not traced by us, so this is job control.
bool traced_let_go(pid_t thread, int status);

// ---- forward.c ----------------------------------------------------------------------------------
// Passes a signal that came to us on to the app.
void forward(struct watch *self, const siginfo_t *info);
// Another try with the real-time signals that the app's queue had no room for, if there are any.
bool forward_holds(void);
void forward_held(struct watch *self);

// ---- terminal.c ---------------------------------------------------------------------------------
// The calling process, a child of ours that has not become the app yet, leads a group of its own
// from here on, and that is the terminal's foreground if ours was. No terminal is no error. False:
// it stays in our group.
bool terminal_own_group(void);
// The app was stopped by `number`, and with it its group if that is a terminal's doing. We stop as
// well, so that the shell that waits for us gets its prompt. Returns when we were woken, or at once
// where there is no job control.
void terminal_stop_too(struct watch *self, int number);
// Stops the calling process with one of the terminal's stop signals.
void terminal_stop_self(int number);
// Gives the app's own group the foreground when ours has it.
void terminal_lend(const struct watch *self);

// ---- survivors.c --------------------------------------------------------------------------------
// Ends what outlives the app: TERM, up to the grace, KILL.
void survivors_end(struct watch *self);

// ---- told.c -------------------------------------------------------------------------------------
// Which processes were told to end, by TERM and by KILL.
enum signalled_stage { SIGNALLED_TERM, SIGNALLED_KILL, SIGNALLED_STAGES };
bool was_signalled(enum signalled_stage stage, pid_t pid);
// Notes it; false when it was told before, or when no kernel has such a number.
bool mark_signalled(enum signalled_stage stage, pid_t pid);
// A child was reaped: its number may be another process's soon.
void forget_signalled(pid_t pid);

// ---- descriptors.c ------------------------------------------------------------------------------
// Closes everything above standard error, whatever the limit of descriptors is.
void descriptors_close(void);
// 0 to 2 may be closed and shall stay so for the app: moves a descriptor above them. False: it is
// closed.
bool descriptors_move_up(int *fd);
// A close-on-exec pipe above 2.
bool descriptors_pipe(int ends[2]);

// ---- resident.c ---------------------------------------------------------------------------------
// Becomes a fresh image of this program with `env`. Returns when that cannot be: this image goes on
// then.
void resident_become(const struct watch *self, char *const *env);

// ---- watch.c ------------------------------------------------------------------------------------
// Stays until the app and its survivors are gone; returns the exit code of `run`.
int watch(struct watch *self);

// ---- program.c ----------------------------------------------------------------------------------
// execve of `program` failed with `error`: says why, as far as the file tells.
void program_diagnose(const char *program, int error, struct finding *finding);

#endif
