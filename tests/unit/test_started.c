// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef stop // a macro of cmocka 2

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/options_parse.h"
#include "probe/started.h"
#include "settings/resident_environment.h"
#include "settings/settings.h"

#define LEGACY "00112233445566778899aabbccddeeff00112233"
#define OTHER "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0"
#define LIST(...) ((char *[]){__VA_ARGS__, NULL})
#define NONE ((char *[]){NULL})

// ---- Writing ------------------------------------------------------------------------------------

static struct options options;
static struct envlist environment;
static struct settings settings;
static char directory[] = "/tmp/labelgate-started-XXXXXX";

static void parse(enum verb verb, char *const *words)
{
    char *argv[16] = {"labelgate", "verb"};
    int argc = 2;
    struct finding finding = {0};
    while (words[argc - 2]) {
        argv[argc] = words[argc - 2];
        argc++;
    }
    options_free(&options);
    if (!options_parse(&options, verb, argc, argv, 2, &finding))
        fail_msg("%s", finding.detail);
}

static void make(char *const *words, char *const *envp)
{
    settings_free(&settings);
    envlist_free(&environment);
    parse(VERB_RUN, words);
    assert_true(envlist_make(&environment, envp));
    settings_make(&settings, VERB_RUN, &options, &environment);
}

static void write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static void assert_items(const struct envlist *list, char *const *expected)
{
    size_t i = 0;
    for (; expected[i] && i < list->count; i++)
        assert_string_equal(list->items[i], expected[i]);
    if (expected[i])
        fail_msg("%s is missing", expected[i]);
    if (i < list->count)
        fail_msg("%s is too much", list->items[i]);
}

static void assert_resident(struct span token, char *const *expected)
{
    struct envlist resident;
    assert_true(started_environment(&settings, token, &resident));
    assert_items(&resident, expected);
    envlist_free(&resident);
}

static void only_what_the_probe_needs_is_kept(void **state)
{
    (void)state;
    make(NONE, LIST("PATH=/bin", "LABEL_STUDIO_URL=http://h:1/", "LABELGATE_GRACE=1s",
                    "LABEL_STUDIO_API_TOKEN=" LEGACY, "LABEL_STUDIO_API_KEY=" OTHER));
    assert_resident((struct span){0}, LIST("LABELGATE_STARTED=1", "LABEL_STUDIO_URL=http://h:1",
                                           "LABEL_STUDIO_API_TOKEN=" LEGACY,
                                           "LABELGATE_TOKEN_VAR=LABEL_STUDIO_API_TOKEN",
                                           "LABELGATE_TOKEN_SOURCE=environment",
                                           "LABELGATE_JWT=reject", "LABELGATE_LOAD=token"));
}

static void paths_are_absolute(void **state)
{
    (void)state;
    char files[256], source[256];
    write_file("a.env", "A=1\n");
    write_file("b.env", "\nMY_TOKEN=" LEGACY "\n");
    snprintf(files, sizeof files, "LABELGATE_ENV_FILE=%s/a.env,%s/b.env", directory, directory);
    snprintf(source, sizeof source, "LABELGATE_TOKEN_SOURCE=%s/b.env:2", directory);
    make(LIST("--env-file", "a.env", "--env-file", "b.env", "--header-file", "/h", "--jwt",
              "accept", "--load", "all", "--token-var", "MY_TOKEN"),
         NONE);
    assert_resident((struct span){0},
                    LIST("LABELGATE_STARTED=1", "MY_TOKEN=" LEGACY, "LABELGATE_TOKEN_VAR=MY_TOKEN",
                         source, "LABELGATE_JWT=accept", files, "LABELGATE_LOAD=all",
                         "LABELGATE_HEADER_FILE=/h"));
}

static void the_token_is_the_one_the_app_has(void **state)
{
    (void)state;
    write_file("secret", OTHER "\n");
    char source[256];
    snprintf(source, sizeof source, "LABELGATE_TOKEN_SOURCE=%s/secret", directory);
    make(NONE, LIST("LABEL_STUDIO_API_TOKEN_FILE=secret"));
    assert_resident(span_of(LEGACY), LIST("LABELGATE_STARTED=1", "LABEL_STUDIO_API_TOKEN=" LEGACY,
                                          "LABELGATE_TOKEN_VAR=LABEL_STUDIO_API_TOKEN", source,
                                          "LABELGATE_JWT=reject", "LABELGATE_LOAD=token"));
}

static void no_token_is_told(void **state)
{
    (void)state;
    make(LIST("--no-token"), LIST("LABEL_STUDIO_API_TOKEN=" LEGACY));
    assert_resident((struct span){0}, LIST("LABELGATE_STARTED=1", "LABELGATE_NO_TOKEN=1",
                                           "LABELGATE_JWT=reject", "LABELGATE_LOAD=token"));
}

// ---- The probe's settings -----------------------------------------------------------------------

static struct envlist started;

static void probe(char *const *words, char *const *envp, char *const *resident)
{
    settings_free(&settings);
    envlist_free(&environment);
    envlist_free(&started);
    parse(VERB_HEALTH, words);
    assert_true(envlist_make(&environment, envp));
    assert_true(envlist_make(&started, resident));
    settings_make_for_probe(&settings, &options, &environment, &started);
}

#define RESIDENT                                                                            \
    "LABELGATE_STARTED=1", "LABEL_STUDIO_URL=http://app", "LABEL_STUDIO_API_TOKEN=" LEGACY, \
        "LABELGATE_TOKEN_VAR=LABEL_STUDIO_API_TOKEN"

