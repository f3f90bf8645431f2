// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/say.h"

struct pipe_for {
    int read_end, kept, target;
};

// Puts a pipe in the place of a standard descriptor.
static struct pipe_for redirect(int target, int flags)
{
    int ends[2];
    assert_int_equal(pipe2(ends, flags | O_CLOEXEC), 0);
    struct pipe_for self = {ends[0], dup(target), target};
    assert_int_equal(dup2(ends[1], target), target);
    close(ends[1]);
    return self;
}

// Restores it and reads what was written into `buffer`.
static size_t restore(struct pipe_for self, char *buffer, size_t size)
{
    dup2(self.kept, self.target);
    close(self.kept);
    size_t len = 0;
    ssize_t got;
    while (self.read_end >= 0 && len + 1 < size &&
           (got = read(self.read_end, buffer + len, size - 1 - len)) > 0)
        len += (size_t)got;
    if (self.read_end >= 0)
        close(self.read_end);
    buffer[len] = '\0';
    return len;
}

static void a_line_has_its_prefix(void **state)
{
    (void)state;
    char seen[4096];
    struct pipe_for err = redirect(2, 0);
    errno = EXDEV;
    say(SAY_WARN, SAY_WARN, "%s: %d", "line", 3);
    int kept = errno;
    say(SAY_WARN, SAY_INFO, "not at this level");
    say(SAY_WARN, SAY_ERROR, "a\nb\rc\x1B[31m");
    restore(err, seen, sizeof seen);
    assert_string_equal(seen, "labelgate: line: 3\nlabelgate: a\\nb\\rc\\x1B[31m\n");
    assert_int_equal(kept, EXDEV);
}

static void a_long_line_is_cut(void **state)
{
    (void)state;
    char seen[8192];
    char message[3000];
    memset(message, 'x', sizeof message);
    message[sizeof message - 1] = '\0';
    struct pipe_for err = redirect(2, 0);
    say(SAY_ERROR, SAY_ERROR, "%s", message);
    memset(message, '\n', sizeof message - 1); // each byte becomes two
    say(SAY_ERROR, SAY_ERROR, "%s", message);
    size_t len = restore(err, seen, sizeof seen);
    char *second = strchr(seen, '\n') + 1;
    assert_true(second - seen <= SAY_LINE && second - seen > SAY_LINE - 16);
    assert_true(len - (size_t)(second - seen) <= SAY_LINE);
    assert_int_equal(seen[len - 1], '\n');
}

// A reader that went away: neither SIGPIPE nor a trace of it, and a SIGPIPE of somebody else stays
// pending.
static void a_broken_pipe_costs_a_line(void **state)
{
    (void)state;
    char seen[16];
    sigset_t pending, sigpipe;
    struct pipe_for err = redirect(2, 0);
    close(err.read_end);
    err.read_end = -1;
    say(SAY_ERROR, SAY_ERROR, "nobody reads this");
    sigpending(&pending);
    assert_int_equal(sigismember(&pending, SIGPIPE), 0);

    sigemptyset(&sigpipe);
    sigaddset(&sigpipe, SIGPIPE);
    sigprocmask(SIG_BLOCK, &sigpipe, NULL);
    say(SAY_ERROR, SAY_ERROR, "nor this");
    sigpending(&pending);
    assert_int_equal(sigismember(&pending, SIGPIPE), 0);
    raise(SIGPIPE);
    say(SAY_ERROR, SAY_ERROR, "nor this");
    sigpending(&pending);
    assert_int_equal(sigismember(&pending, SIGPIPE), 1);
    sigset_t mask;
    sigprocmask(SIG_BLOCK, NULL, &mask);
    assert_int_equal(sigismember(&mask, SIGPIPE), 1);
    const struct timespec at_once = {0};
    assert_int_equal(sigtimedwait(&sigpipe, NULL, &at_once), SIGPIPE);
    sigprocmask(SIG_UNBLOCK, &sigpipe, NULL);
    restore(err, seen, sizeof seen);
}

