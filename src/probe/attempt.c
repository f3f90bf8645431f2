// SPDX-License-Identifier: MIT
#include "probe/attempt.h"

#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/container.h"
#include "base/duration.h"
#include "base/file.h"
#include "base/redact.h"
#include "base/say.h"
#include "cli/print.h"
#include "labelstudio/app_url.h"
#include "labelstudio/legacy_token.h"
#include "labelstudio/whoami.h"
#include "net/deadline.h"
#include "net/network_errors.h"
#include "settings/token_verdict.h"
#include "spec/exitcode.h"

// Contract, section 2: tries 1 s apart growing to 5 s, each 20 % shorter or longer at random, so
// that many containers that were started together do not ask together.
#define PAUSE_FIRST_MS 1000
#define PAUSE_LAST_MS 5000
#define PAUSE_JITTER_PERCENT 20
// With less than this left there is no other try: it could find out nothing but its own timeout.
#define TRY_MIN_MS 200

// A child that is not over by its own deadline and this is stopped or held by the kernel.
#define LATE_MS 20

struct child {
    const struct attempt_plan *plan;
    enum attempt_kind kind;
    int64_t timeout_ms; // what it has
    int64_t said_ms;    // what a timeout speaks of
    int out_fd;
    struct attempt attempt;
};

struct ask attempt_question(const struct reach *reach, const struct token_settings *token,
                            int64_t timeout_ms)
{
    return (struct ask){
        .reach = *reach,
        .token = token->used.text,
        .anonymous = token->none,
        .jwt = token->jwt,
        .until_ms = duration_now() + timeout_ms,
    };
}

struct attempt_plan attempt_plan_from(const struct settings *settings,
                                      const struct init_inherited *inherited)
{
    return (struct attempt_plan){
        .inherited = inherited,
        .reach = &settings->reach,
        .token = &settings->token,
        .apply = &settings->apply,
        .app_url = settings->app_url,
        .timeout_ms = settings->limits.timeout_ms,
        .log = settings->log,
    };
}

// Without the secret after it: the deadline hands this much to the parent.
static size_t told_size(void)
{
    return offsetof(struct attempt, token);
}

static void late_finding(const struct child *child, const struct finding *late,
                         struct finding *finding)
{
    if (child->kind == ATTEMPT_APP)
        app_no_answer(late, child->plan->app_url, finding);
    else
        *finding = *late;
    if (child->kind != ATTEMPT_APP)
        proxy_name_way(child->plan->reach->proxy, finding);
}

static void prepare_timeout(void *context, enum http_phase phase, const char *what)
{
    static struct attempt late; // nothing but the finding is ever set
    struct child *child = context;
    struct finding timeout = {0};
    http_timeout_finding(&timeout, phase, what, child->said_ms, container_is_inside());
    if (child->kind == ATTEMPT_HEALTH || child->kind == ATTEMPT_WHOAMI)
        settings_name_token(child->plan->token, &timeout);
    settings_say_apply(child->plan->apply, &timeout);
    late_finding(child, &timeout, &late.finding);
    deadline_say(child->out_fd, &late, told_size(), EXITCODE_NO);
}

static void trade(const struct attempt_plan *plan, const struct ask *how, struct attempt *attempt)
{
    struct legacy legacy = {0};
    bool enable = plan->token->enable_legacy;
    if (plan->kind == ATTEMPT_LOGIN)
        legacy_from_user(how, plan->user, plan->secret, enable, &legacy, &attempt->finding);
    else
        legacy_from_pat(how, plan->secret, enable, &legacy, &attempt->finding);
    if (span_equal(plan->secret, plan->token->used.text))
        settings_name_token(plan->token, &attempt->finding);
    attempt->seen = legacy.seen;
    attempt->created = legacy.created;
    attempt->enabled = legacy.enabled;
    attempt->token = legacy.token;
    legacy_wipe(&legacy);
}

static void ask(const struct child *child, const struct ask *how, struct attempt *attempt)
{
    const struct attempt_plan *plan = child->plan;
    struct credential who = {CREDENTIAL_TOKEN, how->token};
    struct ask given = *how;
    switch (child->kind) {
    case ATTEMPT_HEALTH:
    case ATTEMPT_WHOAMI:
        ask_whoami(how, &attempt->finding, &attempt->seen);
        settings_name_token(plan->token, &attempt->finding);
        break;
    case ATTEMPT_GIVEN:
        given.token = plan->secret;
        given.anonymous = false;
        ask_whoami(&given, &attempt->finding, &attempt->seen);
        break;
    case ATTEMPT_APP:
        app_url_ask(how, plan->app_url, &attempt->finding);
        break;
    case ATTEMPT_UP:
        ask_health(how, &attempt->finding);
        break;
    case ATTEMPT_SWITCHES:
        trade_read_switches(how, &who, &attempt->switches, &attempt->finding);
        break;
    case ATTEMPT_TRADE:
    case ATTEMPT_LOGIN:
        trade(plan, how, attempt);
        break;
    }
}

