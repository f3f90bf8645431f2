// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "cli/health_output.h"
#include "spec/reason.h"

// The words of the contract by class. A word more or less is a change of the contract.
static const char *const words[][80] = {
    [REASON_CLASS_FINE] = {"ok"},
    [REASON_CLASS_LOCAL] = {"token_missing",
                            "token_placeholder",
                            "token_comment",
                            "token_malformed",
                            "token_quoted",
                            "token_prefixed",
                            "token_too_long",
                            "jwt_refresh",
                            "jwt_access",
                            "jwt_other",
                            "jwt_truncated",
                            "jwt_broken",
                            "jwt_expired",
                            "token_conflict",
                            "secret_missing",
                            "secret_unreadable",
                            "secret_is_directory",
                            "secret_empty",
                            "secret_not_regular",
                            "secret_too_big",
                            "env_missing",
                            "env_unreadable",
                            "env_is_directory",
                            "env_not_regular",
                            "env_too_big",
                            "env_utf16",
                            "env_invalid",
                            "url_missing",
                            "url_invalid",
                            "header_file_invalid",
                            "ca_file_invalid",
                            "command_not_found",
                            "command_not_executable",
                            "launch_too_large",
                            "usage",
                            "wait_timeout",
                            "stopped",
                            "app_unreachable",
                            "app_status",
                            "start_failed",
                            "output_failed",
                            "file_changed",
                            "write_failed",
                            "checks_invalid",
                            "project_invalid",
                            "install_failed"},
    [REASON_CLASS_REFUSED] = {"no_organization", "legacy_disabled", "token_unknown", "jwt_as_token",
                              "header_lost", "jwt_disabled", "bearer_refused", "user_inactive",
                              "user_deleted", "pat_expired", "pat_invalid", "pat_revoked",
                              "access_as_pat", "pat_missing", "unauthorized", "forbidden",
                              "login_failed", "enable_refused"},
    [REASON_CLASS_UNCLEAR] = {"no_pat_support",   "host_rejected",    "https_needed",
                              "header_too_large", "proxy_auth",       "proxy_failed",
                              "proxy_denied",     "redirected",       "not_found",
                              "bad_reply",        "not_label_studio", "rate_limited",
                              "server_error",     "name_unresolved",  "connection_refused",
                              "unreachable",      "connection_reset", "timeout",
                              "tls_untrusted",    "tls_expired",      "tls_wrong_host",
                              "tls_failed"},
};

static bool is_listed(enum reason_class class, const char *word)
{
    for (size_t i = 0; words[class][i]; i++)
        if (strcmp(words[class][i], word) == 0)
            return true;
    return false;
}

static void every_row_has_a_word_of_its_class(void **state)
{
    (void)state;
    for (int i = 0; i < REASON_COUNT; i++) {
        enum reason reason = (enum reason)i;
        if (!is_listed(reason_class(reason), reason_word(reason)))
            fail_msg("%s is no word of the class %s", reason_word(reason),
                     reason_class_name(reason_class(reason)));
    }
}

static void every_word_has_a_row(void **state)
{
    (void)state;
    for (int class = REASON_CLASS_FINE; class <= REASON_CLASS_UNCLEAR; class ++)
        for (size_t i = 0; words[class][i]; i++) {
            int found = 0;
            for (int reason = 0; reason < REASON_COUNT; reason++)
                found += strcmp(reason_word((enum reason)reason), words[class][i]) == 0;
            if (found == 0)
                fail_msg("no row for %s", words[class][i]);
        }
}

static struct finding typical(enum reason reason)
{
    struct finding finding;
    finding_set(&finding, reason, "http://label-studio:8080", "LABEL_STUDIO_API_TOKEN, .env line 3",
                "connection closed");
    return finding;
}

static struct finding example(enum reason reason)
{
    struct finding finding;
    finding_example(&finding, reason);
    return finding;
}

static size_t count(const char *text, const char *piece)
{
    size_t found = 0;
    for (; (text = strstr(text, piece)) != NULL; text += strlen(piece))
        found++;
    return found;
}

