// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/redact.h"
#include "base/text.h"

#define HEX "00112233445566778899aabbccddeeff00112233"
#define HEX_GONE "(not shown: 40 hex digits, as of a legacy token)"
#define HEADER "eyJhbGciOiJIUzI1NiJ9"
#define JWT HEADER ".eyJhIjoxfQ.c2ln-_bmF0dXJl"
#define JWT_GONE "(not shown: a JWT of 46 bytes)"

static const struct {
    const char *text, *shown;
} rows[] = {
    {"", ""},
    {"plain text, 12345678", "plain text, 12345678"},
    {HEX, HEX_GONE},
    {"x=" HEX "&y", "x=" HEX_GONE "&y"},
    {"ABCDEF" HEX, "ABCDEF" HEX},             // 46 digits are no token
    {HEX HEX "01234567", HEX HEX "01234567"}, // nor is a digest
    {"Z" HEX "Z", "Z" HEX_GONE "Z"},
    {HEX "," HEX, HEX_GONE "," HEX_GONE},
    {"/run/" JWT "/x", "/run/" JWT_GONE "/x"},
    {"Token " HEADER, "Token (not shown: a JWT of 20 bytes)"},
    {"eyJournal.pem", "eyJournal.pem"}, // shorter than any header
    {"keyJustAFileNameThatIsLong.pem", "keyJustAFileNameThatIsLong.pem"},
    {"1s" JWT, "1s" JWT_GONE},
    {HEX " and " JWT, HEX_GONE " and " JWT_GONE},
};

static const char *redacted(const char *bytes, char *buffer, size_t size)
{
    struct text text = text_over(buffer, size);
    text_add_redacted(&text, span_of(bytes));
    return buffer;
}

static void shapes_are_known(void **state)
{
    (void)state;
    char buffer[512];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_string_equal(redacted(rows[i].text, buffer, sizeof buffer), rows[i].shown);
}

// clang's sanitizer, under make fuzz, minds arithmetic on the null pointer of an empty span.
static void no_text_holds_nothing(void **state)
{
    (void)state;
    struct redacted found;
    assert_true(redact_add(span_of(NULL)));
    assert_false(redact_find(span_of(NULL), &found));
    assert_false(redact_find(span_of(""), &found));
}

static void secrets_in_hand_are_known_until_forgotten(void **state)
{
    (void)state;
    char buffer[512];
    const char *text = "by-hand-1, not by-hand";
    assert_true(redact_add(span_of("by-hand-1")));
    assert_string_equal(redacted(text, buffer, sizeof buffer),
                        "(not shown: a secret of 9 bytes), not by-hand");
    redact_clear();
    assert_string_equal(redacted(text, buffer, sizeof buffer), text);
}

static void a_word_is_no_secret(void **state)
{
    (void)state;
    char buffer[512];
    assert_true(redact_add(span_of("healthy")));
    assert_true(redact_add(span_of("")));
    assert_string_equal(redacted("unhealthy", buffer, sizeof buffer), "unhealthy");
    redact_clear();
}

// Five were once all: a sixth was shown.
#define MANY 600

static void make_secret(char secret[32], int number)
{
    text_print(secret, 32, "secret-%d-of-many", number);
}

static void every_secret_is_kept(void **state)
{
    (void)state;
    char secret[32], buffer[512];
    for (int i = 0; i < MANY; i++) {
        make_secret(secret, i);
        assert_true(redact_add(span_of(secret)));
    }
    for (int i = 0; i < MANY; i++) {
        make_secret(secret, i);
        assert_null(strstr(redacted(secret, buffer, sizeof buffer), secret));
    }
    redact_clear();
    assert_string_equal(redacted(secret, buffer, sizeof buffer), secret);
}

// They are copies: what the owner does with the bytes is nobody's concern.
static void the_bytes_need_not_stay(void **state)
{
    (void)state;
    char secret[] = "by-hand-1", buffer[512];
    assert_true(redact_add(span_of(secret)));
    memset(secret, 'x', sizeof secret - 1);
    assert_string_equal(redacted("by-hand-1", buffer, sizeof buffer),
                        "(not shown: a secret of 9 bytes)");
    redact_clear();
}

