// SPDX-License-Identifier: MIT
#include <signal.h>
#include <stddef.h>

#include "init/init.h"
#include "init/signals.h"

void init_hold(struct init_inherited *inherited)
{
    signals_mask(SIG_SETMASK, SIGNALS_EVERY, &inherited->mask);
    inherited->children_ignored = signals_heed_children();
    inherited->core_known = getrlimit(RLIMIT_CORE, &inherited->core_limit) == 0;
    if (!inherited->core_known)
        return;
    // One byte, not zero: no core file is that small, and a core that is piped to a program (a "|"
    // in core_pattern) heeds no other limit (Linux, fs/coredump.c).
    struct rlimit none = inherited->core_limit;
    none.rlim_cur = none.rlim_max > 0 ? 1 : 0;
    // Not setrlimit: musl's brings a call to every thread, for kernels without prlimit (2.6.36).
    prlimit(0, RLIMIT_CORE, &none, NULL);
}

void init_release(const struct init_inherited *inherited)
{
    if (inherited->children_ignored)
        signals_ignore_children();
    signals_mask(SIG_SETMASK, inherited->mask, NULL);
}
