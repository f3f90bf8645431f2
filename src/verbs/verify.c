// SPDX-License-Identifier: MIT
// The integration checks, one after the other: the nine of the guide, or those of a file.
#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "base/envlist.h"
#include "base/file.h"
#include "base/json_write.h"
#include "base/say.h"
#include "base/wipe.h"
#include "cli/begin.h"
#include "cli/page.h"
#include "cli/print.h"
#include "labelstudio/whoami.h"
#include "net/deadline.h"
#include "net/network_errors.h"
#include "net/url.h"
#include "probe/attempt.h"
#include "settings/settings.h"
#include "settings/token_verdict.h"
#include "spec/exitcode.h"
#include "verbs/verbs.h"
#include "verify/checks.h"

struct verify {
    const struct call *call;
    struct options options;
    struct envlist environment;
    struct settings settings;
    struct header_file gateway;
    struct file_content file;
    struct checks checks;
    struct check_values values;
    struct check_result results[CHECKS_MAX];
    unsigned passed, failed, skipped;
};

// Where a variable of a check comes from: a setting, the environment, the .env file.
static struct span find(void *context, const char *name)
{
    const struct verify *verify = context;
    const struct settings *settings = &verify->settings;
    if (strcmp(name, "LABEL_STUDIO_URL") == 0)
        return span_of(settings->reach.url);
    if (strcmp(name, "LABEL_STUDIO_USERNAME") == 0)
        return span_of(settings->login.username);
    if (strcmp(name, "LABEL_STUDIO_PASSWORD") == 0)
        return settings->login.password;
    if (settings->token.used.name && strcmp(name, settings->token.used.name) == 0)
        return settings->token.used.text;
    struct span value = span_of(envlist_get(&verify->environment, name));
    const struct dotenv_var *var = value.len > 0 ? NULL : dotenv_find(&settings->dotenv, name);
    return var ? var->value : value;
}

// ---- The token ----------------------------------------------------------------------------------

// What `health` knows of the token without asking.
static bool is_token_right(const struct settings *settings, struct finding *finding)
{
    for (unsigned i = 0; i < settings->refusal_count; i++) {
        if (settings->refusals[i].stage != STAGE_TOKEN)
            continue;
        *finding = settings->refusals[i].finding;
        return false;
    }
    if (settings->token.none)
        finding_set(finding, REASON_TOKEN_MISSING, NULL, NULL,
                    "--no-token says that there is none");
    return !settings->token.none && settings_need_token(settings, finding);
}

static bool ask_with_token(const struct check_run *run, const struct settings *settings,
                           const char *url, struct finding *finding)
{
    char base[QUESTION_URL], why[URL_WHY];
    struct seen seen;
    struct url parsed;
    struct ask how = attempt_question(&settings->reach, &settings->token, run->timeout_ms);
    if (!url && !settings_need_url(settings, finding))
        return false;
    if (url && !url_parse(url, false, &parsed, why)) {
        finding_set(finding, REASON_URL_INVALID, "the line token", NULL, why);
        return false;
    }
    if (url) {
        text_print(base, sizeof base, "%.*s", (int)url_base_length(url), url);
        how.reach.url = base;
    }
    how.phase = run->phase;
    how.phase_context = run->phase_context;
    ask_whoami(&how, finding, &seen);
    return finding->reason == REASON_OK;
}

// The settings as `health` makes them: `verify` itself judges no token.
static bool accepts(const struct check_run *run, const char *url, struct finding *finding)
{
    struct settings settings;
    const struct verify *verify = run->context;
    settings_make(&settings, VERB_HEALTH, &verify->options, &verify->environment);
    bool accepted =
        is_token_right(&settings, finding) && ask_with_token(run, &settings, url, finding);
    settings.verb = VERB_VERIFY; // it is not where the app is
    struct applying apply = {
        .token = settings_apply(&settings, settings.token.used.origin.kind),
        .url = settings_apply(&settings, settings.origins[OPTION_URL].kind),
    };
    settings_say_apply(&apply, finding);
    settings_free(&settings);
    return accepted;
}

