// SPDX-License-Identifier: MIT
// The resident process: `run` replaces itself with it once the app has started (init/init.h).
#include "init/init.h"
#include "verbs/verbs.h"

int verb_init(const struct call *call)
{
    return init_resident(call->argc, call->argv);
}
