// SPDX-License-Identifier: MIT
#include "cli/print.h"

#include "base/say.h"
#include "cli/help.h"
#include "spec/exitcode.h"

void report_refusal(enum say_level most, const struct finding *finding)
{
    char bytes[SAY_LINE];
    struct text sentence = text_over(bytes, sizeof bytes);
    finding_add_sentence(finding, &sentence);
    say(most, SAY_ERROR, "%s [%s]", bytes, reason_word(finding->reason));

    struct text remedy = text_over(bytes, sizeof bytes);
    finding_add_remedy(finding, &remedy);
    if (remedy.len > 0)
        say(most, SAY_ERROR, "to do: %s", bytes);
}

void report_warning(enum say_level most, const struct finding *finding)
{
    say(most, SAY_WARN, "%s", finding->detail);
}

int print_failed(void)
{
    struct finding finding = {0};
    finding_set(&finding, REASON_OUTPUT_FAILED, NULL, NULL, NULL);
    report_refusal(SAY_WARN, &finding);
    return EXITCODE_NO;
}

int print_text(struct text *out)
{
    bool whole = !out->cut, written = whole && say_result(out->bytes, out->len);
    text_free(out);
    if (written)
        return EXITCODE_OK;
    if (whole)
        return print_failed();
    struct finding finding = {0};
    finding_set(&finding, REASON_START_FAILED, NULL, NULL, "memory ran out");
    report_refusal(SAY_WARN, &finding);
    return EXITCODE_NO;
}

int print_help(enum verb verb)
{
    struct text out = text_growing();
    help_verb(verb, &out);
    return print_text(&out);
}
