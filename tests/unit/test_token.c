// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "token/token.h"

// The guide's refresh token (its jti and signature are examples).
#define HEADER "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"
#define REFRESH                                                                                    \
    "eyJ0b2tlbl90eXBlIjoicmVmcmVzaCIsImV4cCI6ODA3NjY3OTcyMywiaWF0IjoxNzY5NDc5NzIzLCJqdGkiOiIwMDAw" \
    "MDAwMDAwMDAwMDAwMDAwMDAwM"                                                                    \
    "DAwMDAwMDAwMiIsInVzZXJfaWQiOiIxIn0"
#define SIGNATURE "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"
#define GUIDE_JWT HEADER "." REFRESH "." SIGNATURE
#define LEGACY "00112233445566778899aabbccddeeff00112233"
#define NOW INT64_C(1769479724)

static struct token classified(const char *text, size_t len)
{
    struct token token;
    // A copy of exactly this size: a read behind the end is found by the sanitizer.
    char *copy = malloc(len + (len == 0));
    memcpy(copy, text, len);
    token_classify(&token, copy, len);
    free(copy);
    return token;
}

static struct token of(const char *text)
{
    return classified(text, strlen(text));
}

static void add_base64url(struct text *out, const char *bytes)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    size_t len = strlen(bytes);
    for (size_t i = 0; i < len; i += 3) {
        uint32_t group = 0;
        for (size_t j = 0; j < 3; j++)
            group = group << 8 | (i + j < len ? (unsigned char)bytes[i + j] : 0U);
        for (size_t j = 0; j < (len - i < 3 ? len - i + 1 : 4); j++)
            text_add(out, "%c", alphabet[group >> (18 - 6 * j) & 63]);
    }
}

// header.payload.signature of these texts; a NULL signature leaves its dot out as well.
static struct token jwt(const char *header, const char *payload, const char *signature)
{
    char bytes[2 * TOKEN_MAX];
    struct text text = text_over(bytes, sizeof bytes);
    add_base64url(&text, header);
    text_add(&text, ".");
    add_base64url(&text, payload);
    if (signature)
        text_add(&text, ".%s", signature);
    return classified(bytes, text.len);
}

static const struct {
    const char *text;
    enum token_kind kind, inner;
} kind_rows[] = {
    {LEGACY, TOKEN_LEGACY_HEX, TOKEN_LEGACY_HEX},
    {"a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6q7r8s9t0", TOKEN_LEGACY_OTHER,
     TOKEN_LEGACY_OTHER}, // the guide's example
    {"00112233445566778899AABBCCDDEEFF00112233", TOKEN_LEGACY_OTHER, TOKEN_LEGACY_OTHER},
    {"0011223344556677", TOKEN_LEGACY_OTHER, TOKEN_LEGACY_OTHER},
    {"secret", TOKEN_LEGACY_OTHER, TOKEN_LEGACY_OTHER},
    {"a.b.c", TOKEN_LEGACY_OTHER, TOKEN_LEGACY_OTHER},
    {"1.2.3", TOKEN_LEGACY_OTHER, TOKEN_LEGACY_OTHER},
    {"label-studio.example.com", TOKEN_LEGACY_OTHER, TOKEN_LEGACY_OTHER},
    {"example.com", TOKEN_LEGACY_OTHER, TOKEN_LEGACY_OTHER}, // decodes to a brace and noise
    {"a#b", TOKEN_LEGACY_OTHER, TOKEN_LEGACY_OTHER},
    {"pa$$w=rd!", TOKEN_LEGACY_OTHER, TOKEN_LEGACY_OTHER},
    {"\"one-sided", TOKEN_LEGACY_OTHER, TOKEN_LEGACY_OTHER},
    {"Tokenless", TOKEN_LEGACY_OTHER, TOKEN_LEGACY_OTHER},
    {GUIDE_JWT, TOKEN_JWT_REFRESH, TOKEN_JWT_REFRESH},
    {HEADER "." REFRESH, TOKEN_JWT_TRUNCATED, TOKEN_JWT_TRUNCATED},
    {HEADER "." REFRESH ".", TOKEN_JWT_TRUNCATED, TOKEN_JWT_TRUNCATED},

    {"", TOKEN_EMPTY, TOKEN_EMPTY},
    {"#", TOKEN_COMMENT, TOKEN_COMMENT},
    {"# the token", TOKEN_COMMENT, TOKEN_COMMENT},
    {"#" LEGACY, TOKEN_COMMENT, TOKEN_LEGACY_HEX},
    {"# " LEGACY, TOKEN_COMMENT, TOKEN_LEGACY_HEX},

    {"<your-legacy-token-here>", TOKEN_PLACEHOLDER, TOKEN_PLACEHOLDER},
    {"<>", TOKEN_PLACEHOLDER, TOKEN_PLACEHOLDER},
    {"your-label-studio-api-key", TOKEN_PLACEHOLDER, TOKEN_PLACEHOLDER},
    {"YOUR_TOKEN", TOKEN_PLACEHOLDER, TOKEN_PLACEHOLDER},
    {"change-me", TOKEN_PLACEHOLDER, TOKEN_PLACEHOLDER},
    {"CHANGEME", TOKEN_PLACEHOLDER, TOKEN_PLACEHOLDER},
    {"change_me", TOKEN_PLACEHOLDER, TOKEN_PLACEHOLDER},
    {"xxx", TOKEN_PLACEHOLDER, TOKEN_PLACEHOLDER},
    {"xxxx-XXXX-xxxx", TOKEN_PLACEHOLDER, TOKEN_PLACEHOLDER},
    {"x", TOKEN_PLACEHOLDER, TOKEN_PLACEHOLDER},
    {"********", TOKEN_PLACEHOLDER, TOKEN_PLACEHOLDER},
    {"0000000000", TOKEN_PLACEHOLDER, TOKEN_PLACEHOLDER},
    {"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9...", TOKEN_PLACEHOLDER,
     TOKEN_PLACEHOLDER}, // the guide's step 4
    {"a1b2c3d4e5f6...", TOKEN_PLACEHOLDER, TOKEN_PLACEHOLDER},
    {"a1b2c3d4e5f6\xE2\x80\xA6", TOKEN_PLACEHOLDER, TOKEN_PLACEHOLDER},
    // Never when it is 40 hex digits, and only whole values.
    {"0000000000000000000000000000000000000000", TOKEN_LEGACY_HEX, TOKEN_LEGACY_HEX},
    {"FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", TOKEN_LEGACY_OTHER, TOKEN_LEGACY_OTHER},
    {"000000000000000000000000000000000000000", TOKEN_PLACEHOLDER, TOKEN_PLACEHOLDER},
    {"please-change-me", TOKEN_LEGACY_OTHER, TOKEN_LEGACY_OTHER},
    {"yourtoken", TOKEN_LEGACY_OTHER, TOKEN_LEGACY_OTHER},
    {"xxxa", TOKEN_LEGACY_OTHER, TOKEN_LEGACY_OTHER},
    {"a<b>", TOKEN_LEGACY_OTHER, TOKEN_LEGACY_OTHER},

    {"\"" LEGACY "\"", TOKEN_QUOTED, TOKEN_LEGACY_HEX},
    {"'" GUIDE_JWT "'", TOKEN_QUOTED, TOKEN_JWT_REFRESH},
    {"\"\"", TOKEN_QUOTED, TOKEN_EMPTY},
    {"\"your-token\"", TOKEN_PLACEHOLDER, TOKEN_PLACEHOLDER},
    {"\"Token " LEGACY "\"", TOKEN_QUOTED, TOKEN_LEGACY_HEX},
    {"'a b'", TOKEN_QUOTED, TOKEN_MALFORMED},

    {"Token " LEGACY, TOKEN_PREFIXED, TOKEN_LEGACY_HEX},
    {"token\t" LEGACY, TOKEN_PREFIXED, TOKEN_LEGACY_HEX},
    {"bearer " GUIDE_JWT, TOKEN_PREFIXED, TOKEN_JWT_REFRESH},
    {"BEARER  secret", TOKEN_PREFIXED, TOKEN_LEGACY_OTHER},
    {"Token Token " LEGACY, TOKEN_PREFIXED, TOKEN_LEGACY_HEX},
    {"Token your-token", TOKEN_PLACEHOLDER, TOKEN_PLACEHOLDER},
    {"Token \"" LEGACY "\"", TOKEN_PREFIXED, TOKEN_LEGACY_HEX},
    {"Token a b", TOKEN_PREFIXED, TOKEN_MALFORMED},

    {"a b", TOKEN_MALFORMED, TOKEN_MALFORMED},
    {"your token", TOKEN_PLACEHOLDER, TOKEN_PLACEHOLDER},
    {" " LEGACY, TOKEN_MALFORMED, TOKEN_LEGACY_HEX},
    {LEGACY " ", TOKEN_MALFORMED, TOKEN_LEGACY_HEX},
    {LEGACY "\n", TOKEN_MALFORMED, TOKEN_LEGACY_HEX},
    {GUIDE_JWT "\r\n", TOKEN_MALFORMED, TOKEN_JWT_REFRESH},
    {"\xEF\xBB\xBF" LEGACY, TOKEN_MALFORMED, TOKEN_LEGACY_HEX},
    {" \"Bearer " GUIDE_JWT "\"\n", TOKEN_MALFORMED, TOKEN_JWT_REFRESH},
    {"   ", TOKEN_MALFORMED, TOKEN_EMPTY},
    {"Token ", TOKEN_MALFORMED, TOKEN_LEGACY_OTHER},
    {"001122\n334455", TOKEN_MALFORMED, TOKEN_MALFORMED},
    {"caf\xC3\xA9-token", TOKEN_MALFORMED, TOKEN_MALFORMED},
    {"a\x01"
     "b",
     TOKEN_MALFORMED, TOKEN_MALFORMED},
    {"a\x7F", TOKEN_MALFORMED, TOKEN_MALFORMED},

    {"eyJhbGciOiJIUzI1NiJ9", TOKEN_JWT_BROKEN, TOKEN_JWT_BROKEN},
    {"eyJust-kidding", TOKEN_JWT_BROKEN, TOKEN_JWT_BROKEN},
};