// The same for a file that may not grow (RLIMIT_FSIZE): PID 1 would pass a SIGXFSZ on to the app.
static void a_file_that_may_not_grow_costs_a_line(void **state)
{
    (void)state;
    struct rlimit before, none;
    sigset_t pending, size;
    char path[] = "/tmp/labelgate-say-XXXXXX";
    int file = mkstemp(path), kept = dup(2);
    assert_true(file >= 0 && unlink(path) == 0);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    none = (struct rlimit){0, before.rlim_max};
    sigemptyset(&size);
    sigaddset(&size, SIGXFSZ);
    for (int blocked = 0; blocked < 2; blocked++) {
        sigprocmask(blocked ? SIG_BLOCK : SIG_UNBLOCK, &size, NULL);
        dup2(file, 2);
        setrlimit(RLIMIT_FSIZE, &none);
        say(SAY_ERROR, SAY_ERROR, "no byte of this");
        setrlimit(RLIMIT_FSIZE, &before);
        dup2(kept, 2);
        sigpending(&pending);
        assert_int_equal(sigismember(&pending, SIGXFSZ), 0);
    }
    sigset_t mask;
    sigprocmask(SIG_UNBLOCK, &size, &mask);
    assert_int_equal(sigismember(&mask, SIGXFSZ), 1);
    assert_int_equal(lseek(file, 0, SEEK_END), 0);
    close(file);
    close(kept);
}

