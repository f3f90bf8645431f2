// SPDX-License-Identifier: MIT
// Asking and trading over a scripted server: which questions are asked, in which order, with which
// header and body, and what is made of the answers. No network: http_ask is this file's.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/duration.h"
#include "base/redact.h"
#include "labelstudio/legacy_token.h"
#include "labelstudio/observation.h"
#include "labelstudio/request.h"
#include "labelstudio/whoami.h"

#define BASE "http://label-studio:8080/sub"
#define LEGACY "00112233445566778899aabbccddeeff00112233"
#define PAT "eyJhbGciOiJIUzI1NiJ9.eyJ0b2tlbl90eXBlIjoicmVmcmVzaCJ9.c2lnbmF0dXJl"
#define ACCESS "eyJhbGciOiJIUzI1NiJ9.eyJ0b2tlbl90eXBlIjoiYWNjZXNzIn0.c2lnbmF0dXJl"
#define SESSION "csrftoken=cccc; sessionid=ssss"
#define USER "{\"id\": 7, \"email\": \"a@example.com\", \"active_organization\": 1}"
#define OWN(status, detail)                                                                        \
    "{\"id\": \"x\", \"status_code\": " #status ", \"version\": \"1.22.0\", \"detail\": \"" detail \
    "\"}"
#define NOT_PROVIDED OWN(401, "Authentication credentials were not provided.")
#define LEGACY_OFF OWN(401, "legacy token authentication has been disabled for this organization")
#define PAGE_500 "<html><head><title>500 | Label Studio</title></head></html>"

#define WHOAMI "GET " BASE "/api/current-user/whoami"
#define EXCHANGE "POST " BASE "/api/token/refresh"
#define TOKEN "GET " BASE "/api/current-user/token"
#define RESET "POST " BASE "/api/current-user/reset-token/"
#define SWITCHES "POST " BASE "/api/jwt/settings"
#define BY_LEGACY "Authorization: Token " LEGACY
#define BY_ACCESS "Authorization: Bearer " ACCESS
#define BY_NONSENSE "Authorization: Token 0badc0de0badc0de0badc0de0badc0de0badc0de"
#define INVALID OWN(401, "Invalid token.")
#define BY_SESSION "Cookie: " SESSION

// The scripted server ---------------------------------------------------------------------------

struct step {
    const char *question; // "GET URL"
    const char *header;   // the first line; NULL: none at all
    const char *body;     // NULL: none
    int status;           // 0: no answer, connection refused
    const char *answer;
    const char *cookies, *date, *location;
};

static const struct step *script;
static unsigned steps, asked;

#define PLAY(list) play(list, sizeof(list) / sizeof(list)[0])
static void play(const struct step *list, unsigned count)
{
    script = list;
    steps = count;
    asked = 0;
}

static void copy(char *to, size_t size, const char *from)
{
    (void)snprintf(to, size, "%s", from ? from : "");
}

void http_ask(const struct http_request *request, struct http_answer *answer)
{
    char question[QUESTION_URL + 8];
    assert_true(asked < steps);
    const struct step *step = &script[asked++];
    (void)snprintf(question, sizeof question, "%s %s", request->method, request->url);
    assert_string_equal(question, step->question);
    if (step->header)
        assert_string_equal(request->headers[0], step->header);
    else
        assert_null(request->headers[0]);
    if (!span_is(request->body, step->body ? step->body : ""))
        fail_msg("the body is %.*s", (int)request->body.len, request->body.text);
    assert_true(request->timeout_ms > 0);
    assert_int_equal(request->body_always, step->status == 201 || step->status == 409);

    memset(answer, 0, sizeof *answer);
    answer->answered = step->status != 0;
    answer->status = step->status;
    if (!answer->answered)
        finding_set(&answer->fault, REASON_CONNECTION_REFUSED, request->url, NULL, NULL);
    copy(answer->cookies, sizeof answer->cookies, step->cookies);
    copy(answer->date, sizeof answer->date, step->date);
    copy(answer->location, sizeof answer->location, step->location);
    answer->body = strdup(step->answer ? step->answer : "");
    answer->body_len = strlen(answer->body);
}

