// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>

#include "base/file.h"
#include "net/ca_bundle.h"
#include "net/certificate.h"
#include "net/tls.h"
#include "net/trust.h"

static const char bundle_path[] = "/etc/ssl/certs/ca-certificates.crt";

static size_t count_marks(const struct file_content *bundle)
{
    size_t count = 0;
    struct span rest = {bundle->bytes, bundle->len};
    for (size_t at; (at = span_find(rest, "-----BEGIN CERTIFICATE-----")) < rest.len; count++)
        rest = span_rest(rest, at + 1);
    return count;
}

// Thirty of Debian's sign themselves with SHA-1; without it they were unknown CAs.
static void every_certificate_of_this_machine_is_taken(void **state)
{
    (void)state;
    struct file_content bundle;
    if (file_read(bundle_path, CA_BUNDLE_MAX, &bundle) != FILE_OK)
        skip();
    size_t marks = count_marks(&bundle);
    struct trust trust;
    assert_true(trust_load(&trust, bundle.bytes, bundle.len));
    print_message("%zu certificates, %zu taken, %zu not\n", marks, trust.count,
                  trust.refused_count);
    assert_true(marks > 100);
    assert_int_equal(trust.refused_count, 0);
    assert_int_equal(trust.count, marks);
    trust_free(&trust);
    file_free(&bundle);
}

static void what_is_not_a_certificate_is_passed_over(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "text",
        "0",                                                                  // DER, it says
        "\x30\x82\xff\xff\x30",                                               // and is too short
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",     // no SEQUENCE
        "-----BEGIN CERTIFICATE-----\nMAIFAA==\n-----END CERTIFICATE-----\n", // of nothing
        "-----BEGIN TRUSTED CERTIFICATE-----\nMAA=\n-----END TRUSTED CERTIFICATE-----\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        char text[128];
        struct trust trust;
        snprintf(text, sizeof text, "%s", texts[i]);
        assert_true(trust_load(&trust, text, strlen(text)));
        assert_int_equal(trust.count, 0);
        assert_int_equal(trust.refused_count, 0);
        trust_free(&trust);
    }
}

// ---- Names
// ----------------------------------------------------------------------------------------

static void a_name_fits_as_curl_has_it(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *host;
        bool fits;
    } rows[] = {
        {"localhost", "localhost", true},
        {"LocalHost", "lOCALhOST", true},
        {"localhost", "localhost.", true},
        {"localhost.", "localhost", true},
        {"localhos", "localhost", false},
        {"localhost", "localhos", false},
        {"", "localhost", false},
        {"", "", false},
        {".", ".", false},
        {"*", "localhost", false},
        {"*.", "localhost.", false},
        {"*.localhost", "a.localhost", false},
        {"*.localhost.", "a.localhost", false},
        {"*.b.example", "a.b.example", true},
        {"*.B.example", "a.b.EXAMPLE.", true},
        {"*.b.example", "b.example", false},
        {"*.b.example", ".b.example", false},
        {"*.b.example", "a.c.b.example", false},
        {"*.b.example", "ab.example", false},
        {"*.*.example", "a.b.example", false},
        {"a*.b.example", "aa.b.example", false},
        {"a.*.example", "a.b.example", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (certificate_name_fits(span_of(rows[i].pattern), rows[i].host) != rows[i].fits)
            fail_msg("%s, %s", rows[i].pattern, rows[i].host);
    assert_false(certificate_name_fits((struct span){"localhost\0.x", 12}, "localhost"));
    assert_false(certificate_name_fits((struct span){"\0", 1}, ""));
}

// ---- Entropy ------------------------------------------------------------------------------------

int mbedtls_hardware_poll(void *context, unsigned char *bytes, size_t len, size_t *got);
ssize_t __wrap_getrandom(void *bytes, size_t len, unsigned flags);

static int refusal; // errno of every call; 0: bytes come, three at a time, every second call EINTR
static bool is_interrupted;

ssize_t __wrap_getrandom(void *bytes, size_t len, unsigned flags)
{
    assert_int_equal(flags, 0); // it may wait, for as long as the kernel has none
    is_interrupted = !is_interrupted;
    errno = refusal != 0 ? refusal : EINTR;
    if (refusal != 0 || is_interrupted)
        return -1;
    len = len < 3 ? len : 3;
    memset(bytes, 'r', len);
    return (ssize_t)len;
}

static void the_kernel_is_asked_until_all_random_bytes_are_there(void **state)
{
    (void)state;
    size_t got = 0;
    unsigned char bytes[9] = "????????";
    refusal = 0;
    assert_int_equal(mbedtls_hardware_poll(NULL, bytes, 8, &got), 0);
    assert_int_equal(got, 8);
    assert_memory_equal(bytes, "rrrrrrrr", sizeof bytes);
}

static void no_random_bytes_are_made_up(void **state)
{
    (void)state;
    size_t got = 1;
    unsigned char bytes[8];
    refusal = ENOSYS;
    assert_true(mbedtls_hardware_poll(NULL, bytes, sizeof bytes, &got) < 0);
    assert_int_equal(got, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_certificate_of_this_machine_is_taken),
        cmocka_unit_test(what_is_not_a_certificate_is_passed_over),
        cmocka_unit_test(a_name_fits_as_curl_has_it),
        cmocka_unit_test(the_kernel_is_asked_until_all_random_bytes_are_there),
        cmocka_unit_test(no_random_bytes_are_made_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
