// SPDX-License-Identifier: MIT
// Inside of the verb `check`: what it found out, and the two ways to tell it.
#ifndef LABELGATE_VERBS_CHECK_H
#define LABELGATE_VERBS_CHECK_H

#include <stdbool.h>

#include "base/text.h"
#include "init/init.h"
#include "labelstudio/observation.h"
#include "labelstudio/trade.h"
#include "probe/attempt.h"
#include "probe/started.h"
#include "settings/settings.h"

// The three ways out of a wrong token, and a URL to fix: no diagnosis has more steps than this.
#define CHECK_STEPS 8
// Each refusal of the settings, and what was found beside them.
#define CHECK_FAULTS (SETTINGS_FINDINGS + 6)

struct diagnosis {
    const struct settings *settings;
    const struct envlist *environment;
    bool in_pod;       // KUBERNETES_SERVICE_HOST is set
    bool in_container; // we run inside one: commands are shown with its real name
    const struct started *started;
    bool has_token;
    bool same_as_running;                   // only where `started` was found
    struct finding run;                     // REASON_OK: `run` would start the app
    struct finding reach;                   // what is known, without asking, of the way there
    bool asked;                             // the network was used: /health was asked
    bool token_asked;                       // and whoami: there is a token worth asking about
    const struct init_inherited *inherited; // while it is
    int signal;                             // a stop signal came meanwhile
    struct attempt attempt;                 // the last one
    struct finding up;                      // GET /health
    struct finding server;                  // whoami, where `token_asked`
    struct finding app;                     // --app-url; REASON_OK when it was not asked
    struct seen seen;
    bool has_switches; // the answer to /api/jwt/settings was there to read
    struct trade_switches switches;
    struct finding health; // REASON_OK: `health` would be healthy, as far as is known
};

void check_print(const struct diagnosis *diagnosis, bool terminal, struct text *out);
void check_print_json(const struct diagnosis *diagnosis, struct text *out);

// May this variable's value be shown? Only an address and labelgate's own settings, and only when
// no other variable's assignment hides in it.
bool check_may_show(const struct settings *settings, const struct dotenv_var *var);
// A name that counts in the environment alone, with a value: `run` warns of it too.
bool check_is_ignored(const struct settings *settings, const struct dotenv_var *var);
// All that is wrong, each once: what refuses the launch, the way to Label Studio, its answers.
unsigned check_faults(const struct diagnosis *diagnosis,
                      const struct finding *faults[CHECK_FAULTS]);
// The findings that need a next step, each once: what refuses the launch first, then the health.
unsigned check_steps(const struct diagnosis *diagnosis, const struct finding *steps[CHECK_STEPS]);

#endif
