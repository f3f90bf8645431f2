// SPDX-License-Identifier: MIT
// The healthcheck: does the token that the app really has work, now? 0 or 1, nothing else.
#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/container.h"
#include "base/duration.h"
#include "base/envlist.h"
#include "base/say.h"
#include "base/span.h"
#include "base/text.h"
#include "cli/health_output.h"
#include "cli/options_parse.h"
#include "cli/print.h"
#include "labelstudio/whoami.h"
#include "net/deadline.h"
#include "net/network_errors.h"
#include "probe/attempt.h"
#include "probe/started.h"
#include "probe/told.h"
#include "settings/settings.h"
#include "settings/token_verdict.h"
#include "spec/exitcode.h"
#include "verbs/verbs.h"

// The handler cannot put a verdict together.
#define STOPPED "unhealthy [stopped]: stopped by a signal while waiting for an answer\n"
#define STOPPED_JSON 1024 // without address and token yet
// Nothing is known yet that a sentence could be made of.
#define SETTINGS_HANG                                                                             \
    "unhealthy [timeout]: the time was up before Label Studio was asked (reading the settings)\n" \
    "to do: see whether a file among the settings is on a mount that does not answer\n"
// After a wait, for a standard output without room: nothing but the alarm could end that write.
#define LAST_WRITE_MS 50
#define NOTE 256
// Before any other step: what the file holds now may be right.
#define RESTART "restart the app, which still has the old token: docker compose restart SERVICE"
#define NOTE_PLACE 42 // of a long path the middle is left out, so that the note stays whole
#define NOTE_PATH 24  // the same beside a longer sentence

struct health {
    const struct call *call;
    struct options options;
    struct envlist environment;
    struct started started;
    struct settings settings;
    struct attempt attempt; // see attempt_verdict
    int64_t ends_ms;        // duration_now() value of the deadline
    int log_fd;             // standard error of the believed process, or -1
    struct told told;       // what it was told last
    bool has_new_token;     // the file holds another token than the app was started with
    char note[NOTE];        // one fact beside the verdict
    char whom[NOTE];        // which process was believed, or why none was
    char said[NOTE];        // of the two, what the verdict at hand says
};

static bool is_healthy(const struct health *health, const struct finding *finding)
{
    if (reason_is_fine(finding->reason))
        return true;
    return health->settings.unreachable == UNREACHABLE_HEALTHY &&
           reason_class(finding->reason) == REASON_CLASS_UNCLEAR;
}

// Who reads an unhealthy verdict wants to know what it is about. In one line with another fact the
// believed process is its number alone.
static const char *note_of(struct health *health, bool healthy)
{
    enum started_answer answer = health->started.answer;
    bool one_is_not_believed = answer != STARTED_FOUND && answer != STARTED_NONE;
    if (healthy || health->whom[0] == '\0')
        return health->note[0] != '\0' ? health->note : NULL;
    if (health->note[0] == '\0' || one_is_not_believed)
        return health->whom;
    if (answer != STARTED_FOUND)
        return health->note;
    text_print(health->said, sizeof health->said, "PID %ld: %s", (long)health->started.pid,
               health->note);
    return health->said;
}

static struct verdict verdict_of(struct health *health, const struct finding *finding)
{
    bool healthy = is_healthy(health, finding);
    bool is_refused = reason_class(finding->reason) == REASON_CLASS_REFUSED;
    return (struct verdict){.finding = finding,
                            .healthy = healthy,
                            .note = note_of(health, healthy),
                            .first_step = health->has_new_token && is_refused ? RESTART : NULL};
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
    origin_text(&settings->token.used.origin, source, sizeof source);
    bool has_token = settings->token.used.name != NULL && !settings->token.none;
    const struct ls_identity *identity = &health->attempt.seen.identity;
    struct verdict_facts facts = {
        .url = settings->reach.url,
        .variable = has_token ? settings->token.used.name : NULL,
        .source = has_token ? source : NULL,
        .kind = has_token ? token_kind_name(settings->token.used.judged.kind) : NULL,
        .version = identity->version[0] != '\0' ? identity->version : NULL,
        .user_id = identity->user_id,
    };
    verdict_json(verdict, &facts, out);
}

// What the log is told of when it changes: the word, and after a wait what was waited for. Empty:
// healthy.
static void state_of(const struct health *health, const struct verdict *verdict,
                     char state[TOLD_STATE])
{
    struct text text = text_over(state, TOLD_STATE);
    if (!verdict->healthy)
        text_add(&text, "%s", reason_word(verdict->finding->reason));
    if (!verdict->healthy && health->attempt.last != REASON_OK)
        text_add(&text, " %s", reason_word(health->attempt.last));
}

// `docker compose logs` shows what the app's container wrote, not what a probe printed. 0: nothing
// new is to be told. Else `next` is to be kept once it was.
static size_t make_log_line(const struct health *health, const struct verdict *verdict,
                            char line[VERDICT_LOG + 1], struct told_record *next)
{
    char state[TOLD_STATE];
    struct text text = text_over(line, VERDICT_LOG + 1);
    *next = (struct told_record){0};
    state_of(health, verdict, state);
    if (health->log_fd < 0 || !told_is_new(&health->told, state, duration_now(), next))
        return 0;
    verdict_log_line(verdict, &text);
    return text.len;
}