static void fill_up(int fd)
{
    char bytes[4096];
    memset(bytes, 'x', sizeof bytes); // what is looked for behind them must not hide behind a NUL
    int flags = fcntl(fd, F_GETFL);
    fcntl(fd, F_SETFL, flags | O_NONBLOCK);
    while (write(fd, bytes, sizeof bytes) > 0)
        continue;
    while (write(fd, bytes, 1) > 0)
        continue;
    fcntl(fd, F_SETFL, flags);
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// Full, blocking or not: PID 1 goes on.
static void a_full_standard_error_does_not_hang(void **state)
{
    (void)state;
    static char seen[1 << 20];
    for (int flags = 0; flags <= O_NONBLOCK; flags += O_NONBLOCK) {
        struct pipe_for err = redirect(2, flags);
        fill_up(2);
        int64_t before = now_ms();
        say(SAY_ERROR, SAY_ERROR, "no room");
        int64_t took = now_ms() - before;
        restore(err, seen, sizeof seen);
        assert_true(took < 5000);
        assert_null(strstr(seen, "no room"));
    }
}

// In a process of its own, since patience is a process's. Exit code of what `work` returns.
static int in_a_child(int (*work)(void))
{
    int status = 0;
    pid_t child = fork();
    if (child == 0)
        _exit(work());
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int say_100_times(void)
{
    int64_t before = now_ms();
    for (int line = 0; line < 100; line++)
        say(SAY_ERROR, SAY_ERROR, "no room");
    return now_ms() - before < 1000 ? 0 : 1;
}

static int say_while_stopped(void)
{
    sigset_t every;
    sigfillset(&every);
    sigprocmask(SIG_BLOCK, &every, NULL);
    kill(getpid(), SIGTERM);
    int64_t before = now_ms();
    say(SAY_ERROR, SAY_ERROR, "no room");
    return now_ms() - before < 100 ? 0 : 1;
}

static int say_before_and_after(void)
{
    char byte[4096];
    say(SAY_ERROR, SAY_ERROR, "no room");
    // The other end is ours too, by its number.
    for (int taken = 0; taken < 4; taken++)
        if (read(STDIN_FILENO, byte, sizeof byte) < 0)
            return 2;
    say(SAY_ERROR, SAY_ERROR, "room again");
    return 0;
}

// A look that finds room which somebody else, the app, takes before the write.
static bool room_is_taken;
int __real_poll(struct pollfd *fds, nfds_t count, int limit_ms);
int __wrap_poll(struct pollfd *fds, nfds_t count, int limit_ms);
int __wrap_poll(struct pollfd *fds, nfds_t count, int limit_ms)
{
    if (!room_is_taken)
        return __real_poll(fds, count, limit_ms);
    fds[0].revents = fds[0].events;
    return 1;
}

// A write that waits ends by the alarm.
static int say_where_room_is_taken(void)
{
    room_is_taken = true;
    alarm(5);
    for (int line = 0; line < 100; line++)
        say(SAY_ERROR, SAY_ERROR, "no room");
    say_to(STDERR_FILENO, "no room", 7);
    return 0;
}

static void another_writer_does_not_make_it_wait(void **state)
{
    (void)state;
    static char seen[1 << 20] = "x";
    struct pipe_for err = redirect(2, 0);
    const struct iovec one = {seen, 1};
    bool known = syscall(SYS_pwritev2, 2, &one, 1L, -1L, -1L, RWF_NOWAIT) == 1;
    fill_up(2);
    int code = !known ? 0 : in_a_child(say_where_room_is_taken);
    restore(err, seen, sizeof seen);
    if (!known)
        skip(); // a kernel before 6.5
    assert_int_equal(code, 0);
    assert_null(strstr(seen, "no room"));
}

static void all_lines_wait_once(void **state)
{
    (void)state;
    static char seen[1 << 20];
    struct pipe_for err = redirect(2, 0);
    fill_up(2);
    int kept = dup(STDIN_FILENO);
    dup2(err.read_end, STDIN_FILENO);
    int many = in_a_child(say_100_times);
    int stopped = in_a_child(say_while_stopped);
    int after = in_a_child(say_before_and_after);
    dup2(kept, STDIN_FILENO);
    close(kept);
    restore(err, seen, sizeof seen);
    assert_int_equal(many, 0);
    assert_int_equal(stopped, 0);
    assert_int_equal(after, 0);
    assert_non_null(strstr(seen, "labelgate: room again\n"));
    assert_null(strstr(seen, "no room"));
}

static void a_closed_standard_error_is_no_error(void **state)
{
    (void)state;
    char seen[16];
    struct pipe_for err = redirect(2, 0);
    close(2);
    errno = 0;
    say(SAY_ERROR, SAY_ERROR, "nowhere");
    int kept = errno;
    restore(err, seen, sizeof seen);
    assert_string_equal(seen, "");
    assert_int_equal(kept, 0);
}

static void results_are_whole(void **state)
{
    (void)state;
    char seen[64];
    struct pipe_for out = redirect(1, O_NONBLOCK);
    bool said = say_result("a\0b\n", 4) && say_result("", 0);
    size_t len = restore(out, seen, sizeof seen);
    assert_true(said);
    assert_int_equal(len, 4);
    assert_memory_equal(seen, "a\0b\n", 4);
}

// More than a pipe holds, read slowly by a child: nothing is lost, also when the pipe does not
// block.
static void a_long_result_arrives_whole(void **state)
{
    (void)state;
    static char bytes[300000];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)('a' + i % 26);
    struct pipe_for out = redirect(1, O_NONBLOCK);
    int counted[2];
    assert_int_equal(pipe(counted), 0);
    pid_t child = fork();
    if (child == 0) {
        static char got[4096];
        size_t total = 0;
        ssize_t len;
        close(1);
        close(out.kept);
        int flags = fcntl(out.read_end, F_GETFL);
        fcntl(out.read_end, F_SETFL, flags & ~O_NONBLOCK);
        while ((len = read(out.read_end, got, sizeof got)) > 0)
            total += (size_t)len;
        _exit(write(counted[1], &total, sizeof total) == sizeof total ? 0 : 1);
    }
    bool said = say_result(bytes, sizeof bytes);
    dup2(out.kept, 1);
    close(out.kept);
    close(out.read_end);
    size_t total = 0;
    assert_int_equal(read(counted[0], &total, sizeof total), sizeof total);
    close(counted[0]);
    close(counted[1]);
    assert_true(said);
    assert_int_equal(total, sizeof bytes);
}

static void a_result_that_cannot_be_written_is_an_error(void **state)
{
    (void)state;
    char seen[16];
    struct pipe_for out = redirect(1, 0);
    int full = open("/dev/full", O_WRONLY);
    dup2(full, 1);
    close(full);
    bool to_full = say_result("x", 1);
    close(1);
    bool to_closed = say_result("x", 1);
    restore(out, seen, sizeof seen);
    assert_false(to_full);
    assert_false(to_closed);

    out = redirect(1, 0);
    close(out.read_end);
    out.read_end = -1;
    bool to_broken = say_result("x", 1);
    restore(out, seen, sizeof seen);
    assert_false(to_broken);
}

// But for the one result that is a token.
static void a_result_holds_no_token(void **state)
{
    (void)state;
    static const char line[] = "is 00112233445566778899aabbccddeeff00112233\n";
    char seen[256];
    struct pipe_for out = redirect(1, 0);
    assert_true(say_result(line, sizeof line - 1));
    restore(out, seen, sizeof seen);
    assert_string_equal(seen, "is (not shown: 40 hex digits, as of a legacy token)\n");
    out = redirect(1, 0);
    assert_true(say_token(line, sizeof line - 1));
    restore(out, seen, sizeof seen);
    assert_string_equal(seen, line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_has_its_prefix),
        cmocka_unit_test(a_long_line_is_cut),
        cmocka_unit_test(a_result_holds_no_token),
        cmocka_unit_test(a_broken_pipe_costs_a_line),
        cmocka_unit_test(a_file_that_may_not_grow_costs_a_line),
        cmocka_unit_test(a_full_standard_error_does_not_hang),
        cmocka_unit_test(all_lines_wait_once),
        cmocka_unit_test(another_writer_does_not_make_it_wait),
        cmocka_unit_test(a_closed_standard_error_is_no_error),
        cmocka_unit_test(results_are_whole),
        cmocka_unit_test(a_long_result_arrives_whole),
        cmocka_unit_test(a_result_that_cannot_be_written_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