static const char *url_of(const struct child *child)
{
    return child->kind == ATTEMPT_APP ? child->plan->app_url : child->plan->reach->url;
}

// What is read before anybody is asked. An address is no name: a process that gets no time to begin
// must not put it on the name server.
static const char *first_step(const struct child *child)
{
    return span_starts(span_of(url_of(child)), "https:") ? "the certificates" : "the address";
}

static int work(void *context, int out_fd)
{
    struct child *child = context;
    child->out_fd = out_fd;
    if (!deadline_arm(child->timeout_ms))
        return EXITCODE_NO; // the parent misses the answer
    prepare_timeout(child, HTTP_RESOLVING, first_step(child));

    struct ask how = attempt_question(child->plan->reach, child->plan->token, child->timeout_ms);
    how.phase = prepare_timeout;
    how.phase_context = child;
    ask(child, &how, &child->attempt);
    settings_say_apply(child->plan->apply, &child->attempt.finding);
    if (child->kind != ATTEMPT_APP)
        proxy_name_way(child->plan->reach->proxy, &child->attempt.finding);
    deadline_disarm();

    bool written = file_write(out_fd, &child->attempt, sizeof child->attempt);
    secret_wipe(&child->attempt.token);
    return written ? EXITCODE_OK : EXITCODE_NO;
}

static void stopped(struct attempt *attempt, int signal_number)
{
    finding_set(&attempt->finding, REASON_STOPPED_WAITING, init_signal_name(signal_number), NULL,
                NULL);
    finding_set(&attempt->app, REASON_OK, NULL, NULL, NULL);
    attempt->signal = signal_number;
}

// How a child ended that wrote no attempt, or `attempt` as it wrote it.
static void read_attempt(const struct child *child, const struct init_work *work,
                         struct attempt *attempt)
{
    struct finding held = {0};
    if (work->result.len >= told_size())
        return;
    memset(attempt, 0, sizeof *attempt);
    finding_set(&held, REASON_TIMEOUT, url_of(child), NULL,
                "the process that asks was held up by the system");
    if (work->result.answer == INIT_WORK_LATE)
        late_finding(child, &held, &attempt->finding);
    else
        finding_set(&attempt->finding, REASON_START_FAILED, NULL, NULL,
                    "could not start a helper process");
}

static void start_child(struct child *self, const struct attempt_plan *plan, enum attempt_kind kind,
                        int64_t timeout_ms, int64_t said_ms)
{
    memset(self, 0, sizeof *self);
    self->plan = plan;
    self->kind = kind;
    self->timeout_ms = timeout_ms;
    self->said_ms = said_ms;
}

static void attempt_within(const struct attempt_plan *plan, int64_t timeout_ms, int64_t said_ms,
                           struct attempt *attempt)
{
    // Not on the stack, which may be small (main.c).
    static struct child server, beside;
    static struct attempt app;
    bool with_app = plan->kind == ATTEMPT_HEALTH && plan->app_url != NULL;
    start_child(&server, plan, plan->kind, timeout_ms, said_ms);
    start_child(&beside, plan, ATTEMPT_APP, timeout_ms, said_ms);
    memset(&app, 0, sizeof app);
    memset(attempt, 0, sizeof *attempt);
    struct init_work works[INIT_WORKS_MAX] = {
        {work, &server, (char *)attempt, sizeof *attempt, {0}},
        {work, &beside, (char *)&app, sizeof app, {0}},
    };
    int signal_number =
        init_work_together(plan->inherited, works, with_app ? 2 : 1, timeout_ms + LATE_MS);
    if (signal_number != 0) {
        stopped(attempt, signal_number);
        return;
    }
    read_attempt(&server, &works[0], attempt);
    if (!redact_add(secret_span(&attempt->token)))
        finding_set(&attempt->finding, REASON_START_FAILED, NULL, NULL, "memory ran out");
    if (!with_app)
        return;
    read_attempt(&beside, &works[1], &app);
    attempt->app = app.finding;
}

const struct finding *attempt_verdict(const struct attempt *attempt, const struct finding **other)
{
    const struct finding *server = &attempt->finding, *app = &attempt->app;
    enum reason_class class = reason_class(server->reason);
    bool server_first =
        class == REASON_CLASS_REFUSED || class == REASON_CLASS_LOCAL || reason_is_fine(app->reason);
    const struct finding *second = server_first ? app : server;
    if (other != NULL)
        *other = reason_is_fine(second->reason) ? NULL : second;
    return server_first ? server : app;
}

