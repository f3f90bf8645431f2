// SPDX-License-Identifier: MIT
// Which proxy an address is asked through: as libcurl 8.22 reads the variables.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "net/proxy.h"

struct row {
    const char *url;
    const char *set[7]; // "NAME=value"
    const char *from;   // NULL: asked directly
    const char *shown;
};

static const char *look_up(const void *context, const char *name)
{
    const char *const *set = context;
    for (size_t len = strlen(name); *set; set++)
        if (strncmp(*set, name, len) == 0 && (*set)[len] == '=')
            return *set + len + 1;
    return NULL;
}

static const struct row rows[] = {
    {"http://studio.example", {NULL}, NULL, NULL},
    {"http://studio.example", {"HTTP_PROXY=http://p:3128"}, "HTTP_PROXY", "http://p:3128"},
    {"http://studio.example",
     {"HTTP_PROXY=http://p:1", "http_proxy=q:2"},
     "http_proxy",
     "http://q:2"},
    {"http://studio.example", {"http_proxy=", "HTTP_PROXY=p:1"}, "HTTP_PROXY", "http://p:1"},
    {"http://studio.example", {"HTTP_PROXY=p:1", "REQUEST_METHOD=GET"}, NULL, NULL},
    {"http://studio.example", {"http_proxy=p:1", "REQUEST_METHOD=GET"}, "http_proxy", "http://p:1"},
    {"http://studio.example", {"HTTPS_PROXY=p:1", "https_proxy=p:1"}, NULL, NULL},
    {"https://studio.example", {"HTTP_PROXY=p:1", "http_proxy=p:1"}, NULL, NULL},
    {"https://studio.example", {"HTTPS_PROXY=p:1", "https_proxy=q:2"}, "https_proxy", "http://q:2"},
    {"https://studio.example", {"HTTPS_PROXY=p:1", "ALL_PROXY=q:2"}, "HTTPS_PROXY", "http://p:1"},
    {"https://studio.example", {"ALL_PROXY=q:2"}, "ALL_PROXY", "http://q:2"},
    {"http://studio.example", {"all_proxy=r:3", "ALL_PROXY=q:2"}, "all_proxy", "http://r:3"},
    {"http://studio.example", {"HTTP_PROXY=p:1", "NO_PROXY=*"}, NULL, NULL},
    {"http://studio.example", {"HTTP_PROXY=p:1", "NO_PROXY=example"}, NULL, NULL},
    {"http://studio.example",
     {"HTTP_PROXY=p:1", "NO_PROXY=example", "no_proxy=other"},
     "HTTP_PROXY",
     "http://p:1"},
    {"http://studio.example", {"HTTP_PROXY=p:1", "NO_PROXY=example", "no_proxy="}, NULL, NULL},
    {"http://[2001:db8::7]", {"HTTP_PROXY=p:1", "NO_PROXY=2001:db8::/32"}, NULL, NULL},
    {"http://[2001:db9::7]",
     {"HTTP_PROXY=p:1", "NO_PROXY=2001:db8::/32"},
     "HTTP_PROXY",
     "http://p:1"},
    {"http://[2001:db8::7]", {"HTTP_PROXY=p:1", "NO_PROXY=x,2001:db8::7"}, NULL, NULL},
    {"http://[2001:db8::7]",
     {"HTTP_PROXY=p:1", "NO_PROXY=2001:db8::/129"},
     "HTTP_PROXY",
     "http://p:1"},
    {"http://10.1.2.3", {"HTTP_PROXY=p:1", "NO_PROXY=10.0.0.0/9"}, NULL, NULL},
    {"http://10.129.2.3", {"HTTP_PROXY=p:1", "NO_PROXY=10.0.0.0/9"}, "HTTP_PROXY", "http://p:1"},
    // Never for loopback, whatever is set.
    {"http://localhost:8080", {"HTTP_PROXY=p:1", "ALL_PROXY=p:1"}, NULL, NULL},
    {"https://a.localhost", {"HTTPS_PROXY=p:1"}, NULL, NULL},
    {"http://127.9.9.9", {"http_proxy=p:1"}, NULL, NULL},
    {"http://[::1]:8080", {"http_proxy=p:1"}, NULL, NULL},
    {"http://0.0.0.0:8080", {"http_proxy=p:1"}, NULL, NULL},
    {"http://[::ffff:127.0.0.1]:8080", {"http_proxy=p:1"}, NULL, NULL},
    {"http://128.0.0.1", {"http_proxy=p:1"}, "http_proxy", "http://p:1"},
    {"http://localhost.example", {"http_proxy=p:1"}, "http_proxy", "http://p:1"},
};