static void the_probe_believes_what_the_app_has(void **state)
{
    (void)state;
    char words[FINDING_SLOT];
    probe(NONE,
          LIST("LABEL_STUDIO_URL=http://env", "LABEL_STUDIO_API_TOKEN=" OTHER,
               "LABELGATE_TIMEOUT=800ms", "LABELGATE_UNREACHABLE=healthy", "LABELGATE_NO_TOKEN=1"),
          LIST(RESIDENT, "LABELGATE_TOKEN_SOURCE=/conf/.env:3", "LABELGATE_JWT=accept",
               "LABELGATE_ENV_FILE=/conf/.env", "LABELGATE_LOAD=all", "LABELGATE_HEADER_FILE=/h"));
    assert_int_equal(settings.refusal_count, 0);
    assert_string_equal(settings.reach.url, "http://app");
    assert_true(span_is(settings.token.used.text, LEGACY));
    assert_int_equal(settings.token.used.judged.kind, TOKEN_LEGACY_HEX);
    origin_text(&settings.token.used.origin, words, sizeof words);
    assert_string_equal(words, "/conf/.env line 3");
    assert_int_equal(settings.token.jwt, JWT_ACCEPT);
    assert_int_equal(settings.load, LOAD_ALL);
    assert_string_equal(settings.reach.header_file, "/h");
    assert_false(settings.token.none);
    assert_int_equal(settings.limits.timeout_ms, 800);
    assert_int_equal(settings.unreachable, UNREACHABLE_HEALTHY);
    assert_int_equal(settings.file_count, 1);
}

// What a 0.1.0 resident kept, with another LABELGATE_TOKEN_SOURCE and LABELGATE_ENV_FILE.
#define RECORDED(source, files)                                              \
    LIST(RESIDENT, "LABELGATE_TOKEN_SOURCE=" source, "LABELGATE_JWT=reject", \
         "LABELGATE_ENV_FILE=" files, "LABELGATE_LOAD=token")

static void expect_source(char *const *resident, enum origin_kind kind, const char *path,
                          unsigned line)
{
    probe(NONE, NONE, resident);
    assert_int_equal(settings.token.used.origin.kind, kind);
    assert_int_equal(settings.token.used.origin.line, line);
    if (path)
        assert_string_equal(settings.token.used.origin.path, path);
    assert_string_equal(settings.token.used.origin.name, "LABEL_STUDIO_API_TOKEN");
}

static void a_secret_may_end_like_a_line(void **state)
{
    (void)state;
    expect_source(RECORDED("environment", "/c/.env"), ORIGIN_ENVIRONMENT, NULL, 0);
    expect_source(RECORDED("/c/.env:3", "/c/.env"), ORIGIN_FILE, "/c/.env", 3);
    expect_source(RECORDED("/c/.env:3", "/b,/c/.env,/d"), ORIGIN_FILE, "/c/.env", 3);
    expect_source(RECORDED("/c/:7:12", "/c/:7"), ORIGIN_FILE, "/c/:7", 12);
    expect_source(RECORDED("/run/secrets/t", "/c/.env"), ORIGIN_SECRET, "/run/secrets/t", 0);
    expect_source(RECORDED("/run/secrets/t:3", "/c/.env"), ORIGIN_SECRET, "/run/secrets/t:3", 0);
    expect_source(RECORDED("/run/secrets/t:3", ""), ORIGIN_SECRET, "/run/secrets/t:3", 0);
    expect_source(LIST(RESIDENT, "LABELGATE_TOKEN_SOURCE=/run/t:3", "LABELGATE_JWT=reject"),
                  ORIGIN_SECRET, "/run/t:3", 0);
    expect_source(RECORDED("/run/v:2/t", "/run/v"), ORIGIN_SECRET, "/run/v:2/t", 0);
    expect_source(RECORDED("/c/.env:3x", "/c/.env"), ORIGIN_SECRET, "/c/.env:3x", 0);
    expect_source(RECORDED("/c/.env:03", "/c/.env"), ORIGIN_SECRET, "/c/.env:03", 0);
    expect_source(RECORDED("/c/.env:0", "/c/.env"), ORIGIN_SECRET, "/c/.env:0", 0);
    expect_source(RECORDED("/c/.env:", "/c/.env"), ORIGIN_SECRET, "/c/.env:", 0);
    expect_source(RECORDED("/c/.env:99999999999", "/c/.env"), ORIGIN_SECRET, "/c/.env:99999999999",
                  0);
    // A file with a comma in its path is in no list.
    expect_source(RECORDED("/c/a,b:3", "/c/.env"), ORIGIN_FILE, "/c/a,b", 3);
}

// 0.1.0 reads a line behind the last colon, and nothing of it but what strtoul takes.
static bool earlier_version_reads_a_line(const char *source, size_t *path_len, unsigned long *line)
{
    const char *colon = strrchr(source, ':');
    *line = colon ? strtoul(colon + 1, NULL, 10) : 0;
    *path_len = *line > 0 ? (size_t)(colon - source) : strlen(source);
    return *line > 0;
}

