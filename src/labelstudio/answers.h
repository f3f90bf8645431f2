// SPDX-License-Identifier: MIT
// What Label Studio's answers mean: pure functions from (question, status, headers, body) to a
// verdict.
//
// Source of every row: answers recorded from Label Studio 1.16.0, 1.22.0 and 1.23.2, bare and
// behind nginx and uwsgi (tests/data/labelstudio_answers*.json). Unknown texts and future versions
// fall back by status, never to healthy.
#ifndef LABELGATE_LABELSTUDIO_ANSWERS_H
#define LABELGATE_LABELSTUDIO_ANSWERS_H

#include <stdbool.h>
#include <stdint.h>

#include "labelstudio/answer.h"
#include "spec/reason.h"

enum ls_question {
    LS_WHOAMI_TOKEN,     // GET /api/current-user/whoami with Authorization: Token (or X-Api-Key)
    LS_WHOAMI_JWT,       // the same, and the value is JWT-shaped
    LS_WHOAMI_FRESH,     // with Bearer, an access token exchanged just now
    LS_WHOAMI_BEARER,    // with Bearer, any other
    LS_WHOAMI_ANONYMOUS, // without a header
    LS_REFRESH,          // POST /api/token/refresh
    LS_LEGACY,           // GET /api/current-user/token
    LS_RESET,            // POST /api/current-user/reset-token/
    LS_SWITCHES,         // GET or POST /api/jwt/settings
    LS_LOGIN,            // POST /user/login
};

struct ls_identity {
    int64_t user_id; // 0: not known
    char email[256];
    char version[64];     // of Label Studio, from a JSON body
    int64_t organization; // 0: none
};

// Reason word and slots of the verdict; `identity` as far as the answer shows it. `url` is what was
// asked, for the sentence.
void ls_verdict(enum ls_question question, const struct ls_answer *answer, const char *url,
                struct finding *finding, struct ls_identity *identity);

// A 401 or 403 came, but no whole answer: `finding`, which says why not, becomes the refusal that
// cannot be read. Other statuses (0: none) change nothing.
void ls_refuse_unread(int status, struct finding *finding);

// Is it a 401 with Label Studio's own JSON? What a question without a token should get.
bool ls_is_own_401(const struct ls_answer *answer);

// Is it a page of Label Studio's web framework?
bool ls_is_own_page(const struct ls_answer *answer);

// Is it Label Studio's own JSON error with this status and exactly this `detail`?
bool ls_detail_is(const struct ls_answer *answer, int status, const char *text);

// Two answers do not explain themselves; whoami without a header, asked next, does:
// - 500 with Label Studio's page to a Bearer or a login: its database is away, or the user has no
//   organization.
// - 404 to the exchange: older than 1.17, or a wrong base path.
bool ls_needs_second(enum ls_question question, const struct ls_answer *answer);
// Corrects `finding`, the verdict of the first answer, by the second.
void ls_verdict_second(enum ls_question question, const struct ls_answer *second, const char *url,
                       struct finding *finding);

// "Not provided" to an access token that was made just now (REASON_JWT_DISABLED) has two causes;
// whoami with a nonsense `Authorization: Token`, asked next, tells which: answered "not provided"
// too, no header arrives (REASON_HEADER_LOST).
void ls_verdict_nonsense(const struct ls_answer *second, struct finding *finding);

#endif