void http_answer_free(struct http_answer *answer)
{
    free(answer->body);
    answer->body = NULL;
}

// Helpers ---------------------------------------------------------------------------------------

static struct ask asking(const char *token)
{
    return (struct ask){.reach.url = BASE,
                        .token = span_of(token),
                        .jwt = JWT_REJECT,
                        .until_ms = duration_now() + 5000};
}

static enum reason whoami(const struct ask *how, struct seen *seen)
{
    struct finding finding;
    ask_whoami(how, &finding, seen);
    assert_int_equal(asked, steps);
    return finding.reason;
}

static const struct credential by_access = {CREDENTIAL_BEARER, {ACCESS, sizeof ACCESS - 1}};
static const struct credential by_session = {CREDENTIAL_SESSION, {SESSION, sizeof SESSION - 1}};

// Asking ----------------------------------------------------------------------------------------

static void a_token_is_asked_about_once(void **state)
{
    (void)state;
    struct ask how = asking(LEGACY);
    struct seen seen;
    PLAY(((const struct step[]){{WHOAMI, BY_LEGACY, NULL, 200, USER, 0, 0, 0}}));
    assert_int_equal(whoami(&how, &seen), REASON_OK);
    assert_int_equal(seen.identity.user_id, 7);
    assert_int_equal(seen.status, 200);
    PLAY(((const struct step[]){
        {WHOAMI, BY_LEGACY, NULL, 401, OWN(401, "Invalid token."), 0, 0, 0}}));
    assert_int_equal(whoami(&how, &seen), REASON_TOKEN_UNKNOWN);
}

static void a_jwt_is_known_as_one(void **state)
{
    (void)state;
    struct ask how = asking(PAT);
    struct seen seen;
    PLAY(((const struct step[]){
        {WHOAMI, "Authorization: Token " PAT, NULL, 401, OWN(401, "Invalid token."), 0, 0, 0}}));
    assert_int_equal(whoami(&how, &seen), REASON_JWT_AS_TOKEN);
}

static void without_a_token_a_refusal_is_well(void **state)
{
    (void)state;
    struct ask how = asking("");
    struct seen seen;
    how.anonymous = true;
    PLAY(((const struct step[]){{WHOAMI, NULL, NULL, 401, NOT_PROVIDED, 0, 0, 0}}));
    assert_int_equal(whoami(&how, &seen), REASON_OK_NO_TOKEN);
    PLAY(((const struct step[]){{WHOAMI, NULL, NULL, 401, "<h1>401</h1>", 0, 0, 0}}));
    assert_int_equal(whoami(&how, &seen), REASON_PROXY_AUTH_BARE);
    PLAY(((const struct step[]){{WHOAMI, NULL, NULL, 403, OWN(403, "no"), 0, 0, 0}}));
    assert_int_equal(whoami(&how, &seen), REASON_FORBIDDEN);
}

static void a_pat_is_exchanged_and_asked_with(void **state)
{
    (void)state;
    struct ask how = asking(PAT);
    struct seen seen;
    how.jwt = JWT_ACCEPT;
    PLAY(((const struct step[]){
        {EXCHANGE, "Content-Type: application/json", "{\"refresh\": \"" PAT "\"}", 200,
         "{\"access\": \"" ACCESS "\"}", 0, 0, 0},
        {WHOAMI, BY_ACCESS, NULL, 200, USER, 0, 0, 0},
    }));
    assert_int_equal(whoami(&how, &seen), REASON_OK);
    assert_int_equal(seen.identity.user_id, 7);
    PLAY(((const struct step[]){
        {EXCHANGE, "Content-Type: application/json", "{\"refresh\": \"" PAT "\"}", 200,
         "{\"access\": \"" ACCESS "\"}", 0, 0, 0},
        {WHOAMI, BY_ACCESS, NULL, 401, NOT_PROVIDED, 0, 0, 0},
        {WHOAMI, BY_NONSENSE, NULL, 401, INVALID, 0, 0, 0},
    }));
    assert_int_equal(whoami(&how, &seen), REASON_JWT_DISABLED);
    PLAY(((const struct step[]){
        {EXCHANGE, "Content-Type: application/json", "{\"refresh\": \"" PAT "\"}", 200,
         "{\"access\": \"" ACCESS "\"}", 0, 0, 0},
        {WHOAMI, BY_ACCESS, NULL, 401, NOT_PROVIDED, 0, 0, 0},
        {WHOAMI, BY_NONSENSE, NULL, 401, NOT_PROVIDED, 0, 0, 0},
    }));
    assert_int_equal(whoami(&how, &seen), REASON_HEADER_LOST);
    PLAY(((const struct step[]){
        {EXCHANGE, "Content-Type: application/json", "{\"refresh\": \"" PAT "\"}", 401,
         OWN(401, "Token is blacklisted"), 0, 0, 0},
    }));
    assert_int_equal(whoami(&how, &seen), REASON_PAT_REVOKED);
}

