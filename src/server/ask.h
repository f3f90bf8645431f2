// SPDX-License-Identifier: MIT
// "Does this token work, now?": question, answer, verdict in one call. `health`, `check` and every
// --wait stand on it.
#ifndef LABELGATE_SERVER_ASK_H
#define LABELGATE_SERVER_ASK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/reason.h"
#include "base/span.h"
#include "server/http.h"
#include "server/labelstudio.h"
#include "token/token.h"

// How Label Studio is reached. Used by ask, trade and checks alike. Everything is a view that
// outlives the call.
struct ask {
    const char *url;   // base URL, checked, without its trailing slash
    struct span token; // as the app has it; empty with `nobody`
    bool nobody; // --no-token: whoami without a header, Label Studio's own "not provided" is then
                 // REASON_OK_NO_TOKEN
    enum jwt_policy jwt;     // but under JWT_REJECT a JWT is exchanged and whoami asked with Bearer
    const char *header_file; // NULL: none. Read at each call
    const char *ca_file;     // NULL: the distribution's bundle
    int64_t until_ms;        // duration_now() value at which all questions of a call must be over
    // See http_request; may be NULL.
    void (*phase)(void *context, enum http_phase phase, const char *what);
    void *phase_context;
};

// A difference below this says nothing: Date has whole seconds and an answer takes its time. The
// limit of simplejwt's own check is 0 s, an access token lives 300 s.
#define ASK_SKEW_MOST_S 60

struct ask_seen {
    struct ls_identity identity;
    int status;     // of the deciding answer; 0: none came
    bool has_skew;  // the server's Date, or the iat of the access token it made just now, is there
                    // to compare
    int64_t skew_s; // our clock minus the server's, in seconds; note it when beyond ASK_SKEW_MOST_S
};

// Asks whoami (after an exchange where `jwt` wants one) and gives the verdict. Never fails but with
// a reason in `finding`. A local reason is possible: header_file_invalid, ca_file_invalid.
void ask_whoami(const struct ask *self, struct finding *finding, struct ask_seen *seen);

// "our clock is 5m12s ahead of Label Studio's"; false and an empty text when the clocks agree or
// nothing is known.
bool ask_skew_text(const struct ask_seen *seen, char *buffer, size_t size);

// Notes status and clock of an answer, for ask and trade.
void ask_note(struct ask_seen *seen, const struct http_answer *answer);

// GET {url}/health, for `check`: tells that the server is up, proves neither token nor base path.
// REASON_OK or why not.
void ask_health(const struct ask *self, struct finding *finding);

#endif