static void assert_same_source(const char *name, bool is_file)
{
    struct envlist resident;
    char expected[256], *path = realpath(directory, NULL);
    struct origin written = settings.token.used.origin;
    size_t path_len;
    unsigned long line;
    struct stat wanted, got;
    assert_int_equal(written.kind, is_file ? ORIGIN_FILE : ORIGIN_SECRET);
    unsigned written_line = written.line;
    assert_true(started_environment(&settings, (struct span){0}, &resident));
    const char *source = envlist_get(&resident, "LABELGATE_TOKEN_SOURCE");
    snprintf(expected, sizeof expected, "%s/%s", path, name);
    free(path);
    assert_int_equal(stat(expected, &wanted), 0);
    if (is_file) {
        assert_true(earlier_version_reads_a_line(source, &path_len, &line));
        assert_int_equal(line, written_line);
        assert_true(span_is((struct span){source, path_len}, expected));
    } else if (!strchr(name, ':')) {
        assert_false(earlier_version_reads_a_line(source, &path_len, &line));
        assert_string_equal(source, expected);
    }
    probe(NONE, NONE, resident.items);
    assert_int_equal(settings.token.used.origin.kind, is_file ? ORIGIN_FILE : ORIGIN_SECRET);
    assert_int_equal(settings.token.used.origin.line, written_line);
    assert_int_equal(stat(settings.token.used.origin.path, &got), 0);
    assert_int_equal(wanted.st_ino, got.st_ino);
    envlist_free(&resident);
}

static void what_is_written_is_read_back(void **state)
{
    static const char *const names[] = {"secret", "secret:3", "x.env:2", "two:1:1", "a,b:3"};
    (void)state;
    write_file("x.env", "A=1\n");
    write_file("two", "A=1\n");
    write_file("two:1", "A=1\n");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char variable[128];
        snprintf(variable, sizeof variable, "LABEL_STUDIO_API_TOKEN_FILE=%s", names[i]);
        write_file(names[i], LEGACY "\n");
        make(LIST("--env-file", "x.env", "--env-file", "two:1", "--env-file", "two"),
             LIST(variable));
        assert_same_source(names[i], false);
    }
    write_file("t.env", "A=1\nLABEL_STUDIO_API_TOKEN=" LEGACY "\n");
    write_file("t:3", "A=1\nLABEL_STUDIO_API_TOKEN=" LEGACY "\n");
    write_file("t,3", "A=1\nLABEL_STUDIO_API_TOKEN=" LEGACY "\n");
    make(LIST("--env-file", "t.env"), NONE);
    assert_same_source("t.env", true);
    make(LIST("--env-file", "t:3"), NONE);
    assert_same_source("t:3", true);
    make(LIST("--env-file", "t,3"), NONE);
    assert_same_source("t,3", true);
}

static void how_to_ask_may_stand_in_the_apps_files(void **state)
{
    (void)state;
    char files[256];
    write_file("x.env",
               "LABELGATE_TIMEOUT=2s\nLABELGATE_JWT=trade\nLABEL_STUDIO_API_TOKEN=" OTHER "\n");
    snprintf(files, sizeof files, "LABELGATE_ENV_FILE=%s/x.env", directory);
    probe(NONE, LIST("LABELGATE_ENV_FILE=/none"), LIST(RESIDENT, "LABELGATE_JWT=reject", files));
    assert_int_equal(settings.refusal_count, 0);
    assert_int_equal(settings.limits.timeout_ms, 2000);
    assert_int_equal(settings.token.jwt, JWT_REJECT);
    assert_true(span_is(settings.token.file_text, OTHER));
    assert_int_equal(settings.token.file_origin.line, 3);
}

// The app runs: a file that was spoilt since is told, and is no verdict.
static void a_spoilt_file_is_no_verdict(void **state)
{
    (void)state;
    char files[256];
    write_file("x.env", "A B\n");
    snprintf(files, sizeof files, "LABELGATE_ENV_FILE=%s/x.env,%s/gone.env", directory, directory);
    probe(NONE, NONE, LIST(RESIDENT, files));
    assert_int_equal(settings.refusal_count, 0);
    assert_int_equal(settings.warning_count, 2);
}

static void an_address_of_the_probes_own_fills_the_gap(void **state)
{
    (void)state;
    probe(NONE, LIST("LABEL_STUDIO_URL=http://env"),
          LIST("LABELGATE_STARTED=1", "LABELGATE_NO_TOKEN=1", "LABELGATE_JWT=reject"));
    assert_string_equal(settings.reach.url, "http://env");
    assert_true(settings.token.none);
    assert_null(settings.token.used.name);
    probe(LIST("--url", "http://option/"), NONE, LIST("LABELGATE_STARTED=1"));
    assert_string_equal(settings.reach.url, "http://option");
    assert_int_equal(settings.not_used, 0);
}

#define BIT(id) (UINT32_C(1) << OPTION_##id)

static void assert_app_unchanged(void)
{
    assert_int_equal(settings.refusal_count, 0);
    assert_string_equal(settings.reach.url, "http://app");
    assert_string_equal(settings.token.used.name, "LABEL_STUDIO_API_TOKEN");
    assert_true(span_is(settings.token.used.text, LEGACY));
    assert_int_equal(settings.token.jwt, JWT_REJECT);
    assert_int_equal(settings.load, LOAD_TOKEN);
    assert_false(settings.token.none);
    assert_null(settings.reach.header_file);
    assert_int_equal(settings.file_count, 0);
}

