// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/json_write.h"
#include "base/redact.h"

static bool parses(const char *text, size_t len)
{
    struct json json;
    // A copy of exactly this size: a read behind the end is found by the sanitizer.
    char *copy = malloc(len + (len == 0));
    memcpy(copy, text, len);
    bool good = json_parse(&json, copy, len);
    if (good)
        json_free(&json);
    free(copy);
    return good;
}

static const char *const good[] = {
    "{}",
    "[]",
    " { } ",
    "\t[\r\n]\n",
    "{\"a\":1}",
    "{\"a\" : [ ] , \"b\":{}}",
    "[1,-0,0.5,-1.5e-3,1E+2,1e0,10]",
    "[true,false,null]",
    "[\"\",\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"]",
    "[\"\\ud83d\\ude00\"]",
    "[\"\xC3\xA9\xF0\x9F\x98\x80\"]",
    "{\"a\":1,\"a\":2}",
    "{\"\":{\"\":[]}}",
    "[[],[[]],{}]",
    "{\"a\":{},\"b\":[[],[1],{\"c\":[]}],\"d\":\"e\"}",
    "[\"\\u0000\"]",
    "[\"\x7F\"]",
    "[12345678901234567890123456789]",
};

// dotenv.md 6.1: what jsmn lets pass in strict mode with parent links, then what it refuses itself.
static const char *const bad[] = {
    "{\"a\"}",
    "{\"a\":}",
    "{\"a\":1,}",
    "{,}",
    "{\"a\"::1}",
    "{\"a\":1 \"b\":2}",
    "{\"a\":\"b\":\"c\"}",
    "{\"a\":1,\"b\"}",
    "[1,2,]",
    "[1 2]",
    "[,]",
    "[\"a\":1]",
    ":{}",
    "{}{}",
    "[tru]",
    "[nottrue]",
    "[01]",
    "[-]",
    "[1.2.3]",
    "[\"\t\"]",
    "[\"\n\"]",
    "[\"\x1F\"]",
    "[\"\xFF\"]",
    "[\"\xC3\"]",
    "[\"\xED\xA0\x80\"]",
    "[\"\\ud800\"]",
    "[\"\\udc00\"]",
    "[\"\\ud800\\ud800\"]",
    "[\"\\ud83dx\"]",
    "[\"\\ud83d\\n\"]",
    "{\"a\":{} \"b\":2}",
    "[1,,2]",
    "[,1]",
    "{} x",
    "{}]",
    "[}",
    "{]",
    "[1}",
    "{\"a\":1",
    "[",
    "{",
    "",
    " ",
    "\n",
    "true",
    "1",
    "\"a\"",
    "null",
    "{a:1}",
    "{'a':1}",
    "[+1]",
    "[NaN]",
    "[Infinity]",
    "[-Infinity]",
    "{1:2}",
    "{{}:1}",
    "{[]:1}",
    "{null:1}",
    "[\"\\x\"]",
    "[\"\\u12\"]",
    "[\"\\u12g4\"]",
    "[\"\\U0041\"]",
    "[\"a]",
    "[\"a\\\"]",
    "[1.]",
    "[.5]",
    "[1e]",
    "[1e+]",
    "[-01]",
    "[0x10]",
    "[1_000]",
    "[truefalse]",
    "[True]",
    "[nul]",
    "[1]//",
    "/**/[1]",
    "[1]#",
    "\xEF\xBB\xBF{}",
    "{}\xC2\xA0",
    "[\xC2\xA0]",
    "[\f]",
    "[\v1]",
    "{\"a\":1;\"b\":2}",
    "{\"a\"=1}",
    "[1 , ]",
    "{\"a\":1 , }",
    "[[1]",
    "[1]]",
    "{\"a\":[}",
    "{\"a\":1}}",
};

static void json_is_taken(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        if (!parses(good[i], strlen(good[i])))
            fail_msg("refused: %s", good[i]);
}

static void what_is_no_json_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (parses(bad[i], strlen(bad[i])))
            fail_msg("taken: %s", bad[i]);
}

// NUL ends jsmn's work silently.
static void a_nul_byte_is_refused_anywhere(void **state)
{
    (void)state;
    assert_false(parses("{}\0", 3));
    assert_false(parses("\0{}", 3));
    assert_false(parses("[\"a\0b\"]", 7));
    assert_false(parses("{}\0{", 4));
    assert_true(parses("{}\0", 2));
}