// ---- Asking -------------------------------------------------------------------------------------

struct child {
    struct verify *verify;
    const struct check *check;
    struct check_run run;
    int out_fd;
    struct check_result late; // handed over by the deadline
};

// What the child writes into the pipe; the deadline writes the result alone.
struct told {
    struct check_result result;
    struct check_saves saves;
};

static void prepare_timeout(void *context, enum http_phase phase, const char *what)
{
    struct child *child = context;
    struct finding finding = {0};
    struct text text = text_over(child->late.came, sizeof child->late.came);
    http_timeout_finding(&finding, phase, what, child->run.timeout_ms, container_is_inside());
    finding_add_sentence(&finding, &text);
    text_add(&text, " [%s]", reason_word(finding.reason));
    child->late.state = CHECK_FAILED;
    child->late.took_ms = child->run.timeout_ms;
    deadline_say(child->out_fd, &child->late, sizeof child->late, EXITCODE_NO);
}

static int work(void *context, int out_fd)
{
    static struct told told; // not on the stack, which may be small (main.c)
    struct child *child = context;
    child->out_fd = out_fd;
    if (!deadline_arm(child->run.timeout_ms))
        return EXITCODE_NO; // the parent misses the answer
    prepare_timeout(child, HTTP_RESOLVING, "the address");
    check_ask(&child->verify->checks, child->check, &child->run, &told.result, &told.saves);
    deadline_disarm();
    bool written = file_write(out_fd, &told, sizeof told);
    wipe(&told, sizeof told);
    return written ? EXITCODE_OK : EXITCODE_NO;
}

static int64_t timeout_of(const struct verify *verify, const struct check *check)
{
    if (verify->settings.origins[OPTION_TIMEOUT].kind > ORIGIN_DEFAULT)
        return verify->settings.limits.timeout_ms;
    if (check->timeout_ms > 0)
        return check->timeout_ms;
    return verify->checks.timeout_ms > 0 ? verify->checks.timeout_ms : CHECK_TIMEOUT_MS;
}

// One check in a forked child, so that its deadline is hard. Returns the number of a stop signal,
// else 0.
static int ask(struct verify *verify, const struct check *check, struct check_result *result)
{
    static struct child child; // not on the stack, which may be small (main.c)
    static struct told told;
    const struct settings *settings = &verify->settings;
    struct span secrets[] = {settings->token.used.text, settings->login.password};
    memset(&child, 0, sizeof child);
    child.verify = verify;
    child.check = check;
    child.run = (struct check_run){
        .accepts = accepts,
        .find = find,
        .context = verify,
        .values = &verify->values,
        .secrets = secrets,
        .secret_count = sizeof secrets / sizeof secrets[0],
        .extra = &verify->gateway,
        .extra_url = verify->settings.reach.url,
        .ca_file = verify->settings.reach.ca_file,
        .proxy = verify->settings.reach.proxy,
        .timeout_ms = timeout_of(verify, check),
        .phase = prepare_timeout,
        .phase_context = &child,
    };
    check_describe(check, &child.late);
    struct init_work_result done =
        init_work(verify->call->inherited, work, &child, (char *)&told, sizeof told);
    bool whole = done.answer == INIT_WORK_DONE && done.len >= sizeof told.result;
    *result = whole ? told.result : child.late;
    if (!whole)
        result->state = CHECK_FAILED;
    if (result->state == CHECK_PASSED && !check_values_add(&verify->values, &told.saves))
        result->state = CHECK_FAILED;
    wipe(&told, sizeof told);
    return done.answer == INIT_WORK_STOPPED ? done.signal : 0;
}

