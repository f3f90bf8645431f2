// SPDX-License-Identifier: MIT
#include "labelstudio/request.h"

#include <string.h>

#include "base/duration.h"
#include "base/text.h"
#include "labelstudio/stranger.h"
#include "net/network_errors.h"
#include "net/url.h"

#define REFERER (QUESTION_URL + 32)
#define TLS_LOOK_MS 1000
#define PROXY_WANTS_TLS "it wants to be asked over TLS"

void question_url(const struct ask *how, const char *path, char url[QUESTION_URL])
{
    text_print(url, QUESTION_URL, "%s%s", how->reach.url, path);
}

struct ls_answer question_answer(const struct http_answer *answer)
{
    return (struct ls_answer){
        .status = answer->status,
        .content_type = span_of(answer->content_type),
        .location = span_of(answer->location),
        .www_authenticate = span_of(answer->www_authenticate),
        .retry_after = span_of(answer->retry_after),
        .server = span_of(answer->server),
        .body = {answer->body ? answer->body : "", answer->body_len},
        .body_cut = answer->body_cut,
    };
}

static void ask_http(const struct ask *how, const struct question *question,
                     const struct headers *headers, struct http_answer *answer)
{
    char url[QUESTION_URL];
    int64_t left = how->until_ms - duration_now();
    question_url(how, question->path, url);
    struct http_request request = {
        .method = question->method ? question->method : "GET",
        .url = url,
        .headers = headers->lines,
        .body = question->body,
        .timeout_ms = left > 0 ? left : 1, // http says "timeout" in its own words
        .ca_file = how->reach.ca_file,
        .proxy = how->reach.proxy,
        .phase = how->phase,
        .phase_context = how->phase_context,
        .body_always = question->creates,
    };
    http_ask(&request, answer);
}

// Where Django believes that it is on https it takes a form only with a Referer of its own host. It
// takes no Origin there but one of CSRF_TRUSTED_ORIGINS, so none is sent. A Referer of the header
// file counts.
static void add_referer(const struct ask *how, struct headers *headers, char line[REFERER])
{
    for (unsigned i = 0; i < headers->count; i++)
        if (span_starts_nocase(span_of(headers->lines[i]), "Referer:"))
            return;
    text_print(line, REFERER, "Referer: %s/user/login", how->reach.url);
    if (headers->count < HTTP_HEADERS)
        headers->lines[headers->count++] = line;
}

// Where a name led, in all that is not Label Studio's: another server may answer to it.
static void name_peer(const struct ask *how, const struct http_answer *answer,
                      struct finding *finding)
{
    struct url url;
    char why[URL_WHY], via[FINDING_VIA];
    if (answer->peer[0] == '\0' || reason_class(finding->reason) != REASON_CLASS_UNCLEAR ||
        !url_parse(how->reach.url, false, &url, why))
        return;
    text_print(via, sizeof via, "%s is %s", url.host, answer->peer);
    finding_via(finding, via);
}

bool question_ask(const struct ask *how, const struct question *question,
                  struct http_answer *answer, struct finding *finding)
{
    struct header_file extra;
    struct headers headers;
    char referer[REFERER];
    if (!header_file_read(&extra, how->reach.header_file, finding))
        return false;
    bool made = headers_make(&headers, &question->who, &extra, question->content_type, finding);
    header_file_free(&extra);
    if (!made)
        return false;
    if (question->who.kind == CREDENTIAL_SESSION)
        add_referer(how, &headers, referer);
    ask_http(how, question, &headers, answer);
    headers_free(&headers);
    if (answer->answered)
        return true;
    *finding = answer->fault;
    if (finding->reason == REASON_HTTPS_NEEDED && how->reach.proxy != NULL)
        network_error_proxy_unfit(finding, answer->fault.subject, how->reach.proxy->from,
                                  PROXY_WANTS_TLS);
    ls_refuse_unread(answer->status, finding);
    name_peer(how, answer, finding);
    http_answer_free(answer);
    return false;
}

static OWN_FRAME void judge_second(const struct ask *how, const struct question *question,
                                   struct finding *finding)
{
    struct question anonymous = {.kind = LS_WHOAMI_ANONYMOUS, .path = PATH_WHOAMI};
    struct http_answer answer;
    struct finding fault;
    char url[QUESTION_URL];
    if (!question_ask(how, &anonymous, &answer, &fault))
        return; // the first verdict stays
    struct ls_answer second = question_answer(&answer);
    question_url(how, PATH_WHOAMI, url);
    ls_verdict_second(question->kind, &second, url, finding);
    http_answer_free(&answer);
}

// No token of anybody's: what matters is whether the header arrives.
#define NONSENSE "0badc0de0badc0de0badc0de0badc0de0badc0de"

static OWN_FRAME void judge_nonsense(const struct ask *how, struct finding *finding)
{
    struct question nonsense = {
        .kind = LS_WHOAMI_TOKEN, .path = PATH_WHOAMI, .who = {CREDENTIAL_TOKEN, span_of(NONSENSE)}};
    struct http_answer answer;
    struct finding fault;
    struct ask quiet = *how;
    quiet.phase = NULL; // what is said when time is up stays the refusal that came
    if (!question_ask(&quiet, &nonsense, &answer, &fault))
        return; // the first verdict stays
    struct ls_answer second = question_answer(&answer);
    ls_verdict_nonsense(&second, finding);
    http_answer_free(&answer);
}