static void every_cut_is_refused(void **state)
{
    (void)state;
    static const char whole[] = "{\"a\":[1,{\"b\":null}],\"c\":\"\\u00e9\\\"\",\"d\":-1.5e3}";
    for (size_t len = 0; len < sizeof whole - 1; len++)
        assert_false(parses(whole, len));
    assert_true(parses(whole, sizeof whole - 1));
}

static char *repeat(const char *open, const char *close, size_t times)
{
    char *text = malloc((strlen(open) + strlen(close)) * times + 1);
    text[0] = '\0';
    for (size_t i = 0; i < times; i++)
        memcpy(text + i * strlen(open), open, strlen(open) + 1);
    for (size_t i = 0; i < times; i++)
        memcpy(text + times * strlen(open) + i * strlen(close), close, strlen(close) + 1);
    return text;
}

static void depth_and_count_are_bounded(void **state)
{
    (void)state;
    char *text = repeat("[", "]", JSON_DEPTH);
    assert_true(parses(text, strlen(text)));
    free(text);
    text = repeat("[", "]", JSON_DEPTH + 1);
    assert_false(parses(text, strlen(text)));
    free(text);
    // Minutes, if its time grew with the square of the depth.
    text = repeat("[", "]", 1000000);
    assert_false(parses(text, strlen(text)));
    free(text);
    // Brackets in strings are none.
    static const char flat[] = "[\"\\\"[[[[\\\\\", {\"a[\": [\"]]]\", []]}]";
    assert_true(parses(flat, strlen(flat)));
    text = repeat("[", "", 4 * JSON_DEPTH);
    char *quoted = malloc(strlen(text) + 5);
    snprintf(quoted, strlen(text) + 5, "[\"%s\"]", text);
    assert_true(parses(quoted, strlen(quoted)));
    free(quoted);
    free(text);

    char *many = malloc(3 + 2 * JSON_TOKENS);
    size_t len = 0;
    many[len++] = '[';
    for (int i = 1; i < JSON_TOKENS; i++) {
        many[len++] = '1';
        many[len++] = ',';
    }
    many[len - 1] = ']';
    assert_true(parses(many, len)); // JSON_TOKENS with the array itself
    many[len - 1] = ',';
    many[len++] = '1';
    many[len++] = ']';
    assert_false(parses(many, len));
    free(many);
}

static struct json parsed(const char *text)
{
    struct json json;
    assert_true(json_parse(&json, text, strlen(text)));
    return json;
}

static void members_are_found_by_their_meaning(void **state)
{
    (void)state;
    struct json json = parsed(
        "{\"x\":{\"a\":9},\"\\u0061\":1,\"a\":[{\"b\":\"c\"},7],\"a.b\":2,\"\":3,\"\\u0000\":4}");
    int64_t value = 0;
    json_place last = json_member(&json, JSON_ROOT, "a"); // the last of two, as in Python
    assert_int_equal(json_kind_at(&json, last), JSON_ARRAY);
    assert_int_equal(json_walk(&json, JSON_ROOT, "a.1"), json_walk(&json, last, "1"));
    assert_true(json_integer(&json, json_walk(&json, JSON_ROOT, "a.1"), &value));
    assert_int_equal(value, 7);
    char text[8];
    assert_true(json_string(&json, json_walk(&json, JSON_ROOT, "a.0.b"), text, sizeof text));
    assert_string_equal(text, "c");
    assert_true(json_integer(&json, json_walk(&json, JSON_ROOT, "x.a"), &value));
    assert_int_equal(value, 9);
    assert_true(json_integer(&json, json_member(&json, JSON_ROOT, ""), &value));
    assert_int_equal(value, 3);
    assert_true(json_integer(&json, json_member(&json, JSON_ROOT, "a.b"), &value));
    static const char *const missing[] = {
        "b", "a.2", "a.0.c", "a.x", "a.-1", "a.99999999999999999999", "x.a.b", "a."};
    for (size_t i = 0; i < sizeof missing / sizeof missing[0]; i++)
        assert_int_equal(json_walk(&json, JSON_ROOT, missing[i]), JSON_NONE);
    assert_int_equal(json_member(&json, JSON_NONE, "a"), JSON_NONE);
    assert_int_equal(json_member(&json, 9999, "a"), JSON_NONE);
    assert_int_equal(json_kind_at(&json, JSON_NONE), JSON_KIND_NONE);
    assert_int_equal(json_raw(&json, JSON_NONE).len, 0);
    json_free(&json);
}