// Each alone and all together, so that none lets another one through.
static void options_of_the_probe_do_not_replace_what_the_app_has(void **state)
{
    (void)state;
    static const struct {
        const char *words[3];
        uint32_t bits;
    } rows[] = {
        {{"--url", "http://option"}, BIT(URL)},
        {{"--url", "http://app.example"}, BIT(URL)},
        {{"--url", "http://app/x"}, BIT(URL)},
        {{"--token-var", "OTHER_TOKEN"}, BIT(TOKEN_VAR)},
        {{"--no-token"}, BIT(NO_TOKEN)},
        {{"--jwt", "accept"}, BIT(JWT)},
        {{"--env-file", "/none/.env"}, BIT(ENV_FILE)},
        {{"--load", "all"}, BIT(LOAD)},
        {{"--header-file", "/none/headers"}, BIT(HEADER_FILE)},
    };
    char *const environment_of_probe[] = {"OTHER_TOKEN=" OTHER, NULL};
    char *all[16] = {NULL};
    size_t count = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *words[3] = {(char *)(uintptr_t)rows[i].words[0], (char *)(uintptr_t)rows[i].words[1]};
        probe(words, environment_of_probe,
              LIST(RESIDENT, "LABELGATE_JWT=reject", "LABELGATE_LOAD=token"));
        assert_app_unchanged();
        assert_int_equal(settings.not_used, rows[i].bits);
        for (size_t word = 0; words[word] && i >= 2; word++)
            all[count++] = words[word];
    }
    probe(all, environment_of_probe,
          LIST(RESIDENT, "LABELGATE_JWT=reject", "LABELGATE_LOAD=token"));
    assert_app_unchanged();
    assert_int_equal(settings.not_used, BIT(URL) | BIT(TOKEN_VAR) | BIT(NO_TOKEN) | BIT(JWT) |
                                            BIT(ENV_FILE) | BIT(LOAD) | BIT(HEADER_FILE));
}

// A HEALTHCHECK that repeats the options of `run` is not told of them.
static void what_the_app_has_as_well_is_not_worth_a_word(void **state)
{
    (void)state;
    char file[256], headers[256];
    write_file("a.env", "A=1\n");
    snprintf(file, sizeof file, "LABELGATE_ENV_FILE=%s/a.env", directory);
    snprintf(headers, sizeof headers, "LABELGATE_HEADER_FILE=%s/secret", directory);
    probe(LIST("--url", "http://app/", "--token-var", "A,LABEL_STUDIO_API_TOKEN", "--jwt", "accept",
               "--env-file", "a.env", "--load", "all", "--header-file", "secret"),
          NONE, LIST(RESIDENT, "LABELGATE_JWT=accept", file, "LABELGATE_LOAD=all", headers));
    assert_int_equal(settings.not_used, 0);
    assert_int_equal(settings.file_count, 1);
    probe(LIST("--no-token"), NONE, LIST("LABELGATE_STARTED=1", "LABELGATE_NO_TOKEN=1"));
    assert_int_equal(settings.not_used, 0);
    assert_true(settings.token.none);
}

// How to ask stays the probe's own business.
static void options_of_asking_count(void **state)
{
    (void)state;
    probe(LIST("--timeout", "3s", "--app-url", "http://app/x", "--ca-file", "/ca", "--unreachable",
               "healthy"),
          NONE, LIST(RESIDENT));
    assert_int_equal(settings.not_used, 0);
    assert_int_equal(settings.limits.timeout_ms, 3000);
    assert_string_equal(settings.app_url, "http://app/x");
    assert_string_equal(settings.reach.ca_file, "/ca");
    assert_int_equal(settings.unreachable, UNREACHABLE_HEALTHY);
}

// What labelgate 0.1.0 wrote, to the byte: a container may run it while the binary that the probe
// uses was replaced by `install`.
static void an_environment_of_the_first_release_is_read(void **state)
{
    (void)state;
    char file[256], source[256];
    write_file("x.env", "\nLABEL_STUDIO_API_KEY=" LEGACY "\n");
    snprintf(file, sizeof file, "LABELGATE_ENV_FILE=%s/x.env", directory);
    snprintf(source, sizeof source, "LABELGATE_TOKEN_SOURCE=%s/x.env:2", directory);
    probe(NONE, LIST("LABEL_STUDIO_API_TOKEN=" OTHER, "LABEL_STUDIO_URL=http://env"),
          LIST("LABELGATE_STARTED=1", "LABEL_STUDIO_URL=http://h:8080/ls",
               "LABEL_STUDIO_API_KEY=" LEGACY, "LABELGATE_TOKEN_VAR=LABEL_STUDIO_API_KEY", source,
               "LABELGATE_JWT=trade", file, "LABELGATE_LOAD=missing", "LABELGATE_HEADER_FILE=/h"));
    assert_int_equal(settings.refusal_count, 0);
    assert_int_equal(settings.not_used, 0);
    assert_string_equal(settings.reach.url, "http://h:8080/ls");
    assert_string_equal(settings.token.used.name, "LABEL_STUDIO_API_KEY");
    assert_true(span_is(settings.token.used.text, LEGACY));
    assert_int_equal(settings.token.used.origin.kind, ORIGIN_FILE);
    assert_int_equal(settings.token.used.origin.line, 2);
    assert_int_equal(settings.token.jwt, JWT_TRADE);
    assert_int_equal(settings.load, LOAD_MISSING);
    assert_string_equal(settings.reach.header_file, "/h");
    assert_int_equal(settings.file_count, 1);
}

// ---- Finding ------------------------------------------------------------------------------------

// A process with an environment of its own that stays until its standard input is closed. `ready`
// of the pipe is the proof that its execve is over.
struct stayer {
    pid_t pid;
    int hold;
};

static const char *own_path;

static struct stayer start(char *const *envp, bool in_another_namespace)
{
    int hold[2], ready[2];
    char byte;
    assert_int_equal(pipe2(hold, O_CLOEXEC), 0);
    assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        dup2(hold[0], STDIN_FILENO);
        dup2(ready[1], STDOUT_FILENO);
        if (!in_another_namespace || unshare(CLONE_NEWNS) == 0)
            execve(own_path, LIST("test_started", "stay"), envp);
        _exit(1);
    }
    close(hold[0]);
    close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    return (struct stayer){pid, hold[1]};
}

static void stop_stayer(struct stayer stayer)
{
    close(stayer.hold);
    assert_int_equal(waitpid(stayer.pid, NULL, 0), stayer.pid);
}

