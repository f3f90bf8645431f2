// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "net/names.h"

struct walk_row {
    const char *host;
    const char *conf;
    const char *names; // joined by blanks
};

static const struct walk_row walk_rows[] = {
    {"studio", "", "studio"},
    {"studio", "nameserver 1.2.3.4\n", "studio"},
    {"studio", "search a.example b.example\n", "studio.a.example studio.b.example studio"},
    {"studio", "domain a.example\n", "studio.a.example studio"},
    {"studio", "search a.example\ndomain b.example\n", "studio.b.example studio"},
    {"studio", "search a.example\nsearch b.example c.example\n",
     "studio.b.example studio.c.example studio"},
    {"studio", "search\ta.example\t b.example.\r\n", "studio.a.example studio.b.example studio"},
    {"studio", "search a.example # b.example\n", "studio.a.example studio"},
    {"studio", "; search a.example\n#search b.example\n", "studio"},
    {"studio", "search .\n", "studio"},
    {"studio.", "search a.example\n", "studio"},
    {"a.b", "search c.example\n", "a.b a.b.c.example"},
    {"a.b", "search c.example\noptions ndots:2\n", "a.b.c.example a.b"},
    {"a.b.", "search c.example\noptions ndots:5\n", "a.b"},
    {"studio", "search c.example\noptions ndots:0\n", "studio studio.c.example"},
    {"studio", "search c.example\noptions rotate ndots:99 edns0\n", "studio.c.example studio"},
    {"a.b", "search c.example\noptions ndots:2\noptions ndots:x\n", "a.b a.b.c.example"},
    {"studio", "search a.example", "studio.a.example studio"},
};

static void the_search_list_is_walked(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof walk_rows / sizeof walk_rows[0]; i++) {
        const struct walk_row *row = &walk_rows[i];
        struct resolve_walk walk;
        char names[RESOLVE_CANDIDATES * RESOLVE_NAME] = "";
        resolve_walk_make(&walk, row->host, row->conf, strlen(row->conf));
        for (unsigned at = 0; at < walk.count; at++) {
            size_t used = strlen(names);
            snprintf(names + used, sizeof names - used, "%s%s", used > 0 ? " " : "",
                     walk.names[at]);
        }
        assert_string_equal(names, row->names);
    }
}

static void a_long_list_leaves_room_for_the_name_itself(void **state)
{
    (void)state;
    struct resolve_walk walk;
    char conf[512] = "search";
    for (int i = 0; i < 40; i++)
        snprintf(conf + strlen(conf), sizeof conf - strlen(conf), " d%d.x", i);
    resolve_walk_make(&walk, "studio", conf, strlen(conf));
    assert_int_equal(walk.count, RESOLVE_CANDIDATES);
    assert_string_equal(walk.names[0], "studio.d0.x");
    assert_string_equal(walk.names[RESOLVE_CANDIDATES - 1], "studio");
}

static void a_candidate_that_is_too_long_is_left_out(void **state)
{
    (void)state;
    struct resolve_walk walk;
    char conf[400] = "search ";
    memset(conf + 7, 'x', 300);
    resolve_walk_make(&walk, "studio", conf, strlen(conf));
    assert_int_equal(walk.count, 1);
    assert_string_equal(walk.names[0], "studio");
}

static void what_needs_no_name_server(void **state)
{
    (void)state;
    static const char *const needless[] = {
        "127.0.0.1", "::1", "fe80::1", "localhost", "LocalHost", "localhost.", "a.localhost",
        "a.localhost.",
        // inet_aton(3), which getaddrinfo of glibc and musl takes
        "127.1", "0x7f.1", "2130706433", "1.2.3"};
    static const char *const needed[] = {"studio", "localhosts", "xlocalhost", "127.0.0.1.example",
                                         "1.2.3.", "1.2.3.4.5",  "0x",         ".localhostx"};
    for (size_t i = 0; i < sizeof needless / sizeof needless[0]; i++)
        assert_true(resolve_is_needless(needless[i]));
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
        assert_false(resolve_is_needless(needed[i]));
}

static void find(struct resolve_addresses *found, const char *host, const char *hosts)
{
    resolve_hosts_find(found, host, hosts, strlen(hosts));
}

static void the_hosts_file_is_read(void **state)
{
    (void)state;
    struct resolve_addresses found;
    find(&found, "studio", "10.0.0.1 studio\n");
    assert_int_equal(found.count, 1);
    assert_string_equal(found.text[0], "10.0.0.1");
    find(&found, "STUDIO.", "\t10.0.0.1\ta studio b # c\n::7 studio\n10.0.0.1 studio\n");
    assert_int_equal(found.count, 2);
    assert_string_equal(found.text[1], "::7");
    find(&found, "studio", "#10.0.0.1 studio\n10.0.0.2 # studio\n10.0.0.3 studios xstudio\n");
    assert_int_equal(found.count, 0);
    find(&found, "studio", "studio 10.0.0.1\nnonsense studio\nfe80::1%eth0 studio\n\n10.0.0.4");
    assert_int_equal(found.count, 0);
    find(&found, "studio", "");
    assert_int_equal(found.count, 0);
}

static void more_addresses_than_are_tried(void **state)
{
    (void)state;
    struct resolve_addresses found;
    char hosts[1024] = "";
    for (int i = 0; i < 30; i++)
        snprintf(hosts + strlen(hosts), sizeof hosts - strlen(hosts), "10.0.0.%d studio\n", i);
    find(&found, "studio", hosts);
    assert_int_equal(found.count, RESOLVE_ADDRESSES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_search_list_is_walked),
        cmocka_unit_test(a_long_list_leaves_room_for_the_name_itself),
        cmocka_unit_test(a_candidate_that_is_too_long_is_left_out),
        cmocka_unit_test(what_needs_no_name_server),
        cmocka_unit_test(the_hosts_file_is_read),
        cmocka_unit_test(more_addresses_than_are_tried),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
