// SPDX-License-Identifier: MIT
// The entrypoint: judges everything first, starts the app after, then is its init.

#include "base/envlist.h"
#include "base/redact.h"
#include "base/say.h"
#include "base/stack.h"
#include "cli/options_parse.h"
#include "cli/print.h"
#include "init/init.h"
#include "probe/attempt.h"
#include "settings/resident_environment.h"
#include "settings/settings.h"
#include "spec/exitcode.h"
#include "verbs/launch_size.h"
#include "verbs/verbs.h"

// Contract, init page: the path is read again every 2 s (no inotify: FUSE, NFS and WSL mounts
// accept a watch and send nothing).
#define HOLD_PAUSE_MS 2000

struct run {
    const struct call *call;
    struct options options;
    struct envlist environment; // ours, as the container gave it
    struct envlist app;         // the app's
    struct settings settings;
    char program[INIT_PROGRAM];
    struct attempt attempt; // a traded token lives here
    struct span token;      // what the app gets; empty with --no-token
    const void *redacted;   // what is secret without the settings
};

static int stopped(const struct run *run, int signal_number)
{
    char sentence[FINDING_SLOT];
    struct text text = text_over(sentence, sizeof sentence);
    struct finding finding = {0};
    finding_set(&finding, REASON_STOPPED, init_signal_name(signal_number), NULL, NULL);
    finding_add_sentence(&finding, &text);
    say(run->settings.log, SAY_ERROR, "%s [%s]", sentence, reason_word(REASON_STOPPED));
    return EXITCODE_SIGNAL + signal_number;
}

static int refused(const struct run *run, const struct finding *finding)
{
    report_refusal(run->settings.log, finding);
    return EXITCODE_REFUSED;
}

// A legacy token is what a trade would bring: it is passed on as it is.
static bool must_trade(const struct token_settings *token)
{
    return token->jwt == JWT_TRADE && !token->none && token->used.judged.kind == TOKEN_JWT_REFRESH;
}

// Network work needs an address; a launch without any does not.
static bool must_ask(const struct settings *settings)
{
    return settings->limits.wait || must_trade(&settings->token);
}

// The first finding that keeps the app from being started, and whether --on-refusal hold may wait
// for its cure.
static bool judge(const struct run *run, struct finding *finding, bool *may_hold)
{
    const struct settings *settings = &run->settings;
    *may_hold = true;
    if (settings->refusal_count > 0 && settings->refusals[0].stage < STAGE_TOKEN) {
        *finding = settings->refusals[0].finding;
        *may_hold = settings->refusals[0].stage >= STAGE_FILE;
        return false;
    }
    if (must_ask(settings) && !settings_need_url(settings, finding))
        return false;
    if (settings->refusal_count > 0) {
        *finding = settings->refusals[0].finding;
        return false;
    }
    return settings->token.none || settings_need_token(settings, finding);
}

static void report_warnings(const struct settings *settings)
{
    for (unsigned i = 0; i < settings->warning_count; i++)
        report_warning(settings->log, &settings->warnings[i]);
}

// The first refusal gives the code; the others are printed too, so that one edit can fix all.
static void report_all(const struct run *run, const struct finding *first)
{
    const struct settings *settings = &run->settings;
    report_warnings(settings);
    report_refusal(settings->log, first);
    for (unsigned i = 0; i < settings->refusal_count; i++) {
        const struct finding *other = &settings->refusals[i].finding;
        if (!finding_equal(other, first))
            report_refusal(settings->log, other);
    }
}

static void read_settings(struct run *run)
{
    settings_make(&run->settings, VERB_RUN, &run->options, &run->environment);
}

static int hold(struct run *run, struct finding *finding)
{
    bool may_hold = true;
    say(run->settings.log, SAY_ERROR,
        "holding: the app is not started; the settings are read again every 2 s (a file that was "
        "replaced by rename "
        "outside a single-file mount needs a restart of the container)");
    for (;;) {
        int signal_number = init_pause(HOLD_PAUSE_MS);
        if (signal_number != 0)
            return stopped(run, signal_number);

        struct finding before = *finding;
        settings_free(&run->settings);
        redact_forget(run->redacted);
        read_settings(run);
        if (judge(run, finding, &may_hold))
            return EXITCODE_OK;
        if (!finding_equal(&before, finding))
            report_all(run, finding);
    }
}

// EXITCODE_OK: the app may start.
static int pass_gate(struct run *run)
{
    struct finding finding = {0};
    bool may_hold = false;
    run->redacted = redact_mark();
    read_settings(run);
    if (!judge(run, &finding, &may_hold)) {
        report_all(run, &finding);
        if (!may_hold || run->settings.launch.on_refusal != REFUSAL_HOLD)
            return EXITCODE_REFUSED;
        int code = hold(run, &finding);
        if (code != EXITCODE_OK)
            return code;
    }
    report_warnings(&run->settings);
    run->token = run->settings.token.none ? span_of(NULL) : run->settings.token.used.text;
    return EXITCODE_OK;
}

