// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "net/http.h"
#include "net/network_errors.h"
#include "net/response_head.h"

static void a_status_line_is_told_from_others(void **state)
{
    (void)state;
    assert_int_equal(lines_status(span_of("HTTP/1.1 200 OK\r\n")), 200);
    assert_int_equal(lines_status(span_of("HTTP/1.0 404\r\n")), 404);
    assert_int_equal(lines_status(span_of("HTTP/1.1 103 \n")), 103);
    assert_int_equal(lines_status(span_of("HTTP/1.1 999")), 999);
    static const char *const none[] = {
        "HTTP/1.1 20",
        "HTTP/1.1 20 OK",
        "HTTP/1.1 2000 OK",
        "HTTP/1.1 200OK",
        "HTTP/1.1 200\tOK",
        "HTTP/1.1 200.1 OK",
        "HTTP/1.1  401 x",
        "HTTP/1.1\t200 OK",
        "HTTP/1.1 +200 OK",
        "HTTP/1.1 -20 OK",
        "HTTP/1.1 0200 OK",
        "HTTP/1.1 000 OK",
        "HTTP/1.1 099 OK",
        "HTTP/1.1 2 0 OK",
        "HTTP/1.1",
        "HTTP/1.1 ",
        "HTTP/1.1 abc",
        "HTTP/1.2 200 OK",
        "HTTP/1.10 200 OK",
        "HTTP/1 200 OK",
        "HTTP/2 200 ",
        "HTTP/3.9 200 OK",
        "HTTP/9.9 200 OK",
        "http/1.1 200 OK",
        " HTTP/1.1 200 OK",
        "ICY 200 OK",
        "HTTP/ 200 OK",
        "HTTP/1.1 0x200",
        "HTTP/1.1: 200",
        "Status: 200",
        "Content-Length: 200\r\n",
        "",
    };
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        if (lines_status(span_of(none[i])) != 0)
            fail_msg("taken for a status line: %s", none[i]);
    assert_int_equal(lines_status((struct span){"HTTP/1.1 200\0", 13}), 0);
}

static void headers_are_kept(void **state)
{
    (void)state;
    struct http_answer answer = {0};
    lines_take(&answer, span_of("content-TYPE:text/html; charset=utf-8 \r\n"));
    lines_take(&answer, span_of("Content-Type: application/json\r\n"));
    lines_take(&answer, span_of("Location:\r\n"));
    lines_take(&answer, span_of("Retry-After: 30\r\n"));
    lines_take(&answer, span_of("WWW-Authenticate: Basic realm=\"a: b\"\r\n"));
    lines_take(&answer, span_of("X-Other: 1\r\n"));
    lines_take(&answer, span_of("no colon\r\n"));
    assert_string_equal(answer.content_type, "text/html; charset=utf-8");
    assert_string_equal(answer.location, "");
    assert_string_equal(answer.retry_after, "30");
    assert_string_equal(answer.www_authenticate, "Basic realm=\"a: b\"");
    lines_take(&answer, span_of("Content-Encoding: Identity\r\n"));
    lines_take(&answer, span_of("Content-Encoding: br\r\n"));
    lines_take(&answer, span_of("Content-Encoding: identity\r\n"));
    assert_string_equal(answer.content_encoding, "br");
    lines_reset(&answer);
    assert_string_equal(answer.content_type, "");
    assert_string_equal(answer.www_authenticate, "");
}

static void long_values_are_cut(void **state)
{
    (void)state;
    struct http_answer answer = {0};
    char line[2000] = "Location: ";
    memset(line + 10, 'p', sizeof line - 11);
    lines_take(&answer, span_of(line));
    assert_int_equal(strlen(answer.location), HTTP_HEADER_VALUE - 1);
}

