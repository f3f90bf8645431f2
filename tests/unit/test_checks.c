// SPDX-License-Identifier: MIT
// The checks of `verify`: how the file is read, what is asked, what is made of the answer. No
// network: http_ask is this file's.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/http.h"
#include "verify/checks.h"

#define PATH "my.checks.ini"

// Reading -----------------------------------------------------------------------------------------

static struct checks checks;

static bool read_bytes(const char *text, size_t len, struct finding *finding)
{
    checks_free(&checks);
    return checks_read(&checks, text, len, PATH, finding);
}

static bool read_text(const char *text, struct finding *finding)
{
    return read_bytes(text, strlen(text), finding);
}

static int forget(void **state)
{
    (void)state;
    checks_free(&checks);
    return 0;
}

static const char *const names_of_the_guide[] = {
    "SuperInsight API health", "Label Studio health",          "JWT login",
    "JWT token format",        "Protected endpoint access",    "Task creation",
    "Task retrieval",          "Label Studio connection test", "Label Studio sync",
};

static void the_built_in_checks_are_the_guides(void **state)
{
    (void)state;
    struct finding finding;
    struct span text = checks_builtin();
    assert_true(checks_read(&checks, text.text, text.len, "built in", &finding));
    assert_int_equal(checks.count, 9);
    for (unsigned i = 0; i < 9; i++)
        assert_string_equal(checks.list[i].name, names_of_the_guide[i]);
    assert_true(checks.timeout_ms == 30000);
    // The eighth asks for the token itself: the app's own test says error whatever the token is.
    const struct check *eighth = &checks.list[7], *ninth = &checks.list[8];
    assert_true(eighth->token);
    assert_string_equal(eighth->token_url, "${label_studio}");
    assert_string_equal(eighth->status, "200");
    assert_int_equal(eighth->member_count, 0);
    assert_int_equal(eighth->remark_count, 1);
    assert_string_equal(eighth->remarks[0].value, "success");
    assert_string_equal(eighth->shows[0], "details.base_url");
    assert_string_equal(eighth->shows[1], "details.auth_method");
    assert_int_equal(ninth->hint_count, 1);
    assert_string_equal(ninth->hints[0].name, "LABEL_STUDIO_USERNAME LABEL_STUDIO_PASSWORD");
}

// Sets may use each other, also in a circle that a saved value breaks.
static void sets_that_use_each_other_are_read(void **state)
{
    (void)state;
    struct finding finding;
    assert_true(read_text("[defaults]\nset a = ${b}\nset b = ${a}${c}\nset c = ${c:-x}\n"
                          "set d = ${a}${b}${c}\n[A]\nrequest = GET http://${d}/\n",
                          &finding));
    assert_int_equal(checks.set_count, 4);
}

// The lines of one json are put together in one place: 64 KiB of them once took 90 MB.
static void many_lines_of_json_are_put_together(void **state)
{
    (void)state;
    static char text[CHECKS_FILE_MAX + 1];
    struct finding finding;
    size_t len = (size_t)snprintf(text, sizeof text, "[A]\nrequest = GET http://a/\n");
    size_t lines = 0;
    for (; len + 7 < sizeof text; len += 7, lines++)
        memcpy(text + len, "json=1\n", 8);
    assert_true(read_text(text, &finding));
    assert_int_equal(strlen(checks.list[0].json), 2 * lines - 1);
    assert_int_equal(strspn(checks.list[0].json, "1\n"), 2 * lines - 1);
}