static void values_have_their_kind(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof kind_rows / sizeof kind_rows[0]; i++) {
        struct token token = of(kind_rows[i].text);
        if (token.kind != kind_rows[i].kind || token.inner != kind_rows[i].inner)
            fail_msg("%s: %s, inside %s", kind_rows[i].text, token_kind_name(token.kind),
                     token_kind_name(token.inner));
        assert_int_equal(token.len, strlen(kind_rows[i].text));
    }
}

// What PyJWT 2.12.1 says of the same token without verification. Ours is narrower for damaged
// tokens alone.
static const struct {
    const char *header, *payload, *signature;
    bool pyjwt;
    enum token_kind kind;
} jwt_rows[] = {
    {"{\"alg\":\"HS256\",\"typ\":\"JWT\"}", "{\"token_type\":\"access\",\"exp\":1}", "AAAA", true,
     TOKEN_JWT_ACCESS},
    {"{\"alg\":\"HS256\"}", "{\"token_type\":\"refresh\"}", "AAAA", true, TOKEN_JWT_REFRESH},
    {"{\"alg\":\"HS256\"}", "{\"token_type\":\"refresh\",\"exp\":\"soon\"}", "AAAA", true,
     TOKEN_JWT_REFRESH},
    {"{\"alg\":\"HS256\"}", "{\"token_type\":\"sliding\"}", "AAAA", true, TOKEN_JWT_OTHER},
    {"{\"alg\":\"HS256\"}", "{\"token_type\":7}", "AAAA", true, TOKEN_JWT_OTHER},
    {"{\"alg\":\"HS256\"}", "{}", "AAAA", true, TOKEN_JWT_OTHER},
    {"{\"alg\":\"HS256\",\"alg\":\"none\"}", "{}", "AAAA", true, TOKEN_JWT_OTHER},
    {" { \"alg\" : \"HS256\" } ", "\n{}\n", "AAAA", true, TOKEN_JWT_OTHER},
    // no JWS by RFC 7515
    {"{}", "{}", "AAAA", true, TOKEN_JWT_BROKEN},
    {"{\"typ\":\"JWT\"}", "{}", "AAAA", true, TOKEN_JWT_BROKEN},
    {"{\"alg\":1}", "{}", "AAAA", true, TOKEN_JWT_BROKEN},
    {"{\"alg\":\"HS256\",\"x\":NaN}", "{}", "AAAA", true, TOKEN_JWT_BROKEN},
    // damaged
    {"{\"alg\":\"HS256\"}", "{}", "AAA=", true, TOKEN_JWT_BROKEN},
    {"{\"alg\":\"HS256\"}", "{}", "A+/A", true, TOKEN_JWT_BROKEN},
    {"{\"alg\":\"HS256\"}", "{}", "!!!!", true, TOKEN_JWT_BROKEN},
    {"{\"alg\":\"HS256\"}", "{}", "AAAAA", false, TOKEN_JWT_BROKEN},
    {"{\"alg\":\"HS256\"}", "{", "AAAA", false, TOKEN_JWT_BROKEN},
    {"{\"alg\":\"HS256\"}", "[]", "AAAA", false, TOKEN_JWT_BROKEN},
    {"{\"alg\":\"HS256\"}", "\"x\"", "AAAA", false, TOKEN_JWT_BROKEN},
    {"{\"alg\":\"HS256\"}", "", "AAAA", false, TOKEN_JWT_BROKEN},
    {"{\"alg\":\"HS256\"", "{}", "AAAA", false, TOKEN_JWT_BROKEN},
    {"{\"alg\":\"HS256\"}", "{}", "AAAA.AAAA", false, TOKEN_JWT_BROKEN},
    {"{\"alg\":\"HS256\"}", "{}", "AAAA.AAAA.AAAA", false, TOKEN_JWT_BROKEN},
    // not even the look of one
    {"", "{}", "AAAA", false, TOKEN_LEGACY_OTHER},
    {"[]", "{}", "AAAA", false, TOKEN_LEGACY_OTHER},
    {"nothing", "{}", "AAAA", false, TOKEN_LEGACY_OTHER},
    {"{\"alg\":\"HS256\"}", "{}", NULL, false, TOKEN_JWT_TRUNCATED},
    {"{ \"alg\":\"HS256\"}", "{\"token_type\":\"refresh\"}", NULL, false, TOKEN_JWT_TRUNCATED},
    // PyJWT, told not to verify, wants no signature; Label Studio never makes a token without one
    {"{\"alg\":\"none\"}", "{}", "", true, TOKEN_JWT_TRUNCATED},
    {"\n{\"alg\":\"HS256\"}", "[]", NULL, false, TOKEN_JWT_BROKEN},
};

