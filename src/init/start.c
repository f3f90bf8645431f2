// SPDX-License-Identifier: MIT
// From the plan to a running app.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "init/descriptors.h"
#include "init/find_program.h"
#include "init/kernel_signals.h"
#include "init/watch.h"
#include "spec/exitcode.h"

// How long an app may take to count as one that ends at once.
#define SETTLE_MS 5
// For the few calls between clone and execve. Only pages that are touched cost anything.
#define STACK ((size_t)64 * 1024)

// systemd names a process by number: who may take the sockets, who must call the watchdog, whom it
// executed (sd_listen_fds(3), sd_watchdog_enabled(3), systemd.exec(5)). What names us must name the
// app, whose number is not known before.
#define RENAMED 3
static const char *const renamed[RENAMED] = {"LISTEN_PID=", "WATCHDOG_PID=", "SYSTEMD_EXEC_PID="};
// Names the listener a second time, by its pidfd's inode, which the app cannot be told: only a
// process's own descriptor has it.
#define LISTENER_AGAIN "LISTEN_PIDFDID="
#define ENTRY (sizeof "SYSTEMD_EXEC_PID=" + 12)

static void drop_entries(char **env, const char *name)
{
    char **kept = env;
    for (; *env != NULL; env++)
        if (strncmp(*env, name, strlen(name)) != 0)
            *kept++ = *env;
    *kept = NULL;
}

static void rename_us(char **env)
{
    static char entries[RENAMED][ENTRY];
    bool listens = false;
    for (int i = 0; i < RENAMED; i++) {
        char ours[ENTRY];
        text_print(ours, sizeof ours, "%s%d", renamed[i], (int)getppid());
        text_print(entries[i], sizeof entries[i], "%s%d", renamed[i], (int)getpid());
        for (char **at = env; *at != NULL; at++)
            if (strcmp(*at, ours) == 0) {
                *at = entries[i];
                listens = listens || i == 0;
            }
    }
    if (listens)
        drop_entries(env, LISTENER_AGAIN);
}

struct launch {
    const struct init_plan *plan;
    bool own_group;
    int error_fd;
};

// The child: restores the state that `run` was started with, and becomes the app. Prints nothing:
// an error goes to the parent, which knows what to say.
static int become_app(void *context)
{
    const struct launch *launch = context;
    const struct init_plan *plan = launch->plan;
    if (launch->own_group)
        terminal_own_group();
    rename_us(plan->app_env);
    if (plan->inherited->core_known)
        prlimit(0, RLIMIT_CORE, &plan->inherited->core_limit, NULL);
    init_release(plan->inherited);
    execve(plan->program, plan->argv, plan->app_env);

    int error = errno;
    ssize_t written = write(launch->error_fd, &error, sizeof error);
    (void)written; // If that fails too, the exit code is all there is.
    return EXITCODE_NOT_FOUND;
}

// The child borrows our memory while we wait, until it is the app or has ended: a fork would copy
// page tables, and most of a page for each that is written to afterwards, only to throw them away.
static pid_t launch_app(struct launch *launch)
{
    static _Alignas(16) char stack[STACK];
    return clone(become_app, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD, launch);
}

// What execve said, 0 when the app runs: the pipe was closed by a successful execve.
static int read_exec_error(int fd)
{
    int error = 0;
    ssize_t len;
    do
        len = read(fd, &error, sizeof error);
    while (len < 0 && errno == EINTR);
    return len == (ssize_t)sizeof error ? error : 0;
}

static int start_failed(const char *call, struct finding *finding)
{
    char detail[FINDING_SLOT];
    text_print(detail, sizeof detail, "%s: %s", call, strerror(errno));
    finding_set(finding, REASON_START_FAILED, NULL, NULL, detail);
    return EXITCODE_REFUSED;
}

static int not_started(pid_t child, const struct init_plan *plan, int error,
                       struct finding *finding)
{
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
        continue;
    program_diagnose(plan->program, error, finding);
    return init_program_exitcode(finding->reason);
}

// EXITCODE_OK: the app runs.
static int start(struct watch *self, const struct init_plan *plan, struct finding *finding)
{
    int ends[2];
    if (!descriptors_pipe(ends))
        return start_failed("pipe", finding);

    struct launch launch = {plan, self->own_group, ends[1]};
    pid_t child = launch_app(&launch);
    if (child < 0) {
        int code = start_failed("clone", finding);
        close(ends[0]);
        close(ends[1]);
        return code;
    }

    // ---- From this line on nothing but the app's end may end this process. ----
    self->app = child;
    close(ends[1]);
    int error = read_exec_error(ends[0]);
    close(ends[0]);
    return error == 0 ? EXITCODE_OK : not_started(child, plan, error, finding);
}

static struct watch watch_of(const struct init_plan *plan)
{
    bool first = getpid() == 1;
    return (struct watch){
        .first = first,
        .own_group = first || plan->group,
        .group = plan->group,
        .grace_ms = plan->grace_ms,
        .log = plan->log,
        .signal_map = plan->signal_map,
        .ok_exit = plan->ok_exit,
    };
}

// An app that ends at once needs no second image, which costs more than such an app itself. No
// signal and no status is taken here: the loop finds them.
static bool ends_at_once(const struct watch *self)
{
    siginfo_t info = {0};
    struct pollfd one = {.fd = signals_descriptor(SIGNALS_EVERY), .events = POLLIN};
    if (one.fd < 0)
        return false;
    poll(&one, 1, SETTLE_MS);
    close(one.fd);
    // waitid reports a traced child's stop even when only its end is asked for.
    return waitid(P_PID, (id_t)self->app, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == self->app &&
           (info.si_code == CLD_EXITED || info.si_code == CLD_KILLED || info.si_code == CLD_DUMPED);
}

int init_run(const struct init_plan *plan, struct finding *finding)
{
    struct watch self = watch_of(plan);
    finding_set(finding, REASON_OK, NULL, NULL, NULL);
    int number = init_pause(0);
    if (number != 0) {
        finding_set(finding, REASON_STOPPED, init_signal_name(number), NULL, NULL);
        return EXITCODE_SIGNAL + number;
    }
    if (!self.first)
        prctl(PR_SET_CHILD_SUBREAPER, 1UL, 0UL, 0UL, 0UL);

    int code = start(&self, plan, finding);
    if (code != EXITCODE_OK)
        return code;

    // The app has its own now.
    descriptors_close();
    int left = chdir("/");
    (void)left; // A working directory that stays busy is no reason to end.
    if (plan->resident_env != NULL && !ends_at_once(&self))
        resident_become(&self, plan->resident_env);
    return watch(&self);
}
