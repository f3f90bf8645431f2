// SPDX-License-Identifier: MIT
// Brings the right token into .env: from standard input, traded for a Personal Access Token, or by
// logging in.
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "base/envlist.h"
#include "base/file.h"
#include "base/redact.h"
#include "base/replace.h"
#include "base/say.h"
#include "base/wipe.h"
#include "cli/begin.h"
#include "cli/print.h"
#include "cli/prompt.h"
#include "dotenv/assign.h"
#include "probe/attempt.h"
#include "settings/settings.h"
#include "spec/exitcode.h"
#include "verbs/verbs.h"

#define NEW_FILE_MODE 0600
#define USER 256
#define PASSWORD 1024

struct bring {
    struct options options;
    struct envlist environment;
    struct settings settings;
    struct secret token;    // what will be written or printed
    struct attempt attempt; // of a trade or a login; its token is wiped with `bring`
};

static int refuse(const struct bring *bring, const struct finding *finding)
{
    report_refusal(bring->settings.log, finding);
    return EXITCODE_NO;
}

static int refuse_with(const struct bring *bring, enum reason reason, const char *subject,
                       const char *detail)
{
    struct finding finding = {0};
    finding_set(&finding, reason, subject, NULL, detail);
    return refuse(bring, &finding);
}

// The old token may be of any kind, it is what is to be replaced; all else must be right.
static int judge_settings(const struct bring *bring)
{
    const struct settings *settings = &bring->settings;
    for (unsigned i = 0; i < settings->refusal_count; i++) {
        const struct settings_finding *refusal = &settings->refusals[i];
        if (refusal->stage == STAGE_OPTIONS) {
            report_refusal(settings->log, &refusal->finding);
            return EXITCODE_USAGE;
        }
        if (refusal->stage != STAGE_TOKEN)
            return refuse(bring, &refusal->finding);
    }
    return EXITCODE_OK;
}

// In a child, since a name look-up knows no limit.
static void ask_in_child(const struct bring *bring, enum attempt_kind kind, const char *user,
                         struct span secret, struct attempt *attempt)
{
    struct init_inherited inherited;
    init_capture_signals(&inherited); // a stop signal is received as data while the child asks
    struct attempt_plan plan = attempt_plan_from(&bring->settings, &inherited);
    plan.kind = kind;
    plan.user = user;
    plan.secret = secret;
    attempt_once(&plan, attempt);
    init_release(&inherited);
}

static int bring_legacy(struct bring *bring, enum attempt_kind kind, const char *user,
                        struct span secret)
{
    ask_in_child(bring, kind, user, secret, &bring->attempt);
    if (bring->attempt.signal != 0)
        return attempt_stopped(bring->settings.log, bring->attempt.signal);
    if (bring->attempt.finding.reason != REASON_OK)
        return refuse(bring, &bring->attempt.finding);
    if (bring->attempt.created)
        say(bring->settings.log, SAY_WARN, "this user had no legacy token: one was made");
    if (bring->attempt.enabled)
        say(bring->settings.log, SAY_WARN,
            "legacy tokens were off in the organization: they are switched on now");
    bring->token = bring->attempt.token;
    return EXITCODE_OK;
}

static int trade(struct bring *bring)
{
    struct finding finding = {0};
    if (!settings_need_url(&bring->settings, &finding))
        return refuse(bring, &finding);
    return bring_legacy(bring, ATTEMPT_TRADE, NULL, secret_span(&bring->token));
}

static void tell_unclear(const struct bring *bring, const struct finding *unclear)
{
    char words[2 * FINDING_SLOT];
    struct text text = text_over(words, sizeof words);
    finding_add_sentence(unclear, &text);
    say(bring->settings.log, SAY_WARN,
        "Label Studio could not be asked whether it accepts this token: %s [%s]", words,
        reason_word(unclear->reason));
}

// Whether Label Studio accepts what is about to be handed over. What it refuses goes nowhere; an
// answer that says nothing about the token keeps nothing back.
static int prove(const struct bring *bring)
{
    struct attempt attempt;
    const struct settings *settings = &bring->settings;
    if (settings->offline || settings->reach.url == NULL) {
        say(settings->log, settings->write ? SAY_WARN : SAY_INFO,
            "Label Studio was not asked whether it accepts this token%s",
            settings->offline ? " (--offline)" : ": LABEL_STUDIO_URL is not set");
        return EXITCODE_OK;
    }
    ask_in_child(bring, ATTEMPT_GIVEN, NULL, secret_span(&bring->token), &attempt);
    if (attempt.signal != 0)
        return attempt_stopped(settings->log, attempt.signal);
    if (attempt.finding.reason == REASON_OK)
        return EXITCODE_OK;
    if (reason_class(attempt.finding.reason) != REASON_CLASS_UNCLEAR)
        return refuse(bring, &attempt.finding);
    tell_unclear(bring, &attempt.finding);
    return EXITCODE_OK;
}

