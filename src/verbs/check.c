// SPDX-License-Identifier: MIT
// The diagnosis for a person: everything that can be known, explained.
#include "verbs/check.h"

#include <string.h>

#include "base/container.h"
#include "base/say.h"
#include "cli/begin.h"
#include "cli/page.h"
#include "cli/print.h"
#include "net/headers.h"
#include "net/tls.h"
#include "net/url.h"
#include "spec/exitcode.h"
#include "verbs/launch_size.h"
#include "verbs/verbs.h"

// With the command unknown: what cannot be passed on without a single argument.
static void judge_launch_size(struct diagnosis *diagnosis)
{
    const struct settings *settings = diagnosis->settings;
    struct envlist app = {0};
    struct span token = settings->token.none ? span_of(NULL) : settings->token.used.text;
    if (settings_app_environment(settings, diagnosis->environment, token, &app))
        launch_size_fits(settings, diagnosis->environment, &app, NULL, NULL, &diagnosis->run);
    else
        finding_set(&diagnosis->run, REASON_START_FAILED, NULL, NULL, "memory ran out");
    envlist_free(&app);
}

// The findings of the settings in the contract's order, then what only the verbs can judge.
static void judge_run(struct diagnosis *diagnosis)
{
    const struct settings *settings = diagnosis->settings;
    finding_set(&diagnosis->run, REASON_OK, NULL, NULL, NULL);
    if (settings->refusal_count > 0)
        diagnosis->run = settings->refusals[0].finding;
    else if (!settings->token.none)
        settings_need_token(settings, &diagnosis->run);
    if (diagnosis->run.reason == REASON_OK)
        judge_launch_size(diagnosis);
}

// Django answers 400 to such a name whatever the token is: known without asking.
static bool has_underscore(const char *url, char host[URL_HOST])
{
    struct url parsed;
    char why[URL_WHY];
    if (url == NULL || !url_parse(url, false, &parsed, why))
        return false;
    memcpy(host, parsed.host, URL_HOST);
    return strchr(host, '_') != NULL;
}

// The files that a question needs.
static bool has_its_files(const struct settings *settings, struct finding *finding)
{
    struct header_file extra;
    if (!header_file_read(&extra, settings->reach.header_file, finding))
        return false;
    header_file_free(&extra);
    if (settings->reach.url == NULL || !span_starts(span_of(settings->reach.url), "https:"))
        return true;
    struct tls tls;
    bool readable = tls_open(&tls, settings->reach.ca_file, finding);
    tls_close(&tls);
    return readable;
}

// Where the file cannot be read, or the URL was refused, the missing URL is not a fault of its own.
static bool misses_url(const struct settings *settings)
{
    for (unsigned i = 0; i < settings->refusal_count; i++)
        if (settings->refusals[i].stage == STAGE_FILE)
            return false;
    return settings->reach.url == NULL && settings->origins[OPTION_URL].kind == ORIGIN_NONE &&
           !settings->offline;
}

// What `health` would say as far as it is known without asking.
static void judge_offline(struct diagnosis *diagnosis)
{
    const struct settings *settings = diagnosis->settings;
    struct finding *reach = &diagnosis->reach;
    char host[URL_HOST];
    finding_set(reach, REASON_OK, NULL, NULL, NULL);
    if (has_its_files(settings, reach) && misses_url(settings))
        settings_need_url(settings, reach);
    else if (reach->reason == REASON_OK && has_underscore(settings->reach.url, host))
        finding_set(reach, REASON_HOST_REJECTED_UNDERSCORE, settings->reach.url, NULL, host);
    diagnosis->health = diagnosis->run.reason != REASON_OK ? diagnosis->run : *reach;
}

// Each question has the whole --timeout, in a process of its own, since a name look-up knows no
// limit. False when a stop signal came.
static bool ask_in_child(struct diagnosis *diagnosis, enum attempt_kind kind)
{
    struct attempt_plan plan = attempt_plan_from(diagnosis->settings, diagnosis->inherited);
    plan.kind = kind;
    if (diagnosis->signal != 0)
        return false;
    attempt_once(&plan, &diagnosis->attempt);
    diagnosis->signal = diagnosis->attempt.signal;
    return diagnosis->signal == 0;
}

// Both switches can be read by any member whose token works; a traded or refused token tells
// nothing.
static void read_switches(struct diagnosis *diagnosis)
{
    const struct settings *settings = diagnosis->settings;
    if (!diagnosis->token_asked || diagnosis->server.reason != REASON_OK || settings->token.none ||
        settings->token.jwt != JWT_REJECT)
        return;
    if (!ask_in_child(diagnosis, ATTEMPT_SWITCHES))
        return;
    diagnosis->has_switches = diagnosis->attempt.finding.reason == REASON_OK;
    diagnosis->switches = diagnosis->attempt.switches;
}

// What `health` would say, where it would ask at all.
static void ask_health(struct diagnosis *diagnosis)
{
    const struct attempt *attempt = &diagnosis->attempt;
    bool would_ask = diagnosis->run.reason == REASON_OK;
    if (!ask_in_child(diagnosis, would_ask ? ATTEMPT_HEALTH : ATTEMPT_WHOAMI))
        return;
    diagnosis->server = attempt->finding;
    diagnosis->app = attempt->app;
    diagnosis->seen = attempt->seen;
    if (would_ask)
        diagnosis->health = *attempt_verdict(attempt, NULL);
}

// A JWT that would be refused at launch is still worth a question: the answer shows what the app
// would meet.
static bool is_worth_asking(const struct settings *settings)
{
    return settings->token.none ||
           (settings->token.used.text.len > 0 && settings->token.used.judged.kind < TOKEN_EMPTY);
}

