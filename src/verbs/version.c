// SPDX-License-Identifier: MIT
#include "base/exitcode.h"
#include "base/say.h"
#include "base/text.h"
#include "cli/help.h"
#include "verbs/verbs.h"

int verb_version(const struct call *call)
{
    init_release(call->inherited);
    struct text out = text_growing();
    help_version(&out);
    bool written = !out.cut && say_result(out.bytes, out.len);
    text_free(&out);
    return written ? EXITCODE_OK : EXITCODE_NO;
}