static int stay(void)
{
    char byte;
    if (write(STDOUT_FILENO, "r", 1) != 1)
        return 1;
    return read(STDIN_FILENO, &byte, 1) == 0 ? 0 : 1;
}

static enum started_answer find_once(void)
{
    struct started found;
    started_find(&found, "/proc");
    started_free(&found);
    return found.answer;
}

// Other tests on this machine may have a resident process: a mount namespace of our own hides them.
static bool has_own_namespace;

// An emulator shows its own environment in /proc and cannot start a program of its processor.
static bool is_emulated(void)
{
    static const char *const native[] = {"musl", "debug", "plain", "coverage"};
    const char *world = getenv("LABELGATE_WORLD");
    for (size_t i = 0; world && i < sizeof native / sizeof native[0]; i++)
        if (strcmp(world, native[i]) == 0)
            return false;
    return world != NULL;
}

static void need_namespace(void)
{
    if (!has_own_namespace || is_emulated())
        skip();
}

static bool is_nobody(enum started_answer answer)
{
    return answer == STARTED_NONE || answer == STARTED_UNREADABLE;
}

static void nobody_is_believed_without_a_marker(void **state)
{
    (void)state;
    need_namespace();
    struct stayer one = start(LIST("A=1", "XLABELGATE_STARTED=1"), false);
    struct stayer two = start(LIST("LABELGATE_STARTED=12", "A=LABELGATE_STARTED=1"), false);
    struct stayer three = start(LIST("A=1", "LABELGATE_STARTED=1"), false);
    assert_true(is_nobody(find_once()));
    stop_stayer(one);
    stop_stayer(two);
    stop_stayer(three);
}

static void one_is_believed(void **state)
{
    (void)state;
    need_namespace();
    struct started found;
    struct stayer one = start(LIST(RESIDENT, "EMPTY="), false);
    started_find(&found, "/proc");
    assert_int_equal(found.answer, STARTED_FOUND);
    assert_int_equal(found.pid, one.pid);
    assert_items(&found.environment, LIST(RESIDENT, "EMPTY="));
    assert_string_equal(envlist_get(&found.environment, "LABEL_STUDIO_URL"), "http://app");
    started_free(&found);
    stop_stayer(one);
}

static void of_several_none_is_believed(void **state)
{
    (void)state;
    need_namespace();
    struct stayer one = start(LIST(RESIDENT), false);
    struct stayer two = start(LIST(RESIDENT), false);
    struct stayer three = start(LIST(RESIDENT), false);
    assert_int_equal(find_once(), STARTED_SEVERAL);
    stop_stayer(one);
    stop_stayer(two);
    assert_int_equal(find_once(), STARTED_FOUND);
    stop_stayer(three);
}

static void another_containers_process_is_not_believed(void **state)
{
    (void)state;
    need_namespace();
    struct stayer one = start(LIST(RESIDENT), true);
    assert_true(is_nobody(find_once()));
    stop_stayer(one);
}

// `len` bytes in several variables: one may not be longer than 128 KiB.
static enum started_answer find_long(size_t len)
{
    static char bytes[8][40 * 1024];
    char *envp[10] = {"LABELGATE_STARTED=1"};
    for (size_t i = 0; i < 8 && len > 0; i++) {
        size_t piece = len < sizeof bytes[i] ? len : sizeof bytes[i];
        memset(bytes[i], 'x', piece);
        memcpy(bytes[i], "X=", 2);
        bytes[i][piece - 1] = '\0';
        envp[i + 1] = bytes[i];
        len -= piece;
    }
    struct stayer one = start(envp, false);
    enum started_answer answer = find_once();
    stop_stayer(one);
    return answer;
}

static void a_long_environment_is_read_up_to_a_limit(void **state)
{
    (void)state;
    need_namespace();
    // Around the first read, to the byte: the marker alone has 20.
    for (size_t len = 2000 - 22; len <= 2000 - 18; len++)
        assert_int_equal(find_long(len), STARTED_FOUND);
    assert_int_equal(find_long(100 * 1024), STARTED_FOUND);
    assert_true(is_nobody(find_long(200 * 1024)));
}

// ---- Whom to believe: a /proc of our own making -------------------------------------------------

// Process 42 is the probe. `uids` NULL: four times our own.
struct fake {
    int pid;
    const char *uids;
    const char *mount, *process, *groups; // NULL: the probe's
    mode_t mode;                          // of its program; 0: 0755
    const char *environment;              // without its first variable; NULL: the marker begins it
};

#define OWN_GROUPS "1:name=systemd:/docker/a\n0::/docker/a\n"
#define OTHER_GROUPS "1:name=systemd:/docker/b\n0::/docker/b\n"
#define INIT_GROUPS "1:name=systemd:/docker/a/init.scope\n0::/docker/a\n"

static void fake_path(char path[64], int pid, const char *name)
{
    snprintf(path, 64, "proc/%d/%s", pid, name);
}

static void fake_file(int pid, const char *name, const char *text, size_t len)
{
    char path[64];
    fake_path(path, pid, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0755);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, len), (ssize_t)len);
    close(fd);
}

static void fake_link(int pid, const char *name, const char *target)
{
    char path[64];
    fake_path(path, pid, name);
    assert_int_equal(symlink(target, path), 0);
}