// What is said and logged when time is up from here on.
static void prepare(struct health *health, const struct finding *finding)
{
    struct verdict verdict = verdict_of(health, finding);
    char lines[DEADLINE_MAX], log_line[VERDICT_LOG + 1];
    struct text text = text_over(lines, sizeof lines);
    add_verdict(health, &verdict, &text);
    deadline_say(STDOUT_FILENO, lines, text.len, verdict.healthy ? EXITCODE_OK : EXITCODE_NO);

    struct told_record next;
    size_t len = make_log_line(health, &verdict, log_line, &next);
    deadline_log(-1, "", 0);
    deadline_record(health->told.fd, &next, sizeof next);
    if (len > 0)
        deadline_log(health->log_fd, log_line, len);
}

// Time is up in this phase: these lines, unless the answer comes first.
static void prepare_timeout(void *context, enum http_phase phase, const char *what)
{
    struct health *health = context;
    struct finding late = {0};
    http_timeout_finding(&late, phase, what, health->settings.limits.timeout_ms,
                         container_is_inside());
    settings_name_token(&health->settings.token, &late);
    settings_say_apply(&health->settings.apply, &late);
    proxy_name_way(health->settings.reach.proxy, &late);
    prepare(health, &late);
}

// Never blocks; what found no room is told by the next probe.
static void log_verdict(const struct health *health, const struct verdict *verdict)
{
    char line[VERDICT_LOG + 1];
    struct told_record next;
    size_t len = make_log_line(health, verdict, line, &next);
    if (len > 0 && say_to(health->log_fd, line, len))
        told_keep(&health->told, &next);
}

// "--url and --jwt were not used: the running app has its own"
static void note_not_used(struct health *health)
{
    struct text note = text_over(health->note, sizeof health->note);
    unsigned count = 0;
    for (enum option_id id = 0; id < OPTION_COUNT; id++)
        if (health->settings.not_used & UINT32_C(1) << id)
            text_add(&note, "%s--%s", count++ > 0 ? ", " : "", option_row(id)->name);
    if (count == 0)
        return;
    text_add(&note, " %s not used: the running app has its own", count > 1 ? "were" : "was");
    say(health->settings.log, SAY_INFO, "%s", health->note);
}

static void read_settings(struct health *health)
{
    started_find(&health->started, "/proc");
    // Reading /proc needs a dumpable process of this user; what follows holds a token.
    prctl(PR_SET_DUMPABLE, 0);

    bool believed = health->started.answer == STARTED_FOUND;
    settings_make_for_probe(&health->settings, &health->options, &health->environment,
                            believed ? &health->started.environment : NULL);
    health->log_fd = started_open_log(&health->started);
    if (health->log_fd >= 0)
        told_open(&health->told, &health->started);
    struct text whom = text_over(health->whom, sizeof health->whom);
    started_text(&health->started, &whom);
    say(health->settings.log, SAY_INFO, "%s", health->whom);
    note_not_used(health);
}

// What labelgate knows without asking.
static bool judge(const struct health *health, struct finding *finding)
{
    const struct settings *settings = &health->settings;
    if (settings->refusal_count > 0) {
        *finding = settings->refusals[0].finding;
        return false;
    }
    if (!settings->token.none && !settings_need_token(settings, finding))
        return false;
    return settings_need_url(settings, finding);
}

// ".env line 3 [/app/.env] changed since the app started: …"
static void note_restart(struct health *health, const struct origin *origin)
{
    char place[FINDING_SLOT], shown[NOTE_PLACE + 1];
    struct text shorter = text_over(shown, sizeof shown);
    struct text note = text_over(health->note, sizeof health->note);
    health->has_new_token = true;
    origin_words(origin, place, sizeof place);
    text_add_visible(&shorter, span_of(place), NOTE_PLACE);
    text_add(&note, "%s changed since the app started: restart the app to use it", shown);
}

// The file that can be read here is not the one on the host, which cannot be seen from here.
static bool note_replaced(struct health *health)
{
    char shown[NOTE_PATH + 1];
    unsigned next = 0;
    const char *path = settings_replaced_file(&health->settings, &next);
    if (!path)
        return false;
    struct text shorter = text_over(shown, sizeof shown);
    struct text note = text_over(health->note, sizeof health->note);
    text_add_visible(&shorter, span_of(path), NOTE_PATH);
    text_add(&note, "%s: %s", shown, SETTINGS_REPLACED);
    return true;
}

// The file may hold another value than the one the app was started with: the verdict stays, the
// person is told.
static void note_changed_file(struct health *health)
{
    const struct token_settings *token = &health->settings.token;
    const struct span in_file = token->file_text;
    if (note_replaced(health) || health->started.answer != STARTED_FOUND || token->none ||
        token->jwt == JWT_TRADE)
        return;
    if (settings_secret_changed(token))
        note_restart(health, &token->used.origin);
    if (token->used.origin.kind == ORIGIN_FILE && in_file.len > 0 &&
        !span_equal(in_file, token->used.text))
        note_restart(health, &token->file_origin);
}

