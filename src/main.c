// SPDX-License-Identifier: MIT
// The door: finds the verb, calls it, returns its code.
#include <string.h>
#include <unistd.h>

#include "base/quote.h"
#include "base/redact.h"
#include "base/say.h"
#include "base/span.h"
#include "base/stack.h"
#include "base/text.h"
#include "cli/health_output.h"
#include "cli/options_parse.h"
#include "cli/page.h"
#include "cli/print.h"
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

// What was meant as a health check and cannot be one ends with 1, since Docker reserves 2, and says
// so on standard output, which alone reaches `docker inspect`.
static int no_health(const char *shown, const char *why)
{
    char line[512];
    struct text text = text_over(line, sizeof line);
    text_add(&text, "unhealthy [usage]: %s%s; write [\"CMD\", \"/labelgate\", \"health\"]\n", shown,
             why);
    return say_result(text.bytes, text.len) ? EXITCODE_NO : print_failed();
}

static bool has_word(int argc, char *const *argv, const char *word)
{
    for (int i = 2; i < argc; i++)
        if (span_is(span_of(argv[i]), word))
            return true;
    return false;
}

static int no_verb(int argc, char *const *argv)
{
    char shown[QUOTED];
    // ["CMD-SHELL", "/labelgate", "health"] runs sh -c /labelgate: the list's other words are the
    // shell's own arguments. Neither PID 1 nor who sits at a terminal is a health check.
    if (argc < 2 && getpid() != 1 && !page_on_terminal(NULL))
        return no_health("",
                         "labelgate was called without a verb (labelgate help lists them); as a "
                         "health check: CMD-SHELL takes one string and drops the words after "
                         "it");
    if (argc > 1 && span_starts(span_of(argv[1]), "health")) {
        char line[128];
        struct text text = text_over(line, sizeof line);
        text_add(&text, "\"");
        text_add_visible(&text, span_of(argv[1]), 80);
        text_add(&text, "\"");
        return no_health(line,
                         " is one word to the JSON form of HEALTHCHECK, which is not run by a "
                         "shell");
    }
    if (has_word(argc, argv, "health"))
        return no_health(quote(argv[1], shown), " is not a verb, and the verb comes first");
    if (argc > 1)
        say(SAY_WARN, SAY_ERROR, "%s is not a verb of labelgate [usage]", quote(argv[1], shown));
    else
        say(SAY_WARN, SAY_ERROR, "a verb is missing [usage]");
    say(SAY_WARN, SAY_ERROR, "to do: labelgate help");
    return EXITCODE_USAGE;
}

static int no_memory(enum verb verb, bool json)
{
    struct finding finding = {0};
    struct verdict verdict = {.finding = &finding};
    const struct verdict_facts facts = {0};
    char bytes[2048];
    struct text text = text_over(bytes, sizeof bytes);
    redact_clear();
    finding_set(&finding, REASON_START_FAILED, "the settings", NULL, "memory ran out");
    if (verb == VERB_HEALTH) {
        json ? verdict_json(&verdict, &facts, &text) : verdict_lines(&verdict, &text);
        (void)say_result(text.bytes, text.len);
    } else {
        report_refusal(SAY_WARN, &finding);
    }
    return verb == VERB_RUN ? EXITCODE_REFUSED : EXITCODE_NO;
}

static bool put(int fd, const char *const *pieces)
{
    for (; *pieces != NULL; pieces++) {
        size_t len = strlen(*pieces);
        if (write(fd, *pieces, len) != (ssize_t)len)
            return false;
    }
    return true;
}

// All that is said elsewhere takes more of the stack than there may be: only words of our own, as
// they are in the table.
static int no_stack(enum verb verb, bool json)
{
    const char *sentence = reason_sentence_template(REASON_START_FAILED_STACK);
    const char *remedy = reason_remedy_template(REASON_START_FAILED_STACK);
    const char *word = reason_word(REASON_START_FAILED_STACK);
    const char *const line[] = {"labelgate: ",        sentence, " [", word, "]\n",
                                "labelgate: to do: ", remedy,   "\n", NULL};
    const char *const verdict[] = {"unhealthy [", word,   "]: ", sentence,
                                   "\nto do: ",   remedy, "\n",  NULL};
    const char *const object[] = {"{\"healthy\":false,\"reason\":\"",
                                  word,
                                  "\",\"class\":\"local\",\"sentence\":\"",
                                  sentence,
                                  "\",\"remedy\":\"",
                                  remedy,
                                  "\",\"note\":null,\"url\":null,",
                                  "\"token\":{\"variable\":null,\"source\":null,\"kind\":null},",
                                  "\"label_studio\":{\"version\":null,\"user_id\":null}}\n",
                                  NULL};
    if (verb != VERB_HEALTH)
        put(STDERR_FILENO, line);
    else
        put(STDOUT_FILENO, json ? object : verdict);
    return verb == VERB_RUN ? EXITCODE_REFUSED : EXITCODE_NO;
}

// The resident process goes on whatever there is: it has next to no environment.
static bool has_stack(enum verb verb)
{
    switch (verb) {
    case VERB_INIT:
        return true;
    case VERB_HEALTH:
    case VERB_CHECK:
    case VERB_TOKEN:
    case VERB_VERIFY:
        return stack_left() >= STACK_TO_ASK;
    default:
        return stack_left() >= STACK_LEAST;
    }
}

int main(int argc, char **argv, char **envp)
{
    struct init_inherited inherited;
    init_capture_signals(&inherited);
    enum verb verb = argc > 1 ? verb_find(argv[1]) : VERB_NONE;
    if (!has_stack(verb))
        return no_stack(verb, has_word(argc, argv, "--json"));

    bool redacted = settings_redact_environment(argc, argv, envp);
    if (verb != VERB_RUN && verb != VERB_INIT) {
        descriptors_fill();
        init_hold_file_limit(&inherited);
    }
    // Nothing may be said as long as what must not be said is not known.
    if (!redacted)
        return no_memory(verb, has_word(argc, argv, "--json"));
    if (verb == VERB_NONE || verbs[verb] == NULL)
        return no_verb(argc, argv);

    struct call call = {argc, argv, envp, &inherited};
    int code = verbs[verb](&call);
    redact_clear();
    return code;
}
