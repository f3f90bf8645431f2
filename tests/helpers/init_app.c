// SPDX-License-Identifier: MIT
// An app for the tests of the init: does the actions it is given, one after the other, and prints
// what it sees.
//
//     init_app ACTION [ARGUMENT]...
//
//     to FILE       prints go to FILE (appended) from here on, not to standard output
//     ready         prints "ready PID"
//     report        prints the world it was given, a line a fact
//     env NAME      prints "env VALUE", or "env -" when it is not set
//     envdump FILE  writes its environment, NUL-separated, to FILE
//     listen N      prints each signal that comes until signal N did: "signal NUMBER CODE VALUE"
//     drain         prints each signal that is waiting
//     count N M     takes M signals N, then prints "in order" when their values rose by one from 0,
//     else "out of order" ignore N      ignores signal N orphans N     makes N orphans that end at
//     once crowd N       makes N children that end at once, and waits for none of them stop stops
//     itself wait FILE     sleeps until FILE exists lapse MS      sleeps nap           sleeps until
//     it is ended traced        lets its parent trace it exit N        ends die N         ends by
//     signal N
//     raise N       sends itself signal N by tgkill, unblocked, with its default effect
//     exec          becomes a fresh init_app with the actions that follow
//     thread        starts a thread that lets its parent trace it, stops itself and has a signal of
//     its own handled, waits for it and prints "thread done"
//     turns N       lets itself be traced and handles a signal, N times
//     debug         traces a child of its own through a stop and an execve
//     user N        becomes user N
//
// All signals are blocked from the start and taken as data, so none is lost before "ready";
// `ignore`, `stop`, `nap`, `exec` and `die` lift that.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define LAST 64
#define SET_SIZE 8

extern char **environ;
static int out = STDOUT_FILENO;
static uint64_t given;

static uint64_t bit(long number)
{
    return UINT64_C(1) << (number - 1);
}

static void mask(uint64_t set)
{
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &set, NULL, SET_SIZE);
}

static void dispose(long number, void (*handler)(int))
{
    struct {
        void (*handler)(int);
        unsigned long rest[7];
    } action = {.handler = handler};
    syscall(SYS_rt_sigaction, (int)number, &action, NULL, SET_SIZE);
}

static void fail(const char *what)
{
    dprintf(STDERR_FILENO, "init_app: %s: %s\n", what, strerror(errno));
    _exit(99);
}

static void report_status(void)
{
    char line[256];
    FILE *status = fopen("/proc/self/status", "r");
    if (status == NULL)
        fail("status");
    while (fgets(line, sizeof line, status) != NULL)
        if (strncmp(line, "SigIgn:", 7) == 0)
            dprintf(out, "ignored %s", line + 8);
    fclose(status);
}

static void report_descriptors(void)
{
    struct stat unused;
    dprintf(out, "descriptors");
    for (int fd = 0; fd < 1024; fd++)
        if (fd != out && fstat(fd, &unused) == 0)
            dprintf(out, " %d", fd);
    dprintf(out, "\n");
}

static void report_terminal(void)
{
    int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) {
        dprintf(out, "foreground -\n");
        return;
    }
    dprintf(out, "foreground %s\n", tcgetpgrp(fd) == getpgrp() ? "yes" : "no");
    close(fd);
}

static void report(void)
{
    char folder[4096];
    struct rlimit files, core;
    getrlimit(RLIMIT_NOFILE, &files);
    getrlimit(RLIMIT_CORE, &core);
    report_descriptors();
    dprintf(out, "mask %016llx\n", (unsigned long long)given);
    report_status();
    dprintf(out, "group %s\n", getpgrp() == getpid() ? "own" : "inherited");
    dprintf(out, "folder %s\n", getcwd(folder, sizeof folder) != NULL ? folder : "-");
    dprintf(out, "files %llu %llu\n", (unsigned long long)files.rlim_cur,
            (unsigned long long)files.rlim_max);
    dprintf(out, "core %llu\n", (unsigned long long)core.rlim_cur);
    dprintf(out, "pid %d parent %d\n", (int)getpid(), (int)getppid());
    report_terminal();
    dprintf(out, "reported\n");
}

