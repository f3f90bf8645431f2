// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net/headers.h"

#define PATH "/run/headers"

static bool parse(struct header_file *self, const char *text, struct finding *finding)
{
    memset(self, 0, sizeof *self);
    return header_file_parse(self, text, strlen(text), PATH, finding);
}

static void lines_are_read(void **state)
{
    (void)state;
    struct header_file file;
    struct finding finding;
    assert_true(parse(
        &file, "# for the gateway\r\n\r\n  X-Team:  blue \r\nX-Empty-Line-Above: 1\n\t\nA:b:c",
        &finding));
    assert_int_equal(file.count, 3);
    assert_true(span_is(file.lines[0], "X-Team:  blue"));
    assert_true(span_is(file.lines[1], "X-Empty-Line-Above: 1"));
    assert_true(span_is(file.lines[2], "A:b:c"));
    assert_false(file.authorization);
    assert_true(parse(&file, "authorization: Bearer x\n", &finding));
    assert_true(file.authorization);
    assert_true(parse(&file, "", &finding));
    assert_int_equal(file.count, 0);
    assert_true(parse(&file, "\xEF\xBB\xBFX-A: 1\n", &finding)); // as Notepad saves it
    assert_true(file.count == 1 && span_is(file.lines[0], "X-A: 1"));
    assert_false(parse(&file, "X-A: 1\n\xEF\xBB\xBFX-B: 1\n", &finding));
}

static const struct {
    const char *text, *line, *why;
} bad[] = {
    {"no colon here\n", "line 1", "no colon"},
    {"\n# c\nX-A: 1\nX-B 2\n", "line 4", "no colon"},
    {": value\n", "line 1", "no name"},
    {"X A: 1\n", "line 1", "letters"},
    {"X-A : 1\n", "line 1", "letters"},
    {"X-\xc3\xa4: 1\n", "line 1", "letters"},
    {"X-A:\n", "line 1", "no value"},
    {"X-A:  \t \n", "line 1", "no value"},
    {"X-A: a\x01z\n", "line 1", "control"},
    {"X-A: a\rX-B: 1\n", "line 1", "control"},
    {"X-A: 1\nx-a: 2\n", "line 2", "twice"},
    {"Host: elsewhere\n", "line 1", "request itself"},
    {"x-api-key: k\n", "line 1", "request itself"},
    {"Content-Length: 1\n", "line 1", "request itself"},
    {"Transfer-Encoding: chunked\n", "line 1", "request itself"},
};

static void bad_lines_are_refused_with_their_number(void **state)
{
    (void)state;
    struct header_file file;
    struct finding finding;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(parse(&file, bad[i].text, &finding));
        assert_int_equal(finding.reason, REASON_HEADER_FILE_INVALID);
        assert_string_equal(finding.subject, PATH);
        assert_string_equal(finding.where, bad[i].line);
        assert_non_null(strstr(finding.detail, bad[i].why));
    }
}

static void no_value_is_shown(void **state)
{
    (void)state;
    struct header_file file;
    struct finding finding;
    assert_false(parse(&file, "Bearer secret-of-the-gateway\n", &finding));
    assert_null(strstr(finding.detail, "secret"));
}

static void too_much_is_refused(void **state)
{
    (void)state;
    struct header_file file;
    struct finding finding;
    char text[2 * HEADERS_LINE_MAX];
    size_t len = 0;
    for (int i = 0; i < HEADERS_EXTRA; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "X-%d: 1\n", i);
    assert_true(header_file_parse(&file, text, len, PATH, &finding));
    len += (size_t)snprintf(text + len, sizeof text - len, "X-More: 1\n");
    assert_false(header_file_parse(&file, text, len, PATH, &finding));

    memset(text, 'a', sizeof text);
    text[1] = ':';
    assert_true(header_file_parse(&file, text, HEADERS_LINE_MAX, PATH, &finding));
    assert_false(header_file_parse(&file, text, HEADERS_LINE_MAX + 1, PATH, &finding));
}