static void jwt_rules_hold(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof jwt_rows / sizeof jwt_rows[0]; i++) {
        struct token token = jwt(jwt_rows[i].header, jwt_rows[i].payload, jwt_rows[i].signature);
        bool whole = token.kind == TOKEN_JWT_REFRESH || token.kind == TOKEN_JWT_ACCESS ||
                     token.kind == TOKEN_JWT_OTHER;
        if (token.kind != jwt_rows[i].kind)
            fail_msg("%s . %s: %s", jwt_rows[i].header, jwt_rows[i].payload,
                     token_kind_name(token.kind));
        if (whole && !jwt_rows[i].pyjwt)
            fail_msg("%s . %s: PyJWT refuses it", jwt_rows[i].header, jwt_rows[i].payload);
        assert_int_equal(token.broken[0] != '\0', token.kind == TOKEN_JWT_BROKEN);
    }
}

static void a_broken_jwt_says_which_part(void **state)
{
    (void)state;
    static const struct {
        const char *text, *broken;
    } rows[] = {
        {"eyJhbGciOiJIUzI1NiJ9", "it has 1 part instead of 3"},
        {"eyJhbGciOiJIUzI1NiJ9.e30.AA.AA", "it has 4 parts instead of 3"},
        {"eyJhbGciOiJIUzI1NiJ9.AA.AA.AA.AA", "it has 5 parts instead of 3: an encrypted token"},
        {"eyJhbGciOiJIUzI1NiJ9A.e30.AA", "part 1 (header) has a length that base64url cannot have"},
        {"eyJhbGciOiJIUzI1NiJ.e30.AA", "part 1 (header) is not a JSON object"},
        {"eyJhb+ciOiJIUzI1NiJ9.e30.AA", "part 1 (header) is not base64url"},
        {"eyJ0eXAiOiJKV1QifQ.e30.AA", "part 1 (header) names no algorithm (alg)"},
        {"eyJhbGciOiJIUzI1NiJ9..AA", "part 2 (payload) is empty"},
        {"eyJhbGciOiJIUzI1NiJ9.e3.AA", "part 2 (payload) is not a JSON object"},
        {"eyJhbGciOiJIUzI1NiJ9.e30=.AA", "part 2 (payload) is not base64url"},
        {"eyJhbGciOiJIUzI1NiJ9.W10.AA", "part 2 (payload) is not a JSON object"},
        {"eyJhbGciOiJIUzI1NiJ9.e30.AA==", "part 3 (signature) is not base64url"},
        {"eyJhbGciOiJIUzI1NiJ9.e30.A",
         "part 3 (signature) has a length that base64url cannot have"},
        {"eyJhbGciOiJIUzI1NiJ9.e3", "part 2 (payload) is not a JSON object"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct token token = of(rows[i].text);
        assert_int_equal(token.kind, TOKEN_JWT_BROKEN);
        assert_string_equal(token.broken, rows[i].broken);
    }
}

// Copied with the last characters missing: never taken for a whole token unless only the signature
// is shorter.
static void every_cut_of_a_jwt_is_noticed(void **state)
{
    (void)state;
    size_t payload_end = strlen(HEADER "." REFRESH);
    for (size_t len = 4; len < strlen(GUIDE_JWT); len++) {
        struct token token = classified(GUIDE_JWT, len);
        if (len < payload_end)
            assert_int_equal(token.kind, TOKEN_JWT_BROKEN);
        else if (len <= payload_end + 1)
            assert_int_equal(token.kind, TOKEN_JWT_TRUNCATED);
        else if ((len - payload_end - 1) % 4 == 1)
            assert_int_equal(token.kind, TOKEN_JWT_BROKEN);
    }
}

static void claims_are_read(void **state)
{
    (void)state;
    struct token token = of("Bearer " GUIDE_JWT);
    assert_string_equal(token.prefix, "Bearer");
    assert_string_equal(token.claims.token_type, "refresh");
    assert_string_equal(token.claims.jti, "00000000000000000000000000000002");
    assert_string_equal(token.claims.user_id, "1");
    assert_string_equal(token.claims.alg, "HS256");
    assert_true(token.claims.has_exp && token.claims.has_iat);
    assert_int_equal(token.claims.exp, INT64_C(8076679723));
    assert_int_equal(token.claims.iat, 1769479723);

    token = jwt("{\"alg\":\"HS256\"}",
                "{\"user_id\":42,\"jti\":null,\"exp\":1.5,\"iat\":99999999999999999999}", "AAAA");
    assert_string_equal(token.claims.user_id, "42");
    assert_string_equal(token.claims.jti, "");
    assert_string_equal(token.claims.token_type, "");
    assert_true(token.claims.has_exp && token.claims.exp == 1); // RFC 7519: it may have a fraction
    assert_false(token.claims.has_iat);
    static const struct {
        const char *exp;
        bool is_time;
        int64_t seconds;
    } times[] = {
        {"1500000000.0", true, 1500000000},
        {"\"1500000000\"", true, 1500000000}, // to PyJWT as well
        {"-1", true, -1},
        {"-0.5", true, 0},
        {"999999999999999999", true, 999999999999999999},
        {"1e9", false, 0},
        {"1.5e9", false, 0},
        {"9999999999999999999", false, 0},
        {"\"\"", false, 0},
        {"\"-\"", false, 0},
        {"\".5\"", false, 0},
        {"\"1.x\"", false, 0},
        {"\" 1\"", false, 0},
        {"\"soon\"", false, 0},
        {"null", false, 0},
        {"true", false, 0},
        {"[1]", false, 0},
        {"{}", false, 0},
    };
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        char payload[64];
        snprintf(payload, sizeof payload, "{\"exp\":%s}", times[i].exp);
        token = jwt("{\"alg\":\"HS256\"}", payload, "AAAA");
        if (token.claims.has_exp != times[i].is_time || token.claims.exp != times[i].seconds)
            fail_msg("%s: %lld", payload, (long long)token.claims.exp);
    }

    token = of(LEGACY);
    assert_string_equal(token.claims.alg, "");
}