static void fake_process(const struct fake *fake)
{
    static const char marked[] = "LABELGATE_STARTED=1\0LABEL_STUDIO_URL=http://app";
    char path[64], status[256], own[64];
    unsigned uid = geteuid();
    static const char *const folders[] = {"", "ns", "fd", "fdinfo"};
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        fake_path(path, fake->pid, folders[i]);
        assert_int_equal(mkdir(path, 0755), 0);
    }
    snprintf(own, sizeof own, "Uid:\t%u\t%u\t%u\t%u\n", uid, uid, uid, uid);
    snprintf(status, sizeof status,
             "Name:\tx\nUmask:\t0022\nState:\tS (sleeping)\nPid:\t%d\n%sGid:\t0\t0\t0\t0\n",
             fake->pid, fake->uids ? fake->uids : own);
    fake_file(fake->pid, "status", status, strlen(status));
    fake_file(fake->pid, "cgroup", fake->groups ? fake->groups : OWN_GROUPS,
              strlen(fake->groups ? fake->groups : OWN_GROUPS));
    fake_file(fake->pid, "exe", "", 0);
    fake_path(path, fake->pid, "exe");
    assert_int_equal(chmod(path, fake->mode ? fake->mode : 0755), 0);
    fake_link(fake->pid, "ns/mnt", fake->mount ? fake->mount : "mnt:[1]");
    fake_link(fake->pid, "ns/pid", fake->process ? fake->process : "pid:[2]");
    if (fake->environment)
        fake_file(fake->pid, "environ", fake->environment, strlen(fake->environment) + 1);
    else
        fake_file(fake->pid, "environ", marked, sizeof marked);
}

static void fake_begin(const char *groups)
{
    assert_int_equal(mkdir("proc", 0755), 0);
    assert_int_equal(symlink("42", "proc/self"), 0);
    fake_process(&(struct fake){.pid = 42, .groups = groups});
}

static void fake_end(void)
{
    assert_int_equal(system("rm -r proc"), 0);
}

// A /proc with these processes, besides a probe in these groups; `pid` 0 ends the list.
static enum started_answer answer_for(const char *groups, const struct fake *processes, pid_t *pid)
{
    struct started found;
    fake_begin(groups);
    for (; processes->pid != 0; processes++)
        fake_process(processes);
    started_find(&found, "proc");
    *pid = found.pid;
    if (found.answer == STARTED_FOUND)
        assert_string_equal(envlist_get(&found.environment, "LABEL_STUDIO_URL"), "http://app");
    started_free(&found);
    fake_end();
    return found.answer;
}

#define FAKES(...) ((const struct fake[]){__VA_ARGS__, {.pid = 0}})

static void assert_believed(pid_t expected, const char *groups, const struct fake *processes)
{
    pid_t pid;
    assert_int_equal(answer_for(groups, processes, &pid), STARTED_FOUND);
    assert_int_equal(pid, expected);
}

static void assert_not_believed(enum started_answer expected, const char *groups,
                                const struct fake *processes)
{
    pid_t pid;
    assert_int_equal(answer_for(groups, processes, &pid), expected);
}

static const char root[] = "Uid:\t0\t0\t0\t0\n";

static void root_and_our_own_user_are_believed(void **state)
{
    (void)state;
    for (int pid = 1; pid < 9; pid += 6) {
        assert_believed(pid, NULL, FAKES({.pid = pid}));
        assert_believed(pid, NULL, FAKES({.pid = pid, .uids = root}));
    }
}

static void every_one_of_the_four_ids_counts(void **state)
{
    (void)state;
    char uids[64];
    unsigned own = geteuid();
    for (int pid = 1; pid < 9; pid += 6) {
        assert_not_believed(STARTED_FOREIGN, NULL,
                            FAKES({.pid = pid, .uids = "Uid:\t4711\t4711\t4711\t4711\n"}));
        for (int odd = 0; odd < 4; odd++)
            for (unsigned others = 0; others <= own; others += own > 0 ? own : 1) {
                snprintf(uids, sizeof uids, "Uid:\t%u\t%u\t%u\t%u\n", odd == 0 ? 4711 : others,
                         odd == 1 ? 4711 : others, odd == 2 ? 4711 : others,
                         odd == 3 ? 4711 : others);
                assert_not_believed(STARTED_SET_ID, NULL, FAKES({.pid = pid, .uids = uids}));
            }
    }
}