// 0: none came within `limit` (NULL: no limit).
static int take(siginfo_t *info, const long *limit)
{
    uint64_t set = UINT64_MAX;
    long number;
    do
        number = syscall(SYS_rt_sigtimedwait, &set, info, limit, SET_SIZE);
    while (number < 0 && errno == EINTR);
    return number > 0 ? (int)number : 0;
}

static void print_signal(const siginfo_t *info)
{
    int value = info->si_code == SI_QUEUE ? info->si_value.sival_int : 0;
    dprintf(out, "signal %d %d %d\n", info->si_signo, info->si_code, value);
}

static void drain(void)
{
    const long at_once[2] = {0, 0};
    siginfo_t info;
    while (take(&info, at_once) > 0)
        print_signal(&info);
}

static void listen_until(long last)
{
    siginfo_t info;
    int number;
    do {
        number = take(&info, NULL);
        print_signal(&info);
    } while (number != last);
}

static void count(long wanted, long many)
{
    siginfo_t info;
    int wrong = 0;
    for (long seen = 0; seen < many;)
        if (take(&info, NULL) == wanted)
            wrong += info.si_value.sival_int != seen++;
    dprintf(out, "%s\n", wrong == 0 ? "in order" : "out of order");
}

// Each orphan is told by its parent's end, so that it dies as an orphan and not before.
static void orphan(void)
{
    int ends[2];
    if (pipe(ends) < 0)
        fail("pipe");
    pid_t parent = fork();
    if (parent < 0)
        fail("fork");
    if (parent == 0) {
        pid_t child = fork();
        if (child == 0) {
            char byte;
            close(ends[1]);
            _exit((int)read(ends[0], &byte, 1));
        }
        _exit(child < 0);
    }
    close(ends[0]);
    close(ends[1]);
    int status;
    if (waitpid(parent, &status, 0) != parent || status != 0)
        fail("orphan");
}

static void crowd(long many)
{
    for (long i = 0; i < many; i++) {
        pid_t child = fork();
        if (child == 0)
            _exit(0);
        if (child < 0)
            fail("fork");
    }
}

// The child goes on with the next action; the parent goes on behind "end", whose place is returned.
static int start_child(int argc, char **argv, int at)
{
    pid_t child = fork();
    if (child < 0)
        fail("fork");
    if (child == 0)
        return at;
    while (at < argc && strcmp(argv[at], "end") != 0)
        at++;
    return at;
}

static void wait_for(const char *file)
{
    while (access(file, F_OK) < 0)
        poll(NULL, 0, 10);
}

static void die(long number)
{
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    dispose(number, SIG_DFL);
    mask(0);
    kill(getpid(), (int)number);
    fail("die");
}

static void dump_environment(const char *file)
{
    int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    for (char **at = environ; *at != NULL; at++)
        if (write(fd, *at, strlen(*at) + 1) < 0)
            fail(file);
    close(fd);
}

static void print_variable(const char *name)
{
    const char *value = getenv(name);
    dprintf(out, "env %s\n", value != NULL ? value : "-");
}

static void send_output(const char *file)
{
    out = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (out < 0)
        fail(file);
}

static void nap(void)
{
    mask(0);
    for (;;)
        pause();
}

static void be_traced(void)
{
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
        fail("ptrace");
}

static volatile sig_atomic_t handled;

static void handle(int number)
{
    (void)number;
    handled++;
}

// Unblocked, so that a traced process stops for it; blocked again after.
static void raise_unblocked(int number)
{
    mask(0);
    syscall(SYS_tgkill, getpid(), (pid_t)syscall(SYS_gettid), number);
    mask(UINT64_MAX);
}

static void *be_traced_thread(void *unused)
{
    be_traced();
    raise_unblocked(SIGSTOP);
    be_traced(); // it is not traced any more, so it can be again
    raise_unblocked(SIGUSR1);
    return unused;
}

static void trace_thread(void)
{
    pthread_t thread;
    handled = 0;
    signal(SIGUSR1, handle);
    if (pthread_create(&thread, NULL, be_traced_thread, NULL) != 0 ||
        pthread_join(thread, NULL) != 0 || handled != 1)
        fail("thread");
    dprintf(out, "thread done\n");
}