static void dirt_has_name_and_place(void **state)
{
    (void)state;
    static const struct {
        const char *text, *dirt;
        size_t len;
    } rows[] = {
        {" abc", "a blank at the beginning", 4},
        {"abc ", "a blank at the end", 4},
        {"ab c", "a blank inside (byte 3)", 4},
        {"abc\t", "a tab at the end", 4},
        {"abc\n", "a newline at the end", 4},
        {"abc\r\n", "a Windows line end (CR LF) at the end", 5},
        {"a\nbc", "a newline inside (byte 2)", 4},
        {"a b\n", "a newline at the end", 4}, // worse than the blank
        {"abc\0", "a NUL byte at the end", 4},
        {"\xEF\xBB\xBF"
         "abc",
         "U+FEFF byte-order mark, byte 1", 6},
        {"\xFF\xFE"
         "a\0b\0",
         "a UTF-16 byte-order mark at the beginning", 6},
        {"abc\xC2\xA0", "U+00A0 no-break space, byte 4", 5},
        {"00112233445566778899\xC2\xAD"
         "aabb",
         "U+00AD soft hyphen, byte 21", 26},
        {"\xEF\xBC\x90"
         "0112233",
         "U+FF10 full-width digit, byte 1", 10},
        {"abc\xE2\x80\x8E", "U+200E left-to-right mark, byte 4", 6},
        {"\xD0\xB0"
         "bc",
         "U+0430 Cyrillic letter, byte 1", 4},
        {"abc\xE9", "a byte that is not UTF-8, byte 4", 4},
        {"\xE2\x80\x9C"
         "abc\xE2\x80\x9D",
         "U+201C curly quote, byte 1", 9},
        {"ab\xE2\x80\x8B"
         "c",
         "U+200B zero-width space, byte 3", 6},
        {"ab\xC3\xA9"
         "c",
         "U+00E9 (outside ASCII), byte 3", 5},
        {"ab\x1B"
         "c",
         "U+001B escape, byte 3", 4},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct token token = classified(rows[i].text, rows[i].len);
        assert_int_equal(token.kind, TOKEN_MALFORMED);
        assert_string_equal(token.dirt, rows[i].dirt);
    }
}

static void length_has_a_limit(void **state)
{
    (void)state;
    char *text = malloc(TOKEN_MAX + 1);
    memset(text, 'a', TOKEN_MAX + 1);
    text[0] = 'b';
    assert_int_equal(classified(text, TOKEN_MAX).kind, TOKEN_LEGACY_OTHER);
    assert_int_equal(classified(text, TOKEN_MAX + 1).kind, TOKEN_TOO_LONG);
    memcpy(text, "eyJ", 3);
    text[TOKEN_MAX / 2] = '.';
    assert_int_equal(classified(text, TOKEN_MAX).kind, TOKEN_JWT_BROKEN);
    free(text);
}

static const struct {
    const char *text;
    enum reason reject, exchange; // under --jwt reject, and under trade and accept
} verdict_rows[] = {
    {LEGACY, REASON_OK, REASON_OK},
    {"secret", REASON_OK, REASON_OK},
    {GUIDE_JWT, REASON_JWT_REFRESH, REASON_OK},
    {HEADER "." REFRESH, REASON_JWT_TRUNCATED, REASON_JWT_TRUNCATED_UNFIT},
    {HEADER "." REFRESH ".", REASON_JWT_TRUNCATED, REASON_JWT_TRUNCATED_UNFIT},
    {"eyJhbGciOiJIUzI1NiJ9.eyJ0b2tlbl90eXBlIjoiYWNjZXNzIn0.AAAA", REASON_JWT_ACCESS,
     REASON_JWT_ACCESS_UNFIT},
    {"eyJhbGciOiJIUzI1NiJ9.e30.AAAA", REASON_JWT_OTHER, REASON_JWT_OTHER_UNFIT},
    {"eyJhbGciOiJIUzI1NiJ9.e3.AAAA", REASON_JWT_BROKEN, REASON_JWT_BROKEN_UNFIT},
    {"", REASON_TOKEN_MISSING, REASON_TOKEN_MISSING},
    {"# none", REASON_TOKEN_COMMENT, REASON_TOKEN_COMMENT},
    {"#" LEGACY, REASON_TOKEN_COMMENTED_OUT, REASON_TOKEN_COMMENTED_OUT},
    {"your-token", REASON_TOKEN_PLACEHOLDER, REASON_TOKEN_PLACEHOLDER},
    {"\"" LEGACY "\"", REASON_TOKEN_QUOTED, REASON_TOKEN_QUOTED},
    {"Bearer " GUIDE_JWT, REASON_TOKEN_PREFIXED, REASON_TOKEN_PREFIXED},
    {GUIDE_JWT "\n", REASON_TOKEN_LINE_END, REASON_TOKEN_LINE_END},
    {LEGACY "\r\n\n", REASON_TOKEN_CARRIAGE_RETURN, REASON_TOKEN_CARRIAGE_RETURN},
    {LEGACY "\n\r", REASON_TOKEN_LINE_END, REASON_TOKEN_LINE_END},
    {LEGACY " ", REASON_TOKEN_MALFORMED, REASON_TOKEN_MALFORMED},
};

static void verdicts_follow_the_policy(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof verdict_rows / sizeof verdict_rows[0]; i++) {
        struct token token = of(verdict_rows[i].text);
        for (int policy = JWT_REJECT; policy <= JWT_ACCEPT; policy++) {
            enum reason expected =
                policy == JWT_REJECT ? verdict_rows[i].reject : verdict_rows[i].exchange;
            struct finding finding;
            bool good =
                token_judge(&token, (enum jwt_policy)policy, NOW, "NAME", ".env line 3", &finding);
            assert_int_equal(finding.reason, expected);
            assert_int_equal(good, expected == REASON_OK);
            assert_string_equal(finding.subject, "NAME");
            assert_string_equal(finding.where, ".env line 3");
        }
    }
}