static void cookies_are_joined(void **state)
{
    (void)state;
    struct http_answer answer = {0};
    lines_take(&answer, span_of("Set-Cookie: csrftoken=abc; Path=/; SameSite=Lax\r\n"));
    lines_take(&answer, span_of("set-cookie:  sessionid=def\r\n"));
    lines_take(&answer, span_of("Set-Cookie: ; Path=/\r\n"));
    assert_string_equal(answer.cookies, "csrftoken=abc; sessionid=def");
    char line[3000] = "Set-Cookie: big=";
    memset(line + 16, 'x', sizeof line - 17);
    lines_take(&answer, span_of(line));
    assert_string_equal(answer.cookies, "csrftoken=abc; sessionid=def");
}

static void a_timeout_says_what_was_waited_for(void **state)
{
    (void)state;
    struct finding finding;
    http_timeout_finding(&finding, HTTP_RESOLVING, "http://studio:8080 studio.lan", 1500, true);
    assert_int_equal(finding.reason, REASON_TIMEOUT_RESOLVING_SERVICE);
    assert_string_equal(finding.subject, "http://studio:8080");
    assert_string_equal(finding.detail, "1s500ms, looking up the name studio.lan");
    http_timeout_finding(&finding, HTTP_CONNECTING, "http://studio:8080 to 10.0.0.1", 5000, true);
    assert_string_equal(finding.detail, "5s, connecting to 10.0.0.1");
    assert_int_equal(finding.reason, REASON_TIMEOUT_CONNECTING);
    http_timeout_finding(&finding, HTTP_HANDSHAKE, "https://studio", 5000, true);
    assert_string_equal(finding.detail, "5s, connected");
    assert_int_equal(finding.reason, REASON_TIMEOUT_HANDSHAKE);
    http_timeout_finding(&finding, HTTP_ANSWERING, "http://studio", 5000, true);
    assert_int_equal(finding.reason, REASON_TIMEOUT);
    http_timeout_finding(&finding, HTTP_RESOLVING, "the settings", 5000, true);
    assert_string_equal(finding.subject, "the settings");
    assert_string_equal(finding.detail, "5s, reading the settings");
    assert_int_equal(finding.reason, REASON_TIMEOUT_BEFORE);
}

// A stopped service has no name; a proxy's name, and one that was found before, are another matter.
static void a_look_up_that_hangs_has_the_cause_of_its_name(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        bool in_container;
        enum reason reason;
    } rows[] = {
        {"http://studio:8080", true, REASON_TIMEOUT_RESOLVING_SERVICE},
        {"http://studio:8080/ls", true, REASON_TIMEOUT_RESOLVING_SERVICE},
        {"http://studio:8080 studio", true, REASON_TIMEOUT_RESOLVING_SERVICE},
        {"http://studio:8080 studio.lan, a candidate of", true, REASON_TIMEOUT_RESOLVING_SERVICE},
        {"http://studio:8080 studio", false, REASON_TIMEOUT_RESOLVING_ON_HOST},
        {"http://studio:8080 studio-proxy", true, REASON_TIMEOUT_RESOLVING},
        {"http://studio:8080 proxy.lan", true, REASON_TIMEOUT_RESOLVING},
        {"http://studio:8080 studio for IPv6, since", true, REASON_TIMEOUT_RESOLVING},
        {"http://studio.example.org studio.example.org", true, REASON_TIMEOUT_RESOLVING},
        {"http://studio.example.org", false, REASON_TIMEOUT_RESOLVING},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct finding finding;
        http_timeout_finding(&finding, HTTP_RESOLVING, rows[i].what, 5000, rows[i].in_container);
        if (finding.reason != rows[i].reason)
            fail_msg("%s: row %d", rows[i].what, (int)finding.reason);
    }
}

