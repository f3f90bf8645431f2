// SPDX-License-Identifier: MIT
#include "labelstudio/trade.h"

#include <string.h>
#include <time.h>

#include "base/ascii.h"
#include "base/json.h"
#include "base/redact.h"
#include "base/text.h"
#include "base/wipe.h"
#include "labelstudio/request.h"

#define JSON_TYPE "application/json"
#define FORM_TYPE "application/x-www-form-urlencoded"

// Exactly these words allow the one POST that would replace a token if there were one.
#define NO_LEGACY_TOKEN "Token matching query does not exist."

// A good answer whose token cannot be one.
#define UNCLEAN "the token in it is empty, too long or not plain text"

// {"refresh": "<PAT>"}: a token may double in length when every byte must be escaped.
#define BODY_MAX (2 * TOKEN_MAX + 64)
// User and password, three bytes a byte, and the CSRF text.
#define FORM_MAX 4096

void secret_wipe(struct secret *self)
{
    wipe(self, sizeof *self);
}

struct span secret_span(const struct secret *self)
{
    return (struct span){self->text, self->len};
}

// ---- Answers ------------------------------------------------------------------------------------

static void bad_reply(const struct ask *how, const char *path, const char *why,
                      struct finding *finding)
{
    char url[QUESTION_URL];
    question_url(how, path, url);
    finding_set(finding, REASON_BAD_REPLY, url, NULL, why);
}

// A good answer whose token could not be taken.
static void not_taken(const struct ask *how, const char *path, struct finding *finding)
{
    if (redact_failed())
        finding_set(finding, REASON_START_FAILED, "asking Label Studio", NULL, "memory ran out");
    else
        bad_reply(how, path, UNCLEAN, finding);
}

// The string `name` of a good answer, into `secret`; it is never shown from here on.
static bool take_string(const struct http_answer *answer, const char *name, struct secret *secret)
{
    struct json json;
    secret->len = 0;
    secret->text[0] = '\0';
    if (!json_parse(&json, answer->body ? answer->body : "", answer->body_len))
        return false;
    json_string(&json, json_member(&json, JSON_ROOT, name), secret->text, sizeof secret->text);
    json_free(&json);
    secret->len = strlen(secret->text);
    bool is_clean = span_run(secret_span(secret), ascii_is_visible) == secret->len;
    if (secret->len > 0 && is_clean && redact_add(secret_span(secret)))
        return true;
    secret_wipe(secret);
    return false;
}

static bool member_true(const struct http_answer *answer, const char *name)
{
    struct json json;
    if (!json_parse(&json, answer->body ? answer->body : "", answer->body_len))
        return false;
    bool is = json_kind_at(&json, json_member(&json, JSON_ROOT, name)) == JSON_TRUE;
    json_free(&json);
    return is;
}

// "Not provided" has another cause for each way of asking.
static void split_not_provided(const struct question *question, struct finding *finding)
{
    if (finding->reason != REASON_JWT_DISABLED)
        return;
    if (question->who.kind == CREDENTIAL_SESSION)
        finding_set(finding, REASON_LOGIN_LOST, finding->subject, NULL,
                    "something between drops the cookie of the session");
    if (question->who.kind == CREDENTIAL_TOKEN)
        finding_set(finding, REASON_HEADER_LOST, finding->subject, NULL, NULL);
}

// Asks and judges. True when the answer is the one that was asked for; the caller frees it then.
static bool ask_for(const struct ask *how, const struct question *question,
                    struct http_answer *answer, struct finding *finding, struct seen *seen)
{
    struct ls_identity identity;
    if (!question_ask(how, question, answer, finding))
        return false;
    if (seen)
        observe(seen, answer);
    question_judge(how, question, answer, finding, &identity);
    split_not_provided(question, finding);
    if (finding->reason == REASON_OK)
        return true;
    http_answer_free(answer);
    return false;
}

// The same, when the answer holds a token in the member `name`.
static OWN_FRAME bool ask_for_secret(const struct ask *how, const struct question *question,
                                     const char *name, struct secret *secret,
                                     struct finding *finding, struct seen *seen)
{
    struct http_answer answer;
    secret->len = 0;
    if (!ask_for(how, question, &answer, finding, seen))
        return false;
    bool taken = take_string(&answer, name, secret);
    http_answer_free(&answer);
    if (!taken)
        not_taken(how, question->path, finding);
    return taken;
}

// ---- Exchange -----------------------------------------------------------------------------------

