// SPDX-License-Identifier: MIT
#include <string.h>

#include "base/quote.h"
#include "base/say.h"
#include "base/text.h"
#include "cli/begin.h"
#include "cli/help.h"
#include "cli/options_parse.h"
#include "cli/print.h"
#include "init/init.h"
#include "spec/exitcode.h"
#include "verbs/verbs.h"

static bool add_page(const char *word, struct text *out)
{
    if (strcmp(word, "reasons") == 0) {
        help_reasons(out);
        return true;
    }
    enum verb verb = verb_find(word);
    if (verb == VERB_NONE || verb_row(verb)->hidden)
        return false;
    help_verb(verb, out);
    return true;
}

int verb_help(const struct call *call)
{
    init_release(call->inherited);
    struct options options;
    struct text out = text_growing();
    int code = EXITCODE_OK;
    if (!begin(call, VERB_HELP, &options, &code))
        return code;
    const char *word = call->argv[options.first];
    if (word == NULL) {
        help_overview(&out);
    } else if (!add_page(word, &out)) {
        char shown[QUOTED];
        say(SAY_WARN, SAY_ERROR, "there is no help on %s [usage]", quote(word, shown));
        say(SAY_WARN, SAY_ERROR, "to do: labelgate help");
        text_free(&out);
        return EXITCODE_USAGE;
    }
    return print_text(&out);
}