static void a_check_is_read_whole(void **state)
{
    (void)state;
    struct finding finding;
    assert_true(read_text("\xef\xbb\xbf; a comment\r\n"
                          "[defaults]\r\n"
                          "timeout = 2m\r\n"
                          "set api = http://a/${B:-b}\r\n"
                          "[One; of = two]\r\n"
                          "request = POST   ${api}/x?y=1\r\n"
                          "header X-A = b: c = d ; e\r\n"
                          "json = {\"a\": 1,\r\n"
                          "json = \"b\": [\"${api}\"]}\r\n"
                          "status = 200 4xx\r\n"
                          "member a.b = *\r\n"
                          "save id = data.0.id\r\n"
                          "timeout = 500ms\r\n"
                          "remedy = look: there\r\n"
                          "[Two]\r\n"
                          "needs = One; of = two\r\n"
                          "jwt = ${id}",
                          &finding));
    const struct check *one = &checks.list[0], *two = &checks.list[1];
    assert_int_equal(checks.count, 2);
    assert_true(checks.timeout_ms == 120000 && one->timeout_ms == 500);
    assert_string_equal(checks.sets[0].value, "http://a/${B:-b}");
    assert_string_equal(one->name, "One; of = two");
    assert_int_equal(one->line, 5);
    assert_string_equal(one->method, "POST");
    assert_string_equal(one->url, "${api}/x?y=1");
    assert_string_equal(one->headers[0].name, "X-A");
    assert_string_equal(one->headers[0].value, "b: c = d ; e");
    assert_string_equal(one->json, "{\"a\": 1,\n\"b\": [\"${api}\"]}");
    assert_string_equal(one->status, "200 4xx");
    assert_string_equal(one->members[0].name, "a.b");
    assert_string_equal(one->saves[0].name, "id");
    assert_string_equal(one->saves[0].value, "data.0.id");
    assert_string_equal(one->remedy, "look: there");
    assert_string_equal(two->jwt, "${id}");
    assert_true(checks_needs(&checks, 1, 0));
    assert_false(checks_needs(&checks, 0, 1));
}

#define GOOD "[A]\nrequest = GET http://a/\n"

#define EIGHT(x) x x x x x x x x
// Each uses the one before eight times: 8^6 bytes, or 8^6 steps that bring nothing.
#define GROWING(first)                                                        \
    "[defaults]\nset a = " first                                              \
    "\nset b = " EIGHT("${a}") "\nset c = " EIGHT("${b}") "\nset d = " EIGHT( \
        "${c}") "\nset e = " EIGHT("${d}") "\nset f = " EIGHT("${e}") "\n"

static const struct {
    const char *text, *line, *why;
} bad[] = {
    {GROWING("12345678") GOOD, "line 7", "beyond 64 KiB"},
    {GROWING("${X:-}") GOOD, "line 7", "beyond 64 KiB"},
    {"[defaults]\nset a = " EIGHT(EIGHT(EIGHT("x"))) "\n" GOOD "json = [\"" EIGHT(EIGHT("${a}"))
         EIGHT(EIGHT("${a:-}")) "\"]\n",
     "line 3", "beyond 64 KiB"},
    {"[defaults]\nset a = " EIGHT(EIGHT(EIGHT("x"))) "\n" GOOD "header A = ${B:-" EIGHT(
         EIGHT("${a}")) EIGHT(EIGHT("${a}")) "}\n",
     "line 3", "beyond 64 KiB"},
    {"", NULL, "no check"},
    {"; nothing\n", "line 1", "no check"},
    {"[defaults]\ntimeout = 5s\n", "line 2", "no check"},
    {"request = GET http://a/\n", "line 1", "above the first"},
    {GOOD "nonsense\n", "line 3", "neither NAME = VALUE"},
    {GOOD "[B\n", "line 3", "neither NAME = VALUE"},
    {GOOD "colour = red\n", "line 3", "not known"},
    {GOOD "headerX-A = red\n", "line 3", "not known"},
    {GOOD "save a-b = c\n", "line 3", "letters"},
    {GOOD "save 1 = c\n", "line 3", "letters"},
    {GOOD "save a =\n", "line 3", "no value"},
    {GOOD "status = ok\n", "line 3", "status"},
    {GOOD "status = 99\n", "line 3", "status"},
    {GOOD "status = 600\n", "line 3", "status"},
    {GOOD "status = 2x0\n", "line 3", "status"},
    {GOOD "status = 200\nstatus = 201\n", "line 4", "\"status\" is given twice"},
    {GOOD "timeout = soon\n", "line 3", "duration"},
    {GOOD "timeout = 0\n", "line 3", "duration"},
    {GOOD "json = ${a\n", "line 3", "no }"},
    {GOOD "json = ${a:-${b}\n", "line 3", "no }"},
    {GOOD "request = GET http://b/\n", "line 3", "one thing"},
    {GOOD "jwt = x\n", "line 3", "one thing"},
    {GOOD "needs = B\n", "line 3", "no check above"},
    {GOOD "needs = A\n", "line 3", "no check above"},
    {GOOD "\n[A]\nrequest = GET http://b/\n", "line 5", "name is above"},
    {GOOD "\n\n[B]\n\n[C]\njwt = x\n", "line 7", "holds nothing"},
    {GOOD "\n[B]\n", "line 4", "holds nothing"},
    {GOOD "[B]\nstatus = 200\n", "line 3", "asks nothing"},
    {GOOD "[B]\nstatus = 200\n[C]\njwt = x\n", "line 3", "asks nothing"},
    {GOOD "[defaults]\ntimeout = 5s\n", "line 4", "before the checks"},
    {"[defaults]\nrequest = GET http://a/\n", "line 2", "[defaults]"},
    {"[defaults]\nset a b = c\n", "line 2", "letters"},
    {"[A]\nrequest = FETCH http://a/\n", "line 2", "method"},
    {"[A]\nrequest = GET\n", "line 2", "method"},
    {GOOD "token = refused\n", "line 3", "accepted by URL"},
    {GOOD "token = acceptedby http://a\n", "line 3", "accepted by URL"},
    {GOOD "token = accepted by\n", "line 3", "accepted by URL"},
    {GOOD "token = accepted http://a\n", "line 3", "accepted by URL"},
    {GOOD "token = accepted\ntoken = accepted\n", "line 4", "\"token\" is given twice"},
    {GOOD "remark a =\n", "line 3", "no value"},
    {"[A name of a check that is longer than inih keeps of it]\njwt = x\n", "line 1", "49"},
};