// The first earlier check that this one needs and that did not pass.
static const struct check *missing_need(const struct verify *verify, unsigned index)
{
    for (unsigned i = 0; i < index; i++)
        if (verify->results[i].state != CHECK_PASSED && checks_needs(&verify->checks, index, i))
            return &verify->checks.list[i];
    return NULL;
}

static void skip(const struct check *check, const struct check *need, struct check_result *result)
{
    memset(result, 0, sizeof *result);
    check_describe(check, result);
    struct text text = text_over(result->came, sizeof result->came);
    text_add(&text, "not asked: it needs \"%s\"", need->name);
    result->state = CHECK_SKIPPED;
}

// ---- Printing -----------------------------------------------------------------------------------

static const char *word_of(enum check_state state)
{
    switch (state) {
    case CHECK_PASSED:
        return "passed";
    case CHECK_FAILED:
        return "failed";
    case CHECK_SKIPPED:
        return "skipped";
    }
    return "";
}

// As in the guide's "Expected Result"; words where there is no terminal.
static const char *mark_of(enum check_state state, bool terminal)
{
    switch (state) {
    case CHECK_PASSED:
        return terminal ? "✅ " : "passed   ";
    case CHECK_FAILED:
        return terminal ? "❌ " : "FAILED   ";
    case CHECK_SKIPPED:
        return terminal ? "➖ " : "skipped  ";
    }
    return "";
}

static bool print_check(const struct verify *verify, const struct check *check,
                        const struct check_result *result)
{
    struct text out = text_growing();
    bool terminal = page_on_terminal(envlist_get(&verify->environment, "NO_COLOR"));
    const struct page page = {.out = &out, .terminal = terminal};
    unsigned indent = terminal ? 3 : 9;
    text_add(&out, "%s%s\n", mark_of(result->state, terminal), check->name);
    if (result->state != CHECK_PASSED || verify->settings.log >= SAY_INFO) {
        if (result->state != CHECK_SKIPPED)
            page_paragraph(&page, indent, "asked: ", span_of(result->asked));
        if (result->state != CHECK_SKIPPED && result->sent[0] != '\0')
            page_paragraph(&page, indent, "sent: ", span_of(result->sent));
        page_paragraph(&page, indent,
                       result->state == CHECK_SKIPPED ? "" : "came back: ", span_of(result->came));
    }
    if (result->remark[0] != '\0')
        page_paragraph(&page, indent, "remark: ", span_of(result->remark));
    if (result->state == CHECK_FAILED && result->remedy[0] != '\0')
        page_paragraph(&page, indent, "to do: ", span_of(result->remedy));
    else if (result->state == CHECK_FAILED && check->remedy)
        page_paragraph(&page, indent, "to do: ", span_of(check->remedy));
    return print_text(&out) == EXITCODE_OK;
}

static void add_json(const struct verify *verify, struct text *out)
{
    json_open(out, NULL, '{');
    json_add_number(out, "passed", verify->passed);
    json_add_number(out, "failed", verify->failed);
    json_add_number(out, "skipped", verify->skipped);
    json_open(out, "checks", '[');
    for (unsigned i = 0; i < verify->checks.count; i++) {
        const struct check_result *result = &verify->results[i];
        json_open(out, NULL, '{');
        json_add_text(out, "name", verify->checks.list[i].name);
        json_add_text(out, "result", word_of(result->state));
        json_add_text(out, "asked", result->asked);
        json_add_text(out, "answer", result->came);
        json_add_number(out, "status", result->status);
        json_add_number(out, "milliseconds", result->took_ms);
        if (result->remark[0] != '\0')
            json_add_text(out, "remark", result->remark);
        json_close(out, '}');
    }
    text_add(out, "]}\n");
}

// ---- The steps ----------------------------------------------------------------------------------

static void count(struct verify *verify, const struct check_result *result)
{
    verify->passed += result->state == CHECK_PASSED;
    verify->failed += result->state == CHECK_FAILED;
    verify->skipped += result->state == CHECK_SKIPPED;
}