static int no_memory(const struct run *run)
{
    struct finding finding = {0};
    finding_set(&finding, REASON_START_FAILED, NULL, NULL, "memory ran out");
    return refused(run, &finding);
}

static int make_app_environment(struct run *run)
{
    envlist_free(&run->app);
    if (settings_app_environment(&run->settings, &run->environment, run->token, &run->app))
        return EXITCODE_OK;
    return no_memory(run);
}

static int find_command(struct run *run)
{
    struct finding finding = {0};
    const struct call *call = run->call;
    if (run->options.first >= call->argc) {
        finding_set(&finding, REASON_USAGE_NO_COMMAND, NULL, NULL, NULL);
        return refused(run, &finding);
    }
    if (init_find_program(call->argv[run->options.first], run->app.items, run->program, &finding))
        return EXITCODE_OK;
    report_refusal(run->settings.log, &finding);
    return init_program_exitcode(finding.reason);
}

// What the kernel would refuse is refused before anybody is asked or started.
static int judge_size(const struct run *run)
{
    struct finding finding = {0};
    if (launch_size_fits(&run->settings, &run->environment, &run->app, run->program,
                         run->call->argv + run->options.first, &finding))
        return EXITCODE_OK;
    return refused(run, &finding);
}

// --wait and --jwt trade: Label Studio is asked before the launch.
static int ask_first(struct run *run)
{
    const struct settings *settings = &run->settings;
    struct finding finding = {0};
    if (!must_ask(settings))
        return EXITCODE_OK;
    if (stack_left() < STACK_TO_ASK) {
        finding_set(&finding, REASON_START_FAILED_STACK, NULL, NULL, NULL);
        return refused(run, &finding);
    }

    struct attempt_plan plan = attempt_plan_from(settings, run->call->inherited);
    plan.kind = must_trade(&settings->token) ? ATTEMPT_TRADE : ATTEMPT_WHOAMI;
    plan.secret = settings->token.used.text;
    if (settings->limits.wait)
        attempt_until(&plan, settings->limits.wait_ms, &run->attempt);
    else
        attempt_once(&plan, &run->attempt);

    if (run->attempt.signal != 0)
        return stopped(run, run->attempt.signal);
    if (!reason_is_fine(run->attempt.finding.reason))
        return refused(run, &run->attempt.finding);
    if (run->attempt.enabled)
        say(settings->log, SAY_WARN,
            "legacy tokens were off in the organization: they are switched on now");
    if (plan.kind == ATTEMPT_TRADE)
        run->token = secret_span(&run->attempt.token);
    return EXITCODE_OK;
}

static int start(const struct run *run)
{
    const struct settings *settings = &run->settings;
    const struct launch *launch = &settings->launch;
    struct envlist resident = {0};
    if (!started_environment(settings, run->token, &resident))
        return no_memory(run);

    struct init_plan plan = {
        .inherited = run->call->inherited,
        .argv = run->call->argv + run->options.first,
        .program = run->program,
        .app_env = run->app.items,
        .resident_env = resident.items,
        .grace_ms = launch->grace_ms,
        .group = launch->group,
        .signal_map = launch->signal_map,
        .ok_exit = launch->ok_exit,
        .log = settings->log,
    };
    struct finding finding;
    int code = init_run(&plan, &finding);
    if (finding.reason != REASON_OK)
        report_refusal(settings->log, &finding);
    envlist_free(&resident);
    return code;
}

// Each step ends the launch with its code, or leaves EXITCODE_OK for the next.
static int launch(struct run *run)
{
    int code = pass_gate(run);
    if (code == EXITCODE_OK)
        code = make_app_environment(run);
    if (code == EXITCODE_OK)
        code = find_command(run);
    if (code == EXITCODE_OK)
        code = judge_size(run);
    if (code == EXITCODE_OK)
        code = ask_first(run);
    if (code == EXITCODE_OK && must_trade(&run->settings.token))
        code = make_app_environment(run); // with the token that came in exchange
    return code == EXITCODE_OK ? start(run) : code;
}

int verb_run(const struct call *call)
{
    static struct run run; // not on the stack, which may be small (main.c)
    run.call = call;
    run.settings.log = SAY_WARN;
    struct finding finding = {0};
    if (!options_parse(&run.options, VERB_RUN, call->argc, call->argv, 2, &finding))
        return refused(&run, &finding);
    if (run.options.help)
        return print_help(VERB_RUN);
    if (!init_check(call->inherited, &finding))
        return refused(&run, &finding);
    if (!envlist_make(&run.environment, call->envp))
        return no_memory(&run);

    int code = launch(&run);
    envlist_free(&run.app);
    settings_free(&run.settings);
    envlist_free(&run.environment);
    options_free(&run.options);
    secret_wipe(&run.attempt.token);
    return code;
}
