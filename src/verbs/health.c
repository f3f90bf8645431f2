// SPDX-License-Identifier: MIT
// The healthcheck: does the token that the app really has work, now? 0 or 1, nothing else.
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/duration.h"
#include "base/exitcode.h"
#include "base/say.h"
#include "base/text.h"
#include "cli/options_parse.h"
#include "cli/print.h"
#include "cli/verdict.h"
#include "env/envlist.h"
#include "env/settings.h"
#include "env/started.h"
#include "server/app.h"
#include "server/ask.h"
#include "server/deadline.h"
#include "verbs/attempt.h"
#include "verbs/how.h"
#include "verbs/verbs.h"

// The handler cannot put a verdict together.
#define STOPPED "unhealthy [stopped]: stopped by a signal while waiting for an answer\n"
#define STOPPED_JSON 1024 // without address and token yet
// Nothing is known yet that a sentence could be made of.
#define SETTINGS_HANG                                                             \
    "unhealthy [timeout]: the settings could not be read within the time limit\n" \
    "to do: see whether a file among them lies on a mount that does not answer\n"
// After a wait, for a standard output without room: nothing but the alarm could end that write.
#define LAST_WRITE_MS 50
#define NOTE 256
#define NOTE_PLACE 48 // of a long path the middle is left out, so that the note stays whole

struct health {
    const struct call *call;
    struct options options;
    struct envlist environment;
    struct started started;
    struct settings settings;
    struct attempt attempt; // finding: the verdict
    struct finding app;     // of --app-url; REASON_OK when it is not asked
    int64_t ends_ms;        // duration_now() value of the deadline
    int log_fd;             // standard error of the believed process, or -1
    char note[NOTE];
};

static bool is_healthy(const struct health *health, const struct finding *finding)
{
    if (reason_is_fine(finding->reason))
        return true;
    return health->settings.unreachable_healthy &&
           reason_class(finding->reason) == REASON_CLASS_UNCLEAR;
}

// The token counts most, then the app, then what is unclear.
static const struct finding *deciding(const struct health *health, const struct finding *server)
{
    enum reason_class class = reason_class(server->reason);
    if (class == REASON_CLASS_REFUSED || class == REASON_CLASS_LOCAL ||
        health->app.reason == REASON_OK)
        return server;
    return &health->app;
}

static struct verdict verdict_of(const struct health *health, const struct finding *server)
{
    const struct finding *finding = deciding(health, server);
    return (struct verdict){
        .finding = finding,
        .healthy = is_healthy(health, finding),
        .note = health->note[0] != '\0' ? health->note : NULL,
    };
}

static void add_verdict(const struct health *health, const struct verdict *verdict,
                        struct text *out)
{
    const struct settings *settings = &health->settings;
    if (!settings->json) {
        verdict_lines(verdict, out);
        return;
    }
    char source[FINDING_SLOT];
    origin_text(&settings->token.origin, source, sizeof source);
    bool has_token = settings->token.name != NULL && !settings->no_token;
    const struct ls_identity *identity = &health->attempt.seen.identity;
    struct verdict_facts facts = {
        .url = settings->url,
        .variable = has_token ? settings->token.name : NULL,
        .source = has_token ? source : NULL,
        .kind = has_token ? token_kind_name(settings->token.judged.kind) : NULL,
        .version = identity->version[0] != '\0' ? identity->version : NULL,
        .user_id = identity->user_id,
    };
    verdict_json(verdict, &facts, out);
}

// Time is up in this phase: these lines, unless the answer comes first.
static void prepare_timeout(void *context, enum http_phase phase, const char *what)
{
    struct health *health = context;
    struct finding late = {0};
    http_timeout_finding(&late, phase, what, health->settings.timeout_ms);

    struct verdict verdict = verdict_of(health, &late);
    char lines[DEADLINE_MOST], log_line[VERDICT_LOG + 1];
    struct text text = text_over(lines, sizeof lines);
    add_verdict(health, &verdict, &text);
    deadline_say(STDOUT_FILENO, lines, text.len, verdict.healthy ? EXITCODE_OK : EXITCODE_NO);

    if (verdict.healthy || health->log_fd < 0)
        return;
    struct text log = text_over(log_line, sizeof log_line);
    verdict_log_line(&verdict, &log);
    deadline_log(health->log_fd, log_line, log.len);
}