static void the_variables_are_read_as_libcurl_reads_them(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct url url;
        struct proxy proxy;
        char why[URL_WHY];
        assert_true(url_parse(rows[i].url, false, &url, why));
        bool found = proxy_from_environment(&proxy, &url, look_up, rows[i].set);
        if (found != (rows[i].from != NULL))
            fail_msg("row %zu, %s: %s", i, rows[i].url, found ? proxy.from : "directly");
        if (!found)
            continue;
        assert_string_equal(proxy.why, "");
        assert_string_equal(proxy.from, rows[i].from);
        assert_string_equal(proxy.shown, rows[i].shown);
    }
}

static void an_address_is_taken_apart(void **state)
{
    (void)state;
    static const struct {
        const char *text, *shown, *host;
        unsigned port;
        const char *user, *password;
    } good[] = {
        {"http://proxy:3128", "http://proxy:3128", "proxy", 3128, "", ""},
        {"proxy:3128", "http://proxy:3128", "proxy", 3128, "", ""},
        {"HTTP://proxy", "HTTP://proxy", "proxy", 80, "", ""},
        {"http://proxy:3128/", "http://proxy:3128", "proxy", 3128, "", ""},
        {"http://u:p@proxy:3128", "http://proxy:3128", "proxy", 3128, "u", "p"},
        {"u:p@proxy:3128", "http://proxy:3128", "proxy", 3128, "u", "p"},
        {"http://u@proxy:1", "http://proxy:1", "proxy", 1, "u", ""},
        {"http://u:a@b@proxy:1", "http://proxy:1", "proxy", 1, "u", "a@b"},
        {"http://d%5Cu:p%40%3a@proxy:1", "http://proxy:1", "proxy", 1, "d\\u", "p@:"},
        {"http://u:100%@proxy:1", "http://proxy:1", "proxy", 1, "u", "100%"},
        {"http://[2001:db8::1]:3128", "http://[2001:db8::1]:3128", "2001:db8::1", 3128, "", ""},
    };
    struct url url = {.host = "studio.example"};
    struct proxy proxy;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(proxy_from_text(&proxy, &url, good[i].text, "--proxy"));
        if (proxy.why[0] != '\0')
            fail_msg("%s: %s", good[i].text, proxy.why);
        assert_string_equal(proxy.shown, good[i].shown);
        assert_string_equal(proxy.host, good[i].host);
        assert_int_equal(proxy.port, good[i].port);
        assert_string_equal(proxy.user, good[i].user);
        assert_string_equal(proxy.password, good[i].password);
    }
}

static void what_cannot_be_used_says_why(void **state)
{
    (void)state;
    static const char *const bad[][2] = {
        {"socks5://u:hunter2@p:1080", "SOCKS"},
        {"socks5h://p", "SOCKS"},
        {"SOCKS4a://p", "SOCKS"},
        {"https://u:hunter2@p:3129", "TLS"},
        {"ftp://p", "scheme"},
        {"http://", "no host name"},
        {"http://p:0", "port"},
        {"http://p:99999", "port"},
        {"http://u:hunter2%00@p:1", "user name"},
        {"http://p q:1", "blank"},
        {"http://u:hunter2/x@p:1", "%2F"},
        {"http://u:hunter2?x@p:1", "%3F"},
        {"u:hunter2#x@p:1", "%23"},
        {"u:hunter2://ss@p:1", "%2F"},
    };
    struct url url = {.host = "studio.example"};
    struct proxy proxy;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_true(proxy_from_text(&proxy, &url, bad[i][0], "--proxy"));
        if (strstr(proxy.why, bad[i][1]) == NULL)
            fail_msg("%s: %s", bad[i][0], proxy.why);
        assert_null(strstr(proxy.shown, "hunter2"));
        assert_null(strstr(proxy.why, "hunter2"));
    }
}

static void what_is_too_long_is_refused(void **state)
{
    (void)state;
    struct url url = {.host = "studio.example"};
    struct proxy proxy;
    char text[2000] = "http://u:";
    memset(text + 9, 'x', PROXY_LOGIN);
    memcpy(text + 9 + PROXY_LOGIN, "@p:1", 5);
    assert_true(proxy_from_text(&proxy, &url, text, "--proxy"));
    assert_non_null(strstr(proxy.why, "too long"));
    memset(text + 7, 'h', sizeof text - 8);
    assert_true(proxy_from_text(&proxy, &url, text, "--proxy"));
    assert_string_not_equal(proxy.why, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_variables_are_read_as_libcurl_reads_them),
        cmocka_unit_test(an_address_is_taken_apart),
        cmocka_unit_test(what_cannot_be_used_says_why),
        cmocka_unit_test(what_is_too_long_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