// The other one of app and Label Studio is ill too: the verdict speaks of one alone.
static void note_other(struct health *health)
{
    char noted[NOTE];
    const struct finding *other;
    attempt_verdict(&health->attempt, &other);
    if (other == NULL)
        return;
    text_print(noted, sizeof noted, "%s", health->note);
    struct text note = text_over(health->note, sizeof health->note);
    text_add(&note, "also [%s]", reason_word(other->reason));
    if (noted[0] != '\0') {
        text_add(&note, "; %s", noted);
        return;
    }
    text_add(&note, ": ");
    finding_add_sentence(other, &note);
}

static void ask(struct health *health)
{
    struct ask how = attempt_question(&health->settings.reach, &health->settings.token,
                                      health->ends_ms - duration_now());
    how.phase = prepare_timeout;
    how.phase_context = health;
    ask_whoami(&how, &health->attempt.finding, &health->attempt.seen);
    settings_name_token(&health->settings.token, &health->attempt.finding);
    settings_say_apply(&health->settings.apply, &health->attempt.finding);
    proxy_name_way(health->settings.reach.proxy, &health->attempt.finding);
    prepare(health, &health->attempt.finding); // the notes beside it may take the rest of the time
}

// As PID 1 of a one-shot job the kernel would drop TERM: it is received as data while we wait.
static void ask_in_children(struct health *health)
{
    struct init_inherited inherited;
    init_capture_signals(&inherited);
    deadline_disarm(); // each attempt has a deadline of its own
    deadline_leave_stops();
    struct attempt_plan plan = attempt_plan_from(&health->settings, &inherited);
    plan.until_ms = health->ends_ms;
    if (health->settings.limits.wait)
        attempt_until(&plan, health->settings.limits.wait_ms, &health->attempt);
    else
        attempt_once(&plan, &health->attempt);
    prepare(health, attempt_verdict(&health->attempt, NULL));
    deadline_arm(LAST_WRITE_MS);
}

static int answer(struct health *health)
{
    char bytes[DEADLINE_MAX];
    struct text text = text_over(bytes, sizeof bytes);
    struct verdict verdict = verdict_of(health, attempt_verdict(&health->attempt, NULL));
    add_verdict(health, &verdict, &text);
    log_verdict(health, &verdict);
    deadline_log(-1, "", 0); // once: not again when what follows hangs
    deadline_last_word(STDOUT_FILENO, EXITCODE_NO);
    if (!say_result(bytes, text.len))
        return print_failed();
    return verdict.healthy ? EXITCODE_OK : EXITCODE_NO;
}

// False: no alarm can be set, so a server that never answers would never let this end.
static bool start_clock(struct health *health, int64_t started_ms)
{
    int64_t timeout_ms = settings_early_timeout(&health->options, &health->environment);
    health->ends_ms = started_ms + timeout_ms;
    health->settings.limits.timeout_ms = timeout_ms;
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
static void correct_clock(struct health *health, int64_t started_ms)
{
    if (health->ends_ms == started_ms + health->settings.limits.timeout_ms)
        return;
    health->ends_ms = started_ms + health->settings.limits.timeout_ms;
    int64_t left = health->ends_ms - duration_now();
    deadline_arm(left > 1 ? left : 1);
}

// Before the options are known to be right: a reader of JSON gets JSON, whatever is wrong.
static bool wants_json(const struct call *call)
{
    for (int i = 2; i < call->argc; i++)
        if (span_starts(span_of(call->argv[i]), "--json"))
            return true;
    return false;
}

static void catch_stops(const struct health *health)
{
    static char line[STOPPED_JSON]; // outlives every frame, as the handler does
    struct finding finding = {0};
    struct text text = text_over(line, sizeof line);
    if (!health->settings.json) {
        deadline_catch_stops(STOPPED);
        return;
    }
    finding_set(&finding, REASON_STOPPED_WAITING, "a signal", NULL, NULL);
    struct verdict verdict = {.finding = &finding};
    add_verdict(health, &verdict, &text);
    deadline_catch_stops(line);
}

int verb_health(const struct call *call)
{
    int64_t started_ms = duration_now();
    static struct health health; // not on the stack, which may be small (main.c)
    health.call = call;
    health.settings.log = SAY_WARN;
    health.settings.json = wants_json(call);
    health.log_fd = health.told.fd = -1;
    catch_stops(&health);
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
    correct_clock(&health, started_ms);

    bool worth_asking = judge(&health, &health.attempt.finding);
    if (worth_asking && (health.settings.limits.wait || health.settings.app_url != NULL))
        ask_in_children(&health);
    else if (worth_asking)
        ask(&health);
    note_changed_file(&health);
    if (health.note[0] == '\0')
        observation_skew_text(&health.attempt.seen, health.note, NOTE);
    note_other(&health);
    int code = answer(&health);
    settings_free(&health.settings);
    told_close(&health.told);
    started_free(&health.started);
    envlist_free(&health.environment);
    options_free(&health.options);
    return code;
}
