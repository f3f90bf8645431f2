// SPDX-License-Identifier: MIT
// What the answers of a call told besides the verdict: who we are, and how the clocks differ.
#ifndef LABELGATE_LABELSTUDIO_OBSERVATION_H
#define LABELGATE_LABELSTUDIO_OBSERVATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "labelstudio/answers.h"
#include "net/http.h"

// A difference below this says nothing: Date has whole seconds and an answer takes its time. The
// limit of simplejwt's own check is 0 s, an access token lives 300 s.
#define SEEN_SKEW_MAX_S 60

struct seen {
    struct ls_identity identity;
    int status;     // of the deciding answer; 0: none came
    bool has_skew;  // the server's Date, or the iat of the access token it made just now, is there
                    // to compare
    int64_t skew_s; // our clock minus the server's; worth a note when beyond SEEN_SKEW_MAX_S
};

// Notes status and clock of an answer.
void observe(struct seen *self, const struct http_answer *answer);
// Our clock against the answer's Date; false when there is none that can be read.
bool observation_clock(const struct http_answer *answer, int64_t *skew_s);
// "our clock is 5m12s ahead of Label Studio's"; false and an empty text when the clocks agree or
// nothing is known.
bool observation_skew_text(const struct seen *self, char *buffer, size_t size);

#endif