// With what usually fills its slots no sentence is longer than 200 characters, and no step is.
static void sentences_and_steps_are_short(void **state)
{
    (void)state;
    for (int i = 0; i < REASON_COUNT; i++) {
        char bytes[1024], remedy_bytes[2048];
        struct finding finding = example((enum reason)i);
        struct text sentence = text_over(bytes, sizeof bytes);
        finding_add_sentence(&finding, &sentence);
        if (sentence.len > 200)
            fail_msg("%s: %zu bytes: %s", reason_word((enum reason)i), sentence.len, bytes);
        struct text remedy = text_over(remedy_bytes, sizeof remedy_bytes);
        finding_add_remedy(&finding, &remedy);
        assert_false(remedy.cut);
        for (char *step = strtok(remedy_bytes, ";"); step != NULL; step = strtok(NULL, ";")) {
            if (strlen(step) > 200)
                fail_msg("%s: %zu bytes: %s", reason_word((enum reason)i), strlen(step), step);
            if (count(step, "(") != count(step, ")")) // a step is said without the next
                fail_msg("%s: a step ends in brackets: %s", reason_word((enum reason)i), step);
        }
    }
}

// `health` says all in 500 bytes, since Podman keeps no more: the verdict, the first step and a
// note are whole; of the other steps only whole ones are said.
static void the_first_step_is_whole_beside_a_note(void **state)
{
    (void)state;
    char note[120];
    memset(note, 'n', sizeof note);
    note[sizeof note - 1] = '\0';
    note[113] = '\0';
    for (int i = 0; i < REASON_COUNT; i++) {
        char bytes[1024], first[1024], remedy[2048], sentence[1024];
        struct finding finding = example((enum reason)i);
        struct text step = text_over(first, sizeof first), all = text_over(remedy, sizeof remedy);
        struct text said = text_over(sentence, sizeof sentence);
        struct text out = text_over(bytes, sizeof bytes);
        finding_add_steps(&finding, 0, &step);
        finding_add_remedy(&finding, &all);
        finding_add_sentence(&finding, &said);
        struct verdict verdict = {.finding = &finding, .note = note};
        verdict_lines(&verdict, &out);
        assert_true(out.len <= VERDICT_MAX);
        assert_non_null(strstr(bytes, note));
        if (!strstr(bytes, first) || !strstr(bytes, sentence))
            fail_msg("%s is not whole (%zu + %zu): %s", reason_word((enum reason)i), said.len,
                     step.len, bytes);
        const char *to_do = strstr(bytes, "to do: ");
        if (step.len == 0)
            continue;
        assert_non_null(to_do);
        size_t len = strcspn(to_do + 7, "\n");
        assert_memory_equal(to_do + 7, remedy, len);
        if (remedy[len] != '\0' && strncmp(remedy + len, "; ", 2) != 0)
            fail_msg("%s: a step is cut: %s", reason_word((enum reason)i), bytes);
    }
}

// What real installations have: a long host name, a sub-path, a path of the file.
static void set_long(struct finding *finding, enum reason reason)
{
    finding_set(
        finding, reason,
        "https://annotation.machine-learning.internal.example-company.org:8443/label-studio/"
        "production/api/current-user/whoami",
        "ANNOTATION_LABEL_STUDIO_API_TOKEN (.env.production line 123 "
        "[/srv/deployments/annotation/production/.env.production])",
        "the server did not send its issuer \"Example Company Internal Issuing CA 2026 RSA "
        "4096\", which is not in /etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem either");
}

// Their slots give way, in the sentence and in the step; the words of the step stay.
static void so_it_is_with_long_names(void **state)
{
    (void)state;
    char note[114];
    memset(note, 'n', sizeof note);
    note[sizeof note - 1] = '\0';
    for (int i = 0; i < REASON_COUNT * APPLY_COUNT; i++) {
        char bytes[1024], first[1024];
        struct finding finding;
        struct text step = text_over(first, sizeof first), out = text_over(bytes, sizeof bytes);
        set_long(&finding, (enum reason)(i / APPLY_COUNT));
        finding.apply = (enum apply)(i % APPLY_COUNT);
        finding_add_steps(&finding, 0, &step);
        struct verdict verdict = {.finding = &finding, .note = note};
        verdict_lines(&verdict, &out);
        assert_true(out.len <= VERDICT_MAX);
        assert_non_null(strstr(bytes, note));
        if (!strstr(bytes, first))
            fail_msg("%s: its first step is cut (%zu): %s", reason_word(finding.reason), step.len,
                     bytes);
        assert_int_equal(count(bytes, "\n"), step.len > 0 ? 3 : 2);
    }
}

