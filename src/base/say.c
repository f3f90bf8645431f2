// SPDX-License-Identifier: MIT
#include "base/say.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/redact.h"
#include "base/text.h"

// How long a clogged standard error is waited for, by all lines together. Long enough for a log
// driver that lags, short enough that PID 1 goes on with its work when nothing reads at all.
// Counted in looks, each as a whole one: this must end where the clock does not go.
#define PATIENCE_MS 250
#define LOOK_MS 10
static int patience_ms = PATIENCE_MS;
#define PREFIX "labelgate: "
#define KERNEL_SET 8 // bytes of a signal set

// What the kernel sends to who writes where nobody reads, or beyond the limit of a file
// (RLIMIT_FSIZE), held back: either costs a line and not the process. PID 1 has them blocked: one
// of its own would be passed on to the app. Only these are blocked and unblocked, never a whole
// mask set: musl hides three real-time signals from a saved mask.
static const struct {
    int signal, error;
} lost[] = {{SIGPIPE, EPIPE}, {SIGXFSZ, EFBIG}};
#define LOST (sizeof lost / sizeof lost[0])

struct held {
    bool was_blocked[LOST];
    bool was_pending[LOST];
};

static struct held hold_signals(void)
{
    struct held before = {0};
    sigset_t ours, old, pending;
    bool any = false;
    sigemptyset(&ours);
    for (size_t i = 0; i < LOST; i++)
        sigaddset(&ours, lost[i].signal);
    if (sigprocmask(SIG_BLOCK, &ours, &old) != 0)
        return before;
    for (size_t i = 0; i < LOST; i++)
        any = (before.was_blocked[i] = sigismember(&old, lost[i].signal) == 1) || any;
    // What was not blocked cannot have been pending.
    if (any && sigpending(&pending) == 0)
        for (size_t i = 0; i < LOST; i++)
            before.was_pending[i] = sigismember(&pending, lost[i].signal) == 1;
    return before;
}

// `error`: of a write that failed, or 0.
static void restore_signals(const struct held *before, int error)
{
    sigset_t ours, one;
    sigemptyset(&ours);
    for (size_t i = 0; i < LOST; i++) {
        if (!before->was_blocked[i])
            sigaddset(&ours, lost[i].signal);
        if (error != lost[i].error || before->was_pending[i])
            continue;
        sigemptyset(&one);
        sigaddset(&one, lost[i].signal);
        // Not sigtimedwait: musl's asks a 32-bit kernel for 64-bit time alone, which older filters
        // answer with EPERM.
        const long at_once[2] = {0, 0};
        while (syscall(SYS_rt_sigtimedwait, &one, NULL, at_once, KERNEL_SET) < 0 && errno == EINTR)
            continue;
    }
    sigprocmask(SIG_UNBLOCK, &ours, NULL);
}

// True when a write of up to PIPE_BUF bytes will not block, or will fail at once.
static bool writable(int fd, int limit_ms)
{
    struct pollfd one = {.fd = fd, .events = POLLOUT};
    int ready;
    do
        ready = poll(&one, 1, limit_ms);
    while (ready < 0 && errno == EINTR);
    return ready > 0;
}

// A blocked stop signal waits: whoever has blocked it must be free to answer it.
static bool stop_waits(void)
{
    sigset_t pending;
    return sigpending(&pending) == 0 &&
           (sigismember(&pending, SIGTERM) == 1 || sigismember(&pending, SIGINT) == 1 ||
            sigismember(&pending, SIGHUP) == 1 || sigismember(&pending, SIGQUIT) == 1);
}

// Waits for room while there is patience left; a line for which none came takes all of it.
static bool writable_in_time(int fd)
{
    while (!writable(fd, 0)) {
        if (patience_ms <= 0 || stop_waits()) {
            patience_ms = 0;
            return false;
        }
        patience_ms -= LOOK_MS;
        writable(fd, LOOK_MS);
    }
    return true;
}

// One write that does not wait for room, although the descriptor may: between a look and a write
// another writer, the app, can take what room there was. The flag of the descriptor is the app's
// too, so the call says it (Linux 6.5 for pipes). Elsewhere, and for files, a plain write does.
static ssize_t write_at_once(int fd, const char *bytes, size_t len)
{
    const struct iovec one = {(void *)(uintptr_t)bytes, len};
    struct stat file;
    ssize_t written = -1;
    errno = EOPNOTSUPP;
    if (fstat(fd, &file) == 0 && (S_ISFIFO(file.st_mode) || S_ISSOCK(file.st_mode)))
        written = syscall(SYS_pwritev2, fd, &one, 1L, -1L, -1L, RWF_NOWAIT);
    if (written >= 0 || errno == EAGAIN || errno == EPIPE)
        return written;
    return write(fd, bytes, len);
}

