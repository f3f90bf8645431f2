// SPDX-License-Identifier: MIT
// One question of net/http.c from the command line, for the black-box tests:
//   http_get URL [TIMEOUT_MS [CA_FILE]]
// Prints the reason word and the detail, or "answered STATUS BODY_LENGTH BODY_CUT"; then the body.
// The deadline is armed as `health` does it. Ends with 0 when there was an answer, 1 when not, 3
// when the deadline struck.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "net/deadline.h"
#include "net/http.h"
#include "net/network_errors.h"

#define CODE_DEADLINE 3

struct late {
    int64_t timeout_ms;
};

static void add_finding(const struct finding *finding, struct text *out)
{
    text_add(out, "[%s] ", reason_word(finding->reason));
    finding_add_sentence(finding, out);
    text_add(out, "\n");
}

static void on_phase(void *context, enum http_phase phase, const char *what)
{
    const struct late *late = context;
    struct finding finding;
    char line[1024];
    struct text text = text_over(line, sizeof line);
    http_timeout_finding(&finding, phase, what, late->timeout_ms, true);
    text_add(&text, "deadline ");
    add_finding(&finding, &text);
    deadline_say(STDOUT_FILENO, text.bytes, text.len, CODE_DEADLINE);
}

int main(int argc, char **argv)
{
    static const char *const headers[] = {
        "Authorization: Token 00112233445566778899aabbccddeeff00112233", NULL};
    if (argc < 2)
        return 2;
    struct late late = {.timeout_ms = argc > 2 ? strtol(argv[2], NULL, 10) : 5000};
    struct http_request request = {
        .method = "GET",
        .url = argv[1],
        .headers = headers,
        .timeout_ms = late.timeout_ms,
        .ca_file = argc > 3 ? argv[3] : NULL,
        .phase = on_phase,
        .phase_context = &late,
    };
    struct http_answer answer;
    deadline_arm(late.timeout_ms);
    on_phase(&late, HTTP_RESOLVING, request.url);
    http_ask(&request, &answer);
    deadline_disarm();

    struct text out = text_growing();
    if (answer.answered) {
        text_add(&out, "answered %d %zu %s\n", answer.status, answer.body_len,
                 answer.body_cut ? "cut" : "whole");
        text_add_span(&out, (struct span){answer.body, answer.body_len});
    } else {
        add_finding(&answer.fault, &out);
    }
    fwrite(out.bytes, 1, out.len, stdout);
    text_free(&out);
    int code = answer.answered ? 0 : 1;
    http_answer_free(&answer);
    return code;
}