// Every signal is received as data meanwhile: the terminal gets its echo back before one ends or
// stops us.
static enum prompt_answer ask_for(struct prompt *prompt)
{
    struct init_inherited inherited;
    prompt->await = init_await;
    prompt->stop = init_stop_self;
    init_capture_signals(&inherited);
    enum prompt_answer answer = prompt_line(prompt);
    init_release(&inherited);
    return answer;
}

// EXITCODE_OK: the line is there. `what` it is, for the sentence.
static int ask_for_line(const struct bring *bring, struct prompt *prompt, const char *what)
{
    char why[FINDING_SLOT];
    enum prompt_answer answer = ask_for(prompt);
    if (answer == PROMPT_STOPPED)
        return attempt_stopped(bring->settings.log, prompt->signal);
    if (answer != PROMPT_OK || prompt->len == 0) {
        text_print(why, sizeof why,
                   answer == PROMPT_TOO_LONG ? "the %s is too long" : "no %s is known", what);
        return refuse_with(bring, REASON_LOGIN_NOT_ASKED, bring->settings.reach.url, why);
    }
    struct span line = {prompt->buffer, prompt->len};
    if (prompt->secret && !redact_add(line))
        return refuse_with(bring, REASON_START_FAILED, NULL, "memory ran out");
    return EXITCODE_OK;
}

// User and password: from the settings, else asked at the terminal.
static int login(struct bring *bring)
{
    const struct settings *settings = &bring->settings;
    char user[USER], password[PASSWORD];
    struct prompt for_user = {
        .question = "Label Studio user (e-mail): ", .buffer = user, .size = sizeof user};
    struct prompt for_password = {
        .question = "password: ", .secret = true, .buffer = password, .size = sizeof password};
    struct finding finding = {0};
    struct span secret = settings->login.password;
    int code = EXITCODE_OK;
    if (!settings_need_url(settings, &finding))
        return refuse(bring, &finding);
    if (settings->login.username == NULL)
        code = ask_for_line(bring, &for_user, "user name");
    if (code == EXITCODE_OK && secret.len == 0) {
        code = ask_for_line(bring, &for_password, "password");
        secret = (struct span){password, for_password.len};
    }
    if (code == EXITCODE_OK)
        code = bring_legacy(bring, ATTEMPT_LOGIN,
                            settings->login.username != NULL ? settings->login.username : user,
                            secret);
    wipe(password, sizeof password);
    return code;
}

static bool may_trade(const struct bring *bring)
{
    return bring->settings.reach.url != NULL && !bring->settings.offline;
}

// A whole Personal Access Token is what can be traded; under --jwt accept or trade it is what the
// file should hold.
static int judge_token(struct bring *bring, const char *name, const char *where)
{
    struct token token;
    char doubt[FINDING_SLOT];
    struct finding finding = {0};
    token_classify(&token, bring->token.text, bring->token.len);
    if (token_may_be_path(&token, bring->token.text, bring->token.len) &&
        file_is_regular(bring->token.text))
        token_set_path(&token);
    enum jwt_policy policy = bring->settings.token.jwt;
    bool to_trade = token.kind == TOKEN_JWT_REFRESH && policy == JWT_REJECT && may_trade(bring);
    if (!token_judge(&token, to_trade ? JWT_TRADE : policy, time(NULL), name, where, &finding)) {
        finding.apply = APPLY_NOTHING; // it is given again
        return refuse(bring, &finding);
    }
    if (token_doubt_text(&token, name, where, doubt, sizeof doubt))
        say(bring->settings.log, SAY_WARN, "%s", doubt);
    return to_trade ? trade(bring) : prove(bring);
}

// The first Personal Access Token among what is set; NULL: there is none.
static const struct token_found *find_pat(const struct token_settings *token)
{
    if (token->used.name != NULL && token->used.judged.kind == TOKEN_JWT_REFRESH)
        return &token->used;
    for (unsigned i = 0; i < token->other_count; i++)
        if (token->others[i].text.len > 0 && token->others[i].judged.kind == TOKEN_JWT_REFRESH)
            return &token->others[i];
    return NULL;
}

