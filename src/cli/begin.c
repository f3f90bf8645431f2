// SPDX-License-Identifier: MIT
#include "cli/begin.h"

#include "cli/options_parse.h"
#include "cli/print.h"
#include "spec/exitcode.h"

bool begin(const struct call *call, enum verb verb, struct options *options, int *code)
{
    struct finding finding = {0};
    if (!options_parse(options, verb, call->argc, call->argv, 2, &finding)) {
        report_refusal(SAY_WARN, &finding);
        *code = finding.reason == REASON_START_FAILED ? EXITCODE_NO : EXITCODE_USAGE;
        return false;
    }
    if (options->help)
        *code = print_help(verb);
    return !options->help;
}

int begin_refuse(enum verb verb, const char *why)
{
    struct finding finding = {0};
    finding_set(&finding, REASON_USAGE, verb_row(verb)->name, NULL, why);
    report_refusal(SAY_WARN, &finding);
    return EXITCODE_USAGE;
}