static void the_end_of_a_pat_counts_where_it_is_wanted(void **state)
{
    (void)state;
    struct finding finding;
    struct token token = of(GUIDE_JWT);
    int64_t end = token.claims.exp;
    assert_true(token_judge(&token, JWT_ACCEPT, end - 1, "N", "environment", &finding));
    assert_false(token_judge(&token, JWT_ACCEPT, end, "N", "environment", &finding));
    assert_int_equal(finding.reason, REASON_JWT_EXPIRED);
    assert_false(token_judge(&token, JWT_TRADE, end + 1, "N", "environment", &finding));
    assert_int_equal(finding.reason, REASON_JWT_EXPIRED);
    assert_false(token_judge(&token, JWT_REJECT, end - 1, "N", "environment", &finding));
    assert_int_equal(finding.reason, REASON_JWT_REFRESH);
    assert_false(token_judge(&token, JWT_REJECT, end, "N", "environment", &finding));
    assert_int_equal(finding.reason, REASON_JWT_REFRESH_EXPIRED);
    token = jwt("{\"alg\":\"HS256\"}", "{\"token_type\":\"refresh\"}", "AAAA");
    assert_true(token_judge(&token, JWT_ACCEPT, INT64_MAX, "N", "environment", &finding));
}

static void verdicts_name_what_was_found(void **state)
{
    (void)state;
    static const struct {
        const char *text, *sentence;
    } rows[] = {
        {GUIDE_JWT,
         "N (environment) is a Personal Access Token: it must be exchanged before use; "
         "Label Studio does not accept it as an API token; token_type refresh, user_id 1"},
        {"bearer " GUIDE_JWT, "N (environment) begins with a word that the app adds itself: "
                              "\"Bearer\"; after it comes a "
                              "Personal Access Token (refresh JWT)"},
        {"Token " LEGACY, "N (environment) begins with a word that the app adds itself: \"Token\"; "
                          "after it comes a legacy "
                          "token (40 hex digits)"},
        {LEGACY "\n", "N (environment) holds a newline at the end, which no token has"},
        {"your-label-studio-api-key",
         "N (environment) still holds a placeholder of 25 bytes, not a token"},
        {"eyJhbGciOiJIUzI1NiJ9.e3.AA",
         "N (environment) looks like a JWT, but is damaged: part 2 (payload) is not a JSON object"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char bytes[1024];
        struct text out = text_over(bytes, sizeof bytes);
        struct finding finding;
        struct token token = of(rows[i].text);
        token_judge(&token, JWT_REJECT, NOW, "N", "environment", &finding);
        finding_add_sentence(&finding, &out);
        assert_string_equal(bytes, rows[i].sentence);
    }
}

// Eight bytes of a token are enough to find it again.
static void no_byte_of_a_token_is_said(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof kind_rows / sizeof kind_rows[0]; i++) {
        char bytes[2048];
        struct text out = text_over(bytes, sizeof bytes);
        struct token token = of(kind_rows[i].text);
        struct finding finding;
        char described[256];
        if (token.inner == TOKEN_COMMENT || token.inner == TOKEN_PLACEHOLDER ||
            token.kind == TOKEN_REFERENCE)
            continue;
        token_judge(&token, JWT_REJECT, NOW, "N", "environment", &finding);
        token_describe(&token, described, sizeof described);
        finding_add_sentence(&finding, &out);
        finding_add_remedy(&finding, &out);
        text_add(&out, "%s", described);
        for (size_t at = 0; at + 8 <= strlen(kind_rows[i].text); at++) {
            char window[9] = {0};
            memcpy(window, kind_rows[i].text + at, 8);
            if (strstr(bytes, window))
                fail_msg("\"%s\" is in: %s", window, bytes);
        }
    }
}

// ---- More than a token --------------------------------------------------------------------------

#define ACCESS_JWT "eyJhbGciOiJIUzI1NiJ9.eyJ0b2tlbl90eXBlIjoiYWNjZXNzIn0.AAAA"
#define LEGACY_B64 "MDAxMTIyMzM0NDU1NjY3Nzg4OTlhYWJiY2NkZGVlZmYwMDExMjIzMw=="

static const struct {
    const char *text;
    enum token_kind inner;
    const char *around; // a piece of it
} wrapped_rows[] = {
    {"{\"access\":\"" ACCESS_JWT "\"}", TOKEN_JWT_ACCESS, "JSON object"},
    {"{\n  \"access\": \"" ACCESS_JWT "\"\n}", TOKEN_JWT_ACCESS, "JSON object"},
    {"{\"token\":\"" LEGACY "\"}", TOKEN_LEGACY_HEX, "JSON object"},
    {"{\"token\":\"s3cr3t-T\"}", TOKEN_LEGACY_OTHER, "JSON object"},
    {"[\"" LEGACY "\"]", TOKEN_LEGACY_HEX, "JSON array"},
    {"{'access': '" ACCESS_JWT "'}", TOKEN_JWT_ACCESS, "JSON object"},
    {"{\"access\":\"" ACCESS_JWT "\"", TOKEN_JWT_ACCESS, "JSON object"}, // cut off
    {"LABEL_STUDIO_API_TOKEN=" LEGACY, TOKEN_LEGACY_HEX, "NAME=value"},
    {"LABEL_STUDIO_API_TOKEN = '" LEGACY "'", TOKEN_LEGACY_HEX, "NAME=value"},
    {"export LS=" GUIDE_JWT, TOKEN_JWT_REFRESH, "NAME=value"},
    {"- LABEL_STUDIO_API_KEY=s3cr3t-T", TOKEN_LEGACY_OTHER, "NAME=value"},
    {"MY_OWN_TOKEN=s3cr3t-T", TOKEN_LEGACY_OTHER, "NAME=value"},
    {"api_key=s3cr3t-T", TOKEN_LEGACY_OTHER, "NAME=value"},
    {"accessToken=s3cr3t-T", TOKEN_LEGACY_OTHER, "NAME=value"},
    {"whatever=" LEGACY, TOKEN_LEGACY_HEX, "NAME=value"},
    {"LABEL_STUDIO_URL=http://ls:8080\nLABEL_STUDIO_API_TOKEN=" LEGACY "\n", TOKEN_LEGACY_HEX,
     "lines of a file"},
    {"LABEL_STUDIO_API_TOKEN: " LEGACY, TOKEN_LEGACY_HEX, "NAME: value"},
    {"LABEL_STUDIO_API_TOKEN: s3cr3t-T", TOKEN_LEGACY_OTHER, "NAME: value"},
    {"token:" GUIDE_JWT, TOKEN_JWT_REFRESH, "NAME: value"},
    {"Authorization: Token " LEGACY, TOKEN_LEGACY_HEX, "header"},
    {"\"token\": \"" LEGACY "\"", TOKEN_LEGACY_HEX, "NAME: value"},
    {"\"token\": \"" LEGACY "\",", TOKEN_LEGACY_HEX, "NAME: value"},
    {"?token=" LEGACY, TOKEN_LEGACY_HEX, "NAME=value"},
    {"X-Api-Key: " LEGACY, TOKEN_LEGACY_HEX, "header"},
    {"{'Authorization': 'Token " LEGACY "'}", TOKEN_LEGACY_HEX, "JSON object"},
    {"curl -H \"Authorization: Token " LEGACY "\" http://ls:8080/api/projects", TOKEN_LEGACY_HEX,
     "command line"},
    {"-H 'Authorization: Bearer " ACCESS_JWT "'", TOKEN_JWT_ACCESS, "command line"},
    {"https://ls.example.com/?token=" LEGACY, TOKEN_LEGACY_HEX, "address"},
    {"http://label-studio:8080", TOKEN_LEGACY_OTHER, "address"},
    {LEGACY_B64, TOKEN_LEGACY_HEX, "base64"},
    {"MDAxMTIyMzM0NDU1NjY3Nzg4OTlhYWJiY2NkZGVlZmYwMDExMjIzMwo=", TOKEN_LEGACY_HEX, "base64"},
    {"Token%20" LEGACY, TOKEN_LEGACY_HEX, "%XX"},
    {"%22" LEGACY "%22", TOKEN_LEGACY_HEX, "%XX"},
    {LEGACY LEGACY, TOKEN_LEGACY_HEX, "two tokens"},
    {LEGACY "," LEGACY, TOKEN_LEGACY_HEX, "two tokens"},
    {"<" LEGACY ">", TOKEN_LEGACY_HEX, "signs"},
    {"`" GUIDE_JWT "`", TOKEN_JWT_REFRESH, "signs"},
    {"\\\"" LEGACY "\\\"", TOKEN_LEGACY_HEX, "signs"},
    {"b'" LEGACY "'", TOKEN_LEGACY_HEX, "signs"},
    {"jwt/" GUIDE_JWT, TOKEN_JWT_REFRESH, "other text"},
};

