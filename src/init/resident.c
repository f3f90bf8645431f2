// SPDX-License-Identifier: MIT
// PID 1 replaces itself by a fresh image of the same program, which never touched a parser, the
// heap or a token's copy.
//
// Kept by the kernel across execve: the signal mask, what is pending, children, the subreaper flag.
// What only we know goes in the argument list, which anybody can read: numbers, no secret.
//
//     labelgate init PID GRACE_MS LOG FLAGS SIGNALS CODES
//
// FLAGS: g for --group, o when the app leads its own group, - for none. SIGNALS: FROM:TO,…  CODES:
// CODE,…  - for none.
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/duration.h"
#include "base/text.h"
#include "init/descriptors.h"
#include "init/kernel_signals.h"
#include "init/watch.h"
#include "spec/exitcode.h"

enum word {
    WORD_PROGRAM,
    WORD_VERB,
    WORD_APP,
    WORD_GRACE,
    WORD_LOG,
    WORD_FLAGS,
    WORD_SIGNALS,
    WORD_CODES,
    WORDS
};

// Longest list: 256 codes of up to three digits and a comma.
#define LIST_MAX 1100
#define NUMBER_MAX 24

static void list_signals(const unsigned char *map, char *list)
{
    struct text text = text_over(list, LIST_MAX);
    for (int from = 1; from <= SIGNALS_LAST; from++)
        if (map[from] != from)
            text_add(&text, "%s%d:%d", text.len > 0 ? "," : "", from, map[from]);
    if (text.len == 0)
        text_add(&text, "-");
}

static void list_codes(const unsigned char *codes, char *list)
{
    struct text text = text_over(list, LIST_MAX);
    for (int code = 0; code < 256; code++)
        if (codes[code])
            text_add(&text, "%s%d", text.len > 0 ? "," : "", code);
    if (text.len == 0)
        text_add(&text, "-");
}

void resident_become(const struct watch *self, char *const *env)
{
    char app[NUMBER_MAX], grace[NUMBER_MAX], log[NUMBER_MAX], signals[LIST_MAX], codes[LIST_MAX];
    const char *flags = self->group ? "go" : self->own_group ? "o" : "-";
    text_print(app, sizeof app, "%d", (int)self->app);
    text_print(grace, sizeof grace, "%lld", (long long)self->grace_ms);
    text_print(log, sizeof log, "%d", (int)self->log);
    list_signals(self->signal_map, signals);
    list_codes(self->ok_exit, codes);

    const char *const argv[WORDS + 1] = {
        [WORD_PROGRAM] = "labelgate",
        [WORD_VERB] = INIT_RESIDENT_VERB,
        [WORD_APP] = app,
        [WORD_GRACE] = grace,
        [WORD_LOG] = log,
        [WORD_FLAGS] = flags,
        [WORD_SIGNALS] = signals,
        [WORD_CODES] = codes,
    };
    execve("/proc/self/exe", (char *const *)(uintptr_t)argv, env);
    say(self->log, SAY_DEBUG, "PID 1 stays the larger image: %s", strerror(errno));
}

// ---- The fresh image ----------------------------------------------------------------------------

// Digits at `*at`, a value of `max` at most; moves on. False: none, or a larger value.
static bool read_number(const char **at, int64_t max, int64_t *number)
{
    const char *start = *at;
    *number = 0;
    for (; ascii_is_digit(**at); ++*at) {
        *number = *number * 10 + (**at - '0');
        if (*number > max)
            return false;
    }
    return *at > start;
}

static bool whole_number(const char *word, int64_t max, int64_t *number)
{
    return read_number(&word, max, number) && *word == '\0';
}

static bool skip_char(const char **at, char c)
{
    if (**at != c)
        return false;
    ++*at;
    return true;
}

static bool read_signals(const char *list, unsigned char *map)
{
    for (int number = 0; number <= SIGNALS_LAST; number++)
        map[number] = (unsigned char)number;
    if (strcmp(list, "-") == 0)
        return true;
    do {
        int64_t from, to;
        if (!read_number(&list, SIGNALS_LAST, &from) || !skip_char(&list, ':') ||
            !read_number(&list, SIGNALS_LAST, &to))
            return false;
        map[from] = (unsigned char)to;
    } while (skip_char(&list, ','));
    return *list == '\0';
}

static bool read_codes(const char *list, unsigned char *codes)
{
    memset(codes, 0, 256);
    if (strcmp(list, "-") == 0)
        return true;
    do {
        int64_t code;
        if (!read_number(&list, 255, &code))
            return false;
        codes[code] = 1;
    } while (skip_char(&list, ','));
    return *list == '\0';
}

static bool read_words(int argc, char *const *argv, struct watch *self, unsigned char *map,
                       unsigned char *codes)
{
    int64_t app, log;
    if (argc != WORDS || !whole_number(argv[WORD_APP], INT32_MAX, &app) ||
        !whole_number(argv[WORD_GRACE], DURATION_MAX_MS, &self->grace_ms) ||
        !whole_number(argv[WORD_LOG], SAY_DEBUG, &log) || !read_signals(argv[WORD_SIGNALS], map) ||
        !read_codes(argv[WORD_CODES], codes))
        return false;
    self->app = (pid_t)app;
    self->log = (enum say_level)log;
    self->group = strchr(argv[WORD_FLAGS], 'g') != NULL;
    self->own_group = strchr(argv[WORD_FLAGS], 'o') != NULL;
    self->signal_map = map;
    self->ok_exit = codes;
    return true;
}

// ECHILD alone is a no: PID 1 does not end because a call failed.
static bool is_child(pid_t pid)
{
    siginfo_t info;
    if (pid <= 0)
        return false;
    return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 || errno != ECHILD;
}

// Of a fixed size, so that nobody makes PID 1 pay for more; close-on-exec does not matter here, and
// what the kernel does not know yet (6.3: not to be executed) is left out.
static void make_record(void)
{
    const unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING, no_execution = 0x8;
    struct rlimit size;
    // ftruncate would fail, and send us a SIGXFSZ, which would be passed on to the app.
    if (getrlimit(RLIMIT_FSIZE, &size) == 0 && size.rlim_cur < INIT_RECORD_SIZE)
        return;
    int fd = memfd_create(INIT_RECORD, flags | no_execution);
    if (fd < 0 && errno == EINVAL)
        fd = memfd_create(INIT_RECORD, flags);
    if (fd < 0 || !descriptors_move_up(&fd))
        return;
    if (ftruncate(fd, INIT_RECORD_SIZE) != 0)
        close(fd);
    else
        fcntl(fd, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL);
}

int init_resident(int argc, char *const *argv)
{
    unsigned char map[SIGNALS_LAST + 1];
    unsigned char codes[256];
    struct watch self = {.first = getpid() == 1};
    if (!read_words(argc, argv, &self, map, codes) || !is_child(self.app)) {
        say(SAY_WARN, SAY_ERROR,
            "\"%s\" is how `run` goes on by itself; it is not meant to be called",
            INIT_RESIDENT_VERB);
        return EXITCODE_REFUSED;
    }
    // After execve of /proc/self/exe the kernel calls us "exe".
    prctl(PR_SET_NAME, "labelgate");
    make_record();
    return watch(&self);
}
