// SPDX-License-Identifier: MIT
// Memory that runs out at every place where it can: the file is refused, nothing is lost, nothing
// breaks.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "env/dotenv.h"
#include "env/dotenv_memory.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);

// Allocations that are still granted.
static long granted = -1;

static bool grant(void)
{
    return granted < 0 || granted-- > 0;
}

void *__wrap_malloc(size_t size)
{
    return grant() ? __real_malloc(size) : NULL;
}

void *__wrap_calloc(size_t count, size_t size)
{
    return grant() ? __real_calloc(count, size) : NULL;
}

// Many names, so that the tables grow; a long value; a reference with a word; a lint.
static size_t write_file(char *bytes, size_t room)
{
    size_t len = 0;
    for (int i = 0; i < 100; i++)
        len += (size_t)snprintf(bytes + len, room - len, "A%d=${OUT:-x}$A%d\n", i, i - 1);
    len += (size_t)snprintf(bytes + len, room - len, "B=\"%03000d\\n$A5\"\nC: $NOPE\n", 7);
    return len;
}

static bool read_with(long allocations, const char *bytes, size_t len)
{
    char item[] = "OUT=o";
    char *items[] = {item, NULL};
    struct envlist outside = {.items = items, .count = 1};
    struct dotenv_options options = {.outside = &outside};
    struct dotenv dotenv;
    dotenv_make(&dotenv);
    granted = allocations;
    bool good = dotenv_read(&dotenv, bytes, len, 0, &options) &&
                dotenv_read(&dotenv, bytes, len, 1, &options);
    granted = -1;
    assert_int_equal(good, !dotenv.failed);
    if (good)
        assert_int_equal(dotenv.count, 102);
    dotenv_free(&dotenv);
    return good;
}

static void every_lack_of_memory_is_told(void **state)
{
    char bytes[8192];
    size_t len = write_file(bytes, sizeof bytes);
    long allocations = 0;
    (void)state;
    while (!read_with(allocations, bytes, len))
        allocations++;
    assert_in_range(allocations, 20, 500);
}

static void a_buffer_keeps_what_it_holds_when_it_grows(void **state)
{
    struct buffer buffer = {0};
    (void)state;
    for (int i = 0; i < 10000; i++)
        assert_true(buffer_add(&buffer, "abc", 3));
    for (size_t i = 0; i < buffer.len; i += 3)
        assert_memory_equal(buffer.bytes + i, "abc", 3);
    granted = 0;
    assert_false(buffer_reserve(&buffer, buffer.room));
    granted = -1;
    assert_int_equal(buffer.len, 30000);
    assert_false(buffer_reserve(&buffer, SIZE_MAX));
    buffer_free(&buffer);
}

static void names_are_found_again(void **state)
{
    static char texts[1000][8];
    struct names names = {0};
    size_t number = 0;
    (void)state;
    assert_false(names_get(&names, span_of("x"), &number));
    for (size_t i = 0; i < 1000; i++) {
        snprintf(texts[i], sizeof texts[i], "n%zu", i);
        assert_true(names_put(&names, span_of(texts[i]), i));
    }
    assert_true(names_put(&names, span_of("n5"), 5000));
    assert_int_equal(names.count, 1000);
    for (size_t i = 0; i < 1000; i++) {
        assert_true(names_get(&names, span_of(texts[i]), &number));
        assert_int_equal(number, i == 5 ? 5000 : i);
    }
    assert_false(names_get(&names, span_of("n1000"), &number));
    assert_false(names_get(&names, span_of(""), &number));
    assert_true(names_put(&names, span_of(""), 7));
    assert_true(names_get(&names, span_of(""), &number));
    assert_int_equal(number, 7);
    names_free(&names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_lack_of_memory_is_told),
        cmocka_unit_test(a_buffer_keeps_what_it_holds_when_it_grows),
        cmocka_unit_test(names_are_found_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
