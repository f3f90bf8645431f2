// SPDX-License-Identifier: MIT
#include "cli/report.h"

#include "base/text.h"

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
