// SPDX-License-Identifier: MIT
#include <string.h>

#include "base/exitcode.h"
#include "base/quote.h"
#include "base/say.h"
#include "base/text.h"
#include "cli/help.h"
#include "cli/options_parse.h"
#include "cli/print.h"
#include "verbs/verbs.h"

// The pages that are no verb's.
static const struct {
    const char *word;
    void (*print)(struct text *out);
} pages[] = {
    {"reasons", help_reasons},
    {"manual", help_manual},
    {"bash-completion", help_completion_bash},
    {"zsh-completion", help_completion_zsh},
};

static bool add_page(const char *word, struct text *out)
{
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
        if (strcmp(word, pages[i].word) == 0) {
            pages[i].print(out);
            return true;
        }
    }
    enum verb verb = verb_find(word);
    if (verb == VERB_NONE)
        return false;
    help_verb(verb, out);
    return true;
}

int verb_help(const struct call *call)
{
    init_release(call->inherited);
    struct text out = text_growing();
    if (call->argc <= 2) {
        help_overview(&out);
    } else if (!add_page(call->argv[2], &out)) {
        char shown[QUOTED];
        say(SAY_WARN, SAY_ERROR, "there is no help on %s [usage]", quote(call->argv[2], shown));
        say(SAY_WARN, SAY_ERROR, "to do: labelgate help");
        text_free(&out);
        return EXITCODE_USAGE;
    }
    return print_text(&out);
}