static void mistakes_are_named_with_their_line(void **state)
{
    (void)state;
    struct finding finding;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (read_text(bad[i].text, &finding))
            fail_msg("was taken: %s", bad[i].text);
        assert_int_equal(finding.reason, REASON_CHECKS_INVALID);
        assert_string_equal(finding.subject, PATH);
        if (strcmp(finding.where, bad[i].line ? bad[i].line : "") != 0)
            fail_msg("%s, not %s: %s", finding.where, bad[i].line, bad[i].text);
        if (!strstr(finding.detail, bad[i].why))
            fail_msg("\"%s\" for %s", finding.detail, bad[i].text);
    }
}

static void sizes_are_bounded(void **state)
{
    (void)state;
    struct finding finding;
    size_t size = CHECKS_FILE_MAX + 2;
    char *text = malloc(size);
    assert_non_null(text);
    memset(text, ';', size);
    assert_false(read_bytes(text, size, &finding));
    assert_non_null(strstr(finding.detail, "64 KiB"));
    assert_false(read_bytes("[A]\n\0jwt = x\n", 12, &finding));
    assert_non_null(strstr(finding.detail, "NUL"));
    size_t len = 0;
    for (int i = 0; i <= CHECKS_MAX; i++)
        len += (size_t)snprintf(text + len, size - len, "[%d]\njwt = x\n", i);
    assert_false(read_bytes(text, len, &finding));
    assert_non_null(strstr(finding.detail, "more than 64 checks"));
    len = (size_t)snprintf(text, size, "[A]\njwt = x\n");
    for (int i = 0; i <= CHECK_PAIRS; i++)
        len += (size_t)snprintf(text + len, size - len, "member a%d = x\n", i);
    assert_false(read_bytes(text, len, &finding));
    assert_non_null(strstr(finding.detail, "too many"));
    free(text);
}

// Asking ------------------------------------------------------------------------------------------

static struct {
    const char *url, *body, *answer; // expected, expected, given
    const char *headers[4];
    int status; // 0: nobody answers
    unsigned asked;
} server;