static void more_than_a_token_is_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrapped_rows / sizeof wrapped_rows[0]; i++) {
        char sentence[1024];
        struct text out = text_over(sentence, sizeof sentence);
        struct finding finding;
        struct token token = of(wrapped_rows[i].text);
        if (token.kind != TOKEN_WRAPPED || token.inner != wrapped_rows[i].inner ||
            !strstr(token.around, wrapped_rows[i].around))
            fail_msg("%s: %s, inside %s, %s", wrapped_rows[i].text, token_kind_name(token.kind),
                     token_kind_name(token.inner), token.around ? token.around : "nothing");
        assert_false(token_judge(&token, JWT_ACCEPT, NOW, "LABEL_STUDIO_API_TOKEN", "environment",
                                 &finding));
        assert_string_equal(reason_word(finding.reason), "token_malformed");
        finding_add_sentence(&finding, &out);
        assert_true(out.len <= 200);
        assert_null(strstr(sentence, "00112233"));
        if (token.inner == TOKEN_JWT_ACCESS)
            assert_non_null(strstr(sentence, "lives for five minutes"));
    }
}

static void base64_of_a_jwt_is_found(void **state)
{
    (void)state;
    // As base64 writes it: 76 characters a line.
    char bytes[1024], lines[1024];
    struct text text = text_over(bytes, sizeof bytes), out = text_over(lines, sizeof lines);
    add_base64url(&text, GUIDE_JWT "\n");
    for (size_t i = 0; i < text.len; i += 76)
        text_add(&out, "%.76s\n", bytes + i);
    assert_int_equal(of(bytes).kind, TOKEN_WRAPPED);
    assert_int_equal(of(bytes).inner, TOKEN_JWT_REFRESH);
    assert_int_equal(of(lines).kind, TOKEN_WRAPPED);
}

static void references_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *text, *kind;
    } rows[] = {
        {"op://Team/labelstudio/token", "1Password"},
        {"vault://secret/data/ls#token", "Vault"},
        {"vault:secret/data/ls#token", "Vault"},
        {"aws-sm://prod/ls", "AWS Secrets Manager"},
        {"gcp-secretmanager://p/s", "secret manager"},
        {"doppler://p/c/TOKEN", "secret manager"},
        {"file:///run/secrets/ls", "file"},
        {"arn:aws:secretsmanager:eu-west-1:123456789012:secret:ls-AbCdEf", "AWS"},
        {"projects/p/secrets/ls/versions/latest", "Google"},
        {"@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/ls/)", "Azure Key Vault"},
        {"secretref:ls-token", "secretref"},
        {"ref+awsssm://ls/token", "vals"},
        {"ENC[AES256_GCM,data:abc,iv:def,tag:ghi,type:str]", "encrypted"},
        {"ENC(abcdef0123)", "encrypted"},
        {"{cipher}abcdef", "encrypted"},
        {"!vault |", "YAML"},
        {"!Ref LabelStudioToken", "CloudFormation"},
        {"${LABEL_STUDIO_API_KEY}", "${...}"},
        {"${TOKEN:-none-yet}", "${...}"},
        {"\"${TOKEN}\"", "${...}"},
        {"Token ${TOKEN}", "${...}"},
        {"${{ secrets.LS_TOKEN }}", "CI system"},
        {"$(cat /run/secrets/ls)", "$(...)"},
        {"$(LS_TOKEN)", "$(...)"},
        {"`cat /run/secrets/ls`", "backticks"},
        {"$LABEL_STUDIO_API_TOKEN", "variable"},
        {"$token", "variable"},
        {"$env:LS_TOKEN", "variable"},
        {"%LS_TOKEN%", "variable"},
        {"%LS_TOKEN", "variable"},
        {"@LS_TOKEN@", "variable"},
        {"__LS_TOKEN__", "variable"},
        {"{{ .Values.labelStudio.token | quote }}", "template"},
        {"{{ lookup('env', 'T') }}", "template"},
        {"<%= ENV['TOKEN'] %>", "template"},
        {"#{LS_TOKEN}", "#{...}"},
        {"#{LS_TOKEN}#", "#{...}"},
        {"ssm:/prod/ls", "Parameter Store"},
        {"env:LS_TOKEN", "variable"},
        {"$LS_TOKEN$", "variable"},
        {"@@LS_TOKEN@@", "variable"},
        {"%%LS_TOKEN%%", "variable"},
        {"{$LS_TOKEN}", "variable"},
        {"{{- .Values.ls.token }}", "template"},
        {"((ls-token))", "((...))"},
        {"LABEL_STUDIO_API_TOKEN", "name of a variable"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct finding finding;
        struct token token = of(rows[i].text);
        // Angle and curly brackets around words say "placeholder" as well.
        bool placeholder = token.kind == TOKEN_PLACEHOLDER && strchr("<{(", rows[i].text[0]);
        if (!placeholder && (token.kind != TOKEN_REFERENCE || !strstr(token.around, rows[i].kind)))
            fail_msg("%s: %s, %s", rows[i].text, token_kind_name(token.kind),
                     token.around ? token.around : "nothing");
        assert_false(token_judge(&token, JWT_REJECT, NOW, "N", "environment", &finding));
        assert_string_equal(reason_word(finding.reason), "token_placeholder");
    }
}