static void a_legacy_token_needs_no_exchange(void **state)
{
    (void)state;
    struct ask how = asking(LEGACY);
    struct seen seen;
    for (enum jwt_policy jwt = JWT_REJECT; jwt <= JWT_ACCEPT; jwt++) {
        how.jwt = jwt;
        PLAY(((const struct step[]){{WHOAMI, BY_LEGACY, NULL, 200, USER, 0, 0, 0}}));
        assert_int_equal(whoami(&how, &seen), REASON_OK);
    }
}

#define LEGACY_COMES                                                        \
    {                                                                       \
        TOKEN, BY_ACCESS, NULL, 200, "{\"token\": \"" LEGACY "\"}", 0, 0, 0 \
    }
#define LEGACY_WORKS                                \
    {                                               \
        WHOAMI, BY_LEGACY, NULL, 200, USER, 0, 0, 0 \
    }
#define LEGACY_IS_OFF                                     \
    {                                                     \
        WHOAMI, BY_LEGACY, NULL, 401, LEGACY_OFF, 0, 0, 0 \
    }
#define EXCHANGED                                                                      \
    {                                                                                  \
        EXCHANGE, "Content-Type: application/json", "{\"refresh\": \"" PAT "\"}", 200, \
            "{\"access\": \"" ACCESS "\"}", 0, 0, 0                                    \
    }

static void a_500_to_a_bearer_is_asked_again_without(void **state)
{
    (void)state;
    struct ask how = asking(PAT);
    struct seen seen;
    how.jwt = JWT_ACCEPT;
    PLAY(((const struct step[]){
        EXCHANGED,
        {WHOAMI, BY_ACCESS, NULL, 500, PAGE_500, 0, 0, 0},
        {WHOAMI, NULL, NULL, 401, NOT_PROVIDED, 0, 0, 0},
    }));
    assert_int_equal(whoami(&how, &seen), REASON_NO_ORGANIZATION);
    PLAY(((const struct step[]){
        EXCHANGED,
        {WHOAMI, BY_ACCESS, NULL, 500, PAGE_500, 0, 0, 0},
        {WHOAMI, NULL, NULL, 500, PAGE_500, 0, 0, 0},
    }));
    assert_int_equal(whoami(&how, &seen), REASON_SERVER_ERROR_OWN);
    PLAY(((const struct step[]){
        EXCHANGED,
        {WHOAMI, BY_ACCESS, NULL, 500, PAGE_500, 0, 0, 0},
        {WHOAMI, NULL, NULL, 0, NULL, 0, 0, 0},
    }));
    assert_int_equal(whoami(&how, &seen), REASON_SERVER_ERROR_OWN);
}

static void a_404_to_the_exchange_is_explained_by_whoami(void **state)
{
    (void)state;
    struct ask how = asking(PAT);
    struct seen seen;
    const struct step first = {
        EXCHANGE, "Content-Type: application/json", "{\"refresh\": \"" PAT "\"}", 404, NULL, 0, 0,
        0};
    how.jwt = JWT_ACCEPT;
    PLAY(((const struct step[]){first, {WHOAMI, NULL, NULL, 401, NOT_PROVIDED, 0, 0, 0}}));
    assert_int_equal(whoami(&how, &seen), REASON_NO_PAT_SUPPORT);
    PLAY(((const struct step[]){first, {WHOAMI, NULL, NULL, 404, NULL, 0, 0, 0}}));
    assert_int_equal(whoami(&how, &seen), REASON_NOT_FOUND_PROXY);
}

