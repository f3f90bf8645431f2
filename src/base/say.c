// SPDX-License-Identifier: MIT
#include "base/say.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/redact.h"
#include "base/text.h"

// How long a line waits for a clogged standard error. Long enough for a log driver that is behind,
// short enough that PID 1 goes on with its work when nobody reads at all.
#define PATIENCE_MS 250
#define PREFIX "labelgate: "

// SIGPIPE held back, so that a reader who went away costs a line and not the process. Only this one
// signal is blocked and unblocked, never a whole mask set: musl hides three real-time signals from
// a saved mask.
struct hush {
    bool was_blocked;
    bool was_pending;
};

static struct hush hush(void)
{
    struct hush before = {0};
    sigset_t pipe, old, pending;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    if (sigprocmask(SIG_BLOCK, &pipe, &old) == 0)
        before.was_blocked = sigismember(&old, SIGPIPE) == 1;
    // What was not blocked cannot have been pending.
    if (before.was_blocked && sigpending(&pending) == 0)
        before.was_pending = sigismember(&pending, SIGPIPE) == 1;
    return before;
}

static void unhush(struct hush before, bool broken)
{
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    if (broken && !before.was_pending) {
        const struct timespec at_once = {0};
        while (sigtimedwait(&pipe, NULL, &at_once) < 0 && errno == EINTR)
            continue;
    }
    if (!before.was_blocked)
        sigprocmask(SIG_UNBLOCK, &pipe, NULL);
}

// True when a write of up to PIPE_BUF bytes will not block, or will fail at once.
static bool writable(int fd, int patience_ms)
{
    struct pollfd one = {.fd = fd, .events = POLLOUT};
    int ready;
    do
        ready = poll(&one, 1, patience_ms);
    while (ready < 0 && errno == EINTR);
    return ready > 0;
}

// Writes all of it; waits at most `patience_ms` for room each time (-1: as long as it takes, which
// a write does by itself unless the descriptor does not block).
static bool write_all(int fd, const char *bytes, size_t len, int patience_ms)
{
    bool whole = true;
    bool broken = false;
    struct hush before = hush();
    while (len > 0 && whole) {
        if (patience_ms >= 0 && !writable(fd, patience_ms)) {
            whole = false;
            break;
        }
        ssize_t written = write(fd, bytes, len);
        if (written > 0) {
            bytes += written;
            len -= (size_t)written;
        } else if (written < 0 && errno == EAGAIN && patience_ms < 0) {
            writable(fd, patience_ms);
        } else if (written == 0 || (errno != EINTR && errno != EAGAIN)) {
            whole = false;
            broken = written < 0 && errno == EPIPE;
        }
    }
    unhush(before, broken);
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
    write_all(STDERR_FILENO, out.bytes, out.len, PATIENCE_MS);
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
    write_all(STDERR_FILENO, "\n", 1, PATIENCE_MS);
}

void say_prompt(const char *question, struct span typed)
{
    write_all(STDERR_FILENO, question, strlen(question), PATIENCE_MS);
    write_all(STDERR_FILENO, typed.text, typed.len, PATIENCE_MS);
}

bool say_token(const char *text, size_t len)
{
    int kept = errno;
    bool whole = write_all(STDOUT_FILENO, text, len, -1);
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

void say_to(int fd, const char *line, size_t len)
{
    write_all(fd, line, len, 0);
}

bool say_level_parse(const char *text, enum say_level *level)
{
    static const char *const words[] = {"error", "warn", "info", "debug"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(text, words[i]) == 0) {
            *level = (enum say_level)i;
            return true;
        }
    return false;
}