void http_ask(const struct http_request *request, struct http_answer *answer)
{
    server.asked++;
    assert_string_equal(request->url, server.url);
    assert_true(span_is(request->body, server.body ? server.body : ""));
    for (unsigned i = 0; i < 4 && server.headers[i]; i++)
        assert_string_equal(request->headers[i], server.headers[i]);
    memset(answer, 0, sizeof *answer);
    answer->answered = server.status != 0;
    answer->status = server.status;
    if (!answer->answered)
        finding_set(&answer->fault, REASON_CONNECTION_REFUSED, request->url, NULL, NULL);
    answer->body = strdup(server.answer ? server.answer : "");
    answer->body_len = strlen(answer->body);
}

void http_answer_free(struct http_answer *answer)
{
    free(answer->body);
    answer->body = NULL;
}

static struct span find(void *context, const char *name)
{
    (void)context;
    if (strcmp(name, "PASSWORD") == 0)
        return span_of("a\"b\\c secret of mine");
    if (strcmp(name, "EMPTY") == 0)
        return span_of("");
    return span_of(strcmp(name, "HOST") == 0 ? "http://label-studio:8080" : NULL);
}

// What Label Studio says of the token.
static struct {
    enum reason reason;
    const char *url; // it was asked at; NULL: the settings' own
    unsigned asked;
} judge_of_token;

static bool accepts(const struct check_run *run, const char *url, struct finding *finding)
{
    (void)run;
    judge_of_token.asked++;
    static char at[64];
    (void)snprintf(at, sizeof at, "%s", url ? url : "");
    judge_of_token.url = url ? at : NULL;
    finding_set(finding, judge_of_token.reason, "http://label-studio:8080", NULL, NULL);
    return judge_of_token.reason == REASON_OK;
}

static struct check_result result;
static struct check_saves saves;
static struct check_values values;

static enum check_state ask(unsigned index)
{
    struct check_run run = {
        .accepts = accepts, .find = find, .values = &values, .timeout_ms = 1000};
    check_ask(&checks, &checks.list[index], &run, &result, &saves);
    return result.state;
}

static enum check_state ask_file(const char *text)
{
    struct finding finding;
    if (!read_text(text, &finding))
        fail_msg("%s %s", finding.where, finding.detail);
    return ask(0);
}

static void answering(int status, const char *url, const char *body, const char *answer)
{
    memset(&server, 0, sizeof server);
    memset(&values, 0, sizeof values);
    server.status = status;
    server.url = url;
    server.body = body;
    server.answer = answer;
}

static void variables_are_filled_in(void **state)
{
    (void)state;
    answering(200, "http://label-studio:8080/x/17",
              "{\"p\": \"a\\\"b\\\\c secret of mine\", \"n\": 17}", "{}");
    server.headers[0] = "X-A: v-17";
    server.headers[1] = "Content-Type: application/json";
    values.count = 1;
    (void)snprintf(values.list[0].name, sizeof values.list[0].name, "id");
    (void)snprintf(values.list[0].text, sizeof values.list[0].text, "17");
    assert_int_equal(ask_file("[defaults]\nset base = ${NONE:-${HOST}}\n"
                              "[A]\nrequest = PUT ${base}/x/${id}\nheader X-A = ${EMPTY:-v}-${id}\n"
                              "json = {\"p\": \"${PASSWORD}\", \"n\": ${id}}\n"),
                     CHECK_PASSED);
    assert_string_equal(result.asked, "PUT http://label-studio:8080/x/${id}");
    assert_string_equal(result.came, "200");
}

static const struct {
    const char *text, *why;
} unsendable[] = {
    {"[A]\nrequest = GET ${NONE}/x\n", "NONE is not set"},
    {"[A]\nrequest = GET http://a/\nheader X = ${EMPTY}\n", "EMPTY is not set"},
    {"[defaults]\nset a = ${b}\nset b = ${a}\n[A]\nrequest = GET ${a}\n", "uses itself"},
    {"[A]\nrequest = GET ftp://a/\n", "address"},
    {"[A]\nrequest = GET http://a b/\n", "address"},
    {"[A]\nrequest = POST http://a/\njson = {\"a\": }\n", "not a JSON"},
    {"[A]\nrequest = POST http://a/\njson = 17\n", "not a JSON"},
};

