// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "net/url.h"

struct good {
    const char *text;
    bool https;
    const char *host;
    unsigned port;
    const char *path;
};

static void addresses_are_taken_apart(void **state)
{
    (void)state;
    static const struct good rows[] = {
        {"http://label-studio:8080", false, "label-studio", 8080, ""},
        {"http://label-studio:8080/", false, "label-studio", 8080, ""},
        {"https://ls.example.com", true, "ls.example.com", 443, ""},
        {"HTTP://LS.example.com", false, "LS.example.com", 80, ""},
        {"https://h/a/b///", true, "h", 443, "/a/b"},
        {"http://label_studio:8080", false, "label_studio", 8080, ""},
        {"http://127.0.0.1:65535/x", false, "127.0.0.1", 65535, "/x"},
        {"http://[::1]:8080/x/", false, "::1", 8080, "/x"},
        {"https://[2001:db8::2]", true, "2001:db8::2", 443, ""},
        {"http://name.:1", false, "name.", 1, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct url url;
        char why[URL_WHY] = "";
        if (!url_parse(rows[i].text, false, &url, why))
            fail_msg("%s: %s", rows[i].text, why);
        assert_int_equal(url.https, rows[i].https);
        assert_string_equal(url.host, rows[i].host);
        assert_int_equal(url.port, rows[i].port);
        assert_string_equal(url.path, rows[i].path);
    }
}

static void each_fault_has_its_words(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"label-studio:8080", "does not begin with http:// or https://"},
        {"ftp://h", "begins with neither http:// nor https://"},
        {"http:/h", "does not begin with http:// or https://"},
        {"http://", "has no host name"},
        {"http://:80", "has no host name"},
        {"http:///path", "has no host name"},
        {"http://user@h", "has a user name or password in it"},
        {"http://user:secret@h:1/", "has a user name or password in it"},
        {"http://h?x=1", "has a query (a '?')"},
        {"http://h/p?x", "has a query (a '?')"},
        {"http://h#x", "has a fragment (a '#')"},
        {"http://h/ p", "has a blank in it, byte 10"},
        {"http://h ", "has a blank in it, byte 9"},
        {"http://h\r", "has a line end in it, byte 9"},
        {"http://h\n", "has a line end in it, byte 9"},
        {"http://h\x1b[2J", "holds U+001B escape, byte 9"},
        {"http://h\xc3\xa9", "holds U+00E9 (outside ASCII), byte 9"},
        {"http://label\xc2\xadstudio", "holds U+00AD soft hyphen, byte 13"},
        {"http://h\xe2\x80\x8b", "holds U+200B zero-width space, byte 9"},
        {"\xef\xbb\xbfhttp://h", "holds U+FEFF byte-order mark, byte 1"},
        {"http://h\xc2\xa0", "holds U+00A0 no-break space, byte 9"},
        {"http://h\xff", "holds a byte that is not UTF-8, byte 9"},
        {"http://h:8080\x7f", "holds U+007F delete, byte 14"},
        {"\"http://h\"", "is wrapped in quotes, which are part of the value"},
        {"http://${HOST}:8080", "holds \"${\": a variable in it was not replaced"},
        {"http://<host>:8080", "has a character in its host name that cannot be there: '<'"},
        {"http://a..b", "has an empty part in its host name"},
        {"http://.a", "has an empty part in its host name"},
        {"http://h:", "has no port after its colon"},
        {"http://h:0", "has a port that is not between 1 and 65535"},
        {"http://h:000080", "has a port that is not between 1 and 65535"},
        {"http://h:65536", "has a port that is not between 1 and 65535"},
        {"http://h:99999999999999999999", "has a port that is not between 1 and 65535"},
        {"http://h:8o80", "has a port that is not a number"},
        {"http://h:-1", "has a port that is not a number"},
        {"http://[::1", "has an opening bracket without its closing one"},
        {"http://[::1]8080", "has text between the IPv6 address and its port"},
        {"http://[fe80::1%25eth0]", "has no IPv6 address between its brackets"},
        {"http://[127.0.0.1]", "has no IPv6 address between its brackets"},
        {"http://h/a\\b", "has a character in its path that cannot be there: '\\'"},
        {"http://h/<p>", "has a character in its path that cannot be there: '<'"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct url url;
        char why[URL_WHY] = "";
        if (url_parse(rows[i][0], false, &url, why))
            fail_msg("%s is taken", rows[i][0]);
        assert_string_equal(why, rows[i][1]);
    }
}

static void a_query_passes_where_it_may(void **state)
{
    (void)state;
    struct url url;
    char why[URL_WHY];
    assert_true(url_parse("http://app:8000/health?deep=1&x", true, &url, why));
    assert_string_equal(url.path, "/health");
    assert_false(url_parse("http://app/?a#b", true, &url, why));
    assert_string_equal(why, "has a fragment (a '#')");
}

static void what_is_too_long_is_refused(void **state)
{
    (void)state;
    struct url url;
    char why[URL_WHY], text[3000] = "http://";
    memset(text + 7, 'a', 300);
    assert_false(url_parse(text, false, &url, why));
    assert_string_equal(why, "has a host name that is too long");
    memset(text + 7, 0, 300);
    strncat(text, "h/", 3);
    memset(text + 9, 'p', URL_PATH);
    assert_false(url_parse(text, false, &url, why));
    assert_string_equal(why, "has a path that is too long");
    text[9 + URL_PATH - 2] = '\0';
    assert_true(url_parse(text, false, &url, why));
}

static void the_base_has_no_trailing_slash(void **state)
{
    (void)state;
    assert_int_equal(url_base_length("http://h"), 8);
    assert_int_equal(url_base_length("http://h///"), 8);
    assert_int_equal(url_base_length("http://h/a/"), 10);
    assert_int_equal(url_base_length("http://h/a/?b=/"), 15);
}

static bool is_loopback(const char *text)
{
    struct url url;
    char why[URL_WHY];
    assert_true(url_parse(text, false, &url, why));
    return url_is_loopback(&url);
}

static void loopback_is_known(void **state)
{
    (void)state;
    assert_true(is_loopback("http://localhost:8080"));
    assert_true(is_loopback("http://LOCALHOST."));
    assert_true(is_loopback("http://app.localhost"));
    assert_true(is_loopback("http://127.8.9.1"));
    assert_true(is_loopback("http://127.1"));
    assert_true(is_loopback("http://[::1]"));
    assert_true(is_loopback("http://0.0.0.0:8080"));
    assert_true(is_loopback("http://0"));
    assert_true(is_loopback("http://[::]"));
    assert_true(is_loopback("http://[::ffff:127.0.0.1]"));
    assert_false(is_loopback("http://[::ffff:192.0.2.1]"));
    assert_false(is_loopback("http://[::2]"));
    assert_false(is_loopback("http://0.0.0.1"));
    assert_false(is_loopback("http://192.0.2.1"));
    assert_false(is_loopback("http://localhost.example"));
    assert_false(is_loopback("http://notlocalhost"));
    assert_false(is_loopback("http://[2001:db8::1]"));
    assert_false(is_loopback("http://127.0.0.1.example"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_taken_apart),
        cmocka_unit_test(each_fault_has_its_words),
        cmocka_unit_test(a_query_passes_where_it_may),
        cmocka_unit_test(what_is_too_long_is_refused),
        cmocka_unit_test(the_base_has_no_trailing_slash),
        cmocka_unit_test(loopback_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
