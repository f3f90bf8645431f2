// SPDX-License-Identifier: MIT
// What an error of the network is called; most are met in tests/blackbox, some only by chance.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "net/network_errors.h"

static void an_error_of_connect_has_its_word(void **state)
{
    (void)state;
    static const struct {
        int error;
        enum reason reason;
    } rows[] = {
        {ECONNREFUSED, REASON_CONNECTION_REFUSED},
        {ECONNRESET, REASON_CONNECTION_RESET_EMPTY}, // right after it was accepted
        {ENETUNREACH, REASON_UNREACHABLE},
        {EHOSTUNREACH, REASON_UNREACHABLE_HOST},
        {EACCES, REASON_UNREACHABLE_FORBIDDEN},
    };
    struct url url;
    char why[URL_WHY];
    assert_true(url_parse("http://studio.example:8080", false, &url, why));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct finding fault = {0};
        network_error_connection(&fault, &url, "http://studio.example:8080", url.host,
                                 rows[i].error, false);
        if (fault.reason != rows[i].reason)
            fail_msg("%d: %s", rows[i].error, reason_word(fault.reason));
    }
}

static enum reason refused(const char *address, const char *tried, bool in_container)
{
    struct url url;
    char why[URL_WHY];
    struct finding fault = {0};
    assert_true(url_parse(address, false, &url, why));
    network_error_connection(&fault, &url, address, tried, ECONNREFUSED, in_container);
    return fault.reason;
}

// To Linux 0.0.0.0 is this machine; as the answer of a name server it is the word of a block list.
static void the_address_of_nobody(void **state)
{
    (void)state;
    static const char studio[] = "http://studio.example:8080";
    assert_int_equal(refused(studio, "0.0.0.0", false), REASON_NAME_UNRESOLVED_BLOCKED);
    assert_int_equal(refused(studio, "0.0.0.0, ::", false), REASON_NAME_UNRESOLVED_BLOCKED);
    assert_int_equal(refused(studio, "10.0.0.0", false), REASON_CONNECTION_REFUSED);
    assert_int_equal(refused(studio, "::1", false), REASON_CONNECTION_REFUSED);
    assert_int_equal(refused("http://0.0.0.0:8080", "0.0.0.0", false),
                     REASON_CONNECTION_REFUSED_ON_HOST);
    assert_int_equal(refused("http://0.0.0.0:8080", "0.0.0.0", true),
                     REASON_CONNECTION_REFUSED_LOCALHOST);
}

// A SETTINGS frame, as an HTTP/2 server begins.
static void http2_is_named(void **state)
{
    (void)state;
    static const char settings[] = {0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 100};
    struct finding fault = {0};
    network_error_not_http(&fault, "http://studio.example:8080", settings, sizeof settings);
    assert_int_equal(fault.reason, REASON_BAD_REPLY_HTTP2);
    network_error_not_http(&fault, "http://studio.example:8080", settings, 8);
    assert_int_equal(fault.reason, REASON_BAD_REPLY);
}

static const char *greeted(const char *bytes, size_t len)
{
    static struct finding fault;
    network_error_not_http(&fault, "http://studio.example:8080", bytes, len);
    assert_int_equal(fault.reason, REASON_BAD_REPLY);
    return fault.detail;
}

// Only whole words are shown: what breaks off may be the begin of a secret.
static void a_greeting_names_the_service(void **state)
{
    (void)state;
    static const char ssh[] = "SSH-2.0-OpenSSH_9.2p1\r\n";
    static const char mysql[] = "Z\0\0\0\n11.8.3-MariaDB\0\x04\0\0\0";
    static const char silent[] = "it is not HTTP: another service listens there";
    assert_non_null(strstr(greeted(ssh, sizeof ssh - 1), "(\"SSH-2.0-OpenSSH_9.2p1\")"));
    assert_non_null(strstr(greeted(mysql, sizeof mysql - 1), "(\"11.8.3-MariaDB\")"));
    assert_string_equal(greeted(ssh, sizeof ssh - 3), silent);
    assert_string_equal(greeted("\0\1\2\3ab\4", 7), silent);
}

// Who closes is told by its port, unless more was seen of it.
static void a_port_names_the_service(void **state)
{
    (void)state;
    struct url url;
    char why[URL_WHY];
    assert_true(url_parse("http://db:5432", false, &url, why));
    static const struct {
        enum knock_kind knock;
        enum reason reason;
    } rows[] = {{KNOCK_WAITS, REASON_CONNECTION_RESET_SERVICE},
                {KNOCK_CLOSES, REASON_CONNECTION_RESET_EMPTY},
                {KNOCK_TLS, REASON_HTTPS_NEEDED}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct finding fault;
        network_error_ended(&fault, "http://db:5432", 0, false);
        network_error_knocked(&fault, &url, rows[i].knock);
        assert_int_equal(fault.reason, rows[i].reason);
    }
    struct finding fault;
    network_error_ended(&fault, "http://db:5432", 0, false);
    network_error_knocked(&fault, &url, KNOCK_WAITS);
    assert_string_equal(fault.where, "PostgreSQL");
}

static enum reason unknown(const char *host)
{
    struct finding fault;
    network_error_name(&fault, "http://studio", host, host, "", true);
    return fault.reason;
}

// ".local" is mDNS's, but for the names that Kubernetes gives.
static void a_name_tells_who_knows_it(void **state)
{
    (void)state;
    assert_int_equal(unknown("studio.local"), REASON_NAME_UNRESOLVED_LOCAL);
    assert_int_equal(unknown("studio.ns.svc.cluster.local"), REASON_NAME_UNRESOLVED);
    assert_int_equal(unknown("host.docker.internal"), REASON_NAME_UNRESOLVED_GATEWAY);
    assert_int_equal(unknown("host.containers.internal"), REASON_NAME_UNRESOLVED_GATEWAY);
    assert_int_equal(unknown("studio.example"), REASON_NAME_UNRESOLVED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(an_error_of_connect_has_its_word),
                                       cmocka_unit_test(the_address_of_nobody),
                                       cmocka_unit_test(http2_is_named),
                                       cmocka_unit_test(a_greeting_names_the_service),
                                       cmocka_unit_test(a_port_names_the_service),
                                       cmocka_unit_test(a_name_tells_who_knows_it)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
