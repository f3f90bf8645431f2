// SPDX-License-Identifier: MIT
#include "labelstudio/whoami.h"

#include <string.h>

#include "base/json.h"
#include "labelstudio/request.h"
#include "labelstudio/trade.h"
#include "token/shape.h"

static bool is_jwt(struct span token)
{
    struct token classified;
    token_classify(&classified, token.text, token.len);
    return shape_is_jwt(classified.kind);
}

static OWN_FRAME void ask_once(const struct ask *self, enum ls_question kind,
                               const struct credential *who, struct finding *finding,
                               struct seen *seen)
{
    struct question question = {.kind = kind, .path = PATH_WHOAMI, .who = *who};
    struct http_answer answer;
    if (!question_ask(self, &question, &answer, finding))
        return;
    observe(seen, &answer);
    question_judge(self, &question, &answer, finding, &seen->identity);
    http_answer_free(&answer);
}

static void ask_token(const struct ask *self, struct finding *finding, struct seen *seen)
{
    struct credential who = {CREDENTIAL_TOKEN, self->token};
    enum ls_question kind = is_jwt(self->token) ? LS_WHOAMI_JWT : LS_WHOAMI_TOKEN;
    ask_once(self, kind, &who, finding, seen);
}

// Label Studio's own 401 is what a question without a token should get.
static void ask_anonymously(const struct ask *self, struct finding *finding, struct seen *seen)
{
    struct credential who = {CREDENTIAL_NONE, span_of("")};
    ask_once(self, LS_WHOAMI_ANONYMOUS, &who, finding, seen);
    if (seen->status == 401 && reason_class(finding->reason) != REASON_CLASS_UNCLEAR &&
        finding->reason != REASON_UNAUTHORIZED_UNREAD)
        finding_set(finding, REASON_OK_NO_TOKEN, self->reach.url, NULL, NULL);
}

static OWN_FRAME void ask_exchanged(const struct ask *self, struct finding *finding,
                                    struct seen *seen)
{
    struct secret access;
    if (trade_exchange(self, self->token, &access, finding, seen)) {
        struct credential who = {CREDENTIAL_BEARER, secret_span(&access)};
        ask_once(self, LS_WHOAMI_FRESH, &who, finding, seen);
    }
    secret_wipe(&access);
}

void ask_whoami(const struct ask *self, struct finding *finding, struct seen *seen)
{
    memset(seen, 0, sizeof *seen);
    if (self->anonymous)
        ask_anonymously(self, finding, seen);
    else if (self->jwt != JWT_REJECT && is_jwt(self->token))
        ask_exchanged(self, finding, seen);
    else
        ask_token(self, finding, seen);
}

// {"status": "UP"}, sent as text/html.
static bool is_up(const struct http_answer *answer)
{
    struct json json;
    char status[8];
    if (answer->status != 200 ||
        !json_parse(&json, answer->body ? answer->body : "", answer->body_len))
        return false;
    bool up = json_string(&json, json_member(&json, JSON_ROOT, "status"), status, sizeof status) &&
              strcmp(status, "UP") == 0;
    json_free(&json);
    return up;
}

void ask_health(const struct ask *self, struct finding *finding)
{
    struct question question = {.kind = LS_WHOAMI_ANONYMOUS, .path = "/health"};
    struct http_answer answer;
    struct ls_identity identity;
    char url[QUESTION_URL];
    if (!question_ask(self, &question, &answer, finding))
        return;
    question_url(self, question.path, url);
    if (is_up(&answer))
        finding_set(finding, REASON_OK, url, NULL, NULL);
    else
        question_judge(self, &question, &answer, finding, &identity);
    http_answer_free(&answer);
}
