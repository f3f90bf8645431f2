// SPDX-License-Identifier: MIT
// An answer as it is judged: views.
#ifndef LABELGATE_LABELSTUDIO_ANSWER_H
#define LABELGATE_LABELSTUDIO_ANSWER_H

#include <stdbool.h>

#include "base/span.h"

struct ls_answer {
    int status;
    struct span content_type, location, www_authenticate, retry_after, server;
    struct span body;
    bool body_cut;
};

#endif