// `docker compose logs` shows what the app's container wrote, not what a probe printed. Never
// blocks, failure ignored.
static int open_log(pid_t pid)
{
    char path[32];
    text_print(path, sizeof path, "/proc/%ld/fd/2", (long)pid);
    return open(path, O_WRONLY | O_NONBLOCK | O_APPEND | O_NOCTTY | O_CLOEXEC);
}

static void log_verdict(const struct health *health, const struct verdict *verdict)
{
    if (verdict->healthy || health->log_fd < 0)
        return;
    char line[VERDICT_LOG + 1];
    struct text text = text_over(line, sizeof line);
    verdict_log_line(verdict, &text);
    say_to(health->log_fd, line, text.len);
}

// Why the verdict is not about the running app, for -v.
static void say_not_believed(const struct health *health)
{
    switch (health->started.answer) {
    case STARTED_FOUND:
        return;
    case STARTED_NONE:
        say(health->settings.log, SAY_INFO,
            "no running `labelgate run` is seen here: the settings are resolved anew");
        return;
    case STARTED_SEVERAL:
        say(health->settings.log, SAY_INFO,
            "several `labelgate run` share this container: the settings are resolved anew");
        return;
    case STARTED_UNREADABLE:
        say(health->settings.log, SAY_INFO,
            "the environment of PID 1 may not be read by this user: the settings are resolved "
            "anew");
        return;
    }
}

static void read_settings(struct health *health)
{
    started_find(&health->started);
    // Reading /proc needs a dumpable process of this user; what follows holds a token.
    prctl(PR_SET_DUMPABLE, 0);

    bool believed = health->started.answer == STARTED_FOUND;
    settings_make_for_probe(&health->settings, &health->options, &health->environment,
                            believed ? &health->started.environment : NULL);
    if (believed)
        health->log_fd = open_log(health->started.pid);
    say_not_believed(health);
}

// What labelgate knows without asking.
static bool judge(const struct health *health, struct finding *finding)
{
    const struct settings *settings = &health->settings;
    if (settings->refusal_count > 0) {
        *finding = settings->refusals[0].finding;
        return false;
    }
    if (!settings->no_token && !settings_need_token(settings, finding))
        return false;
    return settings_need_url(settings, finding);
}

static bool is_refused(const struct health *health)
{
    return reason_class(health->attempt.finding.reason) == REASON_CLASS_REFUSED;
}

// "/app/.env line 3 changed since the app started: …"
static void note_restart(struct health *health, const struct origin *origin)
{
    char place[FINDING_SLOT], shown[NOTE_PLACE + 1];
    struct text shorter = text_over(shown, sizeof shown);
    struct text note = text_over(health->note, sizeof health->note);
    origin_text(origin, place, sizeof place);
    text_add_visible(&shorter, span_of(place), NOTE_PLACE);
    text_add(&note, "%s changed since the app started: restart the app to use it", shown);
}

static void note_recreate(struct health *health)
{
    struct text note = text_over(health->note, sizeof health->note);
    text_add(&note,
             "the container still has the value it was created with: docker compose up -d SERVICE");
}

// The file may hold another value than the one the app was started with: the verdict stays, the
// person is told.
static void note_changed_file(struct health *health)
{
    struct span value;
    struct origin origin;
    const struct settings *settings = &health->settings;
    enum origin_kind source = settings->token.origin.kind;
    if (health->started.answer != STARTED_FOUND || settings->no_token || settings->jwt == JWT_TRADE)
        return;
    if (source == ORIGIN_SECRET && settings_secret_changed(settings))
        note_restart(health, &settings->token.origin);
    if (source == ORIGIN_SECRET || !settings_file_token(settings, &value, &origin) ||
        span_equal(value, settings->token.text))
        return;
    if (source == ORIGIN_FILE)
        note_restart(health, &origin);
    else if (source == ORIGIN_ENVIRONMENT && is_refused(health))
        note_recreate(health);
}

static void note_clock(struct health *health)
{
    if (health->note[0] == '\0')
        seen_skew_text(&health->attempt.seen, health->note, NOTE);
}

static void ask(struct health *health)
{
    struct ask how = how_to_ask(&health->settings, health->ends_ms - duration_now());
    how.phase = prepare_timeout;
    how.phase_context = health;
    if (health->settings.app_url != NULL)
        app_ask(&how, health->settings.app_url, &health->app);
    ask_whoami(&how, &health->attempt.finding, &health->attempt.seen);
}

