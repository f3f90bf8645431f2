// SPDX-License-Identifier: MIT
// The init with system calls that fail on request: init_faulty [--group] [--stay] -- CMD [ARG]...
// --stay: it does not become the resident image.
//
// Every function of the list below is wrapped at link time (tests/unit/flags.mk). Two variables say
// what is wanted:
//   FAULT_LOG=FILE                        writes "FUNCTION SITE" for each call; SITE is where in
//   this program it stands FAULT=FUNCTION:SITE:ERRNO:TIMES       that call fails with ERRNO, TIMES
//   times (0: always); SITE 0: wherever it stands
// They reach the resident image through its environment. What they ask for is no part of init/
// itself.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "init/init.h"

extern char **environ;
extern const char __executable_start[];

#define GRACE_MS 60
#define WORK_ROOM 64

static char wanted_function[32];
static unsigned long wanted_site;
static int wanted_errno;
static long wanted_from;
static long wanted_times;
static int log_fd = -1;

// ---- The wrappers -------------------------------------------------------------------------------

// The originals, under the names that the linker gives them.
pid_t __real_fork(void);
int __real_clone(int (*start)(void *), void *stack, int flags, void *context);
int __real_execve(const char *path, char *const *argv, char *const *env);
pid_t __real_waitpid(pid_t pid, int *status, int options);
int __real_waitid(idtype_t type, id_t id, siginfo_t *info, int options);
int __real_kill(pid_t pid, int number);
int __real_prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d);
int __real_open(const char *path, int flags, mode_t mode);
ssize_t __real_read(int fd, void *bytes, size_t size);
ssize_t __real_pread(int fd, void *bytes, size_t size, off_t at);
ssize_t __real_write(int fd, const void *bytes, size_t size);
int __real_pipe2(int *ends, int flags);
int __real_fcntl(int fd, int command, long argument);
int __real_close(int fd);
int __real_chdir(const char *path);
int __real_poll(struct pollfd *fds, nfds_t count, int milliseconds);
ssize_t __real_readlink(const char *path, char *bytes, size_t size);
int __real_stat(const char *path, struct stat *file);
int __real_access(const char *path, int mode);
int __real_setpgid(pid_t pid, pid_t group);
pid_t __real_tcgetpgrp(int fd);
int __real_tcsetpgrp(int fd, pid_t group);
int __real_getrlimit(int resource, struct rlimit *limit);
int __real_prlimit(pid_t pid, int resource, const struct rlimit *limit, struct rlimit *old);
int __real_clock_gettime(clockid_t clock, struct timespec *now);
long __real_syscall(long number, long a, long b, long c, long d, long e, long f);

static const char *entry(const char *name)
{
    size_t len = strlen(name);
    for (char **at = environ; *at != NULL; at++)
        if (strncmp(*at, name, len) == 0 && (*at)[len] == '=')
            return *at;
    return NULL;
}

static const char *value(const char *name)
{
    const char *found = entry(name);
    return found != NULL ? found + strlen(name) + 1 : NULL;
}

// Above what the init uses itself, so that standard descriptors which are closed stay so.
static void open_log(void)
{
    const char *file = value("FAULT_LOG");
    if (file == NULL)
        return;
    int fd = __real_open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    log_fd = __real_fcntl(fd, F_DUPFD_CLOEXEC, 200);
    __real_close(fd);
}

// True when this call is the one that shall fail; errno is set then.
static bool fails(const char *function, const void *from)
{
    unsigned long site = (unsigned long)((const char *)from - __executable_start);
    if (log_fd >= 0) {
        char line[64];
        int len = snprintf(line, sizeof line, "%s %lx\n", function, site);
        __real_write(log_fd, line, (size_t)len);
    }
    if ((wanted_site != 0 && site != wanted_site) || strcmp(function, wanted_function) != 0 ||
        wanted_times < 0)
        return false;
    if (--wanted_from > 0)
        return false;
    if (wanted_times > 0 && --wanted_times == 0)
        wanted_times = -1;
    errno = wanted_errno;
    return true;
}

