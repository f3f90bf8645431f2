// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "net/memory.h"

#define BIG ((size_t)1024 * 1024) // more than the room

static void blocks_hold_what_is_put_there(void **state)
{
    (void)state;
    char *first = memory_copy("first");
    char *second = memory_take(100);
    memset(second, 'x', 100);
    first = memory_retake(first, 4000);
    assert_string_equal(first, "first");
    second = memory_retake(second, 200);
    assert_int_equal(second[99], 'x');
    memory_give(second);
    assert_string_equal(first, "first");
    memory_give(first);
    memory_give(NULL);
    memory_wipe();
}

static void cleared_memory_is_clear(void **state)
{
    (void)state;
    for (int round = 0; round < 3; round++) {
        char *dirty = memory_take(500);
        memset(dirty, 'x', 500);
        memory_give(dirty);
        char *clear = memory_clear(50, 10);
        for (int i = 0; i < 500; i++)
            assert_int_equal(clear[i], 0);
        memset(clear, 'y', 500);
        char *other = memory_clear(1, 100);
        assert_int_equal(other[0], 0);
        memory_give(other);
        memory_give(clear);
        if (round == 1)
            memory_wipe();
    }
    assert_null(memory_clear(SIZE_MAX / 2, 3));
}

static void what_does_not_fit_comes_from_the_heap(void **state)
{
    (void)state;
    char *big = memory_take(BIG);
    assert_non_null(big);
    memset(big, 'x', BIG);
    big = memory_retake(big, 2 * BIG);
    assert_int_equal(big[BIG - 1], 'x');
    char *small = memory_copy("small");
    small = memory_retake(small, BIG);
    assert_string_equal(small, "small");
    memory_give(small);
    memory_give(big);
    memory_wipe();
}

static void many_blocks_in_any_order(void **state)
{
    (void)state;
    unsigned char *blocks[64] = {NULL};
    uint32_t dice = 1;
    for (int step = 0; step < 20000; step++) {
        dice = dice * 1103515245U + 12345U;
        size_t at = dice >> 16 & 63, size = dice >> 22 & 1023;
        if (blocks[at] != NULL) {
            assert_int_equal(blocks[at][0], at);
            memory_give(blocks[at]);
            blocks[at] = NULL;
        } else {
            blocks[at] = memory_take(size + 1);
            memset(blocks[at], (int)at, size + 1);
        }
    }
    for (size_t at = 0; at < 64; at++)
        memory_give(blocks[at]);
    memory_wipe();
}

// A block that is held over the end of a question survives, and nothing before it is wiped.
static void a_held_block_survives_the_wipe(void **state)
{
    (void)state;
    char *held = memory_copy("held");
    char *gone = memory_copy("a token of the question");
    memory_give(gone);
    memory_wipe();
    assert_string_equal(held, "held");
#ifndef __SANITIZE_ADDRESS__
    assert_int_equal(gone[0], 0);
    assert_int_equal(gone[10], 0);
#endif
    memory_give(held);
    memory_wipe();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_hold_what_is_put_there),
        cmocka_unit_test(cleared_memory_is_clear),
        cmocka_unit_test(what_does_not_fit_comes_from_the_heap),
        cmocka_unit_test(many_blocks_in_any_order),
        cmocka_unit_test(a_held_block_survives_the_wipe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
