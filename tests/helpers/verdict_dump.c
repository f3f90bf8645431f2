// SPDX-License-Identifier: MIT
// Runs ls_verdict over recorded answers: cases on standard input, one JSON object a line on
// standard output.
//
// A case is the line "QUESTION STATUS CUT URL TYPE LOCATION AUTHENTICATE RETRY SERVER BODY",
// QUESTION a word of the list below, CUT 0 or 1, the rest lengths in bytes of the parts that follow
// the line, in that order. QUESTION "second" is the answer to whoami without a header that explains
// the case before it.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "labelstudio/answers.h"

#define PARTS 7

static const char *const questions[] = {
    [LS_WHOAMI_TOKEN] = "whoami_token",
    [LS_WHOAMI_JWT] = "whoami_jwt",
    [LS_WHOAMI_FRESH] = "whoami_fresh",
    [LS_WHOAMI_BEARER] = "whoami_bearer",
    [LS_WHOAMI_ANONYMOUS] = "whoami_nobody",
    [LS_REFRESH] = "refresh",
    [LS_LEGACY] = "legacy",
    [LS_RESET] = "reset",
    [LS_SWITCHES] = "switches",
    [LS_LOGIN] = "login",
};

struct record {
    char question[32];
    int status, cut;
    size_t len[PARTS];
    char *part[PARTS];
};

static bool read_parts(struct record *self)
{
    bool whole = true;
    for (int i = 0; i < PARTS; i++) {
        self->part[i] = malloc(self->len[i] + 1);
        if (!self->part[i])
            abort();
        whole = fread(self->part[i], 1, self->len[i], stdin) == self->len[i] && whole;
        self->part[i][self->len[i]] = '\0';
    }
    return whole;
}

static bool read_record(struct record *self)
{
    char line[256];
    memset(self, 0, sizeof *self);
    if (!fgets(line, sizeof line, stdin))
        return false;
    size_t word = strcspn(line, " ");
    (void)snprintf(self->question, sizeof self->question, "%.*s", (int)word, line);
    char *next = line + word;
    self->status = (int)strtol(next, &next, 10);
    self->cut = (int)strtol(next, &next, 10);
    for (int i = 0; i < PARTS; i++)
        self->len[i] = strtoul(next, &next, 10);
    return *next == '\n' && read_parts(self);
}

static struct ls_answer answer_of(const struct record *self)
{
    return (struct ls_answer){
        .status = self->status,
        .content_type = {self->part[1], self->len[1]},
        .location = {self->part[2], self->len[2]},
        .www_authenticate = {self->part[3], self->len[3]},
        .retry_after = {self->part[4], self->len[4]},
        .server = {self->part[5], self->len[5]},
        .body = {self->part[6], self->len[6]},
        .body_cut = self->cut != 0,
    };
}

static enum ls_question question_of(const char *word)
{
    for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++)
        if (strcmp(word, questions[i]) == 0)
            return (enum ls_question)i;
    (void)fprintf(stderr, "verdict_dump: no question \"%s\"\n", word);
    exit(2);
}

static void add_member(struct text *out, const char *name, const char *value)
{
    text_add(out, ", \"%s\": ", name);
    text_add_json(out, span_of(value));
}

static void print(const struct finding *finding, const struct ls_identity *identity, bool second)
{
    struct text out = text_growing();
    struct text sentence = text_growing();
    struct text remedy = text_growing();
    finding_add_sentence(finding, &sentence);
    finding_add_remedy(finding, &remedy);
    text_add(&out, "{\"word\": \"%s\", \"row\": %d, \"second\": %s", reason_word(finding->reason),
             (int)finding->reason, second ? "true" : "false");
    add_member(&out, "class", reason_class_name(reason_class(finding->reason)));
    add_member(&out, "sentence", sentence.len ? sentence.bytes : "");
    add_member(&out, "remedy", remedy.len ? remedy.bytes : "");
    add_member(&out, "detail", finding->detail);
    add_member(&out, "email", identity->email);
    add_member(&out, "version", identity->version);
    text_add(&out, ", \"user\": %" PRId64 ", \"organization\": %" PRId64 "}\n", identity->user_id,
             identity->organization);
    (void)fwrite(out.bytes, 1, out.len, stdout);
    text_free(&out);
    text_free(&sentence);
    text_free(&remedy);
}

int main(void)
{
    struct record record;
    struct finding finding = {0};
    struct ls_identity identity = {0};
    enum ls_question question = LS_WHOAMI_TOKEN;
    while (read_record(&record)) {
        struct ls_answer answer = answer_of(&record);
        bool second = false;
        if (strcmp(record.question, "second") == 0) {
            ls_verdict_second(question, &answer, record.part[0], &finding);
        } else {
            question = question_of(record.question);
            ls_verdict(question, &answer, record.part[0], &finding, &identity);
            second = ls_needs_second(question, &answer);
        }
        print(&finding, &identity, second);
        for (int i = 0; i < PARTS; i++)
            free(record.part[i]);
    }
    return 0;
}