static void what_cannot_be_sent_is_said(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof unsendable / sizeof unsendable[0]; i++) {
        answering(200, "", NULL, "{}");
        assert_int_equal(ask_file(unsendable[i].text), CHECK_FAILED);
        assert_int_equal(server.asked, 0);
        if (!strstr(result.came, unsendable[i].why))
            fail_msg("\"%s\" for %s", result.came, unsendable[i].text);
    }
}

#define ANSWER                                                                                 \
    "{\"s\": \"on\", \"n\": 17, \"t\": true, \"z\": null, \"o\": {\"p\": [{\"q\": \"in\"}]}, " \
    "\"message\": \"not now\"}"

static const struct {
    const char *line;
    enum check_state state;
    const char *came;
} members[] = {
    {"member s = on", CHECK_PASSED, "200"},
    {"member s = off", CHECK_FAILED, "200, but s is \"on\"; message: \"not now\""},
    {"member n = 17", CHECK_PASSED, "200"},
    {"member n = 170", CHECK_FAILED, "200, but n is 17; message: \"not now\""},
    {"member t = true", CHECK_PASSED, "200"},
    {"member t = false", CHECK_FAILED, "200, but t is true; message: \"not now\""},
    {"member z = null", CHECK_PASSED, "200"},
    {"member z = *", CHECK_FAILED, "200, but z is null; message: \"not now\""},
    {"member o = *", CHECK_PASSED, "200"},
    {"member o.p.0.q = in", CHECK_PASSED, "200"},
    {"member o.p.1.q = in", CHECK_FAILED, "200, but the answer has no o.p.1.q"},
    {"member absent = *", CHECK_FAILED, "200, but the answer has no absent"},
    {"member message = now", CHECK_FAILED, "200, but message is \"not now\""},
    {"status = 201", CHECK_FAILED, "200, not 201; message: \"not now\""},
    {"status = 5xx 200", CHECK_PASSED, "200"},
    {"save a = absent", CHECK_FAILED, "200, but the answer has no absent to go on with"},
    {"save a = z", CHECK_FAILED, "200, but the answer has no z to go on with"},
};

static void members_and_statuses_are_judged(void **state)
{
    (void)state;
    char text[256];
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        answering(200, "http://a/", NULL, ANSWER);
        (void)snprintf(text, sizeof text, "[A]\nrequest = GET http://a/\n%s\n", members[i].line);
        assert_int_equal(ask_file(text), members[i].state);
        assert_string_equal(result.came, members[i].came);
        assert_int_equal(result.status, 200);
    }
}

static void what_comes_back_decides(void **state)
{
    (void)state;
    answering(200, "http://a/", NULL, "<html>");
    assert_int_equal(ask_file(GOOD), CHECK_PASSED);
    assert_int_equal(ask_file(GOOD "member a = *\n"), CHECK_FAILED);
    assert_non_null(strstr(result.came, "not JSON"));
    answering(302, "http://a/", NULL, "");
    assert_int_equal(ask_file(GOOD), CHECK_FAILED);
    assert_string_equal(result.came, "302, not 2xx");
    answering(0, "http://a/", NULL, NULL);
    assert_int_equal(ask_file(GOOD), CHECK_FAILED);
    assert_non_null(strstr(result.came, "[connection_refused]"));
    assert_int_equal(result.status, 0);
}

#define CONNECTION                                                                 \
    GOOD "status = 200\ntoken = accepted by ${HOST}/ls\nremark status = success\n" \
         "show = details.base_url\nshow = details.auth_method\nshow = details.none\n"
#define NOT_CONNECTED                                                                    \
    "{\"status\": \"error\", \"message\": \"404\", \"details\": {\"connected\": false, " \
    "\"base_url\": \"http://b:1\", \"auth_method\": \"token\"}}"

