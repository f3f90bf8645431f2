// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "server/bundle.h"

// A Name: SEQUENCE { SET { SEQUENCE { OID 2.5.4.3, string } } }
#define NAME(tag, text) "\x30\x0f\x31\x0d\x30\x0b\x06\x03\x55\x04\x03" tag "\x04" text
#define UTF8 "\x0c"
#define PRINTABLE "\x13"
#define IA5 "\x16"

static struct bundle_bytes bytes_of(const char *text, size_t len)
{
    return (struct bundle_bytes){(const unsigned char *)text, len};
}
#define BYTES(literal) bytes_of(literal, sizeof(literal) - 1)

static void names_are_compared_as_mbedtls_does(void **state)
{
    (void)state;
    assert_true(bundle_names_equal(BYTES(NAME(UTF8, "Root")), BYTES(NAME(UTF8, "Root"))));
    assert_true(bundle_names_equal(BYTES(NAME(UTF8, "Root")), BYTES(NAME(PRINTABLE, "rOOT"))));
    assert_false(bundle_names_equal(BYTES(NAME(UTF8, "Root")), BYTES(NAME(UTF8, "Roof"))));
    assert_false(bundle_names_equal(BYTES(NAME(UTF8, "Root")), BYTES(NAME(IA5, "Root"))));
    assert_false(bundle_names_equal(BYTES(NAME(IA5, "Root")), BYTES(NAME(IA5, "root"))));
    // Bytes that differ by 0x20 and are no letters
    assert_false(bundle_names_equal(BYTES(NAME(UTF8, "a@bc")), BYTES(NAME(UTF8, "a`bc"))));
    assert_false(bundle_names_equal(BYTES(NAME(UTF8, "Root")), BYTES("")));
    assert_true(bundle_names_equal(BYTES(""), BYTES("")));
}

static void broken_names_are_equal_to_nothing_else(void **state)
{
    (void)state;
    static const char name[] = NAME(UTF8, "Root");
    for (size_t len = 0; len < sizeof name - 1; len++)
        assert_false(bundle_names_equal(bytes_of(name, len), BYTES(name)));
    assert_false(bundle_names_equal(BYTES("\x30\x00"), BYTES(name)));
    assert_false(bundle_names_equal(BYTES("\x30\x84\xff\xff\xff\xff"), BYTES(name)));
    assert_false(bundle_names_equal(BYTES("\x30\x80"), BYTES(name)));
}

static unsigned count(const char *text)
{
    struct bundle bundle;
    struct bundle_certificate found;
    unsigned certificates = 0;
    bundle_over(&bundle, text, strlen(text));
    while (bundle_next(&bundle, &found))
        certificates++;
    return certificates;
}

// The head of a certificate, as far as its subject: SEQUENCE { SEQUENCE { INTEGER 1, 4 empty
// SEQUENCEs } }
#define BLOCK "-----BEGIN CERTIFICATE-----\nMA8wDQIBATAAMAAwADAAMAA=\n-----END CERTIFICATE-----\n"

static void blocks_are_found_between_text(void **state)
{
    (void)state;
    assert_int_equal(count(BLOCK), 1);
    assert_int_equal(count("# Root\r\n" BLOCK "\r\n\r\n" BLOCK "end"), 2);
    assert_int_equal(count(""), 0);
    assert_int_equal(count("-----BEGIN CERTIFICATE-----"), 0);
    assert_int_equal(count("-----BEGIN CERTIFICATE-----\nMA8wDQIBATAAMAAwADAAMAA="), 0);
    assert_int_equal(count("-----BEGIN CERTIFICATE-----\n****\n-----END-----\n" BLOCK), 1);
    assert_int_equal(count("-----BEGIN PRIVATE KEY-----\nMA8=\n-----END PRIVATE KEY-----\n"), 0);
    // One that lost its end: the next one still counts
    assert_int_equal(count("-----BEGIN CERTIFICATE-----\nMA8wDQIBATAA\n" BLOCK), 1);
}

static void a_block_that_is_too_long_is_passed_over(void **state)
{
    (void)state;
    static char text[BUNDLE_DER_MOST * 2];
    strncpy(text, "-----BEGIN CERTIFICATE-----\n", 64);
    memset(text + strlen(text), 'A', BUNDLE_DER_MOST * 3 / 2);
    memcpy(text + strlen(text), "\n-----END CERTIFICATE-----\n" BLOCK,
           sizeof "\n-----END CERTIFICATE-----\n" BLOCK);
    assert_int_equal(count(text), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_compared_as_mbedtls_does),
        cmocka_unit_test(broken_names_are_equal_to_nothing_else),
        cmocka_unit_test(blocks_are_found_between_text),
        cmocka_unit_test(a_block_that_is_too_long_is_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
