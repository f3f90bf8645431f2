// SPDX-License-Identifier: MIT
// "Does this token work, now?": question, answer, verdict in one call, for `health`, `check` and
// every --wait.
#ifndef LABELGATE_LABELSTUDIO_WHOAMI_H
#define LABELGATE_LABELSTUDIO_WHOAMI_H

#include "labelstudio/observation.h"
#include "labelstudio/request.h"
#include "spec/reason.h"

// Asks whoami (after an exchange where `jwt` wants one); `finding` is the verdict, which may be a
// local one: header_file_invalid, ca_file_invalid.
void ask_whoami(const struct ask *self, struct finding *finding, struct seen *seen);

// GET {url}/health, for `check`: tells that the server is up, proves neither token nor base path.
// REASON_OK or why not.
void ask_health(const struct ask *self, struct finding *finding);

#endif
