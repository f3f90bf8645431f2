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

#include "dotenv/dotenv.h"
#include "dotenv/memory.h"

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
    assert_int_in_range(allocations, 20, 500);
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

// The hash that a reader without a key had. Names that agree in its lower bits once took minutes.
static uint32_t fnv_of(const char *text)
{
    uint64_t value = 0xCBF29CE484222325U;
    for (; *text; text++)
        value = (value ^ (unsigned char)*text) * 0x100000001B3U;
    return (uint32_t)(value ^ (value >> 32));
}

// The mean of the slots where the search for each name begins, in hundredths of the table.
static size_t mean_place(const char (*texts)[8], size_t count)
{
    struct names names = {0};
    size_t sum = 0;
    for (size_t i = 0; i < count; i++)
        assert_true(names_put(&names, span_of(texts[i]), i));
    for (size_t i = 0; i < count; i++)
        sum += (size_t)hash_of(&names.key, span_of(texts[i])) & (names.room - 1);
    size_t mean = sum / count * 100 / names.room;
    names_free(&names);
    return mean;
}

static void names_made_to_collide_do_not(void **state)
{
    static char texts[2000][8];
    size_t found = 0;
    (void)state;
    for (unsigned i = 0; found < 2000; i++) {
        snprintf(texts[found], sizeof texts[found], "%x", i);
        found += (fnv_of(texts[found]) & 0xFFF) == 0;
    }
    assert_int_in_range(mean_place((const char(*)[8])texts, found), 40, 60);
}

static void each_table_has_a_key_of_its_own(void **state)
{
    struct hash_key one = hash_key_make();
    struct hash_key other = hash_key_make();
    (void)state;
    assert_memory_not_equal(&one, &other, sizeof one);
    assert_true(hash_of(&one, span_of("NAME")) != hash_of(&other, span_of("NAME")));
    assert_true(hash_of(&one, span_of("NAME")) == hash_of(&one, span_of("NAME")));
}

// Of the key 00 01 … 0F and the texts of as many bytes 00 01 …, by a program of its own that gives
// the paper's vector for SipHash-2-4.
static void the_hash_is_siphash(void **state)
{
    static const struct {
        size_t len;
        uint64_t hash;
    } vectors[] = {{0, 0xABAC0158050FC4DC}, {1, 0xC9F49BF37D57CA93},  {7, 0xD3927D989BB11140},
                   {8, 0x369095118D299A8E}, {15, 0xD320D86D2A519956}, {16, 0xCC4FDD1A7D908B66},
                   {63, 0x9D199062B7BBB3A8}};
    const struct hash_key key = {{0x0706050403020100, 0x0F0E0D0C0B0A0908}};
    char bytes[64];
    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)i;
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++)
        assert_int_equal(hash_of(&key, (struct span){bytes, vectors[i].len}), vectors[i].hash);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_lack_of_memory_is_told),
        cmocka_unit_test(a_buffer_keeps_what_it_holds_when_it_grows),
        cmocka_unit_test(names_are_found_again),
        cmocka_unit_test(names_made_to_collide_do_not),
        cmocka_unit_test(each_table_has_a_key_of_its_own),
        cmocka_unit_test(the_hash_is_siphash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