static void kinds_are_told_apart(void **state)
{
    (void)state;
    static const enum json_kind kinds[] = {JSON_OBJECT, JSON_ARRAY, JSON_STRING, JSON_NUMBER,
                                           JSON_TRUE,   JSON_FALSE, JSON_NULL,   JSON_NUMBER};
    struct json json = parsed("[{},[],\"\",1,true,false,null,-1]");
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        char index[2] = {(char)('0' + i), '\0'};
        assert_int_equal(json_kind_at(&json, json_walk(&json, JSON_ROOT, index)), kinds[i]);
    }
    json_free(&json);
}

static void strings_are_decoded(void **state)
{
    (void)state;
    char text[32];
    struct json json =
        parsed("[\"\\\"\\\\\\/"
               "\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00\xC3\xA9\",\"a\\u0000b\",\"1234567\",1]");
    assert_true(json_string(&json, 1, text, sizeof text));
    assert_string_equal(text, "\"\\/\b\f\n\r\t\xC3\xA9\xF0\x9F\x98\x80\xC3\xA9");
    assert_false(json_string(&json, 2, text, sizeof text));
    assert_string_equal(text, "");
    assert_true(json_string(&json, 3, text, 8));
    assert_false(json_string(&json, 3, text, 7));
    assert_string_equal(text, "");
    assert_false(json_string(&json, 4, text, sizeof text));
    assert_false(json_string(&json, 3, text, 0));
    struct span raw = json_raw(&json, 1);
    assert_memory_equal(raw.text, "\\\"\\\\", 4);
    json_free(&json);
}

static void integers_are_whole_and_do_not_wrap(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool whole;
        int64_t value;
    } rows[] = {
        {"[0]", true, 0},
        {"[-0]", true, 0},
        {"[8076679723]", true, INT64_C(8076679723)},
        {"[9223372036854775807]", true, INT64_MAX},
        {"[-9223372036854775808]", true, INT64_MIN},
        {"[9223372036854775808]", false, 0},
        {"[-9223372036854775809]", false, 0},
        {"[18446744073709551616]", false, 0},
        {"[99999999999999999999999999]", false, 0},
        {"[1.0]", false, 0},
        {"[1e3]", false, 0},
        {"[\"1\"]", false, 0},
        {"[true]", false, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct json json = parsed(rows[i].text);
        int64_t value = -1;
        if (json_integer(&json, 1, &value) != rows[i].whole ||
            (rows[i].whole && value != rows[i].value))
            fail_msg("%s gave %lld", rows[i].text, (long long)value);
        json_free(&json);
    }
}

static void what_is_written_has_its_commas(void **state)
{
    (void)state;
    char bytes[512];
    struct text out = text_over(bytes, sizeof bytes);
    json_open(&out, NULL, '{');
    json_open(&out, "none", '[');
    json_close(&out, ']');
    json_open(&out, "some", '[');
    json_add_text(&out, NULL, "ends with [");
    json_add_number(&out, NULL, INT64_MIN);
    json_open(&out, NULL, '{');
    json_close(&out, '}');
    json_close(&out, ']');
    json_add_text(&out, "text", "a\"b\n");
    json_add_span(&out, "span", (struct span){"{", 1});
    json_add_text(&out, "nothing", NULL);
    json_add_bool(&out, "yes", true);
    json_add_bool(&out, "no", false);
    json_close(&out, '}');
    assert_string_equal(bytes,
                        "{\"none\":[],\"some\":[\"ends with [\",-9223372036854775808,{}],"
                        "\"text\":\"a\\\"b\\n\",\"span\":\"{\",\"nothing\":null,\"yes\":true,"
                        "\"no\":false}");
    struct json json;
    assert_true(json_parse(&json, bytes, out.len));
    json_free(&json);
}

static void what_is_written_holds_no_secret(void **state)
{
    (void)state;
    char bytes[256];
    struct text out = text_over(bytes, sizeof bytes);
    assert_true(redact_add(span_of("hunter2hunter2")));
    json_open(&out, NULL, '[');
    json_add_text(&out, NULL, "it is hunter2hunter2");
    json_close(&out, ']');
    redact_clear();
    assert_string_equal(bytes, "[\"it is (not shown: a secret of 14 bytes)\"]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_is_taken),
        cmocka_unit_test(what_is_no_json_is_refused),
        cmocka_unit_test(a_nul_byte_is_refused_anywhere),
        cmocka_unit_test(every_cut_is_refused),
        cmocka_unit_test(depth_and_count_are_bounded),
        cmocka_unit_test(members_are_found_by_their_meaning),
        cmocka_unit_test(kinds_are_told_apart),
        cmocka_unit_test(strings_are_decoded),
        cmocka_unit_test(integers_are_whole_and_do_not_wrap),
        cmocka_unit_test(what_is_written_has_its_commas),
        cmocka_unit_test(what_is_written_holds_no_secret),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