// Does the port that was asked by http answer TLS? Nothing of the question is sent.
static bool speaks_tls(const struct ask *how)
{
    char url[QUESTION_URL + 1];
    int64_t left = how->until_ms - duration_now();
    struct http_answer answer;
    text_print(url, sizeof url, "https%s", how->reach.url + strlen("http"));
    struct http_request request = {.method = "GET",
                                   .url = url,
                                   .timeout_ms = left / 2 < TLS_LOOK_MS ? left / 2 : TLS_LOOK_MS,
                                   .body_never = true};
    http_ask(&request, &answer);
    bool speaks = answer.answered || strncmp(reason_word(answer.fault.reason), "tls_", 4) == 0;
    speaks = speaks && answer.fault.reason != REASON_TLS_FAILED_PLAIN;
    http_answer_free(&answer);
    return speaks;
}

// The same host and port by https.
static bool is_same_port(const struct ask *how, const char *address)
{
    struct url from, to;
    char why[URL_WHY];
    return url_parse(how->reach.url, false, &from, why) && url_parse(address, false, &to, why) &&
           !from.https && to.https && from.port == to.port && strcmp(from.host, to.host) == 0;
}

// Who wants https at a port that speaks http is somebody behind that port, or means another port.
static void judge_https(const struct ask *how, struct finding *finding)
{
    struct finding before = *finding;
    if (before.reason == REASON_HTTPS_NEEDED && !speaks_tls(how))
        finding->reason = REASON_HTTPS_NEEDED_BEHIND;
    if (before.reason == REASON_REDIRECTED_MOVED && is_same_port(how, before.where) &&
        !speaks_tls(how))
        finding->reason = REASON_REDIRECTED_PORT;
}

static bool is_page_of_others(enum reason reason)
{
    switch ((int)reason) {
    case REASON_PROXY_DENIED:
    case REASON_PROXY_DENIED_LOGIN:
    case REASON_PROXY_DENIED_PROGRAM:
    case REASON_PROXY_DENIED_NETWORK:
    case REASON_NOT_FOUND_PROXY:
    case REASON_NOT_FOUND_ROUTE:
    case REASON_NOT_FOUND_GO:
    case REASON_SERVER_ERROR:
    case REASON_SERVER_ERROR_PROXY:
    case REASON_SERVER_ERROR_LATE:
    case REASON_SERVER_ERROR_CLOSED:
    case REASON_SERVER_ERROR_NETWORK:
    case REASON_NOT_FOUND_PROGRAM:
        return true;
    default:
        return false;
    }
}

// A page of a stranger that no proxy has passed on, as proxies say in Via.
static bool is_proxys_own(const struct http_answer *answer, enum reason reason)
{
    return !answer->has_via &&
           (reason == REASON_NOT_FOUND_PROXY || reason == REASON_NOT_FOUND_PROGRAM ||
            reason == REASON_NOT_LABEL_STUDIO);
}

// Pages that no Label Studio has sent: of a host name without a dot they are the proxy's, which
// does not know it. Of any other host they may be those of a proxy in front of Label Studio.
static void judge_proxy(const struct ask *how, const char *address,
                        const struct http_answer *answer, struct finding *finding)
{
    struct url url;
    struct finding before = *finding;
    char why[URL_WHY], detail[FINDING_SLOT];
    if (!url_parse(how->reach.url, false, &url, why) || url.https)
        return;
    const struct ls_answer page = question_answer(answer);
    bool is_named = strchr(url.host, '.') != NULL || strchr(url.host, ':') != NULL;
    struct stranger who = {&page, false};
    if (before.reason == REASON_HTTPS_NEEDED) {
        network_error_proxy_unfit(finding, address, how->reach.proxy->from, PROXY_WANTS_TLS);
    } else if (answer->status == 407 ||
               (is_page_of_others(before.reason) && !ls_is_own_page(&page) &&
                (!is_named || stranger_is_forward_proxy(&who)))) {
        network_error_proxy_status(finding, &url, address, answer->status);
    } else if (is_proxys_own(answer, before.reason)) {
        text_print(detail, sizeof detail, "%s%s", answer->status == 404 ? "404 " : "",
                   before.detail);
        finding_set(finding, REASON_PROXY_ANSWERED, address, how->reach.proxy->from, detail);
    }
}

void question_judge(const struct ask *how, const struct question *question,
                    const struct http_answer *answer, struct finding *finding,
                    struct ls_identity *identity)
{
    char url[QUESTION_URL];
    struct ls_answer first = question_answer(answer);
    question_url(how, question->path, url);
    ls_verdict(question->kind, &first, url, finding, identity);
    if (ls_needs_second(question->kind, &first))
        judge_second(how, question, finding);
    if (finding->reason == REASON_JWT_DISABLED && question->who.kind == CREDENTIAL_BEARER)
        judge_nonsense(how, finding);
    if (how->reach.proxy != NULL)
        judge_proxy(how, url, answer, finding);
    else
        judge_https(how, finding);
    name_peer(how, answer, finding);
}