static void note_clock(const struct secret *access, struct seen *seen)
{
    struct token token;
    token_classify(&token, access->text, access->len);
    if (!token.claims.has_iat)
        return;
    seen->has_skew = true; // made just now, by Label Studio's own clock
    seen->skew_s = (int64_t)time(NULL) - token.claims.iat;
}

OWN_FRAME bool trade_exchange(const struct ask *how, struct span pat, struct secret *access,
                              struct finding *finding, struct seen *seen)
{
    char bytes[BODY_MAX];
    struct text body = text_over(bytes, sizeof bytes);
    text_add(&body, "{\"refresh\": ");
    text_add_json_to_send(&body, pat);
    text_add(&body, "}");
    struct question question = {
        .kind = LS_REFRESH,
        .method = "POST",
        .path = "/api/token/refresh",
        .content_type = JSON_TYPE,
        .body = {body.bytes, body.len},
    };
    struct seen own = {0};
    seen = seen ? seen : &own;
    bool taken = ask_for_secret(how, &question, "access", access, finding, seen);
    wipe(bytes, sizeof bytes);
    if (taken)
        note_clock(access, seen);
    if (finding->reason == REASON_PAT_EXPIRED) // here it may look valid still
        observation_skew_text(seen, finding->detail, sizeof finding->detail);
    return taken;
}

// ---- The legacy token ---------------------------------------------------------------------------

static bool reset(const struct ask *how, const struct credential *who, struct secret *legacy,
                  struct finding *finding)
{
    struct question question = {
        .kind = LS_RESET,
        .method = "POST",
        .path = "/api/current-user/reset-token/",
        .who = *who,
        .content_type = JSON_TYPE,
        .body = span_of("{}"),
        .creates = true,
    };
    return ask_for_secret(how, &question, "token", legacy, finding, NULL);
}

// The answer to the question for the legacy token. `none`: this user has none.
static bool take_legacy(const struct ask *how, const struct question *question,
                        const struct http_answer *answer, struct secret *legacy, bool *none,
                        struct finding *finding)
{
    struct ls_identity identity;
    struct ls_answer read = question_answer(answer);
    *none = ls_detail_is(&read, 500, NO_LEGACY_TOKEN);
    if (*none)
        return false;
    question_judge(how, question, answer, finding, &identity);
    split_not_provided(question, finding);
    if (finding->reason != REASON_OK)
        return false;
    if (take_string(answer, "token", legacy))
        return true;
    not_taken(how, question->path, finding);
    return false;
}

OWN_FRAME bool trade_legacy(const struct ask *how, const struct credential *who,
                            struct secret *legacy, bool *created, struct finding *finding)
{
    struct question question = {.kind = LS_LEGACY, .path = "/api/current-user/token", .who = *who};
    struct http_answer answer;
    bool none;
    legacy->len = 0;
    if (!question_ask(how, &question, &answer, finding))
        return false;
    bool taken = take_legacy(how, &question, &answer, legacy, &none, finding);
    http_answer_free(&answer);
    if (none)
        taken = reset(how, who, legacy, finding);
    if (created)
        *created = none && taken;
    return taken;
}

// ---- The switches of the organization -----------------------------------------------------------

static const char switches_path[] = "/api/jwt/settings";

bool trade_read_switches(const struct ask *how, const struct credential *who,
                         struct trade_switches *switches, struct finding *finding)
{
    struct question question = {.kind = LS_SWITCHES, .path = switches_path, .who = *who};
    struct http_answer answer;
    *switches = (struct trade_switches){false, false};
    if (!ask_for(how, &question, &answer, finding, NULL))
        return false;
    switches->api_tokens = member_true(&answer, "api_tokens_enabled");
    switches->legacy_tokens = member_true(&answer, "legacy_api_tokens_enabled");
    http_answer_free(&answer);
    return true;
}

OWN_FRAME bool trade_enable_legacy(const struct ask *how, const struct credential *who,
                                   struct finding *finding)
{
    struct question question = {
        .kind = LS_SWITCHES,
        .method = "POST",
        .path = switches_path,
        .who = *who,
        .content_type = JSON_TYPE,
        .body = span_of("{\"legacy_api_tokens_enabled\": true}"),
    };
    struct http_answer answer;
    if (!ask_for(how, &question, &answer, finding, NULL)) {
        if (finding->reason == REASON_FORBIDDEN || finding->reason == REASON_UNAUTHORIZED)
            finding_set(finding, REASON_ENABLE_REFUSED, how->reach.url, NULL, finding->detail);
        return false;
    }
    bool enabled = member_true(&answer, "legacy_api_tokens_enabled");
    http_answer_free(&answer);
    if (!enabled)
        finding_set(finding, REASON_ENABLE_REFUSED, how->reach.url, NULL,
                    "it says that they are still off");
    return enabled;
}