static enum check_state connection(int status, const char *answer, enum reason reason)
{
    memset(&judge_of_token, 0, sizeof judge_of_token);
    judge_of_token.reason = reason;
    answering(status, "http://a/", NULL, answer);
    return ask_file(CONNECTION);
}

static void the_token_decides_and_the_body_is_remarked(void **state)
{
    (void)state;
    assert_int_equal(connection(200, "{\"status\": \"success\"}", REASON_OK), CHECK_PASSED);
    assert_string_equal(judge_of_token.url, "http://label-studio:8080/ls");
    assert_string_equal(result.remark, "");
    assert_int_equal(connection(200, NOT_CONNECTED, REASON_OK), CHECK_PASSED);
    assert_string_equal(result.came, "200");
    assert_string_equal(result.remark,
                        "Label Studio accepts the token, but the app's own test says status "
                        "\"error\": it asks another address, or the app holds another token, "
                        "details.base_url \"http://b:1\", details.auth_method \"token\"");
    assert_int_equal(connection(200, "<html>", REASON_OK), CHECK_PASSED);
    assert_non_null(strstr(result.remark, "has no status"));
    assert_int_equal(connection(200, "{\"details\": {\"base_url\": \"http://u:pw@b\"}}", REASON_OK),
                     CHECK_PASSED);
    assert_null(strstr(result.remark, "pw"));

    static const enum reason refused[] = {REASON_TOKEN_UNKNOWN, REASON_LEGACY_DISABLED,
                                          REASON_JWT_REFRESH,   REASON_TOKEN_MISSING,
                                          REASON_TIMEOUT,       REASON_SERVER_ERROR};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        char word[64];
        (void)snprintf(word, sizeof word, "[%s]", reason_word(refused[i]));
        assert_int_equal(connection(200, "{\"status\": \"success\"}", refused[i]), CHECK_FAILED);
        assert_non_null(strstr(result.came, word));
        assert_string_not_equal(result.remedy, "");
        assert_string_equal(result.remark, "");
    }
    assert_int_equal(connection(500, NOT_CONNECTED, REASON_OK), CHECK_FAILED);
    assert_int_equal(judge_of_token.asked, 0);
    answering(200, "http://a/", NULL, "{}");
    assert_int_equal(ask_file(GOOD "token = accepted\n"), CHECK_PASSED);
    assert_null(judge_of_token.url);
}

static void a_hint_is_for_a_failure_with_its_variables(void **state)
{
    (void)state;
    static const struct {
        const char *names;
        int status;
        const char *remark;
    } hints[] = {
        {"HOST PASSWORD", 500, "they matter"},
        {"HOST", 404, "they matter"},
        {"HOST PASSWORD", 200, ""},
        {"HOST EMPTY", 500, ""},
        {"NONE", 500, ""},
        {"PASSWORD  HOST", 302, "they matter"},
    };
    for (size_t i = 0; i < sizeof hints / sizeof hints[0]; i++) {
        char file[128];
        (void)snprintf(file, sizeof file, GOOD "hint %s = they matter\n", hints[i].names);
        answering(hints[i].status, "http://a/", NULL, "{}");
        (void)ask_file(file);
        assert_string_equal(result.remark, hints[i].remark);
    }
}

// What is shown of a value that a check saved: ids alone.
static const struct {
    const char *save, *more, *shown;
} saved_values[] = {
    {"save x = id", "", "GET http://a/v-17"},
    {"save task_id = data.task_id", "", "GET http://a/v-17"},
    {"save x = data.uuid", "", "GET http://a/v-17"},
    {"save x = taskId", "", "GET http://a/v-17"},
    {"save x = word", "", NULL},
    {"save session_id = id", "", NULL},
    {"save x = session.id", "", NULL},
    {"save x = id", "header A = ${x}\n", NULL},
    {"save x = dotted_id", "", NULL},
};