// Who changes the token or the address is told what brings it to the app.
static void a_change_is_brought_to_the_app(void **state)
{
    (void)state;
    static const enum reason others[] = {
        REASON_TOKEN_MISSING_INPUT,   // `token` reads the next one
        REASON_TOKEN_MISSING_ADDRESS, // the same
        REASON_TOKEN_MALFORMED_SEEN,  // nothing is wrong with the token
    };
    for (int i = 0; i < REASON_COUNT; i++) {
        enum reason reason = (enum reason)i;
        const char *remedy = reason_remedy_template(reason), *word = reason_word(reason);
        bool is_other = false;
        for (size_t k = 0; k < sizeof others / sizeof others[0]; k++)
            is_other = is_other || others[k] == reason;
        bool is_token = strncmp(word, "token_", 6) == 0 || strncmp(word, "jwt_", 4) == 0;
        bool is_unclear = reason_class(reason) == REASON_CLASS_UNCLEAR;
        if (reason_class(reason) == REASON_CLASS_LOCAL && is_token && !is_other &&
            !strstr(remedy, "{apply}") && !strstr(remedy, "docker compose up -d"))
            fail_msg("%s: %s", word, remedy);
        char copy[2048];
        snprintf(copy, sizeof copy, "%s", remedy);
        for (char *step = strtok(copy, ";"); step != NULL; step = strtok(NULL, ";")) {
            bool changes_url = is_unclear && strstr(step, "LABEL_STUDIO_URL") &&
                               !strstr(step, "check that"); // what comes of that is not known
            if (changes_url && !strstr(step, "{apply}") && !strstr(step, "docker compose up -d"))
                fail_msg("%s: %s", word, step);
            char *slot = strstr(step, "{apply}"), *part = strchr(step, '[');
            if (slot && part && part < slot && strchr(part, ']') > slot)
                fail_msg("%s: {apply} is no part that may be left out: %s", word, step);
        }
    }
}