enum patience { AT_ONCE, IN_TIME, AS_LONG_AS_IT_TAKES };

// Writes all of it. As long as it takes: a write waits by itself unless the descriptor does not
// block.
static bool write_all(int fd, const char *bytes, size_t len, enum patience patience)
{
    bool whole = true;
    int error = 0;
    struct held before = hold_signals();
    while (len > 0 && whole) {
        if ((patience == AT_ONCE && !writable(fd, 0)) ||
            (patience == IN_TIME && !writable_in_time(fd))) {
            whole = false;
            break;
        }
        ssize_t written =
            patience == AS_LONG_AS_IT_TAKES ? write(fd, bytes, len) : write_at_once(fd, bytes, len);
        if (written > 0) {
            bytes += written;
            len -= (size_t)written;
        } else if (written < 0 && errno == EAGAIN && patience == AS_LONG_AS_IT_TAKES) {
            writable(fd, -1);
        } else if (written < 0 && errno == EAGAIN) {
            // There was room and there is none now: another writer was faster.
            patience_ms -= LOOK_MS;
            whole = patience == IN_TIME && patience_ms > 0;
        } else if (written == 0 || (errno != EINTR && errno != EAGAIN)) {
            whole = false;
            error = written < 0 ? errno : 0;
        }
    }
    restore_signals(&before, error);
    return whole;
}

// A message that does not fit is put together on the heap: a secret that is cut before it is looked
// for would not be known.
static void add_message(struct text *out, size_t most, const char *format, va_list list)
{
    char raw[SAY_LINE];
    struct text message = text_over(raw, sizeof raw);
    struct text whole = text_growing();
    va_list again;
    va_copy(again, list);
    text_add_list(&message, format, list);
    if (message.cut)
        text_add_list(&whole, format, again);
    va_end(again);
    if (!message.cut)
        text_add_visible(out, (struct span){raw, message.len}, most);
    else if (!whole.cut)
        text_add_visible(out, (struct span){whole.bytes, whole.len}, most);
    else
        text_add(out, "(a message that is too long: memory ran out)");
    text_free(&whole);
}

// begin + "labelgate: " + message + end, in one write.
static void speak(const char *begin, const char *format, va_list list, const char *end)
{
    int kept = errno;
    char line[SAY_LINE];
    struct text out = text_over(line, sizeof line);
    text_add(&out, "%s" PREFIX, begin);
    add_message(&out, sizeof line - out.len - sizeof "\n", format, list);
    text_add_span(&out, span_of(end));
    write_all(STDERR_FILENO, out.bytes, out.len, IN_TIME);
    errno = kept;
}

void say(enum say_level most, enum say_level level, const char *format, ...)
{
    if (level > most)
        return;
    va_list list;
    va_start(list, format);
    speak("", format, list, "\n");
    va_end(list);
}

// ECMA-48: back to the first column, then erase to the end of the line.
#define RENEW_LINE "\r\033[K"

void say_progress(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    speak(RENEW_LINE, format, list, "");
    va_end(list);
}

void say_progress_end(void)
{
    write_all(STDERR_FILENO, "\n", 1, IN_TIME);
}

void say_prompt(const char *question, struct span typed)
{
    write_all(STDERR_FILENO, question, strlen(question), IN_TIME);
    write_all(STDERR_FILENO, typed.text, typed.len, IN_TIME);
}

bool say_token(const char *text, size_t len)
{
    int kept = errno;
    bool whole = write_all(STDOUT_FILENO, text, len, AS_LONG_AS_IT_TAKES);
    errno = kept;
    return whole;
}

bool say_result(const char *text, size_t len)
{
    struct redacted found;
    struct span span = {text, len};
    if (!redact_find(span, &found))
        return say_token(text, len);
    struct text shown = text_growing();
    text_add_redacted(&shown, span);
    bool whole = !shown.cut && say_token(shown.bytes, shown.len);
    text_free(&shown);
    return whole;
}

bool say_to(int fd, const char *line, size_t len)
{
    return write_all(fd, line, len, AT_ONCE);
}
