// SPDX-License-Identifier: MIT
// How every verb but a plain `health` asks Label Studio. One attempt is made in a forked child, so
// that its deadline is hard, a stop signal ends it at once and PID 1 never holds curl's memory;
// waiting is attempts with pauses between them. The app is asked in a second child beside it: a
// name look-up cannot be interrupted, and one after the other whichever is silent would use up the
// time of the other, and its timeout would be told as the other's.
#ifndef LABELGATE_PROBE_ATTEMPT_H
#define LABELGATE_PROBE_ATTEMPT_H

#include <stdbool.h>
#include <stdint.h>

#include "init/init.h"
#include "labelstudio/observation.h"
#include "labelstudio/request.h"
#include "labelstudio/trade.h"
#include "settings/settings.h"
#include "spec/reason.h"

enum attempt_kind {
    ATTEMPT_HEALTH,   // whoami and at the same time --app-url, if there is one: what `health` says
    ATTEMPT_WHOAMI,   // the app's token alone
    ATTEMPT_GIVEN,    // `secret`, another token, not (yet) the app's
    ATTEMPT_APP,      // --app-url alone
    ATTEMPT_UP,       // GET /health, which proves no token
    ATTEMPT_SWITCHES, // of the organization, read with the app's token
    ATTEMPT_TRADE,    // `secret`, a Personal Access Token, for the legacy token
    ATTEMPT_LOGIN,    // `user` and `secret`, a password, for the legacy token
};

struct attempt_plan {
    const struct init_inherited *inherited;
    // How to ask: attempt_plan_from fills these.
    const struct reach *reach;
    const struct token_settings *token;
    const struct applying *apply;
    const char *app_url;
    int64_t timeout_ms; // of one attempt
    enum say_level log;
    // What to ask
    enum attempt_kind kind;
    const char *user;
    struct span secret;
    int64_t until_ms; // attempt_once: duration_now() value of its end; 0: `timeout_ms` from now
};

// How an attempt ended. Written whole by the child into a pipe, so it holds no pointer.
struct attempt {
    struct finding finding; // REASON_OK: yes; REASON_STOPPED_WAITING: `signal` came
    struct seen seen;
    int signal;
    struct trade_switches switches;
    bool created, enabled; // see struct legacy
    struct secret token;   // the traded token; wiped by its owner
    // ATTEMPT_HEALTH: what --app-url answered; after REASON_WAIT_TIMEOUT what else is wrong.
    struct finding app;
    enum reason last; // after REASON_WAIT_TIMEOUT that of the last try, else REASON_OK
};

// A plan of ATTEMPT_HEALTH. Its parts are views of `settings`.
struct attempt_plan attempt_plan_from(const struct settings *settings,
                                      const struct init_inherited *inherited);
// The question with the token that the app has, to be over `timeout_ms` from now.
struct ask attempt_question(const struct reach *reach, const struct token_settings *token,
                            int64_t timeout_ms);

// The finding that decides: a refused token first, then the app, then what is unclear about Label
// Studio. `other`: what is wrong besides, or NULL.
const struct finding *attempt_verdict(const struct attempt *attempt, const struct finding **other);

// One attempt.
void attempt_once(const struct attempt_plan *plan, struct attempt *attempt);
// Attempts until yes, until a no that waiting cannot cure, or until `limit_ms` is over
// (REASON_WAIT_TIMEOUT, the last verdict named). Says what it waits for: on a terminal one line
// that is renewed, else one line per change of state.
void attempt_until(const struct attempt_plan *plan, int64_t limit_ms, struct attempt *attempt);

// Says which signal ended the question and returns its exit code (128 + n), for the verbs of
// people: a shell then sees what it sees of any program that was interrupted.
int attempt_stopped(enum say_level log, int signal_number);

#endif
