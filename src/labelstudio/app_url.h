// SPDX-License-Identifier: MIT
// The app's own address (--app-url): it must answer 2xx.
#ifndef LABELGATE_LABELSTUDIO_APP_URL_H
#define LABELGATE_LABELSTUDIO_APP_URL_H

#include "labelstudio/request.h"
#include "spec/reason.h"

// REASON_OK, REASON_APP_UNREACHABLE or REASON_APP_STATUS. Sends no token. Of `how` only the
// deadline, the CA file and the phase are used.
void app_url_ask(const struct ask *how, const char *app_url, struct finding *finding);
// REASON_APP_UNREACHABLE, with the sentence of `fault`. For the words of a deadline too: whatever
// keeps the app silent is the app's, never Label Studio's.
void app_no_answer(const struct finding *fault, const char *app_url, struct finding *finding);

#endif
