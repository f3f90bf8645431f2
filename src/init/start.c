// SPDX-License-Identifier: MIT
// From the plan to a running app.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/exitcode.h"
#include "init/signals.h"
#include "init/watch.h"

#define LISTEN_PID "LISTEN_PID="

// Socket activation names the process that may take the sockets. What names us must name the app.
// Done in the child: its number is not known before, and its memory is its own.
static void rename_listener(char **env)
{
    static char entry[sizeof LISTEN_PID + 12];
    char ours[sizeof entry];
    snprintf(ours, sizeof ours, LISTEN_PID "%d", (int)getppid());
    snprintf(entry, sizeof entry, LISTEN_PID "%d", (int)getpid());
    for (; *env != NULL; env++)
        if (strcmp(*env, ours) == 0)
            *env = entry;
}

// The child: takes on the world that `run` was given, and becomes the app. Speaks to nobody: an
// error goes to the parent, who knows what to say.
static _Noreturn void become_app(const struct init_plan *plan, bool own_group, int error_fd)
{
    if (own_group)
        terminal_own_group();
    rename_listener(plan->app_env);
    if (plan->inherited->core_known)
        setrlimit(RLIMIT_CORE, &plan->inherited->core_limit);
    init_release(plan->inherited);
    execve(plan->program, plan->argv, plan->app_env);

    int error = errno;
    ssize_t written = write(error_fd, &error, sizeof error);
    (void)written; // If that fails too, the exit code is all there is.
    _exit(EXITCODE_NOT_FOUND);
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
    snprintf(detail, sizeof detail, "%s: %s", call, strerror(errno));
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

    pid_t child = fork();
    if (child < 0) {
        int code = start_failed("fork", finding);
        close(ends[0]);
        close(ends[1]);
        return code;
    }
    if (child == 0)
        become_app(plan, self->own_group, ends[1]);

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
    if (plan->resident_env != NULL)
        resident_become(&self, plan->resident_env);
    return watch(&self);
}
