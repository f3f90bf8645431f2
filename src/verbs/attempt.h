// SPDX-License-Identifier: MIT
// Not a verb: what `run` and `health` share when Label Studio must say yes first. One attempt is
// made in a forked child, so that a stop signal ends it at once and PID 1 never holds curl's
// memory; waiting is attempts with pauses between them.
#ifndef LABELGATE_VERBS_ATTEMPT_H
#define LABELGATE_VERBS_ATTEMPT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/reason.h"
#include "env/settings.h"
#include "init/init.h"
#include "server/seen.h"
#include "server/trade.h"

struct attempt_plan {
    const struct init_inherited *inherited;
    const struct settings *settings; // how to ask, and the token
    bool trade;                      // trade it for the legacy token (run --jwt trade)
};

// How an attempt ended. Written whole by the child into a pipe, so it holds no pointer.
struct attempt {
    struct finding finding; // REASON_OK: yes; REASON_STOPPED_WAITING: `signal` came
    struct seen seen;
    int signal;
    bool created, enabled; // see struct legacy
    struct secret token;   // the traded token; wiped by its owner
};

// One attempt within the settings' --timeout.
void attempt_once(const struct attempt_plan *plan, struct attempt *attempt);
// Attempts until yes, until a no that waiting cannot cure, or until `limit_ms` is over
// (REASON_WAIT_TIMEOUT, the last verdict named). Says what it waits for: on a terminal one line
// that is renewed, else one line per change of state.
void attempt_until(const struct attempt_plan *plan, int64_t limit_ms, struct attempt *attempt);

#endif
