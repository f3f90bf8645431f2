// SPDX-License-Identifier: MIT
// What tests/golden/test_verdicts.py cannot show from outside: the bounds of the verdict's memory,
// and the small questions beside it. The meaning of answers is tested there.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "labelstudio/answers.h"

#define URL "http://label-studio:8080/api/current-user/whoami"
#define OWN(detail) "{\"version\": \"1.22.0\", \"detail\": \"" detail "\"}"

static struct ls_answer answering(int status, const char *body)
{
    return (struct ls_answer){.status = status, .body = span_of(body)};
}

static enum reason verdict(enum ls_question question, int status, const char *body,
                           struct ls_identity *identity)
{
    struct ls_answer answer = answering(status, body);
    struct finding finding;
    ls_verdict(question, &answer, URL, &finding, identity);
    assert_string_equal(finding.subject, URL);
    return finding.reason;
}

static void an_answer_of_nothing_is_judged(void **state)
{
    (void)state;
    struct ls_answer answer = {0};
    struct finding finding;
    struct ls_identity identity;
    for (int question = LS_WHOAMI_TOKEN; question <= LS_LOGIN; question++) {
        ls_verdict((enum ls_question)question, &answer, "", &finding, &identity);
        assert_int_equal(finding.reason, REASON_BAD_REPLY);
        assert_false(ls_needs_second((enum ls_question)question, &answer));
    }
    assert_false(ls_detail_is(&answer, 0, ""));
}

static void an_identity_that_does_not_fit_is_left_out(void **state)
{
    (void)state;
    struct ls_identity identity;
    char body[1024];
    (void)snprintf(body, sizeof body, "{\"id\": 9223372036854775807, \"email\": \"%0255d\"}", 0);
    assert_int_equal(verdict(LS_WHOAMI_TOKEN, 200, body, &identity), REASON_OK);
    assert_true(identity.user_id == INT64_MAX);
    assert_int_equal(strlen(identity.email), 255);
    (void)snprintf(body, sizeof body, "{\"id\": 1, \"email\": \"%0256d\"}", 0);
    assert_int_equal(verdict(LS_WHOAMI_TOKEN, 200, body, &identity), REASON_OK);
    assert_string_equal(identity.email, "");
    (void)snprintf(body, sizeof body, "{\"id\": 9223372036854775808, \"email\": \"a\"}");
    assert_int_equal(verdict(LS_WHOAMI_TOKEN, 200, body, &identity), REASON_NOT_LABEL_STUDIO);
}

static void the_number_of_an_error_is_no_user(void **state)
{
    (void)state;
    struct ls_identity identity;
    const char *body = "{\"id\": 17, \"version\": \"1.22.0\", \"detail\": \"Invalid token.\"}";
    assert_int_equal(verdict(LS_WHOAMI_TOKEN, 401, body, &identity), REASON_TOKEN_UNKNOWN);
    assert_true(identity.user_id == 0);
    assert_string_equal(identity.version, "1.22.0");
}

// The known words may stand behind more text than the copy of `detail` holds.
static void a_long_text_is_read_to_its_end(void **state)
{
    (void)state;
    struct ls_identity identity;
    size_t size = (size_t)64 * 1024;
    char *body = malloc(size);
    assert_non_null(body);
    (void)snprintf(body, size, "{\"version\": \"1\", \"detail\": \"%060000d Invalid token. \"}", 0);
    assert_int_equal(verdict(LS_WHOAMI_TOKEN, 401, body, &identity), REASON_TOKEN_UNKNOWN);
    free(body);
}

static void a_detail_is_compared_whole(void **state)
{
    (void)state;
    struct ls_answer answer = answering(500, OWN("No token."));
    assert_true(ls_detail_is(&answer, 500, "No token."));
    assert_false(ls_detail_is(&answer, 500, "No token"));
    assert_false(ls_detail_is(&answer, 500, "no token."));
    assert_false(ls_detail_is(&answer, 501, "No token."));
    answer = answering(500, "{\"version\": \"1\", \"detail\": \"No\\u0020token.\"}");
    assert_true(ls_detail_is(&answer, 500, "No token."));
    answer = answering(500, "{\"detail\": \"No token.\"}");
    assert_false(ls_detail_is(&answer, 500, "No token."));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_of_nothing_is_judged),
        cmocka_unit_test(an_identity_that_does_not_fit_is_left_out),
        cmocka_unit_test(the_number_of_an_error_is_no_user),
        cmocka_unit_test(a_long_text_is_read_to_its_end),
        cmocka_unit_test(a_detail_is_compared_whole),
    };
    return cmocka_run_group_tests_name("labelstudio", tests, NULL, NULL);
}
