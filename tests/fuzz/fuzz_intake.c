// SPDX-License-Identifier: MIT
// An HTTP answer of any bytes, in pieces of any size, read in every mode, and the verdict on it:
// what is kept stays in its bounds, no piece of the token is said, and a 401 or 403 is never
// unclear but where its whole body could be read.
//
// Layout: flags, size of a piece of the body, question, then head lines and body as they come.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/redact.h"
#include "labelstudio/answers.h"
#include "labelstudio/request.h"
#include "net/network_errors.h"
#include "net/response.h"

#define HEAD 3
#define TOKEN "0123456789abcdef0123456789abcdef01234567"
#define TOKEN_LEN (sizeof TOKEN - 1)
#define PIECE ((size_t)8)
#define ADDRESS "http://h/api/current-user/whoami"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

// A copy of its own size, so that a read beyond its end is seen. Returns whether all was taken.
static bool give(struct intake *intake, size_t (*take)(struct intake *, struct span),
                 struct span *rest, size_t len)
{
    char *piece = malloc(len);
    check(piece != NULL);
    memcpy(piece, rest->text, len);
    size_t taken = take(intake, (struct span){piece, len});
    free(piece);
    check(taken <= len);
    *rest = (struct span){rest->text + len, rest->len - len};
    return taken == len && !intake->enough && !intake->refused;
}

static void feed(struct intake *intake, struct span rest, size_t piece)
{
    bool goes_on = true;
    while (goes_on && rest.len > 0 && !intake->head_done) {
        const char *end = memchr(rest.text, '\n', rest.len);
        goes_on = give(intake, intake_head, &rest, end ? (size_t)(end - rest.text) + 1 : rest.len);
    }
    while (goes_on && rest.len > 0)
        goes_on = give(intake, intake_body, &rest, piece < rest.len ? piece : rest.len);
}

static void check_bounds(const struct http_answer *answer)
{
    check(answer->body_len <= HTTP_BODY_MAX);
    check(answer->body == NULL || answer->body[answer->body_len] == '\0');
    check(strlen(answer->cookies) < sizeof answer->cookies);
    check(strlen(answer->content_type) < sizeof answer->content_type);
    check(strlen(answer->content_encoding) < sizeof answer->content_encoding);
}

static void check_words(const struct finding *finding, bool token_is_hidden)
{
    char bytes[4 * FINDING_SLOT];
    struct text out = text_over(bytes, sizeof bytes);
    finding_add_sentence(finding, &out);
    text_add(&out, "; ");
    finding_add_remedy(finding, &out);
    for (size_t i = 0; i < out.len; i++)
        check((unsigned char)bytes[i] >= 0x20 && bytes[i] != 0x7f);
    for (size_t i = 0; token_is_hidden && i + PIECE <= TOKEN_LEN; i++)
        check(memmem(bytes, out.len, &TOKEN[i], PIECE) == NULL);
}

// As request.c: an answer that came whole is judged, of another the fault is told.
static void judge(const struct intake *intake, enum ls_question question, bool whole)
{
    struct http_answer *answer = intake->answer;
    struct finding finding = answer->fault;
    struct ls_identity identity;
    int status = intake->status;
    bool refusal = status == 401 || status == 403;
    answer->status = status;
    if (whole) {
        struct ls_answer first = question_answer(answer);
        ls_verdict(question, &first, ADDRESS, &finding, &identity);
        if (refusal && answer->body_cut)
            check(reason_class(finding.reason) != REASON_CLASS_UNCLEAR);
    } else {
        ls_refuse_unread(status, &finding);
        check(!refusal || reason_class(finding.reason) == REASON_CLASS_REFUSED);
    }
    if (reason_is_fine(finding.reason))
        check(whole && (status == 200 || status == 201 || status == 302));
    check(status == 0 || (status >= 100 && status <= 999));
    check_words(&finding, whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct http_answer answer;
    if (size < HEAD || !redact_add(span_of(TOKEN)))
        return 0;
    memset(&answer, 0, sizeof answer);
    struct http_request request = {.method = "GET",
                                   .url = ADDRESS,
                                   .body_always = (data[0] & 1) != 0,
                                   .body_never = (data[0] & 2) != 0};
    struct intake intake = {.request = &request, .answer = &answer, .origin = "http://h"};
    feed(&intake, (struct span){(const char *)data + HEAD, size - HEAD}, (size_t)data[1] + 1);
    bool closed = intake_close(&intake, (data[0] & 4) != 0);
    if (!closed) // why it broke off http.c knows
        network_error_ended(&answer.fault, intake.origin, intake.status, false);
    check_bounds(&answer);
    // The status alone is asked for, and nothing is judged by a body.
    if (!request.body_never)
        judge(&intake, (enum ls_question)(data[2] % (LS_LOGIN + 1)), closed && !intake.refused);
    intake_free(&answer);
    return 0;
}