#define FAILS(function) fails(function, __builtin_return_address(0))
#define WRAP(type, name, parameters, arguments)                   \
    type __wrap_##name parameters;                                \
    type __wrap_##name parameters                                 \
    {                                                             \
        return FAILS(#name) ? (type)-1 : __real_##name arguments; \
    }

WRAP(pid_t, fork, (void), ())
WRAP(int, clone, (int (*start)(void *), void *stack, int flags, void *context),
     (start, stack, flags, context))
// Weak: the coverage build has one of its own, which writes its counters first.
__attribute__((weak))
WRAP(int, execve, (const char *path, char *const *argv, char *const *env),
     (path, argv, env)) WRAP(pid_t, waitpid, (pid_t pid, int *status, int options),
                             (pid, status, options))
    WRAP(int, waitid, (idtype_t type, id_t id, siginfo_t *info, int options),
         (type, id, info, options)) WRAP(int, kill, (pid_t pid, int number), (pid, number))
        WRAP(int, prctl,
             (int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d),
             (option, a, b, c, d)) WRAP(int, open, (const char *path, int flags, mode_t mode),
                                        (path, flags, mode))
            WRAP(ssize_t, read, (int fd, void *bytes, size_t size),
                 (fd, bytes, size)) WRAP(ssize_t, pread,
                                         (int fd, void *bytes, size_t size, off_t at),
                                         (fd, bytes, size, at))
                WRAP(ssize_t, write, (int fd, const void *bytes, size_t size),
                     (fd, bytes, size)) WRAP(int, pipe2, (int *ends, int flags), (ends, flags))
                    WRAP(int, fcntl, (int fd, int command, long argument),
                         (fd, command, argument)) WRAP(int, chdir, (const char *path), (path))
                        WRAP(int, poll, (struct pollfd * fds, nfds_t count, int milliseconds),
                             (fds, count, milliseconds))
                            WRAP(ssize_t, readlink, (const char *path, char *bytes, size_t size),
                                 (path, bytes, size))
                                WRAP(int, stat, (const char *path, struct stat *file), (path, file))
                                    WRAP(int, access, (const char *path, int mode), (path, mode))
                                        WRAP(int, setpgid, (pid_t pid, pid_t group),
                                             (pid, group)) WRAP(pid_t, tcgetpgrp, (int fd), (fd))
                                            WRAP(int, tcsetpgrp, (int fd, pid_t group), (fd, group))
                                                WRAP(int, getrlimit,
                                                     (int resource, struct rlimit *limit),
                                                     (resource,
                                                      limit)) WRAP(int, prlimit,
                                                                   (pid_t pid, int resource,
                                                                    const struct rlimit *limit,
                                                                    struct rlimit *old),
                                                                   (pid, resource, limit, old))
                                                    WRAP(int, clock_gettime,
                                                         (clockid_t clock, struct timespec *now),
                                                         (clock, now))

    // Linux closes the descriptor whatever close says.
    int __wrap_close(int fd);
int __wrap_close(int fd)
{
    int done = fd == log_fd ? 0 : __real_close(fd);
    return FAILS("close") ? -1 : done;
}

static const char *syscall_name(long number)
{
    switch (number) {
    case SYS_rt_sigprocmask:
        return "rt_sigprocmask";
    case SYS_rt_sigtimedwait:
        return "rt_sigtimedwait";
    case SYS_rt_sigqueueinfo:
        return "rt_sigqueueinfo";
    case SYS_rt_sigaction:
        return "rt_sigaction";
    case SYS_signalfd4:
        return "signalfd4";
    case SYS_close_range:
        return "close_range";
    case SYS_pwritev2:
        return "pwritev2";
    case SYS_getdents64:
        return "getdents64";
    }
    return "syscall";
}

long __wrap_syscall(long number, long a, long b, long c, long d, long e, long f);
long __wrap_syscall(long number, long a, long b, long c, long d, long e, long f)
{
    if (FAILS(syscall_name(number)))
        return -1;
    long done = __real_syscall(number, a, b, c, d, e, f);
    if (number == SYS_close_range)
        open_log();
    return done;
}

// ---- The program --------------------------------------------------------------------------------

static void read_wishes(void)
{
    const char *fault = value("FAULT");
    open_log();
    if (fault != NULL && sscanf(fault, "%31[^:]:%lx:%d:%ld:%ld", wanted_function, &wanted_site,
                                &wanted_errno, &wanted_from, &wanted_times) != 5)
        _exit(90);
}

static int write_hello(void *context, int out_fd)
{
    (void)context;
    return write(out_fd, "hello", 5) == 5 ? 3 : 4;
}

static int say_finding(const struct finding *finding, int code)
{
    char sentence[600];
    struct text text = text_over(sentence, sizeof sentence);
    finding_add_sentence(finding, &text);
    say(SAY_WARN, SAY_ERROR, "%s [%s]", sentence, reason_word(finding->reason));
    return code;
}

// What comes before an app: a pause, and work in a child.
static bool prepare(const struct init_inherited *inherited)
{
    char room[WORK_ROOM];
    if (init_pause(1) != 0)
        return false;
    struct init_work_result work = init_work(inherited, write_hello, NULL, room, sizeof room);
    if (work.answer == INIT_WORK_DONE && work.code == 3 && work.len == 5 &&
        memcmp(room, "hello", 5) == 0)
        return true;
    say(SAY_WARN, SAY_ERROR, "the work could not be done [start_failed]");
    return false;
}

static int run(const struct init_inherited *inherited, char **argv, bool group, bool stay)
{
    unsigned char map[65], codes[256] = {0};
    char program[INIT_PROGRAM];
    struct finding finding;
    char *resident[4] = {(char *)(uintptr_t) "LABELGATE_STARTED=1"};
    int count = 1;
    for (const char *const *name = (const char *const[]){"FAULT", "FAULT_LOG", NULL}; *name != NULL;
         name++)
        if (entry(*name) != NULL)
            resident[count++] = (char *)(uintptr_t)entry(*name);
    for (unsigned number = 0; number < sizeof map; number++)
        map[number] = (unsigned char)number;
    if (!init_check(inherited, &finding))
        return say_finding(&finding, 125);
    if (!prepare(inherited))
        return 125;
    if (!init_find_program(argv[0], environ, program, &finding))
        return say_finding(&finding, init_program_exitcode(finding.reason));
    struct init_plan plan = {
        .inherited = inherited,
        .argv = argv,
        .program = program,
        .app_env = environ,
        .resident_env = stay ? NULL : resident,
        .grace_ms = GRACE_MS,
        .group = group,
        .signal_map = map,
        .ok_exit = codes,
        .log = SAY_WARN,
    };
    int code = init_run(&plan, &finding);
    return finding.reason == REASON_OK ? code : say_finding(&finding, code);
}

int main(int argc, char **argv)
{
    struct init_inherited inherited;
    read_wishes();
    init_capture_signals(&inherited);
    if (argc > 1 && strcmp(argv[1], INIT_RESIDENT_VERB) == 0)
        return init_resident(argc, argv);
    bool group = false, stay = false;
    int at = 1;
    for (; at < argc && strcmp(argv[at], "--") != 0; at++) {
        group |= strcmp(argv[at], "--group") == 0;
        stay |= strcmp(argv[at], "--stay") == 0;
    }
    return at + 1 < argc ? run(&inherited, argv + at + 1, group, stay) : 90;
}
