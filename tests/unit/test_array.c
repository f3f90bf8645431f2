// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "base/array.h"

static void an_array_grows_by_one(void **state)
{
    (void)state;
    size_t *items = NULL;
    for (size_t i = 0; i < 100; i++) {
        items = array_grow(items, i, sizeof *items);
        assert_non_null(items);
        items[i] = i; // beyond its room the sanitizers would see it
    }
    for (size_t i = 0; i < 100; i++)
        assert_int_equal(items[i], i);
    assert_ptr_equal(array_grow(items, 5, sizeof *items), items);
    assert_ptr_equal(array_grow(items, 0, sizeof *items), items); // begun anew
    free(items);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_array_grows_by_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
