// SPDX-License-Identifier: MIT
// A process that starts the app, passes signals on, reaps, and ends with the app's code: PID 1 or
// any other process.
//
// Signals are never handled asynchronously: they are blocked by the first instruction of `main` and
// received as data. The kernel's calls with an 8-byte set are used throughout, since musl's sigset
// functions cannot name 32 to 34. After the fork nothing ends this process but the app's end.
#ifndef LABELGATE_INIT_INIT_H
#define LABELGATE_INIT_INIT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "base/say.h"
#include "spec/reason.h"

// The state that `run` was started with, which the app gets back.
struct init_inherited {
    int mask_error;        // errno; 0: the signals are blocked
    uint64_t mask;         // the kernel's 8-byte signal mask, bit n - 1 for signal n
    bool children_ignored; // SIGCHLD was ignored; that would lose every exit code
    bool core_known;
    // Lowered by us, since our memory holds a token; the app gets it back.
    struct rlimit core_limit;
};

// First thing in main: blocks every signal and keeps the mask, stops ignoring SIGCHLD, and sets the
// soft limit of core files to 0. Verbs that can be stopped as usual call init_release at once: it
// restores all but the limit. The app gets all back.
void init_capture_signals(struct init_inherited *inherited);
// Before anything else of a verb that starts or waits: whether the system lets us block signals,
// receive them, reap and measure time (a seccomp filter may not). False: `finding` says what is
// missing (REASON_START_FAILED).
bool init_check(const struct init_inherited *inherited, struct finding *finding);
void init_release(const struct init_inherited *inherited);
// For a verb that starts no program: init_release will leave SIGXFSZ blocked, so that a file that
// may not grow (RLIMIT_FSIZE) is a write that fails, and is said.
void init_hold_file_limit(struct init_inherited *inherited);

// Takes the places of descriptors 0 to 2 that are closed, so that no socket or file gets one of
// them and then hears what is said. Not for the process that starts the app, which gets them as
// they are.
void descriptors_fill(void);

struct init_plan {
    const struct init_inherited *inherited;
    char *const *argv;         // CMD and its arguments: a view, not a copy
    const char *program;       // as init_find_program found it
    char **app_env;            // what names us by our number there is made to name the app
    char *const *resident_env; // NULL: do not become the small resident process
    int64_t grace_ms;
    bool group;
    const unsigned char *signal_map; // [65], see settings.h
    const unsigned char *ok_exit;    // [256]
    enum say_level log;
};

// Looks CMD up on the PATH of `app_env` before the start. REASON_OK and the path in `program`, or
// REASON_COMMAND_NOT_FOUND, _INTERPRETER_NOT_FOUND (127), _NOT_EXECUTABLE (126) with a sentence
// that says which.
#define INIT_PROGRAM 4096 // PATH_MAX
bool init_find_program(const char *command, char *const *app_env, char program[INIT_PROGRAM],
                       struct finding *finding);
int init_program_exitcode(enum reason reason);

// What execve cannot pass on, whatever the program is (fs/exec.c of the kernel, since 4.13): a
// single string of more than 32 pages, its end included; or strings and their pointers that are
// together more than a quarter of the stack limit, within 128 KiB and 6 MiB.
enum init_excess { INIT_FITS, INIT_LONG_ARGUMENT, INIT_LONG_VARIABLE, INIT_TOO_MUCH };
struct init_size {
    enum init_excess excess;
    size_t place;   // in argv or env: what is too long; for INIT_TOO_MUCH the longest entry of env
    size_t len;     // INIT_TOO_MUCH: of all, with pointers; else of the string, without its end
    size_t len_max; // what could be passed
};
// `argv` and `program` may be NULL: not known yet.
struct init_size init_measure(const char *program, char *const *argv, char *const *env);

// Starts the app and stays until it ended and the survivors are gone. Returns the exit code of
// `run`; with a resident environment it does not return once the app runs. When the app was not
// started, `finding` says why, and the code is EXITCODE_REFUSED (fork or pipe failed), 126 or 127
// (execve failed), 128 + n (signal n came first); else it is REASON_OK.
int init_run(const struct init_plan *plan, struct finding *finding);

// The hidden verb, argv[1]: goes on where init_run replaced itself. The whole argv as init_run made
// it; refuses a pid that is not our child.
#define INIT_RESIDENT_VERB "init"
int init_resident(int argc, char *const *argv);
// The resident image keeps these bytes for the probes, zero at first, in a file of its memory with
// this name (probe/told.h); without it where the system has none for it.
#define INIT_RECORD "labelgate-told"
#define INIT_RECORD_SIZE 64

// ---- Before the app has started -----------------------------------------------------------------

// Sleeps up to `milliseconds` under the blocked signals. Returns 0, or the number of a TERM, INT,
// HUP or QUIT that came: `run` then ends with EXITCODE_SIGNAL + n (reason `stopped`), the app never
// started.
int init_pause(int64_t milliseconds);
const char *init_signal_name(int number); // of those four: "SIGTERM"

// Under the blocked signals of init_capture_signals, for a question at a terminal. init_await waits
// until `fd` can be read (0), or returns the number of a signal that came: one that would have
// ended the process, a terminal stop (TSTP, TTIN, TTOU) or CONT. init_stop_self lets a terminal
// stop take effect; true when the process was stopped and continued, false when the kernel dropped
// it, since no shell could continue it.
int init_await(int fd);
bool init_stop_self(int number);

// Runs `work` in a forked child (network work of `run` and of every --wait: PID 1 never holds
// curl's memory) and collects what it writes to `out_fd` (at most `size` bytes). The child has the
// inherited mask back. Ends the child at once when a stop signal comes, and the kernel does when
// this process is killed. The child bounds its own time (net/deadline.h).
enum init_work_answer {
    INIT_WORK_DONE,
    INIT_WORK_STOPPED, // by a stop signal
    INIT_WORK_LATE,    // not over by the limit: killed
    INIT_WORK_FAILED,  // no process could be made
};
struct init_work_result {
    enum init_work_answer answer;
    int signal; // INIT_WORK_STOPPED
    int code;   // exit code of the child
    size_t len; // bytes in the caller's buffer
};
struct init_work_result init_work(const struct init_inherited *inherited,
                                  int (*work)(void *context, int out_fd), void *context,
                                  char *buffer, size_t size);

// Several at once, each in a child of its own: one that hangs takes nothing from the others.
// Returns when all are over, at the latest after `limit_ms` (negative: no limit) and the moment
// that killing takes; 0, or the number of a stop signal that came.
#define INIT_WORKS_MAX 2
struct init_work {
    int (*work)(void *context, int out_fd);
    void *context;
    char *buffer;
    size_t size;
    struct init_work_result result;
};
int init_work_together(const struct init_inherited *inherited, struct init_work *works,
                       unsigned count, int64_t limit_ms);

#endif
