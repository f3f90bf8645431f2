// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "net/pem.h"

// The blocks of a text, with a bar between them: "foo|bar". The text's memory has no byte to spare.
static const char *blocks_of(const char *text)
{
    static char seen[256];
    size_t len = strlen(text);
    char *copy = malloc(len > 0 ? len : 1);
    assert_non_null(copy);
    memcpy(copy, text, len);
    struct pem pem = {copy, len};
    struct pem_block block;
    seen[0] = '\0';
    while (pem_next(&pem, &block)) {
        assert_true((char *)block.der >= copy && block.len <= len);
        if (seen[0] != '\0')
            strncat(seen, "|", 2);
        if (block.trusted)
            strncat(seen, "!", 2);
        strncat(seen, (const char *)block.der, block.len);
    }
    assert_false(pem_next(&pem, &block));
    free(copy);
    return seen;
}

#define BEGIN "-----BEGIN CERTIFICATE-----\n"
#define END "-----END CERTIFICATE-----\n"
#define FOO BEGIN "Zm9v\n" END
#define BAR BEGIN "YmFy\n" END

static void blocks_are_found_between_text(void **state)
{
    (void)state;
    assert_string_equal(blocks_of(""), "");
    assert_string_equal(blocks_of(FOO), "foo");
    assert_string_equal(blocks_of("# Root\r\n" FOO "\r\n\r\n" BAR "end"), "foo|bar");
    assert_string_equal(blocks_of(BEGIN "Zm9v\n-----END CERTIFICATE-----"), "foo");
    assert_string_equal(blocks_of("-----BEGIN CERTIFICATE-----  \r\n Zm9v \r\n\r\n\tYmFy\r\n"
                                  "-----END CERTIFICATE-----\t\r\n"),
                        "foobar");
    assert_string_equal(blocks_of(BEGIN "Zm\n9vY\nmFy\n" END), "foobar");
    assert_string_equal(blocks_of(BEGIN "Zm9vYg==\n" END), "foob");
    assert_string_equal(blocks_of(BEGIN "Zm9vYmE=\n" END), "fooba");
}

static void the_labels_are_openssl_s(void **state)
{
    (void)state;
    assert_string_equal(
        blocks_of("-----BEGIN X509 CERTIFICATE-----\nZm9v\n-----END X509 CERTIFICATE-----\n"),
        "foo");
    assert_string_equal(
        blocks_of("-----BEGIN TRUSTED CERTIFICATE-----\nZm9v\n-----END TRUSTED CERTIFICATE-----\n"),
        "!foo");
    static const char *const others[] = {
        "-----BEGIN PRIVATE KEY-----\nZm9v\n-----END PRIVATE KEY-----\n",
        "-----BEGIN CERTIFICATE REQUEST-----\nZm9v\n-----END CERTIFICATE REQUEST-----\n",
        "-----BEGIN  CERTIFICATE-----\nZm9v\n-----END  CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE----\nZm9v\n-----END CERTIFICATE----\n",
        "-----BEGIN CERTIFICATE-----Zm9v-----END CERTIFICATE-----\n",
        " " FOO,
        "# " FOO,
        " \xEF\xBB\xBF" FOO,
        "\xEF\xBB\xBF\xEF\xBB\xBF" FOO,
        "#\n\xEF\xBB\xBF" FOO,
        "-----BEGIN CERTIFICATE-----",
        "-----BEGIN ",
        "-",
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_string_equal(blocks_of(others[i]), "");
}

#define MARK "\xEF\xBB\xBF"

static void a_byte_order_mark_is_passed_over_before_each_block(void **state)
{
    (void)state;
    assert_string_equal(blocks_of(MARK FOO), "foo");
    assert_string_equal(blocks_of(MARK), "");
    assert_string_equal(blocks_of(MARK "# Root\n" FOO), "foo");
    assert_string_equal(blocks_of(FOO MARK BAR MARK FOO), "foo|bar|foo");
    assert_string_equal(blocks_of(FOO MARK "# Root\r\n" BAR), "foo|bar");
    assert_string_equal(blocks_of(BEGIN "Zm" MARK "9v\n" END BAR), "bar");
}

static void a_broken_block_ends_nothing(void **state)
{
    (void)state;
    static const char *const broken[] = {
        BEGIN END,
        BEGIN "****\n" END,
        BEGIN "Zm9\n" END,
        BEGIN "Zm9vY\n" END,
        BEGIN "Z===\n" END,
        BEGIN "====\n" END,
        BEGIN "Zm=v\n" END,
        BEGIN "Zm9v\n-----END PRIVATE KEY-----\n",
        BEGIN "Zm9v\n",
        BEGIN "Proc-Type: 4,ENCRYPTED\n\nZm9v\n" END,
        "-----BEGIN  CERTIFICATE-----\nZm9v\n",
        "-----BEGIN\n-----END\n-----\n-\n",
    };
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        char text[512];
        strcpy(text, BAR);
        strcat(text, broken[i]);
        strcat(text, BAR);
        assert_string_equal(blocks_of(text), "bar|bar");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_found_between_text),
        cmocka_unit_test(the_labels_are_openssl_s),
        cmocka_unit_test(a_byte_order_mark_is_passed_over_before_each_block),
        cmocka_unit_test(a_broken_block_ends_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
