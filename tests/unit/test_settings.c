// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/options_parse.h"
#include "settings/settings.h"
#include "settings/show.h"

#define LEGACY "00112233445566778899aabbccddeeff00112233"
#define OTHER "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0"
// The guide's token with another jti and signature.
#define PAT                                                                                        \
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."                                                        \
    "eyJ0b2tlbl90eXBlIjoicmVmcmVzaCIsImV4cCI6ODA3NjY3OTcyMywiaWF0IjoxNzY5NDc5NzIzLCJqdGkiOiIwMDAw" \
    "MD"                                                                                           \
    "AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMiIsInVzZXJfaWQiOiIxIn0."                                   \
    "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"
#define LIST(...) ((char *[]){__VA_ARGS__, NULL})
#define NONE ((char *[]){NULL})

// ---- A directory of its own, options and an environment for each test ---------------------------

static struct options options;
static struct envlist environment;
static struct settings settings;
static char directory[] = "/tmp/labelgate-settings-XXXXXX";

static void make_as(enum verb verb, char *const *words, char *const *envp)
{
    char *argv[32] = {"labelgate", "verb"};
    int argc = 2;
    struct finding finding = {0};
    while (words[argc - 2]) {
        argv[argc] = words[argc - 2];
        argc++;
    }
    settings_free(&settings);
    envlist_free(&environment);
    options_free(&options);
    if (!options_parse(&options, verb, argc, argv, 2, &finding))
        fail_msg("%s", finding.detail);
    assert_true(envlist_make(&environment, envp));
    settings_make(&settings, verb, &options, &environment);
}

// Options and environment are views: they must live as long as the settings.
static void make(char *const *words, char *const *envp)
{
    make_as(VERB_RUN, words, envp);
}

static void write_bytes(const char *path, const void *bytes, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), (ssize_t)len);
    close(fd);
}

static void write_file(const char *path, const char *text)
{
    write_bytes(path, text, strlen(text));
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status;
    (void)type;
    return walk->level > 0 ? remove(path) : 0;
}

static int enter(void **state)
{
    (void)state;
    return mkdtemp(directory) && chdir(directory) == 0 ? 0 : -1;
}

static int leave(void **state)
{
    (void)state;
    return chdir("/") == 0 && rmdir(directory) == 0 ? 0 : -1;
}