static void ids_are_shown_in_an_address(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof saved_values / sizeof saved_values[0]; i++) {
        const char *name = strchr(saved_values[i].save, ' ') + 1;
        int len = (int)strcspn(name, " ");
        bool dotted = strstr(saved_values[i].save, "dotted") != NULL;
        char file[256], template[64], url[64];
        (void)snprintf(template, sizeof template, "GET http://a/${%.*s}", len, name);
        (void)snprintf(file, sizeof file, GOOD "%s\n[B]\nrequest = %s\n%s", saved_values[i].save,
                       template, saved_values[i].more);
        answering(200, "http://a/", NULL,
                  "{\"id\": \"v-17\", \"data\": {\"task_id\": \"v-17\", \"uuid\": \"v-17\"}, "
                  "\"taskId\": \"v-17\", \"word\": \"v-17\", \"session\": {\"id\": \"v-17\"}, "
                  "\"dotted_id\": \"a.b.c\"}");
        assert_int_equal(ask_file(file), CHECK_PASSED);
        assert_true(check_values_add(&values, &saves));
        (void)snprintf(url, sizeof url, "http://a/%s", dotted ? "a.b.c" : "v-17");
        server.url = url;
        assert_int_equal(ask(1), CHECK_PASSED);
        assert_string_equal(result.asked, saved_values[i].shown ? saved_values[i].shown : template);
    }
}

static void a_body_is_shown_with_its_variables_by_name(void **state)
{
    (void)state;
    answering(500, "http://label-studio:8080/x",
              "{\"p\": \"a\\\"b\\\\c secret of mine\", \"n\": 17}", "{}");
    values.count = 1;
    values.list[0].shown = true;
    (void)snprintf(values.list[0].name, sizeof values.list[0].name, "id");
    (void)snprintf(values.list[0].text, sizeof values.list[0].text, "17");
    assert_int_equal(
        ask_file("[defaults]\nset pw = ${EMPTY:-${PASSWORD}}\n[A]\nrequest = POST ${HOST}/x\n"
                 "json = {\"p\": \"${pw}\", \"n\": ${id}}\n"),
        CHECK_FAILED);
    assert_string_equal(result.asked, "POST http://label-studio:8080/x");
    assert_string_equal(result.sent, "{\"p\": \"${PASSWORD}\", \"n\": 17}");
}

static void values_are_saved_for_later(void **state)
{
    (void)state;
    answering(200, "http://a/", NULL, "{\"id\": 17, \"token\": \"\\u0041bc\"}");
    assert_int_equal(ask_file(GOOD "save id = id\nsave word = token\n[B]\njwt = ${word}\n"),
                     CHECK_PASSED);
    assert_int_equal(saves.count, 2);
    assert_true(check_values_add(&values, &saves));
    assert_string_equal(values.list[0].text, "17");
    assert_string_equal(values.list[1].text, "Abc");
    assert_true(checks_needs(&checks, 1, 0));
    values.count = CHECKS_SET;
    assert_false(check_values_add(&values, &saves));
}

static void nothing_is_saved_by_a_check_that_failed(void **state)
{
    (void)state;
    answering(200, "http://a/", NULL, "{\"token\": \"a\\nb\"}");
    assert_int_equal(ask_file(GOOD "save word = token\n"), CHECK_FAILED);
    assert_int_equal(saves.count, 0);
    answering(200, "http://a/", NULL, "{\"id\": 17}");
    assert_int_equal(ask_file(GOOD "save id = id\nsave word = token\n"), CHECK_FAILED);
    assert_int_equal(saves.count, 0);
}

static void secrets_do_not_come_back(void **state)
{
    (void)state;
    answering(500, "http://a/", "{\"p\": \"a\\\"b\\\\c secret of mine\"}",
              "{\"detail\": \"cannot take secret of mine\"}");
    assert_int_equal(ask_file("[A]\nrequest = POST http://a/\njson = {\"p\": \"${PASSWORD}\"}\n"),
                     CHECK_FAILED);
    assert_null(strstr(result.came, "secret of"));
    answering(500, "http://a/", NULL, "{\"detail\": \"cannot take secret of mine\"}");
    assert_int_equal(ask_file(GOOD), CHECK_FAILED); // nothing was sent that could come back
    assert_string_equal(result.came, "500, not 2xx; detail: \"cannot take secret of mine\"");
}

