// SPDX-License-Identifier: MIT
// Settings when memory runs out at each place in turn: nothing is used that is not there, nothing
// is started with half of the settings.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/options_parse.h"
#include "settings/resident_environment.h"
#include "settings/settings.h"

#define LEGACY "00112233445566778899aabbccddeeff00112233"
#define PLACES_MAX 2000

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *bytes, size_t size);
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *bytes, size_t size);

static long allowed = -1; // how many more succeed; -1: all
static bool for_good;     // then none does again; else one is refused and memory is back
static bool failed;       // one was refused

static bool is_refused(void)
{
    if (allowed < 0)
        return false;
    if (allowed > 0) {
        allowed--;
        return false;
    }
    failed = true;
    if (!for_good)
        allowed = -1;
    return true;
}

void *__wrap_malloc(size_t size)
{
    return is_refused() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return is_refused() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *bytes, size_t size)
{
    return is_refused() ? NULL : __real_realloc(bytes, size);
}

static char directory[] = "/tmp/labelgate-memory-XXXXXX";

static void write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static int enter(void **state)
{
    (void)state;
    if (!mkdtemp(directory) || chdir(directory) != 0)
        return -1;
    write_file("a.env", "LABEL_STUDIO_URL=http://h/x/\nA=1\nLABELGATE_GRACE=2s\nB: 2\n");
    write_file("secret", LEGACY "\r\n");
    return 0;
}

static int leave(void **state)
{
    (void)state;
    unlink("a.env");
    unlink("secret");
    return chdir("/") == 0 && rmdir(directory) == 0 ? 0 : -1;
}

static char *const words[] = {"--env-file", "a.env", "--load", "all", "--header-file", "h"};
static char *const entries[] = {"A=0", "LABEL_STUDIO_API_TOKEN_FILE=secret",
                                "LABEL_STUDIO_API_KEY=other", "LABELGATE_TOKEN_VAR=", NULL};

// What `run` does with memory between its start and the app's. True: the app would be started.
static bool prepare(void)
{
    struct options options;
    struct envlist environment = {0}, app = {0}, resident = {0};
    struct settings settings;
    struct finding finding;
    if (!options_parse(&options, VERB_RUN, 6, words, 0, &finding))
        return false;
    if (!envlist_make(&environment, entries)) {
        options_free(&options);
        return false;
    }
    settings_make(&settings, VERB_RUN, &options, &environment);
    bool starts = settings.refusal_count == 0 && settings_need_token(&settings, &finding) &&
                  settings_app_environment(&settings, &environment, (struct span){0}, &app) &&
                  started_environment(&settings, (struct span){0}, &resident);
    if (starts) {
        assert_string_equal(envlist_get(&app, "LABEL_STUDIO_API_TOKEN"), LEGACY);
        assert_string_equal(envlist_get(&app, "A"), "1");
        assert_string_equal(envlist_get(&app, "B"), "2");
        assert_string_equal(envlist_get(&resident, "LABEL_STUDIO_URL"), "http://h/x");
        assert_string_equal(envlist_get(&resident, "LABEL_STUDIO_API_TOKEN"), LEGACY);
        assert_int_equal(settings.launch.grace_ms, 2000);
    }
    envlist_free(&app);
    envlist_free(&resident);
    settings_free(&settings);
    envlist_free(&environment);
    options_free(&options);
    return starts;
}

static void try_every_place(void)
{
    assert_true(prepare());
    long place = 0;
    for (; place < PLACES_MAX; place++) {
        allowed = place;
        failed = false;
        bool starts = prepare();
        allowed = -1;
        if (!failed)
            break;
        if (starts)
            fail_msg("memory ran out at place %ld and the app was started", place);
    }
    assert_int_in_range(place, 10, PLACES_MAX - 1);
}

static void nothing_is_started_with_half_of_the_settings(void **state)
{
    (void)state;
    for_good = true;
    try_every_place();
}

// A short lack is the harder case: what was left out then is not missed later.
static void a_short_lack_is_not_forgotten(void **state)
{
    (void)state;
    for_good = false;
    try_every_place();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_started_with_half_of_the_settings),
        cmocka_unit_test(a_short_lack_is_not_forgotten),
    };
    return cmocka_run_group_tests(tests, enter, leave);
}
