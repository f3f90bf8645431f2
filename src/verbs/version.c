// SPDX-License-Identifier: MIT
#include "base/text.h"
#include "cli/begin.h"
#include "cli/help.h"
#include "cli/print.h"
#include "init/init.h"
#include "spec/exitcode.h"
#include "verbs/verbs.h"

int verb_version(const struct call *call)
{
    init_release(call->inherited);
    struct options options;
    struct text out = text_growing();
    int code = EXITCODE_OK;
    if (!begin(call, VERB_VERSION, &options, &code))
        return code;
    help_version(&out);
    return print_text(&out);
}
