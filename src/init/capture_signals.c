// SPDX-License-Identifier: MIT
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>

#include "base/duration.h"
#include "base/text.h"
#include "init/init.h"
#include "init/kernel_signals.h"
#include "init/watch.h"

void init_capture_signals(struct init_inherited *inherited)
{
    inherited->mask = 0;
    bool blocked = signals_mask(SIG_SETMASK, SIGNALS_EVERY, &inherited->mask);
    inherited->mask_error = blocked ? 0 : errno;
    inherited->children_ignored = signals_unignore_children();
    inherited->core_known = getrlimit(RLIMIT_CORE, &inherited->core_limit) == 0;
    if (!inherited->core_known)
        return;
    // One byte, not zero: no core file is that small, and a core that is piped to a program (a "|"
    // in core_pattern) obeys no other limit (Linux, fs/coredump.c).
    struct rlimit none = inherited->core_limit;
    none.rlim_cur = none.rlim_max > 0 ? 1 : 0;
    // Not setrlimit: musl's brings a call to every thread, for kernels without prlimit (2.6.36).
    prlimit(0, RLIMIT_CORE, &none, NULL);
}

static bool is_missing(const char *what, int error, struct finding *finding)
{
    char detail[FINDING_SLOT];
    text_print(detail, sizeof detail, "%s: %s%s", what, strerror(error),
               error == EPERM || error == ENOSYS
                   ? "; a seccomp profile or the kernel denies it, and a PID 1 cannot do without"
                   : "");
    finding_set(finding, REASON_START_FAILED, NULL, NULL, detail);
    return false;
}

bool init_check(const struct init_inherited *inherited, struct finding *finding)
{
    if (inherited->mask_error != 0)
        return is_missing("signals cannot be blocked (rt_sigprocmask)", inherited->mask_error,
                          finding);
    if (!signals_can_wait())
        return is_missing("signals cannot be waited for (rt_sigtimedwait)", errno, finding);
    if (!reap_strays())
        return is_missing("children cannot be reaped (wait4)", errno, finding);
    if (!duration_has_clock())
        return is_missing("the clock cannot be read (clock_gettime)", errno, finding);
    return true;
}

void init_hold_file_limit(struct init_inherited *inherited)
{
    inherited->mask |= signals_bit(SIGXFSZ);
}

void init_release(const struct init_inherited *inherited)
{
    if (inherited->children_ignored)
        signals_ignore_children();
    signals_mask(SIG_SETMASK, inherited->mask, NULL);
}