static void a_fault_of_the_network_passes_through(void **state)
{
    (void)state;
    struct ask how = asking(LEGACY);
    struct seen seen;
    PLAY(((const struct step[]){{WHOAMI, BY_LEGACY, NULL, 0, NULL, 0, 0, 0}}));
    assert_int_equal(whoami(&how, &seen), REASON_CONNECTION_REFUSED);
    assert_int_equal(seen.status, 0);
    assert_false(seen.has_skew);
}

static void a_bad_header_file_is_said_before_anything_is_asked(void **state)
{
    (void)state;
    struct ask how = asking(LEGACY);
    struct seen seen;
    how.reach.header_file = "/nowhere/headers";
    play(NULL, 0);
    assert_int_equal(whoami(&how, &seen), REASON_HEADER_FILE_INVALID);
}

static void a_gateway_gets_its_header_and_the_token_is_the_api_key(void **state)
{
    (void)state;
    struct ask how = asking(LEGACY);
    struct seen seen;
    char path[] = "/tmp/labelgate-test-trade-XXXXXX";
    int fd = mkstemp(path);
    assert_int_equal(write(fd, "Authorization: Bearer gate\n", 27), 27);
    close(fd);
    how.reach.header_file = path;
    PLAY(((const struct step[]){{WHOAMI, "X-Api-Key: " LEGACY, NULL, 200, USER, 0, 0, 0}}));
    assert_int_equal(whoami(&how, &seen), REASON_OK);
    unlink(path);
}

static void a_text_that_repeats_the_token_is_hidden(void **state)
{
    (void)state;
    struct ask how = asking(LEGACY);
    struct seen seen;
    struct finding finding;
    assert_true(redact_add(span_of(LEGACY))); // as the settings do
    PLAY(((const struct step[]){
        {WHOAMI, BY_LEGACY, NULL, 401, OWN(401, "no, not 33445566!"), 0, 0, 0}}));
    ask_whoami(&how, &finding, &seen);
    assert_int_equal(finding.reason, REASON_UNAUTHORIZED);
    assert_null(strstr(finding.detail, "33445566"));
    PLAY(((const struct step[]){
        {WHOAMI, BY_LEGACY, NULL, 401, OWN(401, "no, not 3344556!"), 0, 0, 0}}));
    ask_whoami(&how, &finding, &seen);
    assert_non_null(strstr(finding.detail, "3344556"));
    redact_clear();
}

// Clocks ----------------------------------------------------------------------------------------

static void format_date(char *buffer, size_t size, int64_t offset)
{
    time_t then = time(NULL) + (time_t)offset;
    struct tm date;
    gmtime_r(&then, &date);
    (void)strftime(buffer, size, "%a, %d %b %Y %H:%M:%S GMT", &date);
}

static void the_difference_of_the_clocks_is_seen(void **state)
{
    (void)state;
    struct ask how = asking(LEGACY);
    struct seen seen;
    char date[64], words[80];
    format_date(date, sizeof date, -3600);
    PLAY(((const struct step[]){{WHOAMI, BY_LEGACY, NULL, 200, USER, 0, date, 0}}));
    assert_int_equal(whoami(&how, &seen), REASON_OK);
    assert_true(seen.has_skew);
    assert_int_in_range(seen.skew_s, 3600, 3603);
    seen.skew_s = 3600;
    assert_true(observation_skew_text(&seen, words, sizeof words));
    assert_string_equal(words, "our clock is 1h ahead of Label Studio's");
    seen.skew_s = -61;
    assert_true(observation_skew_text(&seen, words, sizeof words));
    assert_string_equal(words, "our clock is 1m1s behind Label Studio's");
    seen.skew_s = 60;
    assert_false(observation_skew_text(&seen, words, sizeof words));
    assert_string_equal(words, "");
}

