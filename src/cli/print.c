// SPDX-License-Identifier: MIT
#include "cli/print.h"

#include "base/say.h"
#include "cli/help.h"
#include "cli/report.h"
#include "spec/exitcode.h"

int print_failed(void)
{
    struct finding finding = {0};
    finding_set(&finding, REASON_OUTPUT_FAILED, NULL, NULL, NULL);
    report_refusal(SAY_WARN, &finding);
    return EXITCODE_NO;
}

int print_text(struct text *out)
{
    bool written = !out->cut && say_result(out->bytes, out->len);
    text_free(out);
    return written ? EXITCODE_OK : print_failed();
}

int print_help(enum verb verb)
{
    struct text out = text_growing();
    help_verb(verb, &out);
    return print_text(&out);
}
