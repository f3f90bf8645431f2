// SPDX-License-Identifier: MIT
// Gives a program a world to start in, then becomes it.
//
//     init_world [OPTION [ARGUMENT]]... -- CMD [ARG]...
//
//     --mask HEX      its signal mask, with the kernel's call: bit n - 1 for signal n
//     --ignore N      signal N ignored
//     --close N       descriptor N closed
//     --open N        descriptor N open on /dev/null
//     --files N       RLIMIT_NOFILE, soft and hard
//     --pending N     RLIMIT_SIGPENDING: so many signals may wait in this user's queues
//     --size N        RLIMIT_FSIZE: so large may a file grow
//     --listener      LISTEN_PID names this process, which CMD will be
//     --named NAME    the variable NAME names this process, which CMD will be
//     --deny NR       the system call NR answers ENOSYS
//     --refuse NR     the system call NR answers EPERM
//     --raw ENTRY     its environment is made of the ENTRYs alone, as they are
//     --reaper        orphans below it come to this process, which CMD will be
//     --leader        a session of its own, without a terminal
//     --terminal      a session of its own, with standard input as its terminal, as an engine makes
//     it with -t
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "seccomp.h"

#define SET_SIZE 8
#define ENTRIES 64
#define NAMED 8

extern char **environ;
static char *entries[ENTRIES + 1];
static int entry_count;
static const char *named[NAMED];
static int named_count;
static int terminal;
static int shelter;
static int parent;
static int reaps;

static void fail(const char *what)
{
    dprintf(STDERR_FILENO, "init_world: %s: %s\n", what, strerror(errno));
    _exit(98);
}

static long dispose(int number, void (*handler)(int))
{
    struct {
        void (*handler)(int);
        unsigned long rest[7];
    } action = {.handler = handler};
    return syscall(SYS_rt_sigaction, number, &action, NULL, SET_SIZE);
}

static void ignore(int number)
{
    if (dispose(number, SIG_IGN) < 0)
        fail("ignore");
}

// glibc's posix_spawn, by which make starts us, leaves signal 32 ignored, and a shell INT and QUIT
// of a background job. KILL and STOP cannot be set, which is no matter.
static void forget_dispositions(void)
{
    for (int number = 1; number <= 64; number++)
        dispose(number, SIG_DFL);
}

static void open_null(int number)
{
    int fd = open("/dev/null", O_RDWR);
    if (fd < 0 || dup2(fd, number) < 0)
        fail("open");
    if (fd != number)
        close(fd);
}

static const struct rlimit *limit_of(const char *argument)
{
    static struct rlimit limit;
    limit.rlim_cur = limit.rlim_max = strtoull(argument, NULL, 10);
    return &limit;
}

static void must(int result, const char *what)
{
    if (result < 0)
        fail(what);
}

static void deny(unsigned number, uint32_t error)
{
    const uint32_t answer = 0x00050000 | error, allow = 0x7fff0000;
    struct filter_step steps[] = {
        {0x20, 0, 0, 0},      // load the system call's number
        {0x15, 0, 1, number}, // equal: the next step, else the one after it
        {0x06, 0, 0, answer},
        {0x06, 0, 0, allow},
    };
    struct filter_program program = {sizeof steps / sizeof steps[0], steps};
    const int mode_filter = 2;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
        prctl(PR_SET_SECCOMP, mode_filter, &program) < 0)
        fail("seccomp");
}

static void name_us(const char *variable)
{
    char number[32];
    snprintf(number, sizeof number, "%d", (int)getpid());
    if (setenv(variable, number, 1) < 0)
        fail(variable);
}

static void add_entry(char *entry)
{
    if (entry_count == ENTRIES)
        fail("too many entries");
    entries[entry_count++] = entry;
}

static void take_terminal(void)
{
    if ((getsid(0) != getpid() && setsid() < 0) || ioctl(STDIN_FILENO, TIOCSCTTY, 0) < 0)
        fail("terminal");
}

static void every_signal_blocked(void)
{
    uint64_t every = UINT64_MAX;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &every, NULL, SET_SIZE);
}

// Goes on in the child.
static void take_shelter(void)
{
    int status;
    every_signal_blocked(); // TTOU among them: the child moves the foreground
    pid_t child = fork();
    if (child < 0)
        fail("fork");
    if (child == 0) {
        if (shelter && (setpgid(0, 0) < 0 || (terminal && tcsetpgrp(STDIN_FILENO, getpid()) < 0)))
            fail("shelter");
        return;
    }
    // Standard output ends when CMD's side of it does.
    for (int fd = 0; fd < 1024; fd++)
        close(fd);
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            _exit(97);
    _exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}

// True when the option was one without an argument.
static int alone(const char *option)
{
    if (strcmp(option, "--listener") == 0)
        named[named_count++ % NAMED] = "LISTEN_PID";
    else if (strcmp(option, "--reaper") == 0)
        reaps = 1;
    else if (strcmp(option, "--leader") == 0)
        setsid();
    else if (strcmp(option, "--terminal") == 0)
        terminal = 1;
    else if (strcmp(option, "--shelter") == 0)
        shelter = parent = 1;
    else if (strcmp(option, "--parent") == 0)
        parent = 1;
    else
        return 0;
    return 1;
}

static void with_argument(const char *option, char *argument, uint64_t *mask)
{
    if (strcmp(option, "--mask") == 0)
        *mask = strtoull(argument, NULL, 16);
    else if (strcmp(option, "--ignore") == 0)
        ignore((int)strtol(argument, NULL, 10));
    else if (strcmp(option, "--close") == 0)
        close((int)strtol(argument, NULL, 10));
    else if (strcmp(option, "--open") == 0)
        open_null((int)strtol(argument, NULL, 10));
    else if (strcmp(option, "--files") == 0)
        must(setrlimit(RLIMIT_NOFILE, limit_of(argument)), "files");
    else if (strcmp(option, "--pending") == 0)
        must(setrlimit(RLIMIT_SIGPENDING, limit_of(argument)), "pending");
    else if (strcmp(option, "--size") == 0)
        must(setrlimit(RLIMIT_FSIZE, limit_of(argument)), "size");
    else if (strcmp(option, "--deny") == 0)
        deny((unsigned)strtoul(argument, NULL, 10), ENOSYS);
    else if (strcmp(option, "--refuse") == 0)
        deny((unsigned)strtoul(argument, NULL, 10), EPERM);
    else if (strcmp(option, "--named") == 0)
        named[named_count++ % NAMED] = argument;
    else if (strcmp(option, "--raw") == 0)
        add_entry(argument);
    else
        fail(option);
}

int main(int argc, char **argv)
{
    uint64_t mask = 0;
    int i = 1;
    forget_dispositions();
    for (; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (!alone(argv[i])) {
            if (i + 1 >= argc)
                fail(argv[i]);
            with_argument(argv[i], argv[i + 1], &mask);
            i++;
        }
    if (i + 1 >= argc)
        fail("the command is missing");
    if (terminal)
        take_terminal();
    if (parent)
        take_shelter();
    if (reaps && prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
        fail("reaper");
    for (int at = 0; at < named_count && at < NAMED; at++)
        name_us(named[at]);
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, SET_SIZE);
    execve(argv[i + 1], argv + i + 1, entry_count > 0 ? entries : environ);
    fail(argv[i + 1]);
}