static void an_expired_pat_tells_the_difference_of_the_clocks(void **state)
{
    (void)state;
    struct ask how = asking("");
    struct secret access;
    struct finding finding;
    char date[64];
    format_date(date, sizeof date, 86400);
    PLAY(((const struct step[]){{EXCHANGE, "Content-Type: application/json",
                                 "{\"refresh\": \"" PAT "\"}", 401, OWN(401, "Token is expired"), 0,
                                 date, 0}}));
    assert_false(trade_exchange(&how, span_of(PAT), &access, &finding, NULL));
    assert_int_equal(finding.reason, REASON_PAT_EXPIRED);
    assert_non_null(strstr(finding.detail, "our clock is "));
    assert_non_null(strstr(finding.detail, "behind"));
}

static void a_date_that_is_none_says_nothing(void **state)
{
    (void)state;
    static const char *const dates[] = {"", "now", "Tue, 15 Nov 1994 08:12:31",
                                        "Tue, 15 Nov 1994 08:12:31 GMT+1", "1994-11-15T08:12:31Z"};
    struct http_answer answer = {.answered = true};
    int64_t skew = 0;
    for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
        copy(answer.date, sizeof answer.date, dates[i]);
        assert_false(observation_clock(&answer, &skew));
    }
    copy(answer.date, sizeof answer.date, "Sun, 06 Nov 1994 08:49:37 GMT"); // RFC 9110's example
    assert_true(observation_clock(&answer, &skew));
    assert_int_in_range(time(NULL) - skew, 784111777 - 2, 784111777 + 2);
}

// Trading ---------------------------------------------------------------------------------------

static bool traded(const char *pat, bool enable, struct legacy *result, struct finding *finding)
{
    struct ask how = asking("");
    bool done = legacy_from_pat(&how, span_of(pat), enable, result, finding);
    assert_int_equal(asked, steps);
    assert_int_equal(done, finding->reason == REASON_OK);
    return done;
}

static void a_pat_is_traded(void **state)
{
    (void)state;
    struct legacy result;
    struct finding finding;
    PLAY(((const struct step[]){
        EXCHANGED,
        LEGACY_COMES,
        LEGACY_WORKS,
    }));
    assert_true(traded(PAT, false, &result, &finding));
    assert_string_equal(result.token.text, LEGACY);
    assert_int_equal(result.token.len, 40);
    assert_int_equal(result.seen.identity.user_id, 7);
    assert_false(result.created || result.enabled);
    legacy_wipe(&result);
    assert_string_equal(result.token.text, "");
}

static void a_user_without_a_token_gets_one(void **state)
{
    (void)state;
    struct legacy result;
    struct finding finding;
    PLAY(((const struct step[]){
        EXCHANGED,
        {TOKEN, BY_ACCESS, NULL, 500, OWN(500, "Token matching query does not exist."), 0, 0, 0},
        {RESET, BY_ACCESS, "{}", 201, "{\"token\": \"" LEGACY "\"}", 0, 0, 0},
        LEGACY_WORKS,
    }));
    assert_true(traded(PAT, false, &result, &finding));
    assert_true(result.created);
}

// Each of these is something else than "there is none": a token must never be replaced.
static void a_token_is_reset_after_exactly_one_answer(void **state)
{
    (void)state;
    static const struct {
        int status;
        const char *answer;
    } others[] = {
        {500, OWN(500, "Token matching query does not exist")},
        {500, OWN(500, "Token matching query does not exist. Or so.")},
        {500, OWN(500, "User matching query does not exist.")},
        {500, "{\"detail\": \"Token matching query does not exist.\"}"},
        {500, "Token matching query does not exist."},
        {404, OWN(404, "Token matching query does not exist.")},
        {503, OWN(503, "Token matching query does not exist.")},
        {401, OWN(401, "Token matching query does not exist.")},
        {200, OWN(200, "Token matching query does not exist.")},
        {200, "{\"token\": \"\"}"},
        {200, "{\"token\": null}"},
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct secret legacy;
        struct finding finding;
        struct ask how = asking("");
        bool created = true;
        PLAY(((const struct step[]){
            {TOKEN, BY_ACCESS, NULL, others[i].status, others[i].answer, 0, 0, 0}}));
        assert_false(trade_legacy(&how, &by_access, &legacy, &created, &finding));
        assert_int_equal(asked, 1);
        assert_false(created);
        assert_false(reason_is_fine(finding.reason));
    }
}