static void ids_that_cannot_be_read_are_not_believed(void **state)
{
    (void)state;
    static const char *const lines[] = {"",
                                        "Uid:\n",
                                        "Uid:\t0\t0\t0\n",
                                        "Uid:\t0\t0\t0\t0",
                                        "Uid:\t0 0 0 0\n",
                                        "Uid:\t0\t0\t0\t0\t1000\n",
                                        "Uid:\t\t\t\t\n",
                                        "Uid:\tx\tx\tx\tx\n",
                                        "uid:\t0\t0\t0\t0\n"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        assert_not_believed(STARTED_NONE, NULL, FAKES({.pid = 7, .uids = lines[i]}));
}

static void a_program_that_changes_its_user_is_not_believed(void **state)
{
    (void)state;
    assert_not_believed(STARTED_SET_ID, NULL, FAKES({.pid = 7, .uids = root, .mode = 04755}));
    assert_not_believed(STARTED_SET_ID, NULL, FAKES({.pid = 7, .mode = 02755}));
    assert_not_believed(STARTED_SET_ID, NULL, FAKES({.pid = 1, .mode = 04711}));
    assert_believed(7, NULL, FAKES({.pid = 7, .mode = 01755}));
}

static void another_namespace_is_another_container(void **state)
{
    (void)state;
    for (int pid = 1; pid < 9; pid += 6) {
        assert_not_believed(STARTED_NONE, NULL, FAKES({.pid = pid, .mount = "mnt:[9]"}));
        assert_not_believed(STARTED_NONE, NULL, FAKES({.pid = pid, .process = "pid:[9]"}));
    }
}

static void who_is_not_believed_does_not_count(void **state)
{
    (void)state;
    static const char other[] = "Uid:\t4711\t4711\t4711\t4711\n";
    assert_believed(8, NULL,
                    FAKES({.pid = 1, .uids = other}, {.pid = 7, .uids = other}, {.pid = 8},
                          {.pid = 9, .mode = 04755}, {.pid = 10, .mount = "mnt:[9]"},
                          {.pid = 11, .groups = OTHER_GROUPS},
                          {.pid = 12, .environment = "A=LABELGATE_STARTED=1"},
                          {.pid = 13, .environment = "LABELGATE_STARTED=12"}));
    assert_not_believed(STARTED_SEVERAL, NULL,
                        FAKES({.pid = 7, .uids = other}, {.pid = 8}, {.pid = 9}));
}

static void the_first_process_is_asked_first(void **state)
{
    (void)state;
    assert_believed(1, NULL, FAKES({.pid = 1}, {.pid = 7}, {.pid = 8}));
    assert_believed(1, NULL, FAKES({.pid = 1, .groups = OTHER_GROUPS}, {.pid = 7}));
    assert_believed(1, NULL, FAKES({.pid = 1, .groups = ""}));
}

// A host, and an image of systemd: there PID 1 runs, but is not labelgate.
static void another_control_group_is_another_service(void **state)
{
    (void)state;
    const struct fake init = {.pid = 1, .environment = "A=1", .groups = OTHER_GROUPS};
    const struct fake beside = {.pid = 1, .environment = "A=1"};
    const struct fake systemd = {.pid = 1, .environment = "A=1", .groups = INIT_GROUPS};
    const struct fake near = {.pid = 7};
    const struct fake near_too = {.pid = 6};
    const struct fake far = {.pid = 8, .groups = "1:name=systemd:/docker/a/x\n0::/docker/a/x\n"};
    const struct fake far_too = {.pid = 5, .groups = OTHER_GROUPS};

    assert_believed(7, NULL, FAKES(init, near));
    assert_not_believed(STARTED_GROUP, NULL, FAKES(init, far));
    assert_not_believed(STARTED_GROUP, NULL, FAKES(init, far, far_too));
    assert_believed(8, NULL, FAKES(beside, far));
    assert_believed(8, NULL, FAKES(systemd, far));
    assert_not_believed(STARTED_SEVERAL, NULL, FAKES(beside, far, far_too));
    // Its own group counts before any other, whichever comes first.
    assert_believed(7, NULL, FAKES(beside, far, far_too, near));
    assert_believed(7, NULL, FAKES(init, far, far_too, near));
    assert_not_believed(STARTED_SEVERAL, NULL, FAKES(beside, far, near, near_too));
    assert_not_believed(STARTED_SEVERAL, NULL, FAKES(init, near, near_too));
    // A cgroup namespace.
    assert_believed(8, "0::/\n",
                    FAKES({.pid = 1, .environment = "A=1", .groups = "0::/init.scope\n"},
                          {.pid = 8, .groups = "0::/system.slice/app.service\n"}));
    // No group is the beginning of another one's name, and PID 1's is nothing but its own.
    assert_not_believed(STARTED_GROUP, "0::/a\n",
                        FAKES({.pid = 1, .environment = "A=1", .groups = "0::/a/init.scopes\n"},
                              {.pid = 8, .groups = "0::/ab\n"}));
    assert_not_believed(STARTED_GROUP, "0::/a\n",
                        FAKES({.pid = 1, .environment = "A=1", .groups = "0::/\n"},
                              {.pid = 8, .groups = "0::/b\n"}));
}

static void groups_too_many_to_compare_are_not_the_same(void **state)
{
    (void)state;
    static char lines[9000];
    memset(lines, 'x', sizeof lines - 1);
    assert_not_believed(
        STARTED_GROUP, lines,
        FAKES({.pid = 1, .environment = "A=1", .groups = lines}, {.pid = 8, .groups = lines}));
    lines[8000] = '\0';
    assert_believed(8, lines, FAKES({.pid = 8, .groups = lines}));
}

static void a_proc_of_somebody_else_is_not_believed(void **state)
{
    (void)state;
    struct started found;
    assert_int_equal(mkdir("proc", 0755), 0);
    fake_process(&(struct fake){.pid = 1});
    started_find(&found, "proc");
    assert_int_equal(found.answer, STARTED_NONE);
    started_free(&found);
    fake_end();
    started_find(&found, "proc");
    assert_int_equal(found.answer, STARTED_NONE);
    assert_int_equal(found.folder, -1);
    started_free(&found);
}

static void each_answer_has_its_sentence(void **state)
{
    (void)state;
    static const char *const words[] = {
        [STARTED_FOUND] = "PID 7",          [STARTED_NONE] = "no running `labelgate run`",
        [STARTED_SEVERAL] = "several",      [STARTED_UNREADABLE] = "cannot be read by uid",
        [STARTED_FOREIGN] = "not believed", [STARTED_SET_ID] = "set-user-ID",
        [STARTED_GROUP] = "control group",
    };
    char bytes[FINDING_SLOT];
    for (int answer = STARTED_FOUND; answer <= STARTED_GROUP; answer++) {
        struct started found = {
            .answer = (enum started_answer)answer, .pid = 7, .uid = geteuid() + 1, .folder = -1};
        struct text text = text_over(bytes, sizeof bytes);
        started_text(&found, &text);
        assert_non_null(strstr(bytes, words[answer]));
    }
    struct started own = {.answer = STARTED_UNREADABLE, .pid = 7, .uid = geteuid(), .folder = -1};
    struct text text = text_over(bytes, sizeof bytes);
    started_text(&own, &text);
    assert_non_null(strstr(bytes, "cannot be read by its own user"));
}

// ---- Its standard error -------------------------------------------------------------------------

#define FLAGS "pos:\t0\nflags:\t%s\nmnt_id:\t12\n"

// What process 7 has as descriptor 2: a path and the flags of fdinfo (NULL: there is none).
static int open_log(const char *path, const char *flags)
{
    struct started found;
    char info[128];
    fake_begin(NULL);
    fake_process(&(struct fake){.pid = 7});
    fake_link(7, "fd/2", path);
    if (flags) {
        snprintf(info, sizeof info, FLAGS, flags);
        fake_file(7, "fdinfo/2", info, strlen(info));
    }
    started_find(&found, "proc");
    assert_int_equal(found.answer, STARTED_FOUND);
    int fd = started_open_log(&found);
    started_free(&found);
    fake_end();
    return fd;
}

static void only_a_pipe_or_terminal_that_is_written_to_is_a_log(void **state)
{
    (void)state;
    char pipe_path[64], terminal[64], file[64];
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    snprintf(pipe_path, sizeof pipe_path, "/proc/self/fd/%d", ends[1]);
    write_file("secret", "mine");
    snprintf(file, sizeof file, "%s/secret", directory);
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    bool has_terminal = master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0;

    static const char *const written[] = {"01", "0100001", "02002", "0102002"};
    static const char *const not_written[] = {"00",        "0100000",   "010000000",
                                              "010000001", "010100002", NULL};
    for (size_t i = 0; i < sizeof written / sizeof written[0]; i++) {
        int fd = open_log(pipe_path, written[i]);
        assert_true(fd >= 0);
        assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
        assert_int_equal(write(fd, "x", 1), 1);
        close(fd);
        assert_int_equal(open_log(file, written[i]), -1);
        assert_int_equal(open_log("/dev/null", written[i]), -1);
        assert_int_equal(open_log("/none", written[i]), -1);
        if (has_terminal) {
            snprintf(terminal, sizeof terminal, "%s", ptsname(master));
            fd = open_log(terminal, written[i]);
            assert_true(fd >= 0);
            close(fd);
        }
    }
    for (size_t i = 0; i < sizeof not_written / sizeof not_written[0]; i++)
        assert_int_equal(open_log(pipe_path, not_written[i]), -1);
    close(master);
    close(ends[0]);
    close(ends[1]);
}

static int enter(void **state)
{
    (void)state;
    has_own_namespace = unshare(CLONE_NEWNS) == 0 || unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0;
    return mkdtemp(directory) && chdir(directory) == 0 ? 0 : -1;
}

static int leave(void **state)
{
    (void)state;
    settings_free(&settings);
    envlist_free(&environment);
    envlist_free(&started);
    static const char *const files[] = {"a.env",   "b.env", "x.env", "secret",  "secret:3",
                                        "x.env:2", "two",   "two:1", "two:1:1", "a,b:3",
                                        "t.env",   "t:3",   "t,3"};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        unlink(files[i]);
    return chdir("/") == 0 && rmdir(directory) == 0 ? 0 : -1;
}

int main(int argc, char **argv)
{
    char path[4096];
    if (argc > 1 && strcmp(argv[1], "stay") == 0)
        return stay();
    own_path = realpath(argv[0], path);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_the_probe_needs_is_kept),
        cmocka_unit_test(paths_are_absolute),
        cmocka_unit_test(the_token_is_the_one_the_app_has),
        cmocka_unit_test(no_token_is_told),
        cmocka_unit_test(the_probe_believes_what_the_app_has),
        cmocka_unit_test(a_secret_may_end_like_a_line),
        cmocka_unit_test(what_is_written_is_read_back),
        cmocka_unit_test(how_to_ask_may_stand_in_the_apps_files),
        cmocka_unit_test(a_spoilt_file_is_no_verdict),
        cmocka_unit_test(an_address_of_the_probes_own_fills_the_gap),
        cmocka_unit_test(options_of_the_probe_do_not_replace_what_the_app_has),
        cmocka_unit_test(what_the_app_has_as_well_is_not_worth_a_word),
        cmocka_unit_test(options_of_asking_count),
        cmocka_unit_test(an_environment_of_the_first_release_is_read),
        cmocka_unit_test(nobody_is_believed_without_a_marker),
        cmocka_unit_test(one_is_believed),
        cmocka_unit_test(of_several_none_is_believed),
        cmocka_unit_test(another_containers_process_is_not_believed),
        cmocka_unit_test(a_long_environment_is_read_up_to_a_limit),
        cmocka_unit_test(root_and_our_own_user_are_believed),
        cmocka_unit_test(every_one_of_the_four_ids_counts),
        cmocka_unit_test(ids_that_cannot_be_read_are_not_believed),
        cmocka_unit_test(a_program_that_changes_its_user_is_not_believed),
        cmocka_unit_test(another_namespace_is_another_container),
        cmocka_unit_test(who_is_not_believed_does_not_count),
        cmocka_unit_test(the_first_process_is_asked_first),
        cmocka_unit_test(another_control_group_is_another_service),
        cmocka_unit_test(groups_too_many_to_compare_are_not_the_same),
        cmocka_unit_test(a_proc_of_somebody_else_is_not_believed),
        cmocka_unit_test(each_answer_has_its_sentence),
        cmocka_unit_test(only_a_pipe_or_terminal_that_is_written_to_is_a_log),
    };
    return cmocka_run_group_tests(tests, enter, leave);
}
