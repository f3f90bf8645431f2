// SPDX-License-Identifier: MIT
#include "net/response.h"

#include <stdlib.h>
#include <string.h>

#include "base/duration.h"
#include "base/text.h"
#include "base/wipe.h"
#include "net/network_errors.h"
#include "net/response_head.h"

// A head of a real answer is below 4 KiB; nginx sends at most 32 KiB.
#define HEAD_MAX ((size_t)64 * 1024)

// Shown of the name of a coding; the longest that is registered has 14 bytes.
#define CODING_MAX ((size_t)32)

static void refuse(struct intake *self, const char *why)
{
    network_error_bad_reply(&self->answer->fault, self->origin, why);
    self->refused = true;
}

static enum body_mode mode_for(const struct http_request *request, int status)
{
    if (request->body_never)
        return BODY_NONE;
    if (request->body_always)
        return BODY_WHOLE;
    switch (status) {
    case 200:
    case 400:
    case 401:
    case 403:
    case 500:
        return BODY_WHOLE;
    case 404:
        return BODY_PEEK;
    default:
        return status > 500 ? BODY_PEEK : BODY_NONE;
    }
}

static void end_of_head(struct intake *self)
{
    if (self->status < 200) {
        lines_reset(self->answer);
        self->status = 0;
        return;
    }
    self->head_done = true;
    self->mode = mode_for(self->request, self->status);
    self->enough = self->mode == BODY_NONE;
    if (self->mode == BODY_PEEK)
        self->peek_until_ms = duration_now() + HTTP_PEEK_MS;
}

size_t intake_head(struct intake *self, struct span line)
{
    self->head_bytes += line.len;
    if (self->head_bytes > HEAD_MAX) {
        refuse(self, self->head_done ? "its trailers do not end" : "its head does not end");
        return 0;
    }
    if (self->head_done) // trailers of a chunked body
        return line.len;
    if (self->status == 0) { // no later line is the status, however it is spelled
        self->status = lines_status(line);
        if (self->status == 0)
            refuse(self, "its first line is not a status line of HTTP/1.1");
        return self->status == 0 ? 0 : line.len;
    }
    if (span_trim(line).len > 0)
        lines_take(self->answer, line);
    else
        end_of_head(self);
    return self->enough ? 0 : line.len;
}

static void give_body(struct http_answer *answer)
{
    wipe(answer->body, answer->body_len);
    if (answer->body != answer->small)
        free(answer->body);
}

static bool grow(struct intake *self, size_t wanted)
{
    struct http_answer *answer = self->answer;
    if (answer->body == NULL) {
        answer->body = answer->small;
        self->room = sizeof answer->small - 1;
    }
    size_t room = self->room;
    while (room < wanted)
        room *= 2;
    if (room == self->room)
        return true;
    char *bytes = malloc(room + 1);
    if (bytes == NULL)
        return false;
    memcpy(bytes, answer->body, answer->body_len);
    give_body(answer);
    answer->body = bytes;
    self->room = room;
    return true;
}

size_t intake_body(struct intake *self, struct span bytes)
{
    struct http_answer *answer = self->answer;
    if (!self->head_done) { // HTTP/0.9: no head at all
        network_error_not_http(&answer->fault, self->origin, bytes.text, bytes.len);
        self->refused = true;
        return 0;
    }
    size_t most = self->mode == BODY_PEEK ? HTTP_PEEK : HTTP_BODY_MAX;
    size_t taken = bytes.len < most - answer->body_len ? bytes.len : most - answer->body_len;
    if (!grow(self, answer->body_len + taken))
        return 0;
    memcpy(answer->body + answer->body_len, bytes.text, taken);
    answer->body_len += taken;
    answer->body[answer->body_len] = '\0';
    answer->body_cut = taken < bytes.len;
    self->enough = answer->body_cut;
    return taken;
}

// A whole body in a coding that was not asked for cannot be read; said as such, since it looks like
// noise.
static void check_coding(struct intake *self)
{
    char why[FINDING_SLOT];
    struct span coding = span_of(self->answer->content_encoding);
    if (self->mode == BODY_NONE || self->status > 500 || coding.len == 0 ||
        span_is_nocase(coding, "identity"))
        return;
    struct text text = text_over(why, sizeof why);
    text_add(&text, "status %d with a body in the coding ", self->status);
    text_add_foreign(&text, coding, CODING_MAX);
    text_add(&text, ", which was not asked for");
    finding_set(&self->answer->fault, REASON_BAD_REPLY_CODED, self->origin, NULL, why);
    self->refused = true;
}

bool intake_close(struct intake *self, bool done)
{
    // The body of a 5xx only tells a little more: the status says enough when it does not come.
    bool whole = self->enough || done || self->status >= 500;
    if (self->refused)
        return true;
    if (!self->head_done || !whole)
        return false;
    self->answer->body_cut =
        self->answer->body_cut || !done || (self->enough && self->mode != BODY_WHOLE);
    check_coding(self);
    return true;
}

void intake_free(struct http_answer *answer)
{
    if (answer->body != NULL)
        give_body(answer);
    wipe(answer->cookies, sizeof answer->cookies);
    answer->body = NULL;
    answer->body_len = 0;
}