static void paths_belong_into_name_file(void **state)
{
    (void)state;
    static const char *const refused[] = {
        "/run/secrets/ls",   "/var/run/secrets/ls/token", "/etc/ls/token",   "/mnt/secrets/ls",
        "/vault/secrets/ls", "'/run/secrets/ls'",         "@/run/secrets/ls"};
    static const char *const doubtful[] = {"/srv/token", "/Zm9vYmFyYmF6cXV4", "/running/x",
                                           "/opt/token.txt"};
    struct finding finding;
    char text[512];
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        struct token token = of(refused[i]);
        assert_int_equal(token.kind, TOKEN_PATH);
        assert_false(token_judge(&token, JWT_REJECT, NOW, "LS_T", "environment", &finding));
        assert_string_equal(finding.detail, "LS_T_FILE");
    }
    for (size_t i = 0; i < sizeof doubtful / sizeof doubtful[0]; i++) {
        struct token token = of(doubtful[i]);
        assert_true(token_judge(&token, JWT_REJECT, NOW, "LS_T", "environment", &finding));
        assert_true(token_doubt_text(&token, "LS_T", "environment", text, sizeof text));
        assert_non_null(strstr(text, "LS_T_FILE"));
        token_set_path(&token);
        assert_false(token_judge(&token, JWT_REJECT, NOW, "the token", "standard input", &finding));
        assert_string_equal(finding.detail, "LABEL_STUDIO_API_TOKEN_FILE");
        assert_false(token_doubt_text(&token, "LS_T", "environment", text, sizeof text));
    }
}

static const char *const placeholders[] = {
    "<your token here>",
    "<TOKEN>",
    "\"<token>\"",
    " <your token here>\n",
    "put-your-token-here",
    "PUT_YOUR_TOKEN_HERE",
    "put your token here",
    "putYourTokenHere",
    "insert-token",
    "Insert Key",
    "enter_your_api_key",
    "paste-your-token-here",
    "paste me",
    "add-your-key",
    "ADD_TOKEN_HERE",
    "replace-me",
    "REPLACE_ME_WITH_A_TOKEN",
    "replaceme",
    "change_this_secret",
    "change-it",
    "changeme",
    "CHANGE-ME-PLEASE",
    "changethis",
    "changeit",
    "set-your-token",
    "fill-me-in",
    "fillmein",
    "use_your_token",
    "yourtokenhere",
    "token-here",
    "null",
    "NULL",
    "none",
    "None",
    "(none)",
    "undefined",
    "Undefined",
    "redacted",
    "[REDACTED]",
    "***REDACTED***",
    "TODO",
    "todo: add token",
    "tbd",
    "placeholder",
    "token_placeholder",
    "PLACEHOLDER-TOKEN",
    "n/a",
    "not set",
    "unset",
    "{your token}",
    "{your-token-1}",
    "{TOKEN}",
    "{{token}}",
    "{{ YOUR_TOKEN }}",
    "[your token]",
    "xxxx xxxx",
    "****-****",
    "\xE2\x80\xA2\xE2\x80\xA2\xE2\x80\xA2",
    ("a1b2\xE2\x80\xA6"
     "9b0"),
};

// Each may be an operator's own.
static const char *const own[] = {
    "admin123",
    "s3cr3t-T",
    "labelstudio-dev",
    "insertion-point-7",
    "nullable-42",
    "addison-key9",
    "null-island-7",
    "none-shall-pass",
    "todo-api-bot",
    "undefined-behavior-3",
    "redacted-docs",
    "placeholders",
    "replacement-part-9",
    "putty-key-2024",
    "pasteurized-key",
    "enterprise-token-1",
    "changelog-token-9",
    "addressbook-key",
    "please-change-me",
    "yourtoken",
    "youre-welcome-1",
    "set-token-7",
    "get-key-42",
    "api-key-prod",
    "my-token",
    "token-7f3a",
    "a-key=",
    "keys=3,4",
    "change-management-7",
    "add-key-7f3a9c",
    "nonesuch",
    "nil-desperandum",
    "a{b}cd",
    "{6F9619FF-8B86}",
    "[abc1]",
    "$ecret-1",
    "$ecret_word",
    "pa$$w=rd!",
    "100%sure!",
    "50%OFF",
    "p4ss://word",
    "a=b=cd",
    "k3y:value",
    "vault:door",
    "env:x1",
    "run/secrets",
    "etc/passw0rd!",
    "u+Zm9v/YmFy=",
    "c2VjcmV0LWtleQ==",
    "user@example.com",
    "p@ssw0rd@42",
    "f2:b1:c4:00:11",
    "0f0e0d0c-0b0a-0908-0706-050403020100",
    "__dunder__",
    "a1b2c3d4e5f60718293a4b5c6d7e8f90",
    "sha1-abcdef",
    "C:/xyz",
    "ENCHANTED[1]",
    "1234567890",
    "correct-horse-battery-staple",
    "test-token",
    "label-studio-token",
    "TOKEN123",
};

static void placeholders_say_so_themselves(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof placeholders / sizeof placeholders[0]; i++) {
        struct token token = of(placeholders[i]);
        if (token.kind != TOKEN_PLACEHOLDER)
            fail_msg("%s: %s", placeholders[i], token_kind_name(token.kind));
    }
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        struct finding finding;
        char text[512];
        struct token token = of(own[i]);
        if (!token_judge(&token, JWT_REJECT, NOW, "N", "environment", &finding))
            fail_msg("%s: %s, %s", own[i], token_kind_name(token.kind),
                     token.around ? token.around : "nothing");
        if (token_doubt_text(&token, "N", "environment", text, sizeof text))
            fail_msg("%s: %s", own[i], text);
    }
}

static void what_may_be_damaged_is_doubted(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum token_doubt doubt;
    } rows[] = {
        {"0112233445566778899aabbccddeeff00112233", TOKEN_DOUBT_LENGTH},
        {LEGACY "0", TOKEN_DOUBT_LENGTH},
        {LEGACY "01", TOKEN_DOUBT_LENGTH},
        {LEGACY "012", TOKEN_DOUBT_NONE},
        {LEGACY ";", TOKEN_DOUBT_AROUND},
        {LEGACY ",", TOKEN_DOUBT_AROUND},
        {LEGACY ".", TOKEN_DOUBT_AROUND},
        {"\"" LEGACY, TOKEN_DOUBT_AROUND},
        {LEGACY "'", TOKEN_DOUBT_AROUND},
        {LEGACY "\\n", TOKEN_DOUBT_AROUND},
        {LEGACY "#bot", TOKEN_DOUBT_AROUND},
        {"ls_" LEGACY, TOKEN_DOUBT_AROUND},
        {"00112233445566778899AABBCCDDEEFF00112233", TOKEN_DOUBT_CAPITAL},
        {"o0112233445566778899aabbccddeeff00112233", TOKEN_DOUBT_LETTER},
        {"0112233445566778899aabbccddeeff00112233;", TOKEN_DOUBT_LETTER},
        {"a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6q7r8s9t0", TOKEN_DOUBT_NONE},
        {LEGACY, TOKEN_DOUBT_NONE},
        {LEGACY "00112233445566778899aabb", TOKEN_DOUBT_NONE}, // 64: somebody's SHA-256
        {GUIDE_JWT, TOKEN_DOUBT_NONE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[512] = "";
        struct finding finding;
        struct token token = of(rows[i].text);
        if (token.doubt != rows[i].doubt)
            fail_msg("%s: doubt %d", rows[i].text, token.doubt);
        assert_true(token_judge(&token, JWT_ACCEPT, NOW, "N", "environment", &finding));
        bool doubts =
            token_doubt_text(&token, "LABEL_STUDIO_API_TOKEN", "environment", text, sizeof text);
        assert_int_equal(doubts, rows[i].doubt != TOKEN_DOUBT_NONE);
        assert_true(strlen(text) <= 200 && !strstr(text, "00112233"));
    }
}