static void only_a_clean_token_is_taken(void **state)
{
    (void)state;
    static const char *const dirty[] = {
        "\"\"", "\" \"", "\"a b\"", "\"a\\n\"", "\"a\\u0000b\"", "\"\\u00e4\"", "\"a\\u007f\"",
        "null", "17",    "[\"a\"]", "{}"};
    struct secret legacy;
    struct finding finding;
    struct ask how = asking("");
    char answer[TOKEN_MAX + 64];
    for (size_t i = 0; i < sizeof dirty / sizeof dirty[0]; i++) {
        (void)snprintf(answer, sizeof answer, "{\"token\": %s}", dirty[i]);
        PLAY(((const struct step[]){{TOKEN, BY_ACCESS, NULL, 200, answer, 0, 0, 0}}));
        assert_false(trade_legacy(&how, &by_access, &legacy, NULL, &finding));
        assert_int_equal(reason_class(finding.reason), REASON_CLASS_UNCLEAR);
        assert_int_equal(legacy.len, 0);
    }
    int longest = snprintf(answer, sizeof answer, "{\"token\": \"%0*d\"}", TOKEN_MAX, 0);
    assert_true(longest > TOKEN_MAX);
    PLAY(((const struct step[]){{TOKEN, BY_ACCESS, NULL, 200, answer, 0, 0, 0}}));
    assert_true(trade_legacy(&how, &by_access, &legacy, NULL, &finding));
    assert_int_equal(legacy.len, TOKEN_MAX);
    (void)snprintf(answer, sizeof answer, "{\"token\": \"%0*d\"}", TOKEN_MAX + 1, 0);
    PLAY(((const struct step[]){{TOKEN, BY_ACCESS, NULL, 200, answer, 0, 0, 0}}));
    assert_false(trade_legacy(&how, &by_access, &legacy, NULL, &finding));
}

static void legacy_tokens_are_switched_on_only_when_wanted(void **state)
{
    (void)state;
    struct legacy result;
    struct finding finding;
    PLAY(((const struct step[]){
        EXCHANGED,
        LEGACY_COMES,
        LEGACY_IS_OFF,
    }));
    assert_false(traded(PAT, false, &result, &finding));
    assert_int_equal(finding.reason, REASON_LEGACY_DISABLED);
    PLAY(((const struct step[]){
        EXCHANGED,
        LEGACY_COMES,
        LEGACY_IS_OFF,
        {SWITCHES, BY_ACCESS, "{\"legacy_api_tokens_enabled\": true}", 200,
         "{\"api_tokens_enabled\": true, \"legacy_api_tokens_enabled\": true}", 0, 0, 0},
        LEGACY_WORKS,
    }));
    assert_true(traded(PAT, true, &result, &finding));
    assert_true(result.enabled);
}

static void a_refused_switch_is_said(void **state)
{
    (void)state;
    static const struct {
        const char *answer;
        int status;
        enum reason reason;
    } refusals[] = {
        {OWN(403, "You do not have permission to perform this action."), 403,
         REASON_ENABLE_REFUSED},
        {OWN(401, "Who are you?"), 401, REASON_ENABLE_REFUSED},
        {"{\"api_tokens_enabled\": true, \"legacy_api_tokens_enabled\": false}", 200,
         REASON_ENABLE_REFUSED},
        {"{}", 200, REASON_NOT_LABEL_STUDIO},
        {"", 502, REASON_SERVER_ERROR_PROXY},
        {"", 0, REASON_CONNECTION_REFUSED},
    };
    struct ask how = asking("");
    struct finding finding;
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        PLAY(((const struct step[]){{SWITCHES, BY_ACCESS, "{\"legacy_api_tokens_enabled\": true}",
                                     refusals[i].status, refusals[i].answer, 0, 0, 0}}));
        assert_false(trade_enable_legacy(&how, &by_access, &finding));
        assert_int_equal(finding.reason, refusals[i].reason);
    }
}

static void the_switches_are_read(void **state)
{
    (void)state;
    struct ask how = asking("");
    struct finding finding;
    struct trade_switches switches;
    PLAY(((const struct step[]){
        {"GET " BASE "/api/jwt/settings", BY_ACCESS, NULL, 200,
         "{\"legacy_api_tokens_enabled\": false, \"api_tokens_enabled\": true}", 0, 0, 0}}));
    assert_true(trade_read_switches(&how, &by_access, &switches, &finding));
    assert_true(switches.api_tokens);
    assert_false(switches.legacy_tokens);
}

