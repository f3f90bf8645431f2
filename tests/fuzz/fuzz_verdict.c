// SPDX-License-Identifier: MIT
// The verdict over any bytes: no crash, and the promises that hold for every answer.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "labelstudio/answers.h"

#define QUESTIONS (LS_LOGIN + 1)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void check_words(const struct finding *finding)
{
    char bytes[4 * FINDING_SLOT];
    struct text out = text_over(bytes, sizeof bytes);
    finding_add_sentence(finding, &out);
    finding_add_remedy(finding, &out);
    for (size_t i = 0; i < out.len; i++)
        check((unsigned char)bytes[i] >= 0x20 && bytes[i] != 0x7f);
}

static void check_promises(enum ls_question question, int status, const struct finding *finding)
{
    enum reason_class class = reason_class(finding->reason);
    bool asked_user = question <= LS_WHOAMI_ANONYMOUS;
    if (class == REASON_CLASS_FINE)
        check(status == 200 || status == 201 || status == 302);
    if (class == REASON_CLASS_REFUSED)
        check(status == 401 || status == 403 || (status == 200 && asked_user) ||
              (!asked_user && (status == 400 || status == 500)));
    if (class == REASON_CLASS_LOCAL)
        check(status == 401 || !asked_user); // what Label Studio saw of a malformed token; a login
}

// Layout: question, status high and low, lengths of five headers, then the bytes of all parts.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 8)
        return 0;
    enum ls_question question = (enum ls_question)(data[0] % QUESTIONS);
    struct ls_answer answer = {.status = (data[1] << 8 | data[2]) % 1000,
                               .body_cut = data[1] & 0x80};
    struct span *const parts[] = {&answer.content_type, &answer.location, &answer.www_authenticate,
                                  &answer.retry_after, &answer.server};
    const char *at = (const char *)data + 8;
    size_t left = size - 8;
    for (size_t i = 0; i < 5; i++) {
        size_t len = data[3 + i] < left ? data[3 + i] : left;
        *parts[i] = (struct span){at, len};
        at += len;
        left -= len;
    }
    answer.body = (struct span){at, left};
    struct finding finding;
    struct ls_identity identity;
    ls_verdict(question, &answer, "http://label_studio:8080/api/current-user/whoami", &finding,
               &identity);
    check_promises(question, answer.status, &finding);
    check_words(&finding);
    if (ls_needs_second(question, &answer))
        ls_verdict_second(question, &answer, "http://label-studio:8080/", &finding);
    return 0;
}
