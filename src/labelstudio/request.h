// SPDX-License-Identifier: MIT
// One question to Label Studio, for whoami.h, trade.h and the checks of `verify`: how it is
// reached, the address put together, the header lines, the time left.
#ifndef LABELGATE_LABELSTUDIO_REQUEST_H
#define LABELGATE_LABELSTUDIO_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "labelstudio/answers.h"
#include "net/headers.h"
#include "net/http.h"
#include "net/reach.h"
#include "spec/reason.h"
#include "token/token.h"

// How Label Studio is asked. Everything is a view that outlives the call.
struct ask {
    struct reach reach;
    struct span token; // as the app has it; empty when `anonymous`
    bool anonymous;    // --no-token: whoami without a header, Label Studio's own "not provided" is
                       // then REASON_OK_NO_TOKEN
    enum jwt_policy jwt; // not JWT_REJECT: a JWT is exchanged and whoami asked with Bearer
    int64_t until_ms;    // duration_now() value at which all questions of a call must be over
    // See http_request; may be NULL.
    void (*phase)(void *context, enum http_phase phase, const char *what);
    void *phase_context;
};

// The longest base URL that settings take and the longest path of ours.
#define QUESTION_URL 2048

#define PATH_WHOAMI "/api/current-user/whoami" // with a slash at the end: 404

// Of a function that holds an answer (8 KiB) or a secret (4 KiB): the stack may be small
// (base/stack.h), and those of several questions are not to be in one frame.
#define OWN_FRAME __attribute__((noinline))

struct question {
    enum ls_question kind;
    const char *method; // NULL: GET
    const char *path;   // from the base URL, begins with a slash
    struct credential who;
    const char *content_type; // NULL: no body
    struct span body;
    bool creates; // answered by 201, whose body is read for this question alone
};

// False when there is no whole answer: `finding` says why not, class local or unclear; refused when
// its status was 401 or 403. On true the caller frees `answer` with http_answer_free.
bool question_ask(const struct ask *how, const struct question *question,
                  struct http_answer *answer, struct finding *finding);
// The verdict, with the second question where one answer is not enough (ls_needs_second).
void question_judge(const struct ask *how, const struct question *question,
                    const struct http_answer *answer, struct finding *finding,
                    struct ls_identity *identity);

void question_url(const struct ask *how, const char *path, char url[QUESTION_URL]);
struct ls_answer question_answer(const struct http_answer *answer);

#endif