static int check_all(struct verify *verify)
{
    for (unsigned i = 0; i < verify->checks.count; i++) {
        const struct check *check = &verify->checks.list[i];
        struct check_result *result = &verify->results[i];
        const struct check *need = missing_need(verify, i);
        int stopped = 0;
        if (need)
            skip(check, need, result);
        else
            stopped = ask(verify, check, result);
        if (stopped != 0)
            return attempt_stopped(verify->settings.log, stopped);
        count(verify, result);
        if (!verify->settings.json && !print_check(verify, check, result))
            return EXITCODE_NO;
    }
    struct text out = text_growing();
    if (verify->settings.json)
        add_json(verify, &out);
    else
        text_add(&out, "%u passed, %u failed, %u skipped\n", verify->passed, verify->failed,
                 verify->skipped);
    bool printed = print_text(&out) == EXITCODE_OK;
    return printed && verify->passed == verify->checks.count ? EXITCODE_OK : EXITCODE_NO;
}

static bool read_checks(struct verify *verify, struct finding *finding)
{
    const struct call *call = verify->call;
    const char *path =
        verify->options.first < call->argc ? call->argv[verify->options.first] : NULL;
    if (!path) {
        struct span builtin = checks_builtin();
        return checks_read(&verify->checks, builtin.text, builtin.len, "the built-in list",
                           finding);
    }
    enum file_fault fault = file_read(path, CHECKS_FILE_MAX, &verify->file);
    if (fault != FILE_OK) {
        char why[FINDING_SLOT];
        file_fault_text(fault, &verify->file, CHECKS_FILE_MAX, why, sizeof why);
        finding_set(finding,
                    fault == FILE_EXHAUSTED ? REASON_START_FAILED_FILE : REASON_CHECKS_INVALID_FILE,
                    path, NULL, why);
        return false;
    }
    return checks_read(&verify->checks, verify->file.bytes, verify->file.len, path, finding);
}

static int refuse(const struct verify *verify, const struct finding *finding, int code)
{
    report_refusal(verify->settings.log, finding);
    return code;
}

static int verify_settings(struct verify *verify)
{
    const struct settings *settings = &verify->settings;
    struct finding finding = {0};
    settings_make(&verify->settings, VERB_VERIFY, &verify->options, &verify->environment);
    if (settings->refusal_count > 0) {
        bool usage = settings->refusals[0].stage == STAGE_OPTIONS;
        return refuse(verify, &settings->refusals[0].finding, usage ? EXITCODE_USAGE : EXITCODE_NO);
    }
    if (!header_file_read(&verify->gateway, settings->reach.header_file, &finding) ||
        !read_checks(verify, &finding))
        return refuse(verify, &finding, EXITCODE_NO);
    return check_all(verify);
}

static int run(struct verify *verify)
{
    struct finding finding = {0};
    const struct call *call = verify->call;
    int code = EXITCODE_OK;
    if (!begin(call, VERB_VERIFY, &verify->options, &code))
        return code;
    if (!envlist_make(&verify->environment, call->envp)) {
        finding_set(&finding, REASON_START_FAILED, NULL, NULL, "memory ran out");
        return refuse(verify, &finding, EXITCODE_NO);
    }
    code = verify_settings(verify);
    checks_free(&verify->checks);
    header_file_free(&verify->gateway);
    file_free(&verify->file);
    settings_free(&verify->settings);
    envlist_free(&verify->environment);
    return code;
}

int verb_verify(const struct call *call)
{
    // A quarter of a megabyte: too much for a stack.
    struct verify *verify = calloc(1, sizeof *verify);
    if (!verify) {
        say(SAY_WARN, SAY_ERROR, "memory ran out [%s]", reason_word(REASON_START_FAILED));
        return EXITCODE_NO;
    }
    verify->call = call;
    verify->settings.log = SAY_WARN;
    int code = run(verify);
    options_free(&verify->options);
    wipe(verify, sizeof *verify);
    free(verify);
    return code;
}