// What helps depends on where we are and on what the address looks like.
static void a_refused_connection_has_the_cause_of_its_address(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        bool in_container;
        enum reason reason;
    } rows[] = {
        {"http://localhost:8080", true, REASON_CONNECTION_REFUSED_LOCALHOST},
        {"http://localhost:8080", false, REASON_CONNECTION_REFUSED_ON_HOST},
        {"http://[::1]:8080", false, REASON_CONNECTION_REFUSED_ON_HOST},
        {"http://label-studio:8080", true, REASON_CONNECTION_REFUSED},
        {"http://label-studio:8081", true, REASON_CONNECTION_REFUSED_PORT},
        {"http://studio.example.org:8081", true, REASON_CONNECTION_REFUSED},
        {"http://10.1.2.3", true, REASON_CONNECTION_REFUSED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct url url;
        char why[URL_WHY];
        struct finding finding;
        assert_true(url_parse(rows[i].url, false, &url, why));
        network_error_connection(&finding, &url, rows[i].url, "10.1.2.3", ECONNREFUSED,
                                 rows[i].in_container);
        if (finding.reason != rows[i].reason)
            fail_msg("%s: row %d", rows[i].url, (int)finding.reason);
        // Accepted and reset at once: the connect itself may be told of it, or the read after it.
        network_error_connection(&finding, &url, rows[i].url, "10.1.2.3", ECONNRESET,
                                 rows[i].in_container);
        assert_int_equal(finding.reason, REASON_CONNECTION_RESET_EMPTY);
    }
}

static void noise_is_told_from_tls(void **state)
{
    (void)state;
    struct finding finding;
    network_error_not_http(&finding, "http://a", "\x15\x03\x01\x00\x02", 5);
    assert_int_equal(finding.reason, REASON_HTTPS_NEEDED);
    network_error_not_http(&finding, "http://a", "\x15", 1);
    assert_int_equal(finding.reason, REASON_BAD_REPLY);
    network_error_not_http(&finding, "http://a", "SSH-2.0", 7);
    assert_int_equal(finding.reason, REASON_BAD_REPLY);
}

static void an_unknown_name_offers_the_final_dot(void **state)
{
    (void)state;
    struct finding finding;
    network_error_name(&finding, "http://studio", "studio", "studio.lan, studio", "studio.lan",
                       true);
    assert_int_equal(finding.reason, REASON_NAME_UNRESOLVED_SILENT_SERVICE);
    assert_non_null(strstr(finding.detail, "studio.lan"));
    assert_non_null(strstr(finding.detail, "(studio.)"));
    network_error_name(&finding, "http://studio", "studio", "studio", "studio", false);
    assert_int_equal(finding.reason, REASON_NAME_UNRESOLVED_SILENT_ON_HOST);
    assert_null(strstr(finding.detail, "(studio.)"));
    network_error_name(&finding, "http://studio.lan", "studio.lan", "studio.lan", "studio.lan",
                       true);
    assert_int_equal(finding.reason, REASON_NAME_UNRESOLVED_SILENT);
    network_error_name(&finding, "http://studio.lan", "studio.lan", "studio.lan", "", true);
    assert_int_equal(finding.reason, REASON_NAME_UNRESOLVED);
    network_error_name(&finding, "http://studio", "studio", "studio", "", false);
    assert_int_equal(finding.reason, REASON_NAME_UNRESOLVED_ON_HOST);
    network_error_name(&finding, "http://studio", "studio", "studio.lan, studio", "", true);
    assert_int_equal(finding.reason, REASON_NAME_UNRESOLVED_SERVICE);
    assert_non_null(strstr(finding.detail, "studio.lan, studio"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_status_line_is_told_from_others),
        cmocka_unit_test(headers_are_kept),
        cmocka_unit_test(long_values_are_cut),
        cmocka_unit_test(cookies_are_joined),
        cmocka_unit_test(a_timeout_says_what_was_waited_for),
        cmocka_unit_test(a_look_up_that_hangs_has_the_cause_of_its_name),
        cmocka_unit_test(noise_is_told_from_tls),
        cmocka_unit_test(a_refused_connection_has_the_cause_of_its_address),
        cmocka_unit_test(an_unknown_name_offers_the_final_dot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
