// SPDX-License-Identifier: MIT
// The end: whatever outlives the app gets TERM and CONT, up to the grace, then KILL.
//
// PID 1 signals all of its namespace and waits for its children, adopted ones too. Any other
// process signals its direct children only, again after every reap: orphans arrive, and the number
// of a child that was not reaped cannot be another process's.
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "base/duration.h"
#include "base/text.h"
#include "init/kernel_signals.h"
#include "init/proc.h"
#include "init/watch.h"

// After the app's end survivors have at least this long, if --grace is not shorter.
#define GRACE_MIN_MS 1000
// How long KILL may take: a process in an uninterruptible wait may take for ever.
#define KILL_MS 1000
// How far up a process's parents are followed.
#define ANCESTORS 64

// ---- Who was sent what --------------------------------------------------------------------------

// None gets TERM or KILL twice. One bit a process and signal; untouched pages cost nothing.
#define PIDS (4 * 1024 * 1024) // PID_MAX_LIMIT of the kernel
enum stage { STAGE_TERM, STAGE_KILL, STAGES };
static unsigned char sent[STAGES][PIDS / 8];

static bool was_sent(enum stage stage, pid_t pid)
{
    return pid < PIDS && (sent[stage][pid / 8] & 1u << (pid % 8)) != 0;
}

// It is being sent now. False when it was sent before, or when no kernel has such a number.
static bool mark_sent(enum stage stage, pid_t pid)
{
    if (pid >= PIDS || was_sent(stage, pid))
        return false;
    sent[stage][pid / 8] |= (unsigned char)(1u << (pid % 8));
    return true;
}

void survivors_forget(pid_t pid)
{
    if (pid >= PIDS)
        return;
    for (int stage = 0; stage < STAGES; stage++)
        sent[stage][pid / 8] &= (unsigned char)~(1u << (pid % 8));
}

// ---- TERM ---------------------------------------------------------------------------------------

static void terminate_child(int pid, int folder, void *context)
{
    (void)folder;
    (void)context;
    if (!mark_sent(STAGE_TERM, pid))
        return;
    kill(pid, SIGTERM);
    kill(pid, SIGCONT);
}

// False: /proc does not tell who our children are, so none can be signalled.
static bool terminate_children(void)
{
    return proc_is_ours() && proc_children(terminate_child, NULL);
}

static void note_terminated(int pid, int folder, void *context)
{
    (void)folder;
    (void)context;
    mark_sent(STAGE_TERM, pid);
}

static void terminate_all(void)
{
    if (proc_is_ours())
        proc_each("/proc", note_terminated, NULL);
    kill(-1, SIGTERM);
    kill(-1, SIGCONT);
}

// ---- KILL ---------------------------------------------------------------------------------------

// It got TERM and had its time: it is named. What was started after that, or became ours by the
// death of its parent, is killed without a line.
static bool outlived_grace(pid_t pid, struct proc_process *process)
{
    return was_sent(STAGE_TERM, pid) && proc_look(pid, process) && process->state != 'Z';
}

// A name is read before the kill, since the process is gone afterwards, and printed after it, since
// a standard error that is not read must keep nothing alive. What does not fit is counted.
#define NAMED_MAX 1024
static struct {
    struct {
        pid_t pid;
        char name[PROC_NAME];
    } list[NAMED_MAX];
    unsigned count; // of all, also of those that did not fit
} killed;

static void note_killed(pid_t pid, const char *name)
{
    unsigned place = killed.count++;
    if (place < NAMED_MAX) {
        killed.list[place].pid = pid;
        text_print(killed.list[place].name, PROC_NAME, "%s", name);
    }
}

static void say_killed(const struct watch *self)
{
    char grace[32];
    duration_text(self->grace_ms, grace, sizeof grace);
    for (unsigned i = 0; i < killed.count && i < NAMED_MAX; i++)
        say(self->log, SAY_WARN, "process %d (%s) outlived the app and its grace of %s: killed",
            (int)killed.list[i].pid, killed.list[i].name, grace);
    if (killed.count > NAMED_MAX)
        say(self->log, SAY_WARN, "%u more processes outlived the app and its grace of %s: killed",
            killed.count - NAMED_MAX, grace);
    killed.count = 0;
}

static void kill_child(int pid, int folder, void *context)
{
    (void)folder;
    (void)context;
    struct proc_process process;
    if (!mark_sent(STAGE_KILL, pid))
        return;
    bool outlived = outlived_grace(pid, &process);
    if (kill(pid, SIGKILL) == 0 && outlived)
        note_killed(pid, process.name);
}

// A process that entered the namespace from outside (a probe, `docker exec`) has no parent in it;
// it is not a survivor of the app.
static bool descends_from_us(pid_t parent)
{
    for (int depth = 0; depth < ANCESTORS && parent > 1; depth++) {
        struct proc_process process;
        if (!proc_look(parent, &process))
            return false;
        parent = process.parent;
    }
    return parent == 1;
}

static void name_descendant(int pid, int folder, void *context)
{
    (void)folder;
    (void)context;
    struct proc_process process;
    if (pid > 1 && outlived_grace(pid, &process) && descends_from_us(process.parent))
        note_killed(pid, process.name);
}

static void kill_rest(struct watch *self)
{
    bool named = proc_is_ours();
    if (self->first) {
        named = named && proc_each("/proc", name_descendant, NULL);
        kill(-1, SIGKILL);
        if (!named)
            say(self->log, SAY_WARN, "what outlived the app and its grace is killed");
    } else if (named) {
        proc_children(kill_child, NULL);
    }
    say_killed(self);
}

// ---- The end ------------------------------------------------------------------------------------

// The grace runs from the first stop signal that was passed on, if there was one.
static int64_t end_of_grace(const struct watch *self, int64_t now)
{
    if (self->stop_ms == 0)
        return now + self->grace_ms;
    int64_t least = now + (self->grace_ms < GRACE_MIN_MS ? self->grace_ms : GRACE_MIN_MS);
    int64_t end = self->stop_ms + self->grace_ms;
    return end > least ? end : least;
}

// Takes one signal and reaps. False when no child is left.
static bool reap_until(struct watch *self, int64_t deadline)
{
    int64_t left = deadline - duration_now();
    siginfo_t info;
    int number = left > 0 ? reap_wait(self, left, &info) : 0;
    if (number > 0 && number != SIGCHLD)
        forward(self, &info);
    return reap(self);
}

// False when all ended by themselves.
static bool wait_for_grace(struct watch *self)
{
    int64_t deadline = end_of_grace(self, duration_now());
    while (duration_now() < deadline) {
        unsigned stops = self->stops;
        if (!reap_until(self, deadline))
            return false;
        // A second TERM or INT: whoever sent it will not wait any longer.
        if (self->stops > stops && self->stops > 1)
            return true;
        if (!self->first)
            terminate_children();
    }
    return true;
}

void survivors_end(struct watch *self)
{
    if (!reap(self))
        return;
    self->ending = true;
    if (self->first) {
        terminate_all();
    } else if (!terminate_children()) {
        say(self->log, SAY_WARN, "what outlived the app is left alone: /proc does not name it");
        return;
    }
    if (!wait_for_grace(self))
        return;
    kill_rest(self);
    int64_t deadline = duration_now() + KILL_MS;
    while (duration_now() < deadline && reap_until(self, deadline))
        if (!self->first)
            kill_rest(self);
}