static void what_brings_it_goes_by_the_place(void **state)
{
    (void)state;
    static const struct {
        enum apply apply;
        const char *remedy;
    } rows[] = {
        {APPLY_UP, "put it there, then docker compose up -d"},
        {APPLY_RESTART, "put it there, then docker compose restart SERVICE"},
        {APPLY_RECREATE, "put it there, then docker compose up -d --force-recreate SERVICE"},
        {APPLY_POD, "put it there, then kubectl rollout restart deployment/NAME"},
        {APPLY_AGAIN, "put it there, then start the app again"},
        {APPLY_NOTHING, "put it there"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char bytes[512];
        struct finding finding;
        struct text out = text_over(bytes, sizeof bytes);
        finding_set(&finding, REASON_PAT_REVOKED, NULL, "N", NULL);
        assert_int_equal(finding.apply, APPLY_UP);
        finding.apply = rows[i].apply;
        finding_add_remedy(&finding, &out);
        const char *end = strstr(bytes, "put it there");
        assert_non_null(end);
        assert_string_equal(end, rows[i].remedy);
    }
}

static void other_steps_come_where_there_is_room(void **state)
{
    (void)state;
    char bytes[1024];
    struct finding finding = example(REASON_CONNECTION_REFUSED);
    struct text out = text_over(bytes, sizeof bytes);
    struct verdict verdict = {.finding = &finding};
    verdict_lines(&verdict, &out);
    assert_non_null(strstr(bytes, "; or correct host and port of LABEL_STUDIO_URL, then"));
    finding_set(&finding, REASON_TOKEN_UNKNOWN, "http://label-studio:8080", "N (.env line 3)",
                NULL);
    out = text_over(bytes, sizeof bytes);
    verdict.first_step = "restart the app";
    verdict_lines(&verdict, &out);
    assert_non_null(strstr(bytes, "to do: restart the app; if it stays: copy the token again"));
}

// A verdict about a token names it.
static void verdicts_about_a_token_name_it(void **state)
{
    (void)state;
    for (int i = 0; i < REASON_COUNT; i++) {
        enum reason reason = (enum reason)i;
        bool is_of_token = strcmp(reason_word(reason), "login_failed") != 0 &&
                           reason != REASON_HEADER_LOST && reason != REASON_ENABLE_REFUSED;
        if (reason_class(reason) == REASON_CLASS_REFUSED && is_of_token &&
            !strstr(reason_sentence_template(reason), "{where}"))
            fail_msg("%s does not say which token", reason_word(reason));
    }
}

// `help reasons` shows it; what fills a slot that the sentence has not got would be lost.
static void every_slot_has_an_example(void **state)
{
    (void)state;
    static const char *const slots[] = {"{subject}", "{where}", "{detail}"};
    for (int i = 0; i < REASON_COUNT; i++) {
        enum reason reason = (enum reason)i;
        struct finding finding = example(reason);
        const char *const filled[] = {finding.subject, finding.where, finding.detail};
        const char *sentence = reason_sentence_template(reason);
        for (int slot = 0; slot < 3; slot++) {
            bool may_be_empty = reason_class(reason) == REASON_CLASS_FINE ||
                                count(sentence, "[") > 0 || reason == REASON_USAGE;
            if (strstr(sentence, slots[slot]) && filled[slot][0] == '\0' && !may_be_empty)
                fail_msg("%s has nothing for %s", sentence, slots[slot]);
        }
        if (finding.subject[0] == '\0' && finding.where[0] == '\0' && finding.detail[0] == '\0' &&
            reason != REASON_USAGE_NO_COMMAND)
            fail_msg("%s has no example", sentence);
    }
}

static void nothing_is_left_to_fill_in(void **state)
{
    (void)state;
    for (int i = 0; i < REASON_COUNT; i++) {
        char bytes[2048];
        struct finding finding = typical((enum reason)i);
        for (int round = 0; round < 2; round++) {
            struct text out = text_over(bytes, sizeof bytes);
            finding_add_sentence(&finding, &out);
            assert_true(out.len > 10);
            text_add(&out, "\n");
            size_t before = out.len;
            finding_add_remedy(&finding, &out);
            if (out.len == before && reason_class((enum reason)i) != REASON_CLASS_FINE)
                fail_msg("%s has no remedy", reason_word((enum reason)i));
            if (strpbrk(bytes, "{}") || strstr(bytes, "[ ") || (round == 0 && strstr(bytes, "  ")))
                fail_msg("%s: %s", reason_word((enum reason)i), bytes);
            finding.detail[0] = '\0';
        }
    }
}

// Two situations with one word are told apart by their sentences.
static void every_situation_has_its_own_words(void **state)
{
    (void)state;
    for (int a = 0; a < REASON_COUNT; a++)
        for (int b = 0; b < a; b++) {
            enum reason x = (enum reason)a;
            enum reason y = (enum reason)b;
            if (strcmp(reason_sentence_template(x), reason_sentence_template(y)) == 0 &&
                strcmp(reason_remedy_template(x), reason_remedy_template(y)) == 0)
                fail_msg("rows %d and %d (%s) say the same", b, a, reason_word(x));
        }
}

static void only_network_and_app_may_pass(void **state)
{
    (void)state;
    for (int i = 0; i < REASON_COUNT; i++) {
        enum reason reason = (enum reason)i;
        bool expected = reason_class(reason) == REASON_CLASS_UNCLEAR ||
                        reason == REASON_APP_UNREACHABLE || reason == REASON_APP_STATUS;
        assert_int_equal(reason_may_pass(reason), expected);
    }
    assert_false(reason_may_pass(REASON_LEGACY_DISABLED));
    assert_false(reason_may_pass(REASON_TOKEN_MISSING));
}

static const struct {
    enum reason reason;
    const char *sentence, *remedy; // a piece that must be there, or NULL
} promises[] = {
    {REASON_JWT_REFRESH, "Personal Access Token", "set LABELGATE_JWT=trade"},
    {REASON_JWT_REFRESH, NULL, "needs legacy tokens switched on"},
    {REASON_JWT_AS_TOKEN, NULL, "needs legacy tokens switched on"},
    {REASON_JWT_REFRESH, "must be exchanged before use", "Account & Settings > Legacy Tokens"},
    {REASON_JWT_REFRESH, NULL, "only if the app exchanges it itself"},
    {REASON_JWT_ACCESS, NULL, "put a legacy token there"},
    {REASON_JWT_OTHER, NULL, "LABELGATE_JWT=trade"},
    {REASON_JWT_TRUNCATED, "without its signature", "shown once"},
    {REASON_JWT_BROKEN, NULL, "copy it again as a whole"},
    {REASON_CONNECTION_REFUSED_LOCALHOST, "this container", "the service's name"},
    {REASON_CONNECTION_REFUSED_ON_HOST, "on this machine", "docker compose ps"},
    {REASON_TIMEOUT, "did not answer", "database"},
    {REASON_TIMEOUT_CONNECTING, "no connection", "firewall"},
    {REASON_TIMEOUT_HANDSHAKE, "TLS handshake", "write http://"},
    {REASON_TIMEOUT_PROXY, "the proxy in between did not answer", "the proxy's address"},
    {REASON_TIMEOUT_TUNNEL, "the proxy did not open a tunnel", "NO_PROXY"},
    {REASON_TIMEOUT_RESOLVING, "name server", "/etc/resolv.conf"},
    {REASON_TIMEOUT_RESOLVING, NULL, "Docker (127.0.0.11"},
    {REASON_TIMEOUT_RESOLVING_SERVICE, "name server", "start that service"},
    {REASON_NAME_UNRESOLVED_SILENT_SERVICE, "could not be looked up", "start that service"},
    {REASON_NAME_UNRESOLVED_ON_HOST, "was not found", "on this host use --url"},
    {REASON_SERVER_ERROR_OWN, "Label Studio's own", "database"},
    {REASON_SERVER_ERROR_PROXY, "a proxy", "see whether Label Studio runs"},
    {REASON_SERVER_ERROR_LATE, "did not answer in time", "database"},
    {REASON_SERVER_ERROR_CLOSED, "closed for now", "wait until"},
    {REASON_NOT_FOUND_ROUTE, "no route", "see whether Label Studio runs"},
    {REASON_NOT_FOUND_GO, "no route", "if a proxy (Traefik), whether Label Studio runs"},
    {REASON_NOT_FOUND_PROXY, "is not Label Studio's", "sub-path"},
    {REASON_PROXY_AUTH, "wants a login of its own", "for the app too"},
    {REASON_PROXY_AUTH, NULL, "LABELGATE_HEADER_FILE (\"Name: value\" a line)"},
    {REASON_PROXY_AUTH_BARE, NULL, "LABELGATE_HEADER_FILE (\"Name: value\" a line)"},
    {REASON_REDIRECTED, NULL, "LABELGATE_HEADER_FILE (\"Name: value\" a line)"},
    {REASON_PROXY_AUTH, NULL, "put Label Studio's own address into LABEL_STUDIO_URL"},
    {REASON_PROXY_DENIED, "which is not Label Studio's", "for the app too"},
    {REASON_PROXY_UNUSABLE, "was not asked", "the app keeps"},
    {REASON_PAT_MISSING, "found no token to exchange", "pass on the body"},
    {REASON_BEARER_REFUSED, "LABEL_STUDIO_API_TOKEN", NULL},
    {REASON_TOKEN_MALFORMED_SEEN, "cannot read the Authorization header", "pass that header on"},
    {REASON_TOKEN_CARRIAGE_RETURN, NULL, "LF line ends"},
    {REASON_COMMAND_INTERPRETER_CR, "interpreter", "LF line ends"},
    {REASON_TLS_UNTRUSTED_DEFAULT, "for another name", "a certificate for this host name"},
    {REASON_TLS_EXPIRED_EARLY, "not valid yet", "set the clock"},
    {REASON_TLS_EXPIRED, "not valid at this time", "renew"},
    {REASON_TOKEN_UNKNOWN, NULL, "if there is no page Legacy Tokens, switch legacy tokens on"},
    {REASON_TOKEN_QUOTED, NULL, "docker compose up -d"},
    {REASON_NAME_UNRESOLVED_SERVICE, NULL, "a stopped one has no name"},
    {REASON_TLS_UNTRUSTED_CHAIN, "does not lead to a known CA", "send the whole chain"},
    {REASON_TOKEN_COMMENTED_OUT, "begins with #", "remove the #"},
    {REASON_TOKEN_UNKNOWN, "it was never issued there, was reset, or its user was deleted", NULL},
    {REASON_LOGIN_NOT_ASKED, "no login was tried", "LABEL_STUDIO_USERNAME"},
    {REASON_CONNECTION_REFUSED_LOCALHOST, NULL, "http://label-studio:8080"},
    {REASON_CONNECTION_REFUSED_LOCALHOST, NULL, "host.docker.internal"},
    {REASON_HOST_REJECTED_UNDERSCORE, "underscore", "alias"},
    {REASON_HOST_REJECTED_UNDERSCORE, "400", "label-studio"},
    {REASON_ENV_IS_DIRECTORY, "its source was missing when the container was created",
     "create the file in its place"},
    {REASON_SECRET_IS_DIRECTORY, "its source was missing when the container was created",
     "recreate"},
    {REASON_ENV_UTF16, "UTF-16", "(Get-Content FILE) | Set-Content -Encoding utf8 FILE"},
    {REASON_ENV_UTF16_FROM, "UTF-16 from", "type them anew"},
    {REASON_ENV_INVALID_HEREDOC, "shell", "delete the first line"},
    {REASON_URL_MISSING_HOST_SET, "LABEL_STUDIO_HOST", "LABEL_STUDIO_URL"},
    {REASON_LEGACY_DISABLED, "is right", "Organization > Access Token Settings"},
    {REASON_USAGE_SHELL_WORDS, NULL, "test: [\"CMD\", \"/labelgate\", \"health\"] in Compose"},
    {REASON_USAGE_NO_COMMAND, "the command to start is missing", "CMD"},
    {REASON_TLS_UNTRUSTED_SELF_SIGNED, "self-signed", "openssl s_client -connect"},
    {REASON_TLS_UNTRUSTED, NULL, "a file with the system's CAs and this one"},
    {REASON_TOKEN_LINE_END, NULL, "a block with | keeps it"},
    {REASON_COMMAND_OPTION, "looks like an option", "docker image inspect"},
    {REASON_LOGIN_CSRF, "CSRF", "ask Label Studio directly (--url"},
    {REASON_TOKEN_CONFLICT, "are both set", "so that the file counts"},
    {REASON_USAGE_SHELL_WORDS, "not run by a shell", "[\"/labelgate\", \"health\"]"},
    {REASON_TLS_UNTRUSTED, NULL, "LABELGATE_CA_FILE, and for a Python app"},
    {REASON_REDIRECTED, "redirects to", NULL},
    {REASON_STOPPED, "before the app was started", NULL},
    {REASON_STOPPED_WAITING, "while waiting", NULL},
};

static void promised_words_are_there(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof promises / sizeof promises[0]; i++) {
        char bytes[2048];
        struct finding finding = typical(promises[i].reason);
        struct text out = text_over(bytes, sizeof bytes);
        finding_add_sentence(&finding, &out);
        if (promises[i].sentence && !strstr(bytes, promises[i].sentence))
            fail_msg("\"%s\" is not in: %s", promises[i].sentence, bytes);
        out = text_over(bytes, sizeof bytes);
        finding_add_remedy(&finding, &out);
        if (promises[i].remedy && !strstr(bytes, promises[i].remedy))
            fail_msg("\"%s\" is not in: %s", promises[i].remedy, bytes);
    }
}