static void what_was_there_before_a_mark_stays(void **state)
{
    (void)state;
    char buffer[512];
    assert_true(redact_add(span_of("before-it")));
    const void *mark = redact_mark();
    assert_true(redact_add(span_of("behind-it")));
    assert_true(redact_add(span_of("before-it"))); // known: nothing new
    redact_forget(mark);
    assert_string_equal(redacted("behind-it before-it", buffer, sizeof buffer),
                        "behind-it (not shown: a secret of 9 bytes)");
    redact_clear();
}

static void secrets_that_overlap_go_together(void **state)
{
    (void)state;
    char buffer[512];
    static const char *const secrets[] = {"abcdefgh1234", "1234ZYXWVUTS", "UTS-and-more"};
    for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++)
        assert_true(redact_add(span_of(secrets[i])));
    assert_string_equal(redacted("<abcdefgh1234ZYXWVUTS-and-more>", buffer, sizeof buffer),
                        "<(not shown: a secret of 29 bytes)>");
    // The longer of two that begin together; one that ends inside the other.
    assert_true(redact_add(span_of("abcdefgh")));
    assert_true(redact_add(span_of("cdefgh12")));
    assert_string_equal(redacted("abcdefgh1234", buffer, sizeof buffer),
                        "(not shown: a secret of 12 bytes)");
    // One that goes on behind the shape of a token.
    assert_true(redact_add(span_of("2233 and so on")));
    assert_string_equal(redacted(HEX " and so on.", buffer, sizeof buffer),
                        "(not shown: a secret of 50 bytes).");
    redact_clear();
}

// ---- What a server sends back -------------------------------------------------------------------

#define SECRET "Zq7_kP-mN2.x\"V9&wR/t B4hh"

static const struct {
    const char *text;
    size_t at; // of the piece; SIZE_MAX: there is none
} echoes[] = {
    {SECRET, 0},
    {"bad token " SECRET ".", 10},
    {"ZQ7_KP-MN2", 0},           // in capitals
    {"...q7_kP-mN", 3},          // cut at both ends
    {"Zq7_kP-", SIZE_MAX},       // seven bytes are no piece
    {"a Zq7%5FkP%2DmN2%2ex", 2}, // percent-encoded, in part
    {"%5a%71%37%5f%6b%50%2d%6d", 0},
    {"V9&amp;wR/t B4", 0}, // as a page has it
    {"x&quot;V9&#38;wR&#x2F;t", 0},
    {"x\\\"V9\\u0026wR\\/t", 0}, // as JSON has it
    {"wR%2Ft+B4hh", 0},          // as a form has it
    {"Zq7%5", SIZE_MAX},
    {"&#;&#x;%%\\\\u00", SIZE_MAX},
    {"&#99999999999999999999;", SIZE_MAX},
    {"\\", SIZE_MAX},
    {"", SIZE_MAX},
};

static void pieces_are_found_in_every_spelling(void **state)
{
    (void)state;
    assert_true(redact_add(span_of("another-one")));
    assert_true(redact_add(span_of(SECRET)));
    for (size_t i = 0; i < sizeof echoes / sizeof echoes[0]; i++) {
        struct span text = span_of(echoes[i].text);
        size_t at = echoes[i].at == SIZE_MAX ? text.len : echoes[i].at;
        if (redact_echo(text, SIZE_MAX) != at)
            fail_msg("%s: a piece is at %zu", echoes[i].text, redact_echo(text, SIZE_MAX));
        assert_int_equal(redact_echoes(text, SIZE_MAX, span_of(SECRET)), at < text.len);
    }
    redact_clear();
    assert_int_equal(redact_echo(span_of(SECRET), SIZE_MAX), strlen(SECRET));
}

