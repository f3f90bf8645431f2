// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/envlist.h"

#define LIST(...) ((char *[]){__VA_ARGS__, NULL})

// `expected` ends with NULL.
static void assert_items(const struct envlist *list, char *const *expected)
{
    size_t i = 0;
    for (; expected[i]; i++) {
        if (i >= list->count)
            fail_msg("%s is missing", expected[i]);
        assert_string_equal(list->items[i], expected[i]);
    }
    assert_int_equal(list->count, i);
    assert_null(list->items[i]);
}

static struct envlist_change change(const char *name, const char *value, enum envlist_mode mode)
{
    return (struct envlist_change){span_of(name), span_of(value), mode};
}

static void a_value_is_that_of_the_first_entry(void **state)
{
    (void)state;
    struct envlist list;
    assert_true(envlist_make(&list, LIST("A=1", "", "AB=2", "=x", "NOEQUALS", "A=3", "E=")));
    assert_string_equal(envlist_get(&list, "A"), "1");
    assert_string_equal(envlist_get(&list, "AB"), "2");
    assert_string_equal(envlist_get(&list, "E"), "");
    assert_null(envlist_get(&list, "B"));
    assert_null(envlist_get(&list, ""));
    assert_null(envlist_get(&list, "NOEQUALS"));
    assert_null(envlist_get(&list, "A="));
    envlist_free(&list);
}

static void odd_entries_stay_as_they_are(void **state)
{
    (void)state;
    struct envlist list;
    assert_true(envlist_make(&list, LIST("=x", "", "NAME", "A=1", "A", "=C:=y", "B=2")));
    assert_true(envlist_set(&list, span_of("A"), span_of("9")));
    assert_true(envlist_set(&list, span_of("NAME"), span_of("n")));
    assert_items(&list, LIST("=x", "", "NAME", "A=9", "A", "=C:=y", "B=2", "NAME=n"));
    envlist_free(&list);
}

static void a_set_name_stands_once_at_its_first_place(void **state)
{
    (void)state;
    struct envlist list;
    assert_true(envlist_make(&list, LIST("A=1", "T=", "B=2", "T=old", "T=older")));
    assert_true(envlist_set(&list, span_of("T"), span_of("new")));
    assert_items(&list, LIST("A=1", "T=new", "B=2"));
    assert_true(envlist_set(&list, span_of("C"), span_of("")));
    assert_items(&list, LIST("A=1", "T=new", "B=2", "C="));
    envlist_free(&list);
}

static void impossible_names_are_refused(void **state)
{
    (void)state;
    struct envlist list;
    assert_true(envlist_make(&list, LIST("A=1")));
    assert_false(envlist_set(&list, span_of(""), span_of("x")));
    assert_false(envlist_set(&list, span_of("A=B"), span_of("x")));
    assert_false(envlist_set(&list, (struct span){"A\0B", 3}, span_of("x")));
    assert_false(envlist_set(&list, span_of("A"), (struct span){"x\0y", 3}));
    assert_items(&list, LIST("A=1"));
    envlist_free(&list);
}

static void modes_keep_what_they_promise(void **state)
{
    (void)state;
    struct envlist list;
    const struct envlist_change changes[] = {
        change("FULL", "n", ENVLIST_IF_EMPTY),     change("EMPTY", "n", ENVLIST_IF_EMPTY),
        change("GONE", "n", ENVLIST_IF_EMPTY),     change("KEPT", "n", ENVLIST_IF_MISSING),
        change("EMPTY2", "n", ENVLIST_IF_MISSING), change("NEW", "n", ENVLIST_IF_MISSING),
        change("DROP", "", ENVLIST_REMOVE),        change("ABSENT", "", ENVLIST_REMOVE),
        change("", "x", ENVLIST_REPLACE),
    };
    assert_true(envlist_make(&list, LIST("FULL=1", "FULL=", "EMPTY=", "EMPTY=2", "KEPT=1", "KEPT=2",
                                         "EMPTY2=", "DROP=1", "DROP=2", "X=1")));
    assert_true(envlist_change(&list, changes, sizeof changes / sizeof changes[0]));
    assert_items(&list, LIST("FULL=1", "FULL=", "EMPTY=n", "KEPT=1", "KEPT=2", "EMPTY2=", "X=1",
                             "GONE=n", "NEW=n"));
    envlist_free(&list);
}

static void the_later_of_two_changes_counts(void **state)
{
    (void)state;
    struct envlist list;
    const struct envlist_change changes[] = {
        change("A", "1", ENVLIST_REPLACE), change("B", "1", ENVLIST_REPLACE),
        change("A", "2", ENVLIST_REPLACE), change("B", "", ENVLIST_REMOVE)};
    assert_true(envlist_make(&list, LIST("B=0")));
    assert_true(envlist_change(&list, changes, 4));
    assert_items(&list, LIST("A=2"));
    envlist_free(&list);
}

static void an_empty_list_grows(void **state)
{
    (void)state;
    struct envlist list = {0};
    const struct envlist_change changes[] = {change("A", "1", ENVLIST_REPLACE),
                                             change("B", "2", ENVLIST_REPLACE)};
    assert_true(envlist_change(&list, changes, 2));
    assert_items(&list, LIST("A=1", "B=2"));
    assert_true(envlist_change(&list, NULL, 0));
    assert_items(&list, LIST("A=1", "B=2"));
    envlist_free(&list);
}

static void removal_takes_every_entry(void **state)
{
    (void)state;
    struct envlist list;
    assert_true(envlist_make(&list, LIST("A=1", "B=2", "A=3", "AA=4", "A")));
    envlist_remove(&list, "A");
    assert_items(&list, LIST("B=2", "AA=4", "A"));
    envlist_free(&list);
}

#define NAMES 4000

static char *entries[NAMES + 1];
static struct envlist_change many[NAMES];

// Processor seconds for `count` names of which half are there already.
static double time_changes(unsigned count)
{
    static char bytes[NAMES][2][24];
    for (unsigned i = 0; i < count; i++) {
        snprintf(bytes[i][0], sizeof bytes[i][0], "NAME_%u=old", i);
        snprintf(bytes[i][1], sizeof bytes[i][1], "NAME_%u", i + count / 2);
        entries[i] = bytes[i][0];
        many[i] = change(bytes[i][1], "new", ENVLIST_REPLACE);
    }
    entries[count] = NULL;
    clock_t start = clock();
    for (int round = 0; round < 20; round++) {
        struct envlist list;
        assert_true(envlist_make(&list, entries));
        assert_true(envlist_change(&list, many, count));
        assert_int_equal(list.count, count + count / 2);
        envlist_free(&list);
    }
    return (double)(clock() - start) / CLOCKS_PER_SEC;
}

// Ten times the names: a quadratic way takes a hundred times as long, a linear one ten; between the
// two is room for a busy machine.
static void many_changes_take_linear_time(void **state)
{
    (void)state;
    double few = time_changes(NAMES / 10);
    double lots = time_changes(NAMES);
    if (lots > 40 * few + 0.05)
        fail_msg("%f s for a tenth, %f s for all", few, lots);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_is_that_of_the_first_entry),
        cmocka_unit_test(odd_entries_stay_as_they_are),
        cmocka_unit_test(a_set_name_stands_once_at_its_first_place),
        cmocka_unit_test(impossible_names_are_refused),
        cmocka_unit_test(modes_keep_what_they_promise),
        cmocka_unit_test(the_later_of_two_changes_counts),
        cmocka_unit_test(an_empty_list_grows),
        cmocka_unit_test(removal_takes_every_entry),
        cmocka_unit_test(many_changes_take_linear_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
