// SPDX-License-Identifier: MIT
#include "base/text.h"
#include "cli/help.h"
#include "cli/print.h"
#include "verbs/verbs.h"

int verb_version(const struct call *call)
{
    init_release(call->inherited);
    struct text out = text_growing();
    help_version(&out);
    return print_text(&out);
}