// Whatever room there is, and wherever it stands: no piece of three bytes is shown.
static void foreign_text_is_looked_through_before_it_is_cut(void **state)
{
    (void)state;
    static const char token[] = "Zq7_kP-mN2.xV9wRtB4hhQQ";
    assert_true(redact_add(span_of(token)));
    for (size_t before = 0; before < 60; before++)
        for (size_t most = 0; most < 80; most++) {
            char text[128], buffer[512];
            text_print(text, sizeof text, "%.*s%s, and more", (int)before,
                       "............................................................", token);
            struct text out = text_over(buffer, sizeof buffer);
            text_add_foreign(&out, span_of(text), most);
            assert_true(out.len <= most);
            for (size_t i = 0; i + 3 < sizeof token; i++) {
                char window[4] = "";
                memcpy(window, &token[i], 3);
                assert_null(strstr(buffer, window));
            }
        }
    redact_clear();
}

// Behind somebody else's token as well, where only the front was looked through.
static void foreign_text_with_two_tokens_shows_none(void **state)
{
    (void)state;
    char buffer[512];
    struct text out = text_over(buffer, sizeof buffer);
    assert_true(redact_add(span_of("Zq7_kP-mN2.xV9wRtB4hhQQ")));
    text_add_foreign(&out, span_of("a " HEX " and behind all of that Zq7%5FkP-mN2.xV9"), 60);
    assert_string_equal(buffer, "a " HEX_GONE);
    redact_clear();
}

static void foreign_text_without_a_secret_is_shown(void **state)
{
    (void)state;
    char buffer[64];
    struct text out = text_over(buffer, sizeof buffer);
    text_add_foreign(&out, span_of("Basic realm=\"x\"\r"), 40);
    text_add_foreign(&out, span_of("|123456789"), 8);
    text_add_foreign(&out, span_of("|1234\xC3\xA4\xC3\xA4\xC3\xA4"), 9);
    assert_string_equal(buffer, "Basic realm=\"x\"\\r|1234...|1234...");
}

static void json_is_looked_through_before_it_is_escaped(void **state)
{
    (void)state;
    char buffer[128];
    assert_true(redact_add(span_of("pa\"ss\\wo\xC3\xA4rd")));
    struct text out = text_over(buffer, sizeof buffer);
    text_add_json(&out, span_of("\"pa\"ss\\wo\xC3\xA4rd\n"));
    assert_string_equal(buffer, "\"\\\"(not shown: a secret of 12 bytes)\\n\"");
    out = text_over(buffer, sizeof buffer);
    text_add_json_to_send(&out, span_of("pa\"ss\\wo\xC3\xA4rd"));
    assert_string_equal(buffer, "\"pa\\\"ss\\\\wo\xC3\xA4rd\"");
    redact_clear();
}

// A token cut in the middle would not be known any more.
static void nothing_is_shortened_before(void **state)
{
    (void)state;
    static const char hex[] = HEX;
    for (size_t most = 0; most < 80; most++) {
        char buffer[512];
        struct text text = text_over(buffer, sizeof buffer);
        text_add_visible(&text, span_of("a" JWT "\n" HEX), most);
        for (size_t i = 0; i + 8 < sizeof hex; i++) {
            char window[9] = "";
            memcpy(window, &hex[i], 8);
            assert_null(strstr(buffer, window));
        }
        assert_true(text.len <= most);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes_are_known),
        cmocka_unit_test(no_text_holds_nothing),
        cmocka_unit_test(secrets_in_hand_are_known_until_forgotten),
        cmocka_unit_test(a_word_is_no_secret),
        cmocka_unit_test(every_secret_is_kept),
        cmocka_unit_test(the_bytes_need_not_stay),
        cmocka_unit_test(what_was_there_before_a_mark_stays),
        cmocka_unit_test(secrets_that_overlap_go_together),
        cmocka_unit_test(pieces_are_found_in_every_spelling),
        cmocka_unit_test(foreign_text_is_looked_through_before_it_is_cut),
        cmocka_unit_test(foreign_text_with_two_tokens_shows_none),
        cmocka_unit_test(foreign_text_without_a_secret_is_shown),
        cmocka_unit_test(json_is_looked_through_before_it_is_escaped),
        cmocka_unit_test(nothing_is_shortened_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