// As PID 1 of a one-shot job the kernel would drop TERM: it is received as data while we wait.
static void ask_until_yes(struct health *health)
{
    struct init_inherited inherited;
    init_hold(&inherited);
    deadline_disarm(); // each attempt has a deadline of its own
    deadline_leave_stops();
    struct attempt_plan plan = {.inherited = &inherited, .settings = &health->settings};
    attempt_until(&plan, health->settings.wait_ms, &health->attempt);
    deadline_arm(LAST_WRITE_MS);
}

static int answer(const struct health *health)
{
    char bytes[DEADLINE_MOST];
    struct text text = text_over(bytes, sizeof bytes);
    struct verdict verdict = verdict_of(health, &health->attempt.finding);
    add_verdict(health, &verdict, &text);
    log_verdict(health, &verdict);
    deadline_last_word(STDOUT_FILENO, EXITCODE_NO);
    if (!say_result(bytes, text.len))
        return print_failed();
    return verdict.healthy ? EXITCODE_OK : EXITCODE_NO;
}

// False: there is no alarm, so a server that keeps silent would never let this end.
static bool start_clock(struct health *health, int64_t started_ms)
{
    int64_t timeout_ms = settings_early_timeout(&health->options, &health->environment);
    health->ends_ms = started_ms + timeout_ms;
    health->settings.timeout_ms = timeout_ms;
    if (health->settings.json)
        prepare_timeout(health, HTTP_RESOLVING, "the settings");
    else
        deadline_say(STDOUT_FILENO, SETTINGS_HANG, sizeof SETTINGS_HANG - 1, EXITCODE_NO);
    if (deadline_arm(timeout_ms))
        return true;
    char detail[FINDING_SLOT];
    text_print(detail, sizeof detail, "no alarm can be set (setitimer): %s", strerror(errno));
    finding_set(&health->attempt.finding, REASON_START_FAILED, NULL, NULL, detail);
    return false;
}

// The files may set another time than the one that was known before they were read.
static void mend_clock(struct health *health, int64_t started_ms)
{
    if (health->ends_ms == started_ms + health->settings.timeout_ms)
        return;
    health->ends_ms = started_ms + health->settings.timeout_ms;
    int64_t left = health->ends_ms - duration_now();
    deadline_arm(left > 1 ? left : 1);
}

// Before the options are known to be right: a reader of JSON gets JSON, whatever is wrong.
static bool wants_json(const struct call *call)
{
    for (int i = 2; i < call->argc; i++)
        if (strcmp(call->argv[i], "--json") == 0)
            return true;
    return false;
}

static void heed_stops(const struct health *health)
{
    static char line[STOPPED_JSON]; // outlives every frame, as the handler does
    struct finding finding = {0};
    struct text text = text_over(line, sizeof line);
    if (!health->settings.json) {
        deadline_heed_stops(STOPPED);
        return;
    }
    finding_set(&finding, REASON_STOPPED_WAITING, "a signal", NULL, NULL);
    struct verdict verdict = {.finding = &finding};
    add_verdict(health, &verdict, &text);
    deadline_heed_stops(line);
}

int verb_health(const struct call *call)
{
    int64_t started_ms = duration_now();
    struct health health = {
        .call = call, .settings = {.log = SAY_WARN, .json = wants_json(call)}, .log_fd = -1};
    heed_stops(&health);
    init_release(call->inherited); // before the deadline unblocks SIGALRM
    if (!options_parse(&health.options, VERB_HEALTH, call->argc, call->argv, 2,
                       &health.attempt.finding))
        return answer(&health);
    if (health.options.help)
        return print_help(VERB_HEALTH);
    if (!envlist_make(&health.environment, call->envp)) {
        finding_set(&health.attempt.finding, REASON_START_FAILED, NULL, NULL, "memory ran out");
        return answer(&health);
    }
    if (!start_clock(&health, started_ms))
        return answer(&health);
    read_settings(&health);
    mend_clock(&health, started_ms);

    bool worth_asking = judge(&health, &health.attempt.finding);
    if (worth_asking && health.settings.wait)
        ask_until_yes(&health);
    else if (worth_asking)
        ask(&health);
    note_changed_file(&health);
    note_clock(&health);
    int code = answer(&health);
    settings_free(&health.settings);
    started_free(&health.started);
    envlist_free(&health.environment);
    return code;
}
