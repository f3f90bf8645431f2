// SPDX-License-Identifier: MIT
// The door: finds the verb, calls it, returns its code.
#include <stddef.h>

#include "base/quote.h"
#include "base/redact.h"
#include "base/say.h"
#include "base/span.h"
#include "base/text.h"
#include "cli/options_parse.h"
#include "cli/print.h"
#include "cli/report.h"
#include "init/init.h"
#include "settings/settings.h"
#include "spec/exitcode.h"
#include "verbs/verbs.h"

static int (*const verbs[VERB_COUNT])(const struct call *) = {
    [VERB_RUN] = verb_run,         [VERB_HEALTH] = verb_health, [VERB_CHECK] = verb_check,
    [VERB_TOKEN] = verb_token,     [VERB_VERIFY] = verb_verify, [VERB_OVERRIDE] = verb_override,
    [VERB_INSTALL] = verb_install, [VERB_HELP] = verb_help,     [VERB_VERSION] = verb_version,
    [VERB_INIT] = verb_init,
};

// A whole command line in one word, as ["CMD", "/labelgate", "health || exit 1"] makes it, was
// meant as a health check: its code must be 1, since Docker reserves 2, and only standard output
// reaches `docker inspect`.
static int meant_as_health(const char *word)
{
    char line[256];
    struct text text = text_over(line, sizeof line);
    text_add(&text, "unhealthy [usage]: \"");
    text_add_visible(&text, span_of(word), 80);
    text_add(&text, "\" is one word to the JSON form of HEALTHCHECK, which is not run by a shell; "
                    "write [\"CMD\", \"/labelgate\", \"health\"]\n");
    return say_result(text.bytes, text.len) ? EXITCODE_NO : print_failed();
}

static int no_verb(int argc, char *const *argv)
{
    if (argc > 1 && span_starts(span_of(argv[1]), "health"))
        return meant_as_health(argv[1]);
    char shown[QUOTED];
    if (argc > 1)
        say(SAY_WARN, SAY_ERROR, "%s is not a verb of labelgate [usage]", quote(argv[1], shown));
    else
        say(SAY_WARN, SAY_ERROR, "a verb is missing [usage]");
    say(SAY_WARN, SAY_ERROR, "to do: labelgate help");
    return EXITCODE_USAGE;
}

static int no_memory(enum verb verb)
{
    struct finding finding = {0};
    redact_clear();
    finding_set(&finding, REASON_START_FAILED, "the settings", NULL, "memory ran out");
    report_refusal(SAY_WARN, &finding);
    return verb == VERB_RUN ? EXITCODE_REFUSED : EXITCODE_NO;
}

int main(int argc, char **argv, char **envp)
{
    struct init_inherited inherited;
    init_capture_signals(&inherited);

    bool redacted = settings_redact_environment(argc, argv, envp);
    enum verb verb = argc > 1 ? verb_find(argv[1]) : VERB_NONE;
    if (verb != VERB_RUN && verb != VERB_INIT)
        descriptors_fill();
    // Nothing may be said as long as what must not be said is not known.
    if (!redacted)
        return no_memory(verb);
    if (verb == VERB_NONE || verbs[verb] == NULL)
        return no_verb(argc, argv);

    struct call call = {argc, argv, envp, &inherited};
    int code = verbs[verb](&call);
    redact_clear();
    return code;
}