static void the_secrets_have_five_sentences(void **state)
{
    (void)state;
    static const struct {
        enum reason reason;
        const char *sentence;
    } rows[] = {
        {REASON_SECRET_IS_DIRECTORY,
         "/run/secrets/t, named by N_FILE, is a directory: its source was missing when the "
         "container was created"},
        {REASON_SECRET_MISSING, "/run/secrets/t, named by N_FILE, does not exist"},
        {REASON_SECRET_UNREADABLE,
         "/run/secrets/t, named by N_FILE, cannot be read: permission denied for uid 65534"},
        {REASON_SECRET_EMPTY, "/run/secrets/t, named by N_FILE, is empty"},
        {REASON_SECRET_NOT_REGULAR, "/run/secrets/t, named by N_FILE, is not a regular file"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char bytes[512];
        struct finding finding;
        struct text out = text_over(bytes, sizeof bytes);
        finding_set(&finding, rows[i].reason, "N_FILE", "/run/secrets/t",
                    "permission denied for uid 65534");
        finding_add_sentence(&finding, &out);
        assert_string_equal(bytes, rows[i].sentence);
    }
}

// A verdict that becomes another one keeps its address.
static void a_finding_may_be_made_of_its_own_slots(void **state)
{
    (void)state;
    struct finding finding;
    finding_set(&finding, REASON_FORBIDDEN, "http://a", "NAME", "no");
    finding_set(&finding, REASON_ENABLE_REFUSED, finding.detail, finding.subject, finding.where);
    assert_int_equal(finding.reason, REASON_ENABLE_REFUSED);
    assert_string_equal(finding.subject, "no");
    assert_string_equal(finding.where, "http://a");
    assert_string_equal(finding.detail, "NAME");
}

static void empty_slots_take_their_words_along(void **state)
{
    (void)state;
    char bytes[512];
    struct finding finding;
    struct text out = text_over(bytes, sizeof bytes);
    finding_set(&finding, REASON_ENV_UNREADABLE, ".env", NULL, NULL);
    finding_add_sentence(&finding, &out);
    assert_string_equal(bytes, ".env cannot be read");
    finding_set(&finding, REASON_ENV_UNREADABLE, ".env", "",
                "{subject}[x]"); // a slot is never a template
    out = text_over(bytes, sizeof bytes);
    finding_add_sentence(&finding, &out);
    assert_string_equal(bytes, ".env cannot be read: {subject}[x]");
}

static void slots_are_made_visible_and_shortened(void **state)
{
    (void)state;
    char longer[2000];
    struct finding finding;
    memset(longer, 'a', sizeof longer);
    longer[sizeof longer - 1] = '\0';
    finding_set(&finding, REASON_NOT_FOUND, longer, "x", "a\nb\x1B[2J");
    assert_int_equal(strlen(finding.subject), FINDING_SLOT - 1);
    assert_non_null(strstr(finding.subject, "..."));
    assert_string_equal(finding.detail, "a\\nb\\x1B[2J");
}

// The words stay, the address gives way.
static void findings_are_compared_by_what_they_say(void **state)
{
    (void)state;
    struct finding one, other;
    memset(&one, 1, sizeof one);
    memset(&other, 2, sizeof other);
    finding_set(&one, REASON_ENV_INVALID, ".env", "line 3", "a quote");
    finding_set(&other, REASON_ENV_INVALID, ".env", "line 3", "a quote");
    assert_true(finding_equal(&one, &other));
    finding_set(&other, REASON_ENV_INVALID, ".env", "line 4", "a quote");
    assert_false(finding_equal(&one, &other));
    finding_set(&other, REASON_ENV_INVALID_HEREDOC, ".env", "line 3", "a quote");
    assert_false(finding_equal(&one, &other));
}

static void a_narrow_text_shortens_the_slots(void **state)
{
    (void)state;
    char address[400];
    memset(address, 'a', sizeof address);
    address[sizeof address - 1] = '\0';
    memcpy(address, "http://", 7);
    for (int i = 0; i < REASON_COUNT; i++) {
        char bytes[240];
        struct finding finding;
        struct text out = text_over(bytes, sizeof bytes);
        finding_set(&finding, (enum reason)i, address, address, address);
        finding_add_sentence(&finding, &out);
        if (out.cut)
            fail_msg("%s: %s", reason_word((enum reason)i), bytes);
        out = text_over(bytes, sizeof bytes);
        finding_add_steps(&finding, 0, &out);
        if (out.len > 180)
            fail_msg("%s: %s", reason_word((enum reason)i), bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_has_a_word_of_its_class),
        cmocka_unit_test(every_word_has_a_row),
        cmocka_unit_test(sentences_and_steps_are_short),
        cmocka_unit_test(the_first_step_is_whole_beside_a_note),
        cmocka_unit_test(so_it_is_with_long_names),
        cmocka_unit_test(a_change_is_brought_to_the_app),
        cmocka_unit_test(what_brings_it_goes_by_the_place),
        cmocka_unit_test(other_steps_come_where_there_is_room),
        cmocka_unit_test(verdicts_about_a_token_name_it),
        cmocka_unit_test(every_slot_has_an_example),
        cmocka_unit_test(nothing_is_left_to_fill_in),
        cmocka_unit_test(every_situation_has_its_own_words),
        cmocka_unit_test(only_network_and_app_may_pass),
        cmocka_unit_test(promised_words_are_there),
        cmocka_unit_test(the_secrets_have_five_sentences),
        cmocka_unit_test(a_finding_may_be_made_of_its_own_slots),
        cmocka_unit_test(empty_slots_take_their_words_along),
        cmocka_unit_test(slots_are_made_visible_and_shortened),
        cmocka_unit_test(findings_are_compared_by_what_they_say),
        cmocka_unit_test(a_narrow_text_shortens_the_slots),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