// Login -----------------------------------------------------------------------------------------

#define LOGIN_PAGE                                                                 \
    {                                                                              \
        "GET " BASE "/user/login", NULL, NULL, 200, "<title>Label Studio</title>", \
            "csrftoken=aaaa; sessionid=bbbb", 0, 0                                 \
    }
#define LOGIN "POST " BASE "/user/login"
#define LOGIN_COOKIE "Cookie: csrftoken=aaaa; sessionid=bbbb"
#define LOGIN_FORM "email=a%40example%2Ecom&password=p%26w%20%C3%A4%2B&csrfmiddlewaretoken=aaaa"
#define PASSWORD "p&w \xc3\xa4+"

static enum reason login(struct secret *session)
{
    struct ask how = asking("");
    struct finding finding;
    bool done = trade_login(&how, "a@example.com", span_of(PASSWORD), session, &finding);
    assert_int_equal(asked, steps);
    return done ? REASON_OK : finding.reason;
}

static void a_login_gives_a_session(void **state)
{
    (void)state;
    struct secret session;
    PLAY(((const struct step[]){
        LOGIN_PAGE,
        {LOGIN, LOGIN_COOKIE, LOGIN_FORM, 302, "", SESSION, 0, "/sub/"},
    }));
    assert_int_equal(login(&session), REASON_OK);
    assert_string_equal(session.text, SESSION);
}

static void a_login_fails_in_words(void **state)
{
    (void)state;
    struct secret session;
    PLAY(((const struct step[]){
        LOGIN_PAGE,
        {LOGIN, LOGIN_COOKIE, LOGIN_FORM, 200, "<title>Label Studio</title>", SESSION, 0, 0},
    }));
    assert_int_equal(login(&session), REASON_LOGIN_FAILED);
    PLAY(((const struct step[]){
        LOGIN_PAGE,
        {LOGIN, LOGIN_COOKIE, LOGIN_FORM, 302, "", "csrftoken=dddd", 0, "/"},
    }));
    assert_int_equal(login(&session), REASON_BAD_REPLY);
    PLAY(((const struct step[]){
        LOGIN_PAGE,
        {LOGIN, LOGIN_COOKIE, LOGIN_FORM, 500, PAGE_500, "", 0, 0},
        {WHOAMI, NULL, NULL, 401, NOT_PROVIDED, 0, 0, 0},
    }));
    assert_int_equal(login(&session), REASON_NO_ORGANIZATION);
    PLAY(((const struct step[]){
        {"GET " BASE "/user/login", NULL, NULL, 200, "<h1>Hello</h1>", "", 0, 0}}));
    assert_int_equal(login(&session), REASON_NOT_LABEL_STUDIO);
    PLAY(((const struct step[]){
        {"GET " BASE "/user/login", NULL, NULL, 302, "", "", 0, "https://sso.example.com/"}}));
    assert_int_equal(login(&session), REASON_REDIRECTED);
    PLAY(((const struct step[]){{"GET " BASE "/user/login", NULL, NULL, 0, "", "", 0, 0}}));
    assert_int_equal(login(&session), REASON_CONNECTION_REFUSED);
}

static void a_password_is_never_cut(void **state)
{
    (void)state;
    struct secret session;
    struct finding finding;
    struct ask how = asking("");
    char password[4096];
    memset(password, '&', sizeof password);
    PLAY(((const struct step[]){LOGIN_PAGE}));
    struct span text = {password, sizeof password};
    assert_false(trade_login(&how, "a@example.com", text, &session, &finding));
    assert_int_equal(finding.reason, REASON_LOGIN_NOT_ASKED);
    assert_int_equal(asked, 1);
}