// /health is asked whatever the token is: that Label Studio cannot be reached is a fault beside it.
static void ask_server(struct diagnosis *diagnosis)
{
    diagnosis->asked = true;
    if (ask_in_child(diagnosis, ATTEMPT_UP))
        diagnosis->up = diagnosis->attempt.finding;
    diagnosis->token_asked = is_worth_asking(diagnosis->settings);
    if (diagnosis->token_asked)
        ask_health(diagnosis);
    read_switches(diagnosis);
}

static void diagnose(struct diagnosis *diagnosis)
{
    const struct settings *settings = diagnosis->settings;
    diagnosis->has_token = settings->token.used.name != NULL && !settings->token.none;
    diagnosis->in_pod = envlist_get(diagnosis->environment, "KUBERNETES_SERVICE_HOST") != NULL;
    diagnosis->in_container = container_is_inside();

    judge_run(diagnosis);
    judge_offline(diagnosis);
    if (!settings->offline && settings->reach.url != NULL) {
        struct init_inherited inherited;
        init_capture_signals(&inherited); // a stop signal is received as data while a child asks
        diagnosis->inherited = &inherited;
        ask_server(diagnosis);
        init_release(&inherited);
        diagnosis->inherited = NULL;
    }
}

static void compare_with_running(struct diagnosis *diagnosis)
{
    const struct started *started = diagnosis->started;
    if (started->answer != STARTED_FOUND || !diagnosis->has_token)
        return;
    const char *name = envlist_get(&started->environment, "LABELGATE_TOKEN_VAR");
    const char *running = name != NULL ? envlist_get(&started->environment, name) : NULL;
    diagnosis->same_as_running =
        running != NULL && span_equal(span_of(running), diagnosis->settings->token.used.text);
}

static void add_fault(const struct finding *faults[CHECK_FAULTS], unsigned *count,
                      const struct finding *finding)
{
    if (reason_is_fine(finding->reason) || *count == CHECK_FAULTS)
        return;
    for (unsigned i = 0; i < *count; i++)
        if (finding_equal(faults[i], finding))
            return;
    faults[(*count)++] = finding;
}

// Two questions that meet the same fault are one.
static void add_answer(const struct finding *faults[CHECK_FAULTS], unsigned *count,
                       const struct finding *finding)
{
    for (unsigned i = 0; i < *count; i++)
        if (faults[i]->reason == finding->reason)
            return;
    add_fault(faults, count, finding);
}

unsigned check_faults(const struct diagnosis *diagnosis, const struct finding *faults[CHECK_FAULTS])
{
    unsigned count = 0;
    const struct settings *settings = diagnosis->settings;
    // Where whoami was answered by Label Studio itself, /health has nothing to add.
    bool answered =
        diagnosis->token_asked && reason_class(diagnosis->server.reason) != REASON_CLASS_UNCLEAR;
    for (unsigned i = 0; i < settings->refusal_count; i++)
        add_fault(faults, &count, &settings->refusals[i].finding);
    add_fault(faults, &count, &diagnosis->run);
    if (!diagnosis->asked || reason_class(diagnosis->reach.reason) == REASON_CLASS_LOCAL)
        add_fault(faults, &count, &diagnosis->reach);
    if (diagnosis->asked && !answered)
        add_answer(faults, &count, &diagnosis->up);
    if (diagnosis->token_asked)
        add_answer(faults, &count, &diagnosis->server);
    add_answer(faults, &count, &diagnosis->health);
    add_answer(faults, &count, &diagnosis->app);
    return count;
}

static int print(const struct diagnosis *diagnosis)
{
    struct text out = text_growing();
    if (diagnosis->settings->json)
        check_print_json(diagnosis, &out);
    else
        check_print(diagnosis, page_on_terminal(envlist_get(diagnosis->environment, "NO_COLOR")),
                    &out);

    int code = print_text(&out);
    bool well = diagnosis->run.reason == REASON_OK && reason_is_fine(diagnosis->health.reason);
    return well ? code : EXITCODE_NO;
}

static int check(const struct options *options, const struct envlist *environment)
{
    struct settings settings;
    settings_make(&settings, VERB_CHECK, options, environment);
    if (settings.refusal_count > 0 && settings.refusals[0].stage == STAGE_OPTIONS) {
        report_refusal(settings.log, &settings.refusals[0].finding);
        settings_free(&settings);
        return EXITCODE_USAGE;
    }
    struct started started;
    started_find(&started, "/proc");
    char whom[FINDING_SLOT];
    struct text text = text_over(whom, sizeof whom);
    started_text(&started, &text);
    say(settings.log, SAY_INFO, "%s", whom);

    static struct diagnosis diagnosis; // not on the stack, which may be small (main.c)
    diagnosis.settings = &settings;
    diagnosis.environment = environment;
    diagnosis.started = &started;
    diagnose(&diagnosis);
    compare_with_running(&diagnosis);
    int code =
        diagnosis.signal != 0 ? attempt_stopped(settings.log, diagnosis.signal) : print(&diagnosis);
    settings_free(&settings);
    started_free(&started);
    return code;
}

int verb_check(const struct call *call)
{
    init_release(call->inherited);
    struct options options;
    struct envlist environment;
    struct finding finding = {0};
    int code = EXITCODE_OK;
    if (!begin(call, VERB_CHECK, &options, &code))
        return code;
    if (!envlist_make(&environment, call->envp)) {
        finding_set(&finding, REASON_START_FAILED, NULL, NULL, "memory ran out");
        report_refusal(SAY_WARN, &finding);
        return EXITCODE_NO;
    }
    code = check(&options, &environment);
    envlist_free(&environment);
    options_free(&options);
    return code;
}