static void a_comment_behind_is_told_from_a_blank(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum token_kind kind, inner;
    } rows[] = {
        {LEGACY " # bot account", TOKEN_COMMENTED, TOKEN_LEGACY_HEX},
        {GUIDE_JWT "\t# bot", TOKEN_COMMENTED, TOKEN_JWT_REFRESH},
        {"\"" LEGACY "\" # bot", TOKEN_COMMENTED, TOKEN_LEGACY_HEX},
        {"s3cr3t-T   #", TOKEN_COMMENTED, TOKEN_LEGACY_OTHER},
        {LEGACY " // bot", TOKEN_COMMENTED, TOKEN_LEGACY_HEX},
        {LEGACY " ; bot", TOKEN_COMMENTED, TOKEN_LEGACY_HEX},
        {LEGACY "\n# bot\n", TOKEN_COMMENTED, TOKEN_LEGACY_HEX},
        {"a b # c", TOKEN_MALFORMED, TOKEN_MALFORMED},
        {"s3cr3t-T // x", TOKEN_MALFORMED, TOKEN_MALFORMED},
        {"a#b", TOKEN_LEGACY_OTHER, TOKEN_LEGACY_OTHER},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct token token = of(rows[i].text);
        if (token.kind != rows[i].kind || token.inner != rows[i].inner)
            fail_msg("%s: %s, inside %s", rows[i].text, token_kind_name(token.kind),
                     token_kind_name(token.inner));
    }
}

static void the_clock_is_said_of_an_expired_token(void **state)
{
    (void)state;
    char bytes[512];
    struct text out = text_over(bytes, sizeof bytes);
    struct finding finding;
    struct token token = of(GUIDE_JWT);
    token_judge(&token, JWT_ACCEPT, token.claims.exp + 60, "LABEL_STUDIO_API_TOKEN", "environment",
                &finding);
    finding_add_sentence(&finding, &out);
    assert_non_null(strstr(bytes, "it ended 2225-12-10T02:08:43Z"));
    assert_non_null(strstr(bytes, "the clock here says 2225-12-10T02:09:43Z"));
    assert_true(out.len <= 200);
}

static void descriptions_tell_kind_and_length(void **state)
{
    (void)state;
    static const struct {
        const char *text, *description;
    } rows[] = {
        {GUIDE_JWT, "a Personal Access Token (refresh JWT), 232 bytes"},
        {LEGACY, "a legacy token (40 hex digits), 40 bytes"},
        {LEGACY "\n", "text with blanks or other bytes that no token can have, 41 bytes, a newline "
                      "at the end; cleaned: a "
                      "legacy token (40 hex digits)"},
        {"Token a", "text with a scheme word in front, 7 bytes, \"Token\"; cleaned: a placeholder"},
        {"#", "a comment, 1 byte"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char buffer[256];
        struct token token = of(rows[i].text);
        token_describe(&token, buffer, sizeof buffer);
        assert_string_equal(buffer, rows[i].description);
    }
}

static void kind_names_are_stable_and_differ(void **state)
{
    (void)state;
    for (int a = TOKEN_LEGACY_HEX; a <= TOKEN_COMMENTED; a++) {
        assert_true(token_kind_name((enum token_kind)a)[0] != '\0');
        for (int b = TOKEN_LEGACY_HEX; b < a; b++)
            assert_string_not_equal(token_kind_name((enum token_kind)a),
                                    token_kind_name((enum token_kind)b));
    }
}

static void dates_reach_far(void **state)
{
    (void)state;
    static const struct {
        int64_t seconds;
        const char *date;
    } rows[] = {
        {0, "1970-01-01T00:00:00Z"},
        {1769479723, "2026-01-27T02:08:43Z"},
        {INT64_C(8076679723), "2225-12-10T02:08:43Z"},
        {951782400, "2000-02-29T00:00:00Z"},
        {INT64_C(4107542400), "2100-03-01T00:00:00Z"},
        {-1, "1969-12-31T23:59:59Z"},
        {INT64_C(253402300799), "9999-12-31T23:59:59Z"},
        {INT64_C(253402300800), "10000-01-01T00:00:00Z"},
        {INT64_MAX, "292277026596-12-04T15:30:07Z"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char buffer[48];
        token_date(rows[i].seconds, buffer, sizeof buffer);
        assert_string_equal(buffer, rows[i].date);
    }
    char buffer[48];
    token_date(INT64_MIN, buffer, sizeof buffer);
    assert_int_equal(buffer[0], '-');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_have_their_kind),
        cmocka_unit_test(jwt_rules_hold),
        cmocka_unit_test(a_broken_jwt_says_which_part),
        cmocka_unit_test(every_cut_of_a_jwt_is_noticed),
        cmocka_unit_test(claims_are_read),
        cmocka_unit_test(dirt_has_name_and_place),
        cmocka_unit_test(length_has_a_limit),
        cmocka_unit_test(verdicts_follow_the_policy),
        cmocka_unit_test(the_end_of_a_pat_counts_where_it_is_wanted),
        cmocka_unit_test(verdicts_name_what_was_found),
        cmocka_unit_test(no_byte_of_a_token_is_said),
        cmocka_unit_test(more_than_a_token_is_named),
        cmocka_unit_test(base64_of_a_jwt_is_found),
        cmocka_unit_test(references_are_named),
        cmocka_unit_test(paths_belong_into_name_file),
        cmocka_unit_test(placeholders_say_so_themselves),
        cmocka_unit_test(what_may_be_damaged_is_doubted),
        cmocka_unit_test(a_comment_behind_is_told_from_a_blank),
        cmocka_unit_test(the_clock_is_said_of_an_expired_token),
        cmocka_unit_test(descriptions_tell_kind_and_length),
        cmocka_unit_test(kind_names_are_stable_and_differ),
        cmocka_unit_test(dates_reach_far),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