static int clean(void **state)
{
    (void)state;
    settings_free(&settings);
    envlist_free(&environment);
    return nftw(directory, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

// ---- What is asserted ---------------------------------------------------------------------------

static void assert_nothing_refused(void)
{
    if (settings.refusal_count > 0)
        fail_msg("%s: %s", reason_word(settings.refusals[0].finding.reason),
                 settings.refusals[0].finding.detail);
}

static const struct finding *first_refusal(enum settings_stage stage, enum reason reason)
{
    assert_true(settings.refusal_count > 0);
    assert_string_equal(reason_word(settings.refusals[0].finding.reason), reason_word(reason));
    assert_int_equal(settings.refusals[0].finding.reason, reason);
    assert_int_equal(settings.refusals[0].stage, stage);
    return &settings.refusals[0].finding;
}

static void assert_usage(const char *detail)
{
    // The command line is called wrongly, a variable is a finding.
    enum settings_stage stage = detail[0] == '-' ? STAGE_OPTIONS : STAGE_SETTINGS;
    enum reason reason = strstr(detail, " takes ") ? REASON_USAGE_VALUE : REASON_USAGE;
    assert_string_equal(first_refusal(stage, reason)->detail, detail);
    assert_int_equal(settings.refusal_count, 1);
}

static void assert_warning(const char *sentence)
{
    assert_int_equal(settings.warning_count, 1);
    assert_string_equal(settings.warnings[0].detail, sentence);
}

static void assert_token(const char *name, const char *text, const char *place)
{
    char words[FINDING_SLOT];
    assert_non_null(settings.token.used.name);
    assert_string_equal(settings.token.used.name, name);
    assert_true(span_is(settings.token.used.text, text));
    origin_text(&settings.token.used.origin, words, sizeof words);
    assert_string_equal(words, place);
}

static void assert_app(char *const *expected)
{
    struct envlist app;
    assert_true(settings_app_environment(&settings, &environment, (struct span){0}, &app));
    for (size_t i = 0; i < app.count || expected[i]; i++) {
        if (i == app.count || !expected[i])
            fail_msg("%s or %s is missing", i < app.count ? app.items[i] : "-",
                     expected[i] ? expected[i] : "-");
        assert_string_equal(app.items[i], expected[i]);
    }
    envlist_free(&app);
}

// ---- Precedence ---------------------------------------------------------------------------------

static void defaults_are_those_of_the_contract(void **state)
{
    (void)state;
    make(NONE, NONE);
    assert_nothing_refused();
    assert_int_equal(settings.log, SAY_WARN);
    assert_int_equal(settings.load, LOAD_TOKEN);
    assert_int_equal(settings.token.jwt, JWT_REJECT);
    assert_int_equal(settings.limits.timeout_ms, 5000);
    assert_int_equal(settings.launch.grace_ms, 5000);
    assert_int_equal(settings.launch.on_refusal, REFUSAL_EXIT);
    assert_false(settings.limits.wait || settings.launch.group || settings.token.none ||
                 settings.unreachable == UNREACHABLE_HEALTHY);
    assert_null(settings.reach.url);
    assert_null(settings.token.used.name);
    assert_int_equal(settings.token.name_count, 3);
    assert_int_equal(settings.file_count, 1);
    assert_false(settings.files[0].present);
    for (unsigned i = 1; i < sizeof settings.launch.signal_map; i++)
        assert_int_equal(settings.launch.signal_map[i], i);
}

static void option_beats_environment_beats_file(void **state)
{
    (void)state;
    write_file(".env", "LABELGATE_GRACE=3s\nLABEL_STUDIO_URL=http://file\n");
    make(NONE, NONE);
    assert_int_equal(settings.launch.grace_ms, 3000);
    assert_string_equal(settings.reach.url, "http://file");
    assert_int_equal(settings.origins[OPTION_GRACE].kind, ORIGIN_FILE);
    assert_int_equal(settings.origins[OPTION_GRACE].line, 1);
    make(NONE, LIST("LABELGATE_GRACE=2s", "LABEL_STUDIO_URL=http://env/"));
    assert_int_equal(settings.launch.grace_ms, 2000);
    assert_string_equal(settings.reach.url, "http://env");
    assert_int_equal(settings.origins[OPTION_GRACE].kind, ORIGIN_ENVIRONMENT);
    make(LIST("--grace", "1s", "--url=http://option"),
         LIST("LABELGATE_GRACE=2s", "LABEL_STUDIO_URL=http://env"));
    assert_int_equal(settings.launch.grace_ms, 1000);
    assert_string_equal(settings.reach.url, "http://option");
    assert_int_equal(settings.origins[OPTION_GRACE].kind, ORIGIN_OPTION);
}

static void empty_counts_as_not_set(void **state)
{
    (void)state;
    write_file(".env", "LABELGATE_GRACE=3s\nLABEL_STUDIO_API_TOKEN=" LEGACY "\nLABELGATE_JWT=\n");
    make(NONE, LIST("LABELGATE_GRACE=", "LABEL_STUDIO_API_TOKEN=", "LABELGATE_ENV_FILE=",
                    "LABELGATE_LOAD=", "LABELGATE_TOKEN_VAR=", "LABELGATE_JWT=", "LABELGATE_LOG=",
                    "LABELGATE_GROUP=", "LABEL_STUDIO_URL=", "LABEL_STUDIO_API_TOKEN_FILE="));
    assert_nothing_refused();
    assert_int_equal(settings.launch.grace_ms, 3000);
    assert_token("LABEL_STUDIO_API_TOKEN", LEGACY, ".env line 2");
}

static void a_second_variable_comes_after_the_first(void **state)
{
    (void)state;
    make(NONE, LIST("SSL_CERT_FILE=/ssl"));
    assert_string_equal(settings.reach.ca_file, "/ssl");
    make(NONE, LIST("SSL_CERT_FILE=/ssl", "LABELGATE_CA_FILE=/own"));
    assert_string_equal(settings.reach.ca_file, "/own");
    write_file(".env", "LABELGATE_CA_FILE=/file\n");
    make(NONE, LIST("SSL_CERT_FILE=/ssl"));
    assert_string_equal(settings.reach.ca_file, "/file");
}

static void assert_shown(enum option_id id, struct span word)
{
    char buffer[64], wanted[64];
    struct text shown = text_over(buffer, sizeof buffer);
    settings_show(&settings, id, &shown);
    snprintf(wanted, sizeof wanted, "%.*s", (int)word.len, word.text);
    assert_string_equal(buffer, wanted);
}

// A word that help and completion name is accepted and shown again; what begins like one is not.
static void each_word_of_a_row_is_accepted_and_shown(void **state)
{
    unsigned words = 0;
    (void)state;
    for (enum option_id id = 0; id < OPTION_COUNT; id++) {
        struct span word;
        assert_int_equal(option_row(id)->kind == VALUE_WORD, option_row(id)->words != NULL);
        for (unsigned i = 0; option_row(id)->words && (word = option_word(id, i)).len > 0; i++) {
            char variable[64];
            snprintf(variable, sizeof variable, "%s=%.*s", option_row(id)->variable, (int)word.len,
                     word.text);
            make_as(VERB_CHECK, NONE, LIST(variable));
            assert_nothing_refused();
            assert_shown(id, word);
            variable[strlen(variable) - 1] = '\0';
            make_as(VERB_CHECK, NONE, LIST(variable));
            assert_int_equal(settings.refusal_count, 1);
            words++;
        }
    }
    assert_int_equal(words, 3 + 3 + 2 + 2 + 4);
    make(NONE, LIST("LABELGATE_LOAD=missing", "LABELGATE_JWT=accept", "LABELGATE_ON_REFUSAL=hold"));
    assert_int_equal(settings.load, LOAD_MISSING);
    assert_int_equal(settings.token.jwt, JWT_ACCEPT);
    assert_int_equal(settings.launch.on_refusal, REFUSAL_HOLD);
    make(NONE, LIST("LABELGATE_LOAD=every"));
    assert_usage("LABELGATE_LOAD (environment) takes token, missing or all, not \"every\"");
}

static void verbosity_is_counted_or_named(void **state)
{
    (void)state;
    make(LIST("-v"), LIST("LABELGATE_LOG=error"));
    assert_int_equal(settings.log, SAY_INFO);
    make(LIST("-vv"), NONE);
    assert_int_equal(settings.log, SAY_DEBUG);
    make(LIST("-v", "-v", "-v"), NONE);
    assert_int_equal(settings.log, SAY_DEBUG);
    make(NONE, LIST("LABELGATE_LOG=debug"));
    assert_int_equal(settings.log, SAY_DEBUG);
    make(NONE, LIST("LABELGATE_LOG=loud"));
    assert_usage("LABELGATE_LOG (environment) takes error, warn, info or debug, not \"loud\"");
}

static void with_load_all_the_file_is_first(void **state)
{
    (void)state;
    write_file(".env", "LABEL_STUDIO_URL=http://file\nLABEL_STUDIO_API_TOKEN=" LEGACY
                       "\nLABELGATE_GRACE=9s\n");
    make(LIST("--load", "all"), LIST("LABEL_STUDIO_URL=http://env", "LABELGATE_GRACE=2s",
                                     "LABEL_STUDIO_API_TOKEN=" OTHER));
    assert_nothing_refused();
    assert_string_equal(settings.reach.url, "http://file");
    assert_token("LABEL_STUDIO_API_TOKEN", LEGACY, ".env line 2");
    assert_int_equal(settings.launch.grace_ms, 2000); // only those two names
}

// Contract: for each name the file, the environment, NAME_FILE. A name later in the list never
// passes one before it, wherever it stands.
static void with_load_all_the_file_is_first_of_each_name(void **state)
{
    (void)state;
    write_file("secret", LEGACY "\n");
    write_file(".env", "SECOND=" LEGACY "\n");
    make(LIST("--load=all", "--token-var=FIRST", "--token-var=SECOND"),
         LIST("FIRST=" OTHER, "SECOND=" OTHER));
    assert_nothing_refused();
    assert_token("FIRST", OTHER, "environment");
    make(LIST("--load=all", "--token-var=FIRST", "--token-var=SECOND"), LIST("FIRST_FILE=secret"));
    assert_token("FIRST", LEGACY, "secret");
    write_file(".env", "FIRST=" LEGACY "\n");
    make(LIST("--load=all", "--token-var=FIRST"), LIST("FIRST_FILE=nowhere"));
    assert_nothing_refused();
    assert_token("FIRST", LEGACY, ".env line 1");
}

// ---- Values -------------------------------------------------------------------------------------

#define DURATION "takes a duration such as 500ms, 5s, 2m or 1m30s"

static void durations_are_not_guessed(void **state)
{
    (void)state;
    static const char *const wrong[] = {"abc", "-1", "1.5s", "5 s",  " 5s",  "5S",
                                        "1s1", "s",  "1d",   "5s5m", "1m1m", "+3"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char variable[64], detail[FINDING_SLOT];
        snprintf(variable, sizeof variable, "LABELGATE_TIMEOUT=%s", wrong[i]);
        make(NONE, LIST(variable));
        snprintf(detail, sizeof detail, "LABELGATE_TIMEOUT (environment) " DURATION ", not \"%s\"",
                 wrong[i]);
        assert_usage(detail);
    }
    make(NONE, LIST("LABELGATE_TIMEOUT=18446744073709551617"));
    assert_usage("LABELGATE_TIMEOUT (environment) " DURATION ", not \"18446744073709551617\"");
    make(NONE, LIST("LABELGATE_TIMEOUT=1m30s"));
    assert_int_equal(settings.limits.timeout_ms, 90000);
}

static void zero_is_for_wait_and_grace_alone(void **state)
{
    (void)state;
    make(LIST("--wait", "0", "--grace", "0s"), NONE);
    assert_nothing_refused();
    assert_true(settings.limits.wait);
    assert_int_equal(settings.limits.wait_ms, 0);
    assert_int_equal(settings.launch.grace_ms, 0);
    make(LIST("--timeout", "0"), NONE);
    assert_usage("--timeout " DURATION ", longer than zero, not \"0\"");
}

static void switches_take_four_words_each(void **state)
{
    (void)state;
    static const char *const on[] = {"1", "true", "yes", "on"};
    static const char *const off[] = {"0", "false", "no", "off"};
    static const char *const wrong[] = {"2", "y", "True", "enabled", " 1", "01"};
    char variable[64];
    for (size_t i = 0; i < 4; i++) {
        snprintf(variable, sizeof variable, "LABELGATE_GROUP=%s", on[i]);
        make(NONE, LIST(variable));
        assert_nothing_refused();
        assert_true(settings.launch.group);
        snprintf(variable, sizeof variable, "LABELGATE_GROUP=%s", off[i]);
        make(NONE, LIST(variable));
        assert_nothing_refused();
        assert_false(settings.launch.group);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        snprintf(variable, sizeof variable, "LABELGATE_GROUP=%s", wrong[i]);
        make(NONE, LIST(variable));
        first_refusal(STAGE_SETTINGS, REASON_USAGE_VALUE);
    }
    make(LIST("--group", "--no-token"), LIST("LABELGATE_GROUP=0"));
    assert_true(settings.launch.group && settings.token.none);
}

static void choices_take_their_words(void **state)
{
    (void)state;
    make(LIST("--load", "missing", "--jwt", "trade", "--on-refusal", "hold"), NONE);
    assert_nothing_refused();
    assert_int_equal(settings.load, LOAD_MISSING);
    assert_int_equal(settings.token.jwt, JWT_TRADE);
    assert_int_equal(settings.launch.on_refusal, REFUSAL_HOLD);
    make(LIST("--load", "everything"), NONE);
    assert_usage("--load takes token, missing or all, not \"everything\"");
    make(NONE, LIST("LABELGATE_JWT=Accept"));
    assert_usage("LABELGATE_JWT (environment) takes reject, trade or accept, not \"Accept\"");
    make_as(VERB_HEALTH, LIST("--unreachable", "healthy"), NONE);
    assert_int_equal(settings.unreachable, UNREACHABLE_HEALTHY);
    make_as(VERB_HEALTH, NONE, LIST("LABELGATE_UNREACHABLE=no"));
    assert_usage("LABELGATE_UNREACHABLE (environment) takes unhealthy or healthy, not \"no\"");
}

static void enable_legacy_goes_with_trade(void **state)
{
    (void)state;
    make(LIST("--enable-legacy", "--jwt", "trade"), NONE);
    assert_nothing_refused();
    assert_true(settings.token.enable_legacy);
    make(LIST("--enable-legacy"), LIST("LABELGATE_JWT=accept"));
    assert_usage("--enable-legacy needs --jwt trade");
    make_as(VERB_TOKEN, LIST("--enable-legacy"), NONE);
    assert_nothing_refused();
}

// A value of the file is not shown, nor one that is long enough to be a token.
static void no_secret_is_quoted_back(void **state)
{
    (void)state;
    make(NONE, LIST("LABELGATE_JWT=" LEGACY));
    assert_usage("LABELGATE_JWT (environment) takes reject, trade or accept");
    write_file(".env", "\nLABELGATE_GRACE=12345x\n");
    make(NONE, NONE);
    assert_usage("LABELGATE_GRACE (.env line 2) " DURATION);
}

static void a_verb_judges_its_own_settings(void **state)
{
    (void)state;
    make_as(VERB_HEALTH, NONE, LIST("LABELGATE_GRACE=x"));
    assert_nothing_refused();
    make_as(VERB_CHECK, NONE, LIST("LABELGATE_GRACE=x"));
    first_refusal(STAGE_SETTINGS, REASON_USAGE_VALUE);
}

static void signals_are_mapped(void **state)
{
    (void)state;
    make(LIST("--signal", "TERM:QUIT", "--signal=SIGHUP:0", "--signal", "usr1:RTMIN+3",
              "--signal=RTMIN:2", "--signal", "RTMAX-1:SIGKILL", "--signal", "2:3"),
         NONE);
    assert_nothing_refused();
    assert_int_equal(settings.launch.signal_map[SIGTERM], SIGQUIT);
    assert_int_equal(settings.launch.signal_map[SIGHUP], 0);
    assert_int_equal(settings.launch.signal_map[SIGUSR1], 37);
    assert_int_equal(settings.launch.signal_map[34], 2);
    assert_int_equal(settings.launch.signal_map[63], SIGKILL);
    assert_int_equal(settings.launch.signal_map[2], 3);
    assert_int_equal(settings.launch.signal_map[SIGQUIT], SIGQUIT);
}

static void wrong_signals_are_refused(void **state)
{
    (void)state;
    static char *const wrong[] = {
        "TERM",     "TERM:",   ":TERM",       "TERM:FOO",   "0:TERM",    "32:TERM",
        "TERM:64",  "TERM:99", "TERM:-1",     "RTMIN+31:1", "RTMAX+1:1", "RTMIN-1:1",
        "TERM:1:2", "TERM:00", "SIGSIGHUP:1", "RTMIN+3x:1", "1 :2",      "RTMIN+999:1"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        make(LIST("--signal", wrong[i]), NONE);
        first_refusal(STAGE_OPTIONS, REASON_USAGE_VALUE);
    }
    make(LIST("--signal", "KILL:TERM"), NONE);
    assert_usage("--signal takes a FROM other than KILL and STOP, which no program can catch, "
                 "not \"KILL:TERM\"");
    make(LIST("--signal", "TERM:INT", "--signal", "15:QUIT"), NONE);
    assert_usage("--signal takes each FROM once, not \"15:QUIT\"");
    make(LIST("--signal", "TERM:TERM", "--signal", "TERM:INT"), NONE);
    assert_usage("--signal takes each FROM once, not \"TERM:INT\"");
    make(LIST("--signal", "RTMAX:RTMAX", "--signal", "RTMAX:0"), NONE);
    assert_usage("--signal takes each FROM once, not \"RTMAX:0\"");
}

static void exit_codes_are_a_byte(void **state)
{
    (void)state;
    make(LIST("--ok-exit", "143", "--ok-exit=0", "--ok-exit", "255"), NONE);
    assert_nothing_refused();
    assert_true(settings.launch.ok_exit[143] && settings.launch.ok_exit[0] &&
                settings.launch.ok_exit[255]);
    assert_false(settings.launch.ok_exit[1]);
    static char *const wrong[] = {"256", "-1", "1x", "4294967439", "0x8f", "99999999999999999999"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        make(LIST("--ok-exit", wrong[i]), NONE);
        first_refusal(STAGE_OPTIONS, REASON_USAGE_VALUE);
    }
}

static void every_wrong_value_is_reported(void **state)
{
    (void)state;
    make(LIST("--grace", "x", "--url", "nonsense"),
         LIST("LABELGATE_GROUP=x", "LABEL_STUDIO_API_TOKEN=" PAT));
    assert_int_equal(settings.refusal_count, 4);
    assert_int_equal(settings.refusals[0].stage, STAGE_OPTIONS);
    assert_int_equal(settings.refusals[1].stage, STAGE_SETTINGS);
    assert_int_equal(settings.refusals[2].finding.reason, REASON_URL_INVALID);
    assert_int_equal(settings.refusals[3].finding.reason, REASON_JWT_REFRESH);
}

// A probe says that it was called wrongly within its time limit, so it must still have one.
static void a_refused_timeout_leaves_the_default(void **state)
{
    (void)state;
    make_as(VERB_HEALTH, LIST("--timeout", "0"), NONE);
    first_refusal(STAGE_OPTIONS, REASON_USAGE_VALUE);
    assert_int_equal(settings.limits.timeout_ms, 5000);
}

static void an_early_timeout_needs_no_file(void **state)
{
    (void)state;
    make_as(VERB_HEALTH, NONE, LIST("LABELGATE_TIMEOUT=800ms"));
    assert_int_equal(settings_early_timeout(&options, &environment), 800);
    make_as(VERB_HEALTH, LIST("--timeout", "2s"), LIST("LABELGATE_TIMEOUT=800ms"));
    assert_int_equal(settings_early_timeout(&options, &environment), 2000);
    make_as(VERB_HEALTH, NONE, LIST("LABELGATE_TIMEOUT=soon"));
    assert_int_equal(settings_early_timeout(&options, &environment), 5000);
}

// ---- Files --------------------------------------------------------------------------------------

static void named_files_must_exist(void **state)
{
    (void)state;
    make(LIST("--env-file", "missing.env"), NONE);
    const struct finding *finding = first_refusal(STAGE_FILE, REASON_ENV_MISSING);
    assert_string_equal(finding->subject, "missing.env");
    assert_string_equal(finding->where, "option --env-file");
    make(NONE, LIST("LABELGATE_ENV_FILE=missing.env"));
    finding = first_refusal(STAGE_FILE, REASON_ENV_MISSING);
    assert_string_equal(finding->where, "LABELGATE_ENV_FILE");
}

static void a_list_that_names_no_file_is_refused(void **state)
{
    (void)state;
    make_as(VERB_TOKEN, NONE, LIST("LABELGATE_ENV_FILE= , "));
    assert_usage("LABELGATE_ENV_FILE (environment) takes a path, or several with commas between "
                 "them, not \" , \"");
}

static void later_files_win_and_see_earlier_ones(void **state)
{
    (void)state;
    write_file("a.env", "LABELGATE_GRACE=1s\nHOST=one\n");
    write_file("b.env", "LABELGATE_GRACE=2s\nLABEL_STUDIO_URL=http://${HOST}\n");
    make(NONE, LIST("LABELGATE_ENV_FILE=a.env, b.env,"));
    assert_nothing_refused();
    assert_int_equal(settings.file_count, 2);
    assert_int_equal(settings.launch.grace_ms, 2000);
    assert_string_equal(settings.reach.url, "http://one");
    make(LIST("--env-file=b.env", "--env-file=a.env"),
         LIST("LABELGATE_ENV_FILE=missing", "HOST=outside"));
    assert_nothing_refused();
    assert_string_equal(settings.reach.url, "http://outside");
    assert_int_equal(settings.launch.grace_ms, 1000);
}

static void the_default_file_is_no_directory(void **state)
{
    (void)state;
    assert_int_equal(mkdir(".env", 0755), 0);
    make(NONE, NONE);
    assert_string_equal(first_refusal(STAGE_FILE, REASON_ENV_IS_DIRECTORY)->subject, ".env");
    assert_int_equal(rmdir(".env"), 0);
    assert_int_equal(mkfifo(".env", 0644), 0);
    make(NONE, NONE);
    first_refusal(STAGE_FILE, REASON_ENV_NOT_REGULAR);
    assert_int_equal(unlink(".env"), 0);
    write_file(".env", "A=1\n");
    assert_int_equal(truncate(".env", (off_t)DOTENV_FILE_MAX + 1), 0);
    make(NONE, NONE);
    first_refusal(STAGE_FILE, REASON_ENV_TOO_BIG);
}

// Another user than root is needed, since nothing is unreadable for root.
static void an_unreadable_file_names_the_uid(void **state)
{
    (void)state;
    if (getuid() != 0)
        skip();
    write_file(".env", "A=1\n");
    assert_int_equal(chmod(".env", 0600), 0);
    assert_int_equal(chmod(directory, 0755), 0);
    assert_int_equal(seteuid(65534), 0);
    make(NONE, NONE);
    assert_int_equal(seteuid(0), 0);
    assert_string_equal(first_refusal(STAGE_FILE, REASON_ENV_UNREADABLE)->detail,
                        "permission denied for uid 65534");
}

static void errors_of_a_file_have_a_place(void **state)
{
    (void)state;
    write_file(".env", "LABEL_STUDIO_API_TOKEN=" LEGACY "\nA B=1\nC='open\n");
    make(NONE, NONE);
    assert_int_equal(settings.refusal_count, 2);
    const struct finding *finding = first_refusal(STAGE_FILE, REASON_ENV_INVALID);
    assert_string_equal(finding->subject, ".env");
    assert_string_equal(finding->where, "line 2, column 2");
    assert_string_equal(settings.refusals[1].finding.where, "line 3, column 3");
    // The file is refused as a whole: nothing of it counts.
    assert_null(settings.token.used.name);
}

static void lints_are_warnings_with_a_line(void **state)
{
    (void)state;
    write_file(".env", "A=1\nOPTS=-x \\\n");
    make(NONE, NONE);
    assert_nothing_refused();
    assert_int_equal(settings.warning_count, 1);
    assert_memory_equal(settings.warnings[0].detail, ".env line 2: ", 13);
}

static void some_names_are_ignored_in_the_file(void **state)
{
    (void)state;
    write_file(".env", "LABELGATE_LOAD=all\nLABELGATE_ENV_FILE=x\nLABEL_STUDIO_API_KEY_FILE=/k\n");
    make(NONE, NONE);
    assert_nothing_refused();
    assert_int_equal(settings.load, LOAD_TOKEN);
    assert_null(settings.token.used.name);
    assert_int_equal(settings.warning_count, 3);
    assert_string_equal(settings.warnings[0].detail, ".env line 2: LABELGATE_ENV_FILE is ignored "
                                                     "in the file: set it in the environment");
    assert_string_equal(settings.warnings[1].detail,
                        ".env line 1: LABELGATE_LOAD is ignored in the file: set it in the "
                        "environment");
}

// ---- Addresses ----------------------------------------------------------------------------------

static void addresses_are_judged_always(void **state)
{
    (void)state;
    make(NONE, LIST("LABEL_STUDIO_URL=http://user:pw@h"));
    const struct finding *finding = first_refusal(STAGE_URL, REASON_URL_INVALID);
    assert_string_equal(finding->subject, "LABEL_STUDIO_URL");
    assert_string_equal(finding->where, "environment");
    assert_string_equal(finding->detail, "has a user name or password in it");
    make_as(VERB_HEALTH, LIST("--app-url", "ftp://h"), NONE);
    assert_string_equal(first_refusal(STAGE_URL, REASON_URL_INVALID)->subject, "--app-url");
}

static void addresses_keep_their_sub_path(void **state)
{
    (void)state;
    make_as(VERB_HEALTH, LIST("--url", "https://h/ls//", "--app-url", "http://app/health/?x=1"),
            NONE);
    assert_nothing_refused();
    assert_string_equal(settings.reach.url, "https://h/ls");
    assert_string_equal(settings.app_url, "http://app/health/?x=1");
}

static void a_missing_address_is_told_apart(void **state)
{
    (void)state;
    struct finding finding;
    make(NONE, NONE);
    assert_false(settings_need_url(&settings, &finding));
    assert_int_equal(finding.reason, REASON_URL_MISSING);
    make(NONE, LIST("LABEL_STUDIO_HOST=http://localhost:8080"));
    assert_false(settings_need_url(&settings, &finding));
    assert_int_equal(finding.reason, REASON_URL_MISSING_HOST_SET);
    make(NONE, LIST("LABEL_STUDIO_URL=http://h"));
    assert_true(settings_need_url(&settings, &finding));
}

// ---- The token ----------------------------------------------------------------------------------

static void names_come_before_places(void **state)
{
    (void)state;
    write_file(".env", "LABEL_STUDIO_API_TOKEN=" LEGACY "\n");
    make(NONE, LIST("LABEL_STUDIO_API_KEY=" OTHER));
    assert_token("LABEL_STUDIO_API_TOKEN", LEGACY, ".env line 1");
    assert_warning("not used: LABEL_STUDIO_API_KEY (environment); the token is "
                   "LABEL_STUDIO_API_TOKEN (.env line 1)");
    make(NONE, LIST("LABEL_STUDIO_API_TOKEN=" OTHER));
    assert_token("LABEL_STUDIO_API_TOKEN", OTHER, "environment");
    assert_warning("not used: LABEL_STUDIO_API_TOKEN (.env line 1); the token is "
                   "LABEL_STUDIO_API_TOKEN (environment)");
}

// Compose hands the file's own value over: that is no second token.
static void the_same_value_again_is_no_news(void **state)
{
    (void)state;
    write_file(".env", "LABEL_STUDIO_API_TOKEN=" LEGACY "\n");
    make(NONE, LIST("LABEL_STUDIO_API_TOKEN=" LEGACY));
    assert_nothing_refused();
    assert_int_equal(settings.token.other_count, 0);
    assert_int_equal(settings.warning_count, 0);
}

// SuperInsight's .env.example with the right token: three placeholders, one warning.
static void placeholders_beside_the_token_warn_once(void **state)
{
    (void)state;
    write_file(".env", "LABEL_STUDIO_URL=http://label-studio:8080\n"
                       "LABEL_STUDIO_API_KEY=your-label-studio-api-key\n"
                       "LABEL_STUDIO_API_TOKEN=" LEGACY "\n"
                       "LABEL_STUDIO_USERNAME=your-label-studio-username\n"
                       "LABEL_STUDIO_PASSWORD=your-label-studio-password\n");
    make(NONE, LIST("A=1"));
    assert_nothing_refused();
    assert_token("LABEL_STUDIO_API_TOKEN", LEGACY, ".env line 3");
    assert_warning("not used: LABEL_STUDIO_API_KEY (.env line 2); the token is "
                   "LABEL_STUDIO_API_TOKEN (.env line 3)");
    assert_app(LIST("A=1", "LABEL_STUDIO_API_TOKEN=" LEGACY));
}

static void the_first_that_is_set_is_judged(void **state)
{
    (void)state;
    make(NONE, LIST("LABEL_STUDIO_API_TOKEN=" PAT, "LABEL_STUDIO_API_KEY=" LEGACY));
    const struct finding *finding = first_refusal(STAGE_TOKEN, REASON_JWT_REFRESH);
    assert_string_equal(finding->subject, "LABEL_STUDIO_API_TOKEN");
    assert_string_equal(finding->where, "environment");
    make(LIST("--jwt", "accept"), LIST("LABEL_STUDIO_API_TOKEN=" PAT));
    assert_nothing_refused();
    make(LIST("--no-token"), LIST("LABEL_STUDIO_API_TOKEN=" PAT));
    assert_nothing_refused();
    assert_null(settings.token.used.name);
}

static void names_can_be_chosen(void **state)
{
    (void)state;
    make(LIST("--token-var", "MY_TOKEN", "--token-var=OTHER_ONE"),
         LIST("LABEL_STUDIO_API_TOKEN=" PAT, "OTHER_ONE=" LEGACY));
    assert_nothing_refused();
    assert_token("OTHER_ONE", LEGACY, "environment");
    make(NONE, LIST("LABELGATE_TOKEN_VAR= A_TOKEN , B_TOKEN", "B_TOKEN=" LEGACY));
    assert_token("B_TOKEN", LEGACY, "environment");
    write_file(".env", "C_TOKEN=" LEGACY "\nLABELGATE_TOKEN_VAR=C_TOKEN\n");
    make(NONE, NONE);
    assert_token("C_TOKEN", LEGACY, ".env line 1");
    make(LIST("--token-var", "1X"), NONE);
    assert_usage("--token-var takes names of letters, digits and _, other than labelgate's own "
                 "settings, not \"1X\"");
    make(LIST("--token-var", "LABELGATE_LOAD"), NONE);
    first_refusal(STAGE_OPTIONS, REASON_USAGE_VALUE);
}

// Not the usual three: nothing is guessed.
static void a_list_of_no_names_is_refused(void **state)
{
    (void)state;
    make(LIST("--token-var", " , "), LIST("LABEL_STUDIO_API_TOKEN=" LEGACY));
    assert_usage("--token-var takes a name, or several with commas between them, not \" , \"");
    make(NONE, LIST("LABELGATE_TOKEN_VAR=,", "LABEL_STUDIO_API_TOKEN=" LEGACY));
    assert_usage("LABELGATE_TOKEN_VAR (environment) takes a name, or several with commas between "
                 "them, not \",\"");
    write_file(".env", "LABELGATE_TOKEN_VAR=,\nLABEL_STUDIO_API_TOKEN=" LEGACY "\n");
    make(NONE, NONE);
    assert_usage("LABELGATE_TOKEN_VAR (.env line 1) takes a name, or several with commas between "
                 "them");
}

static void a_missing_token_says_where_it_was_looked_for(void **state)
{
    (void)state;
    struct finding finding;
    write_file(".env", "A=1\n");
    make(NONE, LIST("LABEL_STUDIO_API_KEY="));
    assert_nothing_refused();
    assert_false(settings_need_token(&settings, &finding));
    assert_int_equal(finding.reason, REASON_TOKEN_MISSING);
    assert_string_equal(finding.subject, "LABEL_STUDIO_API_TOKEN, LABEL_STUDIO_API_KEY and "
                                         "LABEL_STUDIO_ACCESS_TOKEN");
    assert_string_equal(finding.where, "the environment, the files that NAME_FILE names and .env");
    assert_string_equal(finding.detail,
                        "LABEL_STUDIO_API_KEY is set in the environment, but empty");
}

static void two_lines_run_together_are_found(void **state)
{
    (void)state;
    struct finding finding;
    write_file(".env", "A=1\nDIR=/data/modelsLABEL_STUDIO_API_TOKEN=" LEGACY "\n");
    make(NONE, NONE);
    assert_false(settings_need_token(&settings, &finding));
    assert_int_equal(finding.reason, REASON_TOKEN_MISSING_RUN_TOGETHER);
    assert_string_equal(finding.subject, "LABEL_STUDIO_API_TOKEN");
    assert_string_equal(finding.where, ".env line 2");
    assert_null(strstr(finding.detail, "0011"));
}

static void the_files_token_is_told(void **state)
{
    (void)state;
    const struct token_settings *token = &settings.token;
    write_file(".env", "A=1\nLABEL_STUDIO_API_TOKEN=" OTHER "\n");
    make(NONE, LIST("LABEL_STUDIO_API_TOKEN=" LEGACY));
    assert_true(span_is(token->file_text, OTHER));
    assert_int_equal(token->file_origin.line, 2);
    write_file(".env", "LABEL_STUDIO_API_TOKEN=\n");
    make(NONE, LIST("LABEL_STUDIO_API_TOKEN=" LEGACY));
    assert_int_equal(token->file_text.len, 0);
}

// ---- Secrets ------------------------------------------------------------------------------------

#define SECRET "LABEL_STUDIO_API_TOKEN_FILE=secret"

static void one_line_end_is_no_part_of_a_secret(void **state)
{
    (void)state;
    write_file("secret", LEGACY);
    make(NONE, LIST(SECRET));
    assert_token("LABEL_STUDIO_API_TOKEN", LEGACY, "secret");
    write_file("secret", LEGACY "\n");
    make(NONE, LIST(SECRET));
    assert_token("LABEL_STUDIO_API_TOKEN", LEGACY, "secret");
    assert_int_equal(settings.warning_count, 0);
    write_file("secret", LEGACY "\r\n");
    make(NONE, LIST(SECRET, "B=2"));
    assert_nothing_refused();
    assert_warning("secret ends with CR LF, as Windows writes it: the carriage return is dropped "
                   "too");
    assert_app(LIST("B=2", "LABEL_STUDIO_API_TOKEN=" LEGACY));
}

static void dirt_in_a_secret_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t len;
        const char *detail;
    } rows[] = {
        {LEGACY "\n\n", sizeof LEGACY + 1, "newline"},
        {"\xEF\xBB\xBF" LEGACY, sizeof LEGACY + 2, "byte-order mark"},
        {" " LEGACY, sizeof LEGACY, "blank"},
        {"\xFF\xFE"
         "0\0"
         "0\0",
         6, "UTF-16"},
        {"\xFE\xFF"
         "\0"
         "0\0"
         "0",
         6, "UTF-16"},
        {"0\0"
         "0\0"
         "1\0",
         6, "UTF-16"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        write_bytes("secret", rows[i].bytes, rows[i].len);
        make(NONE, LIST(SECRET));
        enum reason reason = strcmp(rows[i].detail, "newline") == 0 ? REASON_TOKEN_EXTRA_LINE
                             : strcmp(rows[i].detail, "blank") == 0 ? REASON_TOKEN_MALFORMED
                                                                    : REASON_TOKEN_ENCODING;
        const struct finding *finding = first_refusal(STAGE_TOKEN, reason);
        assert_string_equal(finding->subject, "LABEL_STUDIO_API_TOKEN");
        assert_string_equal(finding->where, "secret");
        if (!strstr(finding->detail, rows[i].detail))
            fail_msg("%s", finding->detail);
        assert_null(strstr(finding->detail, "0011"));
    }
}

static void assert_secret(enum reason reason, const char *detail)
{
    make(NONE, LIST(SECRET));
    const struct finding *finding = first_refusal(STAGE_TOKEN, reason);
    assert_string_equal(finding->subject, "LABEL_STUDIO_API_TOKEN_FILE");
    assert_string_equal(finding->where, "secret");
    if (detail)
        assert_string_equal(finding->detail, detail);
    assert_int_equal(settings.refusal_count, 1);
}

static void each_fault_of_a_secret_has_its_word(void **state)
{
    (void)state;
    assert_secret(REASON_SECRET_MISSING, NULL);
    assert_int_equal(mkdir("secret", 0755), 0);
    assert_secret(REASON_SECRET_IS_DIRECTORY, NULL);
    assert_int_equal(rmdir("secret"), 0);
    assert_int_equal(mkfifo("secret", 0644), 0);
    assert_secret(REASON_SECRET_NOT_REGULAR, NULL);
    assert_int_equal(unlink("secret"), 0);
    write_file("secret", "");
    assert_secret(REASON_SECRET_EMPTY, NULL);
    write_file("secret", "\r\n");
    assert_secret(REASON_SECRET_EMPTY, NULL);
    assert_int_equal(truncate("secret", 64 * 1024 + 1), 0);
    assert_secret(REASON_SECRET_TOO_BIG, NULL);
}

static void an_unreadable_secret_names_the_uid(void **state)
{
    (void)state;
    if (getuid() != 0)
        skip();
    write_file("secret", LEGACY);
    assert_int_equal(chmod("secret", 0400), 0);
    assert_int_equal(chmod(directory, 0755), 0);
    assert_int_equal(seteuid(65534), 0);
    make(NONE, LIST(SECRET));
    assert_int_equal(seteuid(0), 0);
    assert_string_equal(first_refusal(STAGE_TOKEN, REASON_SECRET_UNREADABLE)->detail,
                        "permission denied for uid 65534");
}

static void name_and_its_file_are_a_conflict(void **state)
{
    (void)state;
    write_file("secret", LEGACY);
    make(NONE, LIST("LABEL_STUDIO_API_TOKEN=" OTHER, SECRET));
    const struct finding *finding = first_refusal(STAGE_TOKEN, REASON_TOKEN_CONFLICT);
    assert_string_equal(finding->subject, "LABEL_STUDIO_API_TOKEN");
    assert_string_equal(finding->where, "environment");
    // Empty counts as not set, and what is not the token is no conflict.
    make(NONE, LIST("LABEL_STUDIO_API_TOKEN=", SECRET));
    assert_nothing_refused();
    make(NONE, LIST("LABEL_STUDIO_API_TOKEN=" OTHER, "LABEL_STUDIO_API_KEY=" LEGACY,
                    "LABEL_STUDIO_API_KEY_FILE=secret"));
    assert_nothing_refused();
    assert_warning("not used: LABEL_STUDIO_API_KEY (environment), LABEL_STUDIO_API_KEY_FILE "
                   "(secret); the token is LABEL_STUDIO_API_TOKEN (environment)");
}

static void user_and_password_are_found_for_token(void **state)
{
    (void)state;
    write_file("secret", "pass word\n");
    make_as(VERB_TOKEN, LIST("--login"),
            LIST("LABEL_STUDIO_USERNAME=a@example.com", "LABEL_STUDIO_PASSWORD_FILE=secret"));
    assert_nothing_refused();
    assert_true(settings.use_login);
    assert_string_equal(settings.login.username, "a@example.com");
    assert_true(span_is(settings.login.password, "pass word"));
    make(NONE, LIST("LABEL_STUDIO_USERNAME=a@example.com"));
    assert_null(settings.login.username);
    make_as(VERB_TOKEN, NONE, LIST("LABEL_STUDIO_PASSWORD_FILE=missing"));
    assert_nothing_refused();
    make_as(VERB_TOKEN, LIST("--login"), LIST("LABEL_STUDIO_PASSWORD_FILE=missing"));
    first_refusal(STAGE_LOGIN, REASON_SECRET_MISSING);
    make_as(VERB_VERIFY, NONE, LIST("LABEL_STUDIO_PASSWORD=x", "LABEL_STUDIO_PASSWORD_FILE=y"));
    assert_string_equal(first_refusal(STAGE_LOGIN, REASON_TOKEN_CONFLICT)->subject,
                        "LABEL_STUDIO_PASSWORD");
}

// `token` is there to replace it.
static void token_and_verify_judge_no_token(void **state)
{
    (void)state;
    static const enum verb verbs[] = {VERB_TOKEN, VERB_VERIFY};
    for (size_t i = 0; i < 2; i++) {
        make_as(verbs[i], NONE, LIST("LABEL_STUDIO_API_TOKEN=" PAT));
        assert_nothing_refused();
        assert_token("LABEL_STUDIO_API_TOKEN", PAT, "environment");
        make_as(verbs[i], NONE, LIST("LABEL_STUDIO_API_TOKEN_FILE=missing"));
        assert_nothing_refused();
    }
}

// ---- The app's environment ----------------------------------------------------------------------

static void a_token_of_the_environment_changes_nothing(void **state)
{
    (void)state;
    write_file(".env", "X=file\n");
    make(NONE, LIST("A=1", "", "B", "=c", "LABEL_STUDIO_API_TOKEN=" LEGACY, "A=2",
                    "LABEL_STUDIO_API_KEY="));
    assert_app(LIST("A=1", "", "B", "=c", "LABEL_STUDIO_API_TOKEN=" LEGACY, "A=2",
                    "LABEL_STUDIO_API_KEY="));
}

// A shell takes the last entry of a name, and the first was judged.
static void the_judged_token_alone_stays(void **state)
{
    (void)state;
    write_file(".env", "LABEL_STUDIO_API_TOKEN=\n");
    char *const load[] = {"token", "missing", "all"};
    for (size_t i = 0; i < 3; i++) {
        make(LIST("--load", load[i]),
             LIST("A=1", "LABEL_STUDIO_API_TOKEN=" LEGACY, "A=2", "LABEL_STUDIO_API_TOKEN=other"));
        assert_app(LIST("A=1", "LABEL_STUDIO_API_TOKEN=" LEGACY, "A=2"));
    }
}

static void a_token_of_the_file_takes_the_place_of_the_empty_one(void **state)
{
    (void)state;
    write_file(".env", "LABEL_STUDIO_API_TOKEN=" LEGACY "\nX=1\n");
    make(NONE, LIST("A=1", "LABEL_STUDIO_API_TOKEN=", "B=2", "LABEL_STUDIO_API_TOKEN=old"));
    assert_app(LIST("A=1", "LABEL_STUDIO_API_TOKEN=" LEGACY, "B=2"));
}

static void name_file_goes_when_the_name_is_handed_over(void **state)
{
    (void)state;
    write_file("secret", LEGACY "\n");
    make(NONE, LIST("A=1", "LABEL_STUDIO_API_TOKEN=", SECRET, "B=2"));
    assert_app(LIST("A=1", "LABEL_STUDIO_API_TOKEN=" LEGACY, "B=2"));
    write_file(".env", "LABEL_STUDIO_API_TOKEN=" LEGACY "\nLABEL_STUDIO_API_KEY=k\n");
    make(LIST("--load", "missing"),
         LIST("LABEL_STUDIO_API_TOKEN_FILE=", "LABEL_STUDIO_API_KEY_FILE=/none"));
    assert_app(LIST("LABEL_STUDIO_API_TOKEN=" LEGACY, "LABEL_STUDIO_API_KEY=k"));
}

static void load_missing_adds_what_is_not_there(void **state)
{
    (void)state;
    write_file(".env", "A=file\nEMPTY=file\nNEW=file\nNOTHING=\nLABEL_STUDIO_URL=http://file\n"
                       "LABEL_STUDIO_API_TOKEN=" LEGACY "\nBARE\nC\nlast");
    make(LIST("--load", "missing"), LIST("A=1", "EMPTY=", "LABEL_STUDIO_URL=", "C=c", "A=2"));
    assert_nothing_refused();
    assert_app(LIST("A=1", "EMPTY=", "LABEL_STUDIO_URL=http://file", "C=c", "A=2", "NEW=file",
                    "NOTHING=", "LABEL_STUDIO_API_TOKEN=" LEGACY));
}

static void load_all_lets_the_file_win(void **state)
{
    (void)state;
    write_file(".env", "A=file\nFULL=\nNEW=\nLABEL_STUDIO_API_TOKEN=" LEGACY "\n");
    make(LIST("--load", "all"), LIST("A=1", "FULL=kept", "LABEL_STUDIO_API_TOKEN=" OTHER, "A=2"));
    assert_nothing_refused();
    assert_app(LIST("A=file", "FULL=kept", "LABEL_STUDIO_API_TOKEN=" LEGACY, "NEW="));
}

static void a_traded_token_takes_the_place_of_the_other(void **state)
{
    (void)state;
    struct envlist app;
    make(LIST("--jwt", "trade"), LIST("A=1", "LABEL_STUDIO_API_TOKEN=" PAT, "B=2"));
    assert_nothing_refused();
    assert_true(settings_app_environment(&settings, &environment, span_of(LEGACY), &app));
    assert_int_equal(app.count, 3);
    assert_string_equal(app.items[1], "LABEL_STUDIO_API_TOKEN=" LEGACY);
    envlist_free(&app);
}

static void without_a_token_the_environment_stays(void **state)
{
    (void)state;
    write_file(".env", "LABEL_STUDIO_API_TOKEN=" LEGACY "\nX=1\n");
    make(LIST("--no-token"), LIST("A=1", "LABEL_STUDIO_API_TOKEN="));
    assert_app(LIST("A=1", "LABEL_STUDIO_API_TOKEN="));
}

#define TEST(name) cmocka_unit_test_teardown(name, clean)

// ---- What brings a changed value to the app -----------------------------------------------------

static void what_brings_a_change_goes_by_place_and_verb(void **state)
{
    (void)state;
    static const struct {
        enum origin_kind kind;
        enum verb verb;
        enum surroundings around;
        enum apply apply;
    } rows[] = {
        {ORIGIN_ENVIRONMENT, VERB_RUN, IN_CONTAINER, APPLY_UP},
        {ORIGIN_NONE, VERB_HEALTH, IN_CONTAINER, APPLY_UP},
        {ORIGIN_OPTION, VERB_RUN, IN_CONTAINER, APPLY_UP}, // in compose.yaml
        {ORIGIN_FILE, VERB_RUN, IN_CONTAINER, APPLY_RESTART},
        {ORIGIN_FILE, VERB_HEALTH, IN_CONTAINER, APPLY_RESTART},
        {ORIGIN_SECRET, VERB_HEALTH, IN_CONTAINER, APPLY_RECREATE},
        {ORIGIN_FILE, VERB_RUN, ON_HOST, APPLY_AGAIN},
        {ORIGIN_ENVIRONMENT, VERB_HEALTH, ON_HOST, APPLY_AGAIN},
        {ORIGIN_FILE, VERB_HEALTH, IN_POD, APPLY_POD},
        {ORIGIN_ENVIRONMENT, VERB_CHECK, IN_POD, APPLY_POD},
        // A person's verb may be in a container that was made for it.
        {ORIGIN_FILE, VERB_CHECK, ON_HOST, APPLY_RECREATE},
        {ORIGIN_FILE, VERB_CHECK, IN_CONTAINER, APPLY_RECREATE},
        {ORIGIN_ENVIRONMENT, VERB_VERIFY, ON_HOST, APPLY_UP},
        {ORIGIN_OPTION, VERB_CHECK, ON_HOST, APPLY_NOTHING},
        {ORIGIN_OPTION, VERB_HEALTH, IN_CONTAINER, APPLY_NOTHING},
        {ORIGIN_FILE, VERB_TOKEN, ON_HOST, APPLY_NOTHING},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (origin_apply(rows[i].kind, rows[i].verb, rows[i].around) != rows[i].apply)
            fail_msg("row %zu", i);
}

// The running app's address has no place that is kept: what the container has not is in the file.
static void a_probe_knows_where_the_address_is_set(void **state)
{
    (void)state;
    struct envlist started = {0};
    struct finding finding;
    char *none[] = {"labelgate", "health", NULL};
    assert_true(envlist_make(&started, LIST("LABELGATE_STARTED=1", "LABEL_STUDIO_URL=http://a",
                                            "LABELGATE_ENV_FILE=.env")));
    write_file(".env", "LABEL_STUDIO_URL=http://a\n");
    for (int in_environment = 0; in_environment < 2; in_environment++) {
        settings_free(&settings);
        envlist_free(&environment);
        options_free(&options);
        assert_true(options_parse(&options, VERB_HEALTH, 2, none, 2, &finding));
        assert_true(
            envlist_make(&environment, in_environment ? LIST("LABEL_STUDIO_URL=http://a") : NONE));
        settings_make_for_probe(&settings, &options, &environment, &started);
        assert_int_equal(
            settings.apply.url,
            settings_apply(&settings, in_environment ? ORIGIN_ENVIRONMENT : ORIGIN_FILE));
    }
    envlist_free(&started);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(defaults_are_those_of_the_contract),
        TEST(what_brings_a_change_goes_by_place_and_verb),
        TEST(a_probe_knows_where_the_address_is_set),
        TEST(option_beats_environment_beats_file),
        TEST(empty_counts_as_not_set),
        TEST(a_second_variable_comes_after_the_first),
        TEST(each_word_of_a_row_is_accepted_and_shown),
        TEST(verbosity_is_counted_or_named),
        TEST(with_load_all_the_file_is_first),
        TEST(with_load_all_the_file_is_first_of_each_name),
        TEST(durations_are_not_guessed),
        TEST(zero_is_for_wait_and_grace_alone),
        TEST(switches_take_four_words_each),
        TEST(choices_take_their_words),
        TEST(enable_legacy_goes_with_trade),
        TEST(no_secret_is_quoted_back),
        TEST(a_verb_judges_its_own_settings),
        TEST(signals_are_mapped),
        TEST(wrong_signals_are_refused),
        TEST(exit_codes_are_a_byte),
        TEST(every_wrong_value_is_reported),
        TEST(a_refused_timeout_leaves_the_default),
        cmocka_unit_test(an_early_timeout_needs_no_file),
        TEST(named_files_must_exist),
        TEST(a_list_that_names_no_file_is_refused),
        TEST(later_files_win_and_see_earlier_ones),
        TEST(the_default_file_is_no_directory),
        TEST(an_unreadable_file_names_the_uid),
        TEST(errors_of_a_file_have_a_place),
        TEST(lints_are_warnings_with_a_line),
        TEST(some_names_are_ignored_in_the_file),
        TEST(addresses_are_judged_always),
        TEST(addresses_keep_their_sub_path),
        TEST(a_missing_address_is_told_apart),
        TEST(names_come_before_places),
        TEST(the_same_value_again_is_no_news),
        TEST(placeholders_beside_the_token_warn_once),
        TEST(the_first_that_is_set_is_judged),
        TEST(names_can_be_chosen),
        TEST(a_list_of_no_names_is_refused),
        TEST(a_missing_token_says_where_it_was_looked_for),
        TEST(two_lines_run_together_are_found),
        TEST(the_files_token_is_told),
        TEST(one_line_end_is_no_part_of_a_secret),
        TEST(dirt_in_a_secret_is_named),
        TEST(each_fault_of_a_secret_has_its_word),
        TEST(an_unreadable_secret_names_the_uid),
        TEST(name_and_its_file_are_a_conflict),
        TEST(user_and_password_are_found_for_token),
        TEST(token_and_verify_judge_no_token),
        TEST(a_token_of_the_environment_changes_nothing),
        TEST(the_judged_token_alone_stays),
        TEST(a_token_of_the_file_takes_the_place_of_the_empty_one),
        TEST(name_file_goes_when_the_name_is_handed_over),
        TEST(load_missing_adds_what_is_not_there),
        TEST(load_all_lets_the_file_win),
        TEST(a_traded_token_takes_the_place_of_the_other),
        TEST(without_a_token_the_environment_stays),
    };
    return cmocka_run_group_tests(tests, enter, leave);
}