void attempt_once(const struct attempt_plan *plan, struct attempt *attempt)
{
    int64_t whole = plan->timeout_ms;
    int64_t left = plan->until_ms > 0 ? plan->until_ms - duration_now() : whole;
    attempt_within(plan, left > 0 ? left : 1, whole, attempt);
}

static int64_t with_jitter(int64_t pause_ms)
{
    unsigned bits = 0;
    if (getrandom(&bits, sizeof bits, GRND_NONBLOCK) != (ssize_t)sizeof bits)
        bits = (unsigned)duration_now();
    int64_t width = pause_ms * PAUSE_JITTER_PERCENT / 100;
    return pause_ms - width + (int64_t)(bits % (unsigned)(2 * width + 1));
}

// A log gets one line per change of state, a terminal one line that tells the time.
static void say_waiting(enum say_level log, const struct finding *finding, enum reason *told_reason,
                        int64_t waited_ms, int64_t limit_ms)
{
    bool terminal = isatty(STDERR_FILENO) == 1;
    if (!terminal && *told_reason == finding->reason)
        return;
    *told_reason = finding->reason;

    char waited[32], limit[32], sentence[FINDING_SLOT];
    struct text text = text_over(sentence, sizeof sentence);
    finding_add_sentence(finding, &text);
    duration_text(waited_ms / 1000 * 1000, waited, sizeof waited);
    duration_text(limit_ms, limit, sizeof limit);
    if (terminal)
        say_progress("waiting for Label Studio, %s of at most %s: %s [%s]", waited, limit, sentence,
                     reason_word(finding->reason));
    else
        say(log, SAY_WARN, "waiting for Label Studio, at most %s: %s [%s]", limit, sentence,
            reason_word(finding->reason));
}

static void time_up(int64_t limit_ms, struct attempt *attempt)
{
    char limit[32], last[FINDING_SLOT];
    struct text text = text_over(last, sizeof last);
    struct finding also = {0};
    const struct finding *other;
    const struct finding *verdict = attempt_verdict(attempt, &other);
    if (other != NULL)
        also = *other;
    text_add(&text, "[%s] ", reason_word(verdict->reason));
    finding_add_sentence(verdict, &text);
    duration_text(limit_ms, limit, sizeof limit);
    attempt->last = verdict->reason;
    finding_set(&attempt->finding, REASON_WAIT_TIMEOUT, limit, NULL, last);
    attempt->app = also;
}

// A try ends with the whole wait. A wait of zero is one try, which has its own limit.
static int64_t try_limit(int64_t timeout_ms, int64_t limit_ms, int64_t left_ms)
{
    if (limit_ms == 0 || left_ms >= timeout_ms)
        return timeout_ms;
    return left_ms > 0 ? left_ms : 1;
}

void attempt_until(const struct attempt_plan *plan, int64_t limit_ms, struct attempt *attempt)
{
    int64_t started = duration_now();
    int64_t pause_ms = PAUSE_FIRST_MS;
    enum reason told_reason = REASON_COUNT;
    if (!duration_has_clock()) {
        memset(attempt, 0, sizeof *attempt);
        finding_set(&attempt->finding, REASON_START_FAILED, NULL, NULL, "the clock cannot be read");
        return;
    }

    for (;;) {
        int64_t left = limit_ms - (duration_now() - started);
        int64_t try_ms = try_limit(plan->timeout_ms, limit_ms, left);
        attempt_within(plan, try_ms, try_ms, attempt);
        const struct finding *verdict = attempt_verdict(attempt, NULL);
        if (!reason_may_pass(verdict->reason))
            break;
        left = limit_ms - (duration_now() - started);
        if (left < TRY_MIN_MS) {
            time_up(limit_ms, attempt);
            break;
        }
        say_waiting(plan->log, verdict, &told_reason, duration_now() - started, limit_ms);

        // The last try needs time too: what is left after the pause is all that it gets.
        int64_t rest = with_jitter(pause_ms), most = left - left / 4;
        int signal_number = init_pause(rest < most ? rest : most);
        if (signal_number != 0) {
            stopped(attempt, signal_number);
            break;
        }
        pause_ms = pause_ms * 3 / 2 < PAUSE_LAST_MS ? pause_ms * 3 / 2 : PAUSE_LAST_MS;
    }
    if (told_reason != REASON_COUNT && isatty(STDERR_FILENO) == 1)
        say_progress_end();
}

int attempt_stopped(enum say_level log, int signal_number)
{
    static struct attempt attempt;
    stopped(&attempt, signal_number);
    report_refusal(log, &attempt.finding);
    return EXITCODE_SIGNAL + signal_number;
}