// Nothing was given. A Personal Access Token that is set already is what there is to trade, unless
// the app wants it as it is.
static int from_nothing(struct bring *bring)
{
    char place[FINDING_SLOT], words[FINDING_SLOT];
    const struct token_found *pat = find_pat(&bring->settings.token);
    if (pat == NULL || bring->settings.token.jwt != JWT_REJECT)
        return refuse_with(bring, REASON_TOKEN_MISSING_INPUT, NULL, "standard input is empty");
    origin_text(&pat->origin, place, sizeof place);
    if (!may_trade(bring)) {
        text_print(
            words, sizeof words,
            "standard input is empty; the Personal Access Token in %s (%s) can be exchanged %s",
            pat->name, place,
            bring->settings.offline ? "without --offline only" : "once LABEL_STUDIO_URL is set");
        return refuse_with(bring, REASON_TOKEN_MISSING_ADDRESS, NULL, words);
    }
    bring->token.len = text_print(bring->token.text, sizeof bring->token.text, "%.*s",
                                  (int)pat->text.len, pat->text.text);
    say(bring->settings.log, SAY_WARN,
        "standard input is empty: the Personal Access Token in %s (%s) is traded", pat->name,
        place);
    return judge_token(bring, pat->name, place);
}

static int from_input(struct bring *bring)
{
    struct prompt prompt = {.question = "token (it is not shown): ",
                            .secret = true,
                            .buffer = bring->token.text,
                            .size = sizeof bring->token.text};
    enum prompt_answer answer = ask_for(&prompt);
    bring->token.len = prompt.len;
    switch (answer) {
    case PROMPT_OK:
        if (!redact_add(secret_span(&bring->token)))
            return refuse_with(bring, REASON_START_FAILED, NULL, "memory ran out");
        return prompt.len > 0 ? judge_token(bring, "the token", "standard input")
                              : from_nothing(bring);
    case PROMPT_TOO_LONG:
        return refuse_with(bring, REASON_TOKEN_TOO_LONG, "standard input", "over 4,096 bytes");
    case PROMPT_ENDED:
        return from_nothing(bring);
    case PROMPT_STOPPED:
        return attempt_stopped(bring->settings.log, prompt.signal);
    case PROMPT_FAILED:
        break;
    }
    return refuse_with(bring, REASON_TOKEN_MISSING_INPUT, NULL, "standard input cannot be read");
}

static int print_token(const struct bring *bring)
{
    char line[TOKEN_MAX + 2];
    struct text text = text_over(line, sizeof line);
    text_add_span(&text, secret_span(&bring->token));
    text_add(&text, "\n");
    bool written = say_token(line, text.len);
    wipe(line, sizeof line);
    return written ? EXITCODE_OK : print_failed();
}

static int refuse_replace(const struct bring *bring, const char *path, enum replace_fault fault,
                          int error, const char *kept)
{
    char why[FINDING_SLOT];
    if (fault == REPLACE_CHANGED)
        return refuse_with(bring, REASON_FILE_CHANGED, path, NULL);
    if (fault == REPLACE_KEPT)
        return refuse_with(bring, REASON_FILE_CHANGED_KEPT, path, kept);
    if (fault == REPLACE_LINK)
        return refuse_with(bring, REASON_WRITE_FAILED_LINK, path, NULL);
    replace_text(fault, error, why, sizeof why);
    return refuse_with(bring,
                       fault == REPLACE_MOUNTED ? REASON_WRITE_FAILED_MOUNTED : REASON_WRITE_FAILED,
                       path, why);
}

static int tell_written(const struct bring *bring, const char *path,
                        const struct assignment *assignment)
{
    struct text out = text_growing();
    if (assignment->by_reference)
        say(bring->settings.log, SAY_WARN,
            "the old value was made by ${...}: it is written out now, and the reference is gone");
    text_add_visible(&out, span_of(path), FINDING_SLOT);
    text_add(&out,
             " line %u: %s is set. So that the app gets it:\n"
             "docker compose restart app, where this file itself is mounted;\n"
             "docker compose up -d, where it comes by env_file: or environment:\n",
             assignment->line, bring->settings.token.names[0]);
    return print_text(&out);
}

// What base/replace.h asks and tells while it works.
struct watch {
    const struct bring *bring;
    const struct assign_request *request;
    char kept[FINDING_SLOT];
};

static bool is_spent(void *context, struct span left)
{
    const struct watch *watch = context;
    return assign_differs_in_value(watch->request, left);
}

static void tell_kept(void *context, const char *path, bool left)
{
    struct watch *watch = context;
    struct text text = text_over(watch->kept, sizeof watch->kept);
    text_add_visible(&text, span_of(path), sizeof watch->kept - 1);
    if (left)
        say(watch->bring->settings.log, SAY_WARN,
            "%s was left by a run that was killed, and may hold somebody's edit: take over what is "
            "missing, then remove it",
            watch->kept);
}

