// SPDX-License-Identifier: MIT
// One question to Label Studio, for ask, trade and checks: the address put together, the header
// lines, the time left.
#ifndef LABELGATE_SERVER_QUESTION_H
#define LABELGATE_SERVER_QUESTION_H

#include <stdbool.h>

#include "base/reason.h"
#include "base/span.h"
#include "server/ask.h"
#include "server/headers.h"
#include "server/http.h"
#include "server/labelstudio.h"

// The longest base URL that settings take and the longest path of ours.
#define QUESTION_URL 2048

#define PATH_WHOAMI "/api/current-user/whoami" // with a slash at the end: 404

struct question {
    enum ls_question kind;
    const char *method; // NULL: GET
    const char *path;   // from the base URL, begins with a slash
    struct credential who;
    const char *content_type; // NULL: no body
    struct span body;
    bool creates; // answered by 201 or 409, whose bodies are read for this question alone
};

// False when there is no answer: `finding` says why not, class local or unclear. On true the caller
// gives `answer` back with http_answer_free.
bool question_ask(const struct ask *how, const struct question *question,
                  struct http_answer *answer, struct finding *finding);
// The verdict, with the second question where one answer is not enough (ls_needs_second).
void question_judge(const struct ask *how, const struct question *question,
                    const struct http_answer *answer, struct finding *finding,
                    struct ls_identity *identity);

void question_url(const struct ask *how, const char *path, char url[QUESTION_URL]);
struct ls_answer question_answer(const struct http_answer *answer);
// Our clock against the answer's Date; false when there is none that can be read.
bool question_skew(const struct http_answer *answer, int64_t *skew_s);
// A server's text may repeat what we sent: a slot with eight bytes in a row of `secret` is
// replaced.
void question_hide(struct finding *finding, struct span secret);

#endif