static void files_are_read(void **state)
{
    (void)state;
    struct header_file file;
    struct finding finding;
    char path[] = "/tmp/labelgate-test-headers-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "X-A: 1\n", 7), 7);
    close(fd);
    assert_true(header_file_read(&file, path, &finding));
    assert_int_equal(file.count, 1);
    header_file_free(&file);
    unlink(path);

    assert_false(header_file_read(&file, path, &finding));
    assert_int_equal(finding.reason, REASON_HEADER_FILE_INVALID);
    assert_string_equal(finding.subject, path);
    assert_false(header_file_read(&file, "/tmp", &finding));
    assert_non_null(strstr(finding.detail, "directory"));
    assert_false(header_file_read(&file, "/dev/null", &finding));
    assert_true(header_file_read(&file, NULL, &finding));
    assert_int_equal(file.count, 0);
    header_file_free(&file);
}

static void make(struct headers *headers, enum credential_kind kind, const char *text,
                 const char *extra_text, const char *content_type)
{
    struct header_file extra;
    struct finding finding;
    struct credential who = {kind, span_of(text)};
    assert_true(parse(&extra, extra_text, &finding));
    assert_true(headers_make(headers, &who, &extra, content_type, &finding));
}

static void check_lines(struct headers *headers, unsigned count, const char *const *lines)
{
    assert_int_equal(headers->count, count);
    for (unsigned i = 0; i < count; i++)
        assert_string_equal(headers->lines[i], lines[i]);
    assert_null(headers->lines[count]);
    headers_free(headers);
}

static void tokens_travel_by_their_scheme(void **state)
{
    (void)state;
    struct headers headers;
    make(&headers, CREDENTIAL_NONE, "", "", NULL);
    check_lines(&headers, 0, NULL);
    make(&headers, CREDENTIAL_TOKEN, "0011", "", NULL);
    check_lines(&headers, 1, (const char *[]){"Authorization: Token 0011"});
    make(&headers, CREDENTIAL_BEARER, "ey.ey.x", "X-A: 1\nX-B: 2", "application/json");
    check_lines(&headers, 4,
                (const char *[]){"Authorization: Bearer ey.ey.x", "X-A: 1", "X-B: 2",
                                 "Content-Type: application/json"});
}

static void beside_a_gateway_the_token_is_the_api_key(void **state)
{
    (void)state;
    struct headers headers;
    make(&headers, CREDENTIAL_TOKEN, "0011", "AUTHORIZATION: Bearer gate", NULL);
    check_lines(&headers, 2, (const char *[]){"X-Api-Key: 0011", "AUTHORIZATION: Bearer gate"});
    make(&headers, CREDENTIAL_NONE, "", "Authorization: Bearer gate", NULL);
    check_lines(&headers, 1, (const char *[]){"Authorization: Bearer gate"});
}

static void an_access_token_cannot_be_the_api_key(void **state)
{
    (void)state;
    struct headers headers;
    struct header_file extra;
    struct finding finding;
    struct credential who = {CREDENTIAL_BEARER, span_of("ey.ey.x")};
    assert_true(parse(&extra, "Authorization: Bearer gate", &finding));
    assert_false(headers_make(&headers, &who, &extra, NULL, &finding));
    assert_int_equal(finding.reason, REASON_HEADER_FILE_INVALID);
    assert_string_equal(finding.subject, PATH);
    headers_free(&headers);
}

static void cookies_are_joined(void **state)
{
    (void)state;
    struct headers headers;
    make(&headers, CREDENTIAL_SESSION, "sessionid=a; csrftoken=b", "", NULL);
    check_lines(&headers, 1, (const char *[]){"Cookie: sessionid=a; csrftoken=b"});
    make(&headers, CREDENTIAL_SESSION, "sessionid=a", "X-A: 1\ncookie: gate=1", NULL);
    check_lines(&headers, 2, (const char *[]){"Cookie: gate=1; sessionid=a", "X-A: 1"});
    make(&headers, CREDENTIAL_TOKEN, "0011", "Cookie: gate=1", NULL);
    check_lines(&headers, 2, (const char *[]){"Authorization: Token 0011", "Cookie: gate=1"});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_read),
        cmocka_unit_test(bad_lines_are_refused_with_their_number),
        cmocka_unit_test(no_value_is_shown),
        cmocka_unit_test(too_much_is_refused),
        cmocka_unit_test(files_are_read),
        cmocka_unit_test(tokens_travel_by_their_scheme),
        cmocka_unit_test(beside_a_gateway_the_token_is_the_api_key),
        cmocka_unit_test(an_access_token_cannot_be_the_api_key),
        cmocka_unit_test(cookies_are_joined),
    };
    return cmocka_run_group_tests_name("headers", tests, NULL, NULL);
}