static void an_address_with_a_secret_is_shown_as_it_stands_in_the_file(void **state)
{
    (void)state;
    answering(200, "http://a/?t=eyJhbGciOi", NULL, "{}");
    server.headers[0] = "X-A: eyJhbGciOi";
    values.count = 1;
    (void)snprintf(values.list[0].name, sizeof values.list[0].name, "t");
    (void)snprintf(values.list[0].text, sizeof values.list[0].text, "eyJhbGciOi");
    assert_int_equal(ask_file("[A]\nrequest = GET http://a/?t=${t}\nheader X-A = ${t}\n"),
                     CHECK_PASSED);
    assert_string_equal(result.asked, "GET http://a/?t=${t}");
}

static void a_header_holds_one_line(void **state)
{
    (void)state;
    answering(200, "http://a/", NULL, "{}");
    values.count = 1;
    (void)snprintf(values.list[0].name, sizeof values.list[0].name, "t");
    (void)snprintf(values.list[0].text, sizeof values.list[0].text, "a\r\nX-B: c");
    assert_int_equal(ask_file("[A]\nrequest = GET http://a/\nheader X-A = ${t}\n"), CHECK_FAILED);
    assert_int_equal(server.asked, 0);
    assert_non_null(strstr(result.came, "line break"));
}

static void a_jwt_has_three_parts(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum check_state state;
    } texts[] = {
        {"eyJh.eyJ0.c2ln", CHECK_PASSED}, {"a-_Z.b.c", CHECK_PASSED}, {"eyJh.eyJ0", CHECK_FAILED},
        {"eyJh.eyJ0.", CHECK_FAILED},     {".b.c", CHECK_FAILED},     {"a.b.c.d", CHECK_FAILED},
        {"a.b.c=", CHECK_FAILED},         {"a b.c.d", CHECK_FAILED},  {"00112233", CHECK_FAILED},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        char file[128];
        answering(0, "", NULL, NULL);
        (void)snprintf(file, sizeof file, "[A]\njwt = %s\n", texts[i].text);
        assert_int_equal(ask_file(file), texts[i].state);
        assert_int_equal(server.asked, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(the_built_in_checks_are_the_guides, forget),
        cmocka_unit_test_teardown(a_check_is_read_whole, forget),
        cmocka_unit_test_teardown(sets_that_use_each_other_are_read, forget),
        cmocka_unit_test_teardown(many_lines_of_json_are_put_together, forget),
        cmocka_unit_test_teardown(mistakes_are_named_with_their_line, forget),
        cmocka_unit_test_teardown(sizes_are_bounded, forget),
        cmocka_unit_test_teardown(variables_are_filled_in, forget),
        cmocka_unit_test_teardown(what_cannot_be_sent_is_said, forget),
        cmocka_unit_test_teardown(members_and_statuses_are_judged, forget),
        cmocka_unit_test_teardown(what_comes_back_decides, forget),
        cmocka_unit_test_teardown(the_token_decides_and_the_body_is_remarked, forget),
        cmocka_unit_test_teardown(a_hint_is_for_a_failure_with_its_variables, forget),
        cmocka_unit_test_teardown(ids_are_shown_in_an_address, forget),
        cmocka_unit_test_teardown(a_body_is_shown_with_its_variables_by_name, forget),
        cmocka_unit_test_teardown(values_are_saved_for_later, forget),
        cmocka_unit_test_teardown(nothing_is_saved_by_a_check_that_failed, forget),
        cmocka_unit_test_teardown(secrets_do_not_come_back, forget),
        cmocka_unit_test_teardown(an_address_with_a_secret_is_shown_as_it_stands_in_the_file,
                                  forget),
        cmocka_unit_test_teardown(a_header_holds_one_line, forget),
        cmocka_unit_test_teardown(a_jwt_has_three_parts, forget),
    };
    return cmocka_run_group_tests_name("checks", tests, NULL, NULL);
}
