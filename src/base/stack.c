// SPDX-License-Identifier: MIT
#include "base/stack.h"

#include <stdint.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/resource.h>

size_t stack_left(void)
{
    struct rlimit limit;
    // The program's name is the last string on the stack.
    uintptr_t last = getauxval(AT_EXECFN), here = (uintptr_t)__builtin_frame_address(0);
    if (last < here || getrlimit(RLIMIT_STACK, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return SIZE_MAX;
    // The kernel counts whole pages at both ends.
    size_t used = last - here + strlen((const char *)last) + 2 * getauxval(AT_PAGESZ);
    return limit.rlim_cur > used ? (size_t)limit.rlim_cur - used : 0;
}