// ---- Login --------------------------------------------------------------------------------------

static const char login_path[] = "/user/login";

// The value of the cookie `name` in "a=b; c=d"; empty when it is not there.
static struct span cookie(const char *cookies, const char *name)
{
    struct span rest = span_of(cookies), pair;
    size_t len = strlen(name);
    while (span_item(&rest, ';', &pair))
        if (pair.len > len && span_starts(pair, name) && pair.text[len] == '=')
            return span_rest(pair, len + 1);
    return span_of("");
}

static void add_field(struct text *form, const char *name, struct span value)
{
    text_add(form, "%s%s=", form->len ? "&" : "", name);
    for (size_t i = 0; i < value.len; i++) {
        text_add(form, ascii_is_alnum(value.text[i]) ? "%c" : "%%%02X",
                 (unsigned char)value.text[i]);
    }
}

// All of them: a gateway in front sets its own, which open it.
static bool redact_session(const char *cookies, struct finding *finding)
{
    struct span rest = span_of(cookies), pair;
    bool added = true;
    while (span_item(&rest, ';', &pair)) {
        size_t equals = span_find(pair, "=");
        added = (equals == pair.len || redact_add(span_rest(pair, equals + 1))) && added;
    }
    if (!added)
        finding_set(finding, REASON_START_FAILED, "asking Label Studio", NULL, "memory ran out");
    return added;
}

// The login page, for its cookies. Django takes the CSRF cookie's own value in the form.
static OWN_FRAME bool open_login(const struct ask *how, struct secret *cookies,
                                 struct finding *finding)
{
    struct question page = {.kind = LS_WHOAMI_ANONYMOUS, .path = login_path};
    struct http_answer answer;
    struct ls_identity identity;
    if (!question_ask(how, &page, &answer, finding))
        return false;
    bool opened = answer.status == 200 && cookie(answer.cookies, "csrftoken").len > 0;
    if (opened)
        text_print(cookies->text, sizeof cookies->text, "%s", answer.cookies);
    else
        question_judge(how, &page, &answer, finding, &identity);
    cookies->len = opened ? strlen(cookies->text) : 0;
    http_answer_free(&answer);
    return opened && redact_session(cookies->text, finding);
}

static bool take_session(const struct ask *how, struct http_answer *answer, struct secret *session,
                         struct finding *finding)
{
    bool begun = cookie(answer->cookies, "sessionid").len > 0;
    if (begun)
        session->len = text_print(session->text, sizeof session->text, "%s", answer->cookies);
    else
        bad_reply(how, login_path, "it sets no session cookie", finding);
    http_answer_free(answer);
    return begun && redact_session(session->text, finding);
}

static OWN_FRAME bool send_login(const struct ask *how, struct span form, struct secret *session,
                                 struct finding *finding)
{
    struct secret cookies = *session;
    struct question question = {
        .kind = LS_LOGIN,
        .method = "POST",
        .path = login_path,
        .who = {CREDENTIAL_SESSION, secret_span(&cookies)},
        .content_type = FORM_TYPE,
        .body = form,
    };
    struct http_answer answer;
    session->len = 0;
    bool done = ask_for(how, &question, &answer, finding, NULL) &&
                take_session(how, &answer, session, finding);
    secret_wipe(&cookies);
    return done;
}

OWN_FRAME bool trade_login(const struct ask *how, const char *user, struct span password,
                           struct secret *session, struct finding *finding)
{
    char bytes[FORM_MAX];
    struct text form = text_over(bytes, sizeof bytes);
    bool done = false;
    if (open_login(how, session, finding)) {
        add_field(&form, "email", span_of(user));
        add_field(&form, "password", password);
        add_field(&form, "csrfmiddlewaretoken", cookie(session->text, "csrftoken"));
        if (form.cut)
            finding_set(finding, REASON_LOGIN_NOT_ASKED, how->reach.url, NULL,
                        "user name or password is too long");
        else
            done = send_login(how, (struct span){form.bytes, form.len}, session, finding);
    }
    wipe(bytes, sizeof bytes);
    return done;
}
