// SPDX-License-Identifier: MIT
// Linked into the coverage build alone (-Wl,--wrap): gcov's runtime writes its counters at exit(),
// which a forked child, the deadline and the resident process never reach. Each way out writes them
// first, and src/ need not know. Raw calls that bypass the libc are not seen.
#include <unistd.h>

void __gcov_dump(void);
void __gcov_reset(void);
void said_settle(void) __attribute__((weak)); // of said.c, which unit programs and helpers lack

_Noreturn void __real__exit(int code);
_Noreturn void __real__Exit(int code);
int __real_execve(const char *path, char *const argv[], char *const envp[]);
int __real_fexecve(int fd, char *const argv[], char *const envp[]);

_Noreturn void __wrap__exit(int code);
_Noreturn void __wrap__Exit(int code);
int __wrap_execve(const char *path, char *const argv[], char *const envp[]);
int __wrap_fexecve(int fd, char *const argv[], char *const envp[]);

static void dump(void)
{
    if (said_settle)
        said_settle();
    __gcov_dump();
}

_Noreturn void __wrap__exit(int code)
{
    dump();
    __real__exit(code);
}

_Noreturn void __wrap__Exit(int code)
{
    dump();
    __real__Exit(code);
}

// An exec that fails comes back: what was written is not to be counted twice.
int __wrap_execve(const char *path, char *const argv[], char *const envp[])
{
    dump();
    __gcov_reset();
    return __real_execve(path, argv, envp);
}

int __wrap_fexecve(int fd, char *const argv[], char *const envp[])
{
    dump();
    __gcov_reset();
    return __real_fexecve(fd, argv, envp);
}
