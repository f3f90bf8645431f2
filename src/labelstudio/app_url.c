// SPDX-License-Identifier: MIT
#include "labelstudio/app_url.h"

#include "base/duration.h"
#include "base/text.h"

void app_no_answer(const struct finding *fault, const char *app_url, struct finding *finding)
{
    char sentence[FINDING_SLOT];
    struct text text = text_over(sentence, sizeof sentence);
    finding_add_sentence(fault, &text);
    finding_set(finding, REASON_APP_UNREACHABLE, app_url, NULL, sentence);
}

void app_url_ask(const struct ask *how, const char *app_url, struct finding *finding)
{
    struct http_request request = {
        .method = "GET",
        .url = app_url,
        .timeout_ms = how->until_ms - duration_now(),
        .ca_file = how->reach.ca_file,
        .body_never = true,
        .phase = how->phase,
        .phase_context = how->phase_context,
    };
    struct http_answer answer = {0};
    http_ask(&request, &answer);
    if (!answer.answered) {
        app_no_answer(&answer.fault, app_url, finding);
    } else if (answer.status < 200 || answer.status > 299) {
        char status[16];
        text_print(status, sizeof status, "%d", answer.status);
        finding_set(finding, REASON_APP_STATUS, app_url, NULL, status);
    } else {
        finding_set(finding, REASON_OK, NULL, NULL, NULL);
    }
    http_answer_free(&answer);
}
