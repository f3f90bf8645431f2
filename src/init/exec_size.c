// SPDX-License-Identifier: MIT
// Whether execve can pass these strings on (bprm_stack_limits and copy_strings in fs/exec.c of the
// kernel).
#include <limits.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "init/init.h"

// MAX_ARG_STRLEN, with the NUL.
#define STRING_PAGES 32
// ARG_MAX, which is there with any stack, and three quarters of _STK_LIM, which no stack exceeds.
#define TOTAL_MIN ((size_t)128 * 1024)
#define TOTAL_MAX ((size_t)6 * 1024 * 1024)

static size_t total_max(void)
{
    struct rlimit stack;
    if (getrlimit(RLIMIT_STACK, &stack) < 0 || stack.rlim_cur == RLIM_INFINITY ||
        stack.rlim_cur / 4 > TOTAL_MAX)
        return TOTAL_MAX;
    return stack.rlim_cur / 4 < TOTAL_MIN ? TOTAL_MIN : (size_t)(stack.rlim_cur / 4);
}

struct list_size {
    size_t count;
    size_t bytes; // with every NUL
    size_t longest;
    size_t longest_len;
};

static struct list_size measure_list(char *const *list)
{
    struct list_size size = {0};
    for (; list != NULL && list[size.count] != NULL; size.count++) {
        size_t len = strlen(list[size.count]);
        size.bytes += len + 1;
        if (len > size.longest_len) {
            size.longest = size.count;
            size.longest_len = len;
        }
    }
    return size;
}

struct init_size init_measure(const char *program, char *const *argv, char *const *env)
{
    const struct list_size variables = measure_list(env);
    const struct list_size arguments = measure_list(argv);
    size_t string_max = STRING_PAGES * (size_t)sysconf(_SC_PAGESIZE) - 1;
    if (variables.longest_len > string_max)
        return (struct init_size){INIT_LONG_VARIABLE, variables.longest, variables.longest_len,
                                  string_max};
    if (arguments.longest_len > string_max)
        return (struct init_size){INIT_LONG_ARGUMENT, arguments.longest, arguments.longest_len,
                                  string_max};

    size_t pointers = variables.count + (arguments.count > 0 ? arguments.count : 1);
    size_t all = variables.bytes + arguments.bytes + pointers * sizeof(char *);
    all += program != NULL ? strlen(program) + 1 : 0;
    return (struct init_size){all > total_max() ? INIT_TOO_MUCH : INIT_FITS, variables.longest, all,
                              total_max()};
}