static void a_login_brings_the_legacy_token(void **state)
{
    (void)state;
    struct legacy result;
    struct finding finding;
    struct ask how = asking("");
    PLAY(((const struct step[]){
        LOGIN_PAGE,
        {LOGIN, LOGIN_COOKIE, LOGIN_FORM, 302, "", SESSION, 0, "/"},
        {TOKEN, BY_SESSION, NULL, 200, "{\"token\": \"" LEGACY "\"}", 0, 0, 0},
        LEGACY_IS_OFF,
        {SWITCHES, BY_SESSION, "{\"legacy_api_tokens_enabled\": true}", 200,
         "{\"legacy_api_tokens_enabled\": true}", 0, 0, 0},
        LEGACY_WORKS,
    }));
    assert_true(
        legacy_from_user(&how, "a@example.com", span_of(PASSWORD), true, &result, &finding));
    assert_int_equal(asked, steps);
    assert_string_equal(result.token.text, LEGACY);
    assert_true(result.enabled);
}

static void a_session_that_is_lost_is_no_switch(void **state)
{
    (void)state;
    struct secret legacy;
    struct finding finding;
    struct ask how = asking("");
    PLAY(((const struct step[]){{TOKEN, BY_SESSION, NULL, 401, NOT_PROVIDED, 0, 0, 0}}));
    assert_false(trade_legacy(&how, &by_session, &legacy, NULL, &finding));
    assert_int_equal(finding.reason, REASON_LOGIN_LOST);
    assert_non_null(strstr(finding.detail, "the cookie"));
}

static void health_proves_that_the_server_is_up(void **state)
{
    (void)state;
    struct ask how = asking(LEGACY);
    struct finding finding;
    PLAY(((const struct step[]){
        {"GET " BASE "/health", NULL, NULL, 200, "{\"status\": \"UP\"}", 0, 0, 0}}));
    ask_health(&how, &finding);
    assert_int_equal(finding.reason, REASON_OK);
    PLAY(((const struct step[]){
        {"GET " BASE "/health", NULL, NULL, 200, "{\"status\": \"DOWN\"}", 0, 0, 0}}));
    ask_health(&how, &finding);
    assert_int_equal(finding.reason, REASON_NOT_LABEL_STUDIO);
    PLAY(((const struct step[]){{"GET " BASE "/health", NULL, NULL, 500, PAGE_500, 0, 0, 0}}));
    ask_health(&how, &finding);
    assert_int_equal(finding.reason, REASON_SERVER_ERROR_OWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_is_asked_about_once),
        cmocka_unit_test(a_jwt_is_known_as_one),
        cmocka_unit_test(without_a_token_a_refusal_is_well),
        cmocka_unit_test(a_pat_is_exchanged_and_asked_with),
        cmocka_unit_test(a_legacy_token_needs_no_exchange),
        cmocka_unit_test(a_500_to_a_bearer_is_asked_again_without),
        cmocka_unit_test(a_404_to_the_exchange_is_explained_by_whoami),
        cmocka_unit_test(a_fault_of_the_network_passes_through),
        cmocka_unit_test(a_bad_header_file_is_said_before_anything_is_asked),
        cmocka_unit_test(a_gateway_gets_its_header_and_the_token_is_the_api_key),
        cmocka_unit_test(a_text_that_repeats_the_token_is_hidden),
        cmocka_unit_test(the_difference_of_the_clocks_is_seen),
        cmocka_unit_test(an_expired_pat_tells_the_difference_of_the_clocks),
        cmocka_unit_test(a_date_that_is_none_says_nothing),
        cmocka_unit_test(a_pat_is_traded),
        cmocka_unit_test(a_user_without_a_token_gets_one),
        cmocka_unit_test(a_token_is_reset_after_exactly_one_answer),
        cmocka_unit_test(only_a_clean_token_is_taken),
        cmocka_unit_test(legacy_tokens_are_switched_on_only_when_wanted),
        cmocka_unit_test(a_refused_switch_is_said),
        cmocka_unit_test(the_switches_are_read),
        cmocka_unit_test(a_login_gives_a_session),
        cmocka_unit_test(a_login_fails_in_words),
        cmocka_unit_test(a_password_is_never_cut),
        cmocka_unit_test(a_login_brings_the_legacy_token),
        cmocka_unit_test(a_session_that_is_lost_is_no_switch),
        cmocka_unit_test(health_proves_that_the_server_is_up),
    };
    return cmocka_run_group_tests_name("trade", tests, NULL, NULL);
}