// A rename gives the name a new file; other names of the old one go on with it.
static void warn_of_links(const struct bring *bring, const char *path)
{
    char shown[FINDING_SLOT];
    struct stat status;
    if (stat(path, &status) < 0 || status.st_nlink < 2)
        return;
    struct text text = text_over(shown, sizeof shown);
    text_add_visible(&text, span_of(path), sizeof shown - 1);
    say(bring->settings.log, SAY_WARN,
        "%s has %lu names (hard links): only this one gets the new token, the others keep the old "
        "file",
        shown, (unsigned long)status.st_nlink);
}

static int replace(const struct bring *bring, const struct env_file *file,
                   const struct assign_request *request, const struct assignment *assignment)
{
    int error = 0;
    struct watch watch = {.bring = bring, .request = request};
    struct replace_watcher watcher = {is_spent, tell_kept, &watch};
    struct span after = {assignment->bytes, assignment->len};
    if (file->present)
        warn_of_links(bring, file->path);
    enum replace_fault fault =
        file->present ? replace_keep(file->path, request->file, after, &watcher, &error)
                      : replace_create(file->path, after, NEW_FILE_MODE, &watcher, &error);
    if (fault != REPLACE_OK)
        return refuse_replace(bring, file->path, fault, error, watch.kept);
    return tell_written(bring, file->path, assignment);
}

// `earlier` has a place for each file.
static int assign_token(const struct bring *bring, struct span *earlier)
{
    const struct settings *settings = &bring->settings;
    const struct env_file *file = &settings->files[settings->file_count - 1];
    for (unsigned i = 0; i + 1 < settings->file_count; i++)
        earlier[i] =
            (struct span){settings->files[i].content.bytes, settings->files[i].content.len};

    struct assign_request request = {
        .file = {file->content.bytes, file->present ? file->content.len : 0},
        .earlier = earlier,
        .earlier_count = settings->file_count - 1,
        .outside = &bring->environment,
        .name = settings->token.names[0],
        .value = secret_span(&bring->token),
    };
    struct assignment assignment = {0};
    switch (assign(&assignment, &request)) {
    case ASSIGN_OK:
        break;
    case ASSIGN_BROKEN:
        return refuse_with(bring, REASON_WRITE_FAILED, file->path,
                           "Docker Compose refuses this file as it is");
    case ASSIGN_IMPOSSIBLE:
        return refuse_with(
            bring, REASON_WRITE_FAILED, file->path,
            "this name and value cannot be in a .env file, or it would be larger than 1 MiB");
    case ASSIGN_NO_MEMORY:
        return refuse_with(bring, REASON_START_FAILED, NULL, "memory ran out");
    }
    int code = replace(bring, file, &request, &assignment);
    assign_free(&assignment);
    return code;
}

static int write_token(const struct bring *bring)
{
    struct span *earlier = calloc(bring->settings.file_count, sizeof *earlier);
    if (earlier == NULL)
        return refuse_with(bring, REASON_START_FAILED, NULL, "memory ran out");
    int code = assign_token(bring, earlier);
    free(earlier);
    return code;
}

static int bring_token(struct bring *bring)
{
    int code = judge_settings(bring);
    if (code == EXITCODE_OK)
        code = bring->settings.use_login ? login(bring) : from_input(bring);
    if (code == EXITCODE_OK)
        code = bring->settings.write ? write_token(bring) : print_token(bring);
    secret_wipe(&bring->attempt.token);
    secret_wipe(&bring->token);
    settings_free(&bring->settings);
    return code;
}

int verb_token(const struct call *call)
{
    init_release(call->inherited);
    static struct bring bring; // not on the stack, which may be small (main.c)
    bring.settings.log = SAY_WARN;
    int code = EXITCODE_OK;
    if (!begin(call, VERB_TOKEN, &bring.options, &code))
        return code;
    bool writes = options_count(&bring.options, OPTION_WRITE) > 0;
    if (writes == (options_count(&bring.options, OPTION_PRINT) > 0)) {
        options_free(&bring.options);
        return begin_refuse(
            VERB_TOKEN,
            "say where the token goes: --write into the file, or --print to standard output");
    }
    if (options_count(&bring.options, OPTION_LOGIN) > 0 &&
        options_count(&bring.options, OPTION_OFFLINE) > 0) {
        options_free(&bring.options);
        return begin_refuse(VERB_TOKEN, "--login asks Label Studio: leave --offline out");
    }
    if (!envlist_make(&bring.environment, call->envp))
        return refuse_with(&bring, REASON_START_FAILED, NULL, "memory ran out");
    settings_make(&bring.settings, VERB_TOKEN, &bring.options, &bring.environment);
    code = bring_token(&bring);
    envlist_free(&bring.environment);
    options_free(&bring.options);
    return code;
}