static void trace_in_turns(long turns)
{
    handled = 0;
    signal(SIGUSR1, handle);
    for (long turn = 0; turn < turns; turn++) {
        be_traced();
        raise_unblocked(turn % 2 ? SIGUSR1 : SIGSTOP);
    }
    if (handled != turns / 2)
        fail("turns");
}

// As a debugger: each stop must come to us and to nobody else.
static void debug(void)
{
    const int stops[] = {SIGSTOP, SIGTRAP};
    int status;
    pid_t child = fork();
    if (child == 0) {
        be_traced();
        raise_unblocked(SIGSTOP);
        mask(0);
        execl("/proc/self/exe", "init_app", "exit", "5", (char *)NULL);
        _exit(98);
    }
    for (unsigned i = 0; i < sizeof stops / sizeof stops[0]; i++)
        if (waitpid(child, &status, 0) != child || !WIFSTOPPED(status) ||
            WSTOPSIG(status) != stops[i] || ptrace(PTRACE_CONT, child, NULL, NULL) < 0)
            fail("debug");
    if (waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 5)
        fail("debug");
}

static int act_alone(const char *action)
{
    if (strcmp(action, "ready") == 0) {
        dprintf(out, "ready %d\n", (int)getpid());
    } else if (strcmp(action, "report") == 0) {
        report();
    } else if (strcmp(action, "stop") == 0) {
        kill(getpid(), SIGSTOP);
    } else if (strcmp(action, "drain") == 0) {
        drain();
    } else if (strcmp(action, "nap") == 0) {
        nap();
    } else if (strcmp(action, "traced") == 0) {
        be_traced();
    } else if (strcmp(action, "thread") == 0) {
        trace_thread();
    } else if (strcmp(action, "debug") == 0) {
        debug();
    } else {
        return 0;
    }
    return 1;
}

static int act_with_number(const char *action, long number)
{
    if (strcmp(action, "listen") == 0) {
        listen_until(number);
    } else if (strcmp(action, "ignore") == 0) {
        dispose(number, SIG_IGN);
        mask(UINT64_MAX & ~bit(number));
    } else if (strcmp(action, "orphans") == 0) {
        while (number-- > 0)
            orphan();
    } else if (strcmp(action, "crowd") == 0) {
        crowd(number);
    } else if (strcmp(action, "lapse") == 0) {
        poll(NULL, 0, (int)number);
    } else if (strcmp(action, "exit") == 0) {
        _exit((int)number);
    } else if (strcmp(action, "die") == 0) {
        die(number);
    } else if (strcmp(action, "user") == 0) {
        if (setuid((uid_t)number) < 0)
            fail("user");
    } else if (strcmp(action, "raise") == 0) {
        raise_unblocked((int)number);
    } else if (strcmp(action, "turns") == 0) {
        trace_in_turns(number);
    } else {
        return 0;
    }
    return 1;
}

static int act_with_name(const char *action, const char *name)
{
    if (strcmp(action, "to") == 0)
        send_output(name);
    else if (strcmp(action, "env") == 0)
        print_variable(name);
    else if (strcmp(action, "envdump") == 0)
        dump_environment(name);
    else if (strcmp(action, "wait") == 0)
        wait_for(name);
    else
        return 0;
    return 1;
}

int main(int argc, char **argv)
{
    uint64_t every = UINT64_MAX;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &every, &given, SET_SIZE);
    for (int i = 1; i < argc; i++) {
        int left = argc - i - 1;
        if (strcmp(argv[i], "child") == 0) {
            i = start_child(argc, argv, i);
        } else if (strcmp(argv[i], "end") == 0) {
            _exit(0);
        } else if (strcmp(argv[i], "exec") == 0) {
            argv[i] = argv[0];
            mask(0);
            execv("/proc/self/exe", argv + i);
            fail("exec");
        } else if (left >= 2 && strcmp(argv[i], "count") == 0) {
            count(strtol(argv[i + 1], NULL, 10), strtol(argv[i + 2], NULL, 10));
            i += 2;
        } else if (!act_alone(argv[i])) {
            if (left < 1 || (!act_with_name(argv[i], argv[i + 1]) &&
                             !act_with_number(argv[i], strtol(argv[i + 1], NULL, 10))))
                fail(argv[i]);
            i++;
        }
    }
    return 0;
}
