// SPDX-License-Identifier: MIT
// The parts of init/ that need no app: signals as data, descriptors, what /proc tells, pauses and
// work before the start, the words that the resident image is handed. The whole is tested in
// tests/conformance.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/duration.h"
#include "init/descriptors.h"
#include "init/init.h"
#include "init/kernel_signals.h"
#include "init/proc.h"
#include "init/watch.h"
#include "spec/exitcode.h"

// ---- Signals
// -----------------------------------------------------------------------------------------

static int hold_all(void **state)
{
    static struct init_inherited inherited;
    init_capture_signals(&inherited);
    *state = &inherited;
    return 0;
}

static int release(void **state)
{
    siginfo_t info;
    while (signals_wait(-1, SIGNALS_EVERY, 0, &info) > 0)
        continue;
    init_release(*state);
    return 0;
}

static uint64_t mask_now(void)
{
    uint64_t now = 0;
    signals_mask(SIG_BLOCK, 0, &now);
    return now;
}

static void all_64_signals_are_blocked(void **state)
{
    (void)state;
    uint64_t unmaskable = signals_bit(SIGKILL) | signals_bit(SIGSTOP);
    assert_int_equal(mask_now(), SIGNALS_EVERY & ~unmaskable);
}

static void the_mask_comes_back(void **state)
{
    (void)state;
    const uint64_t odd = signals_bit(32) | signals_bit(33) | signals_bit(34) | signals_bit(64) |
                         signals_bit(SIGUSR1);
    struct init_inherited inherited;
    uint64_t before;
    signals_mask(SIG_SETMASK, odd, &before);
    init_capture_signals(&inherited);
    init_release(&inherited);
    assert_int_equal(mask_now(), odd);
    signals_mask(SIG_SETMASK, before, NULL);
}

static void ignored_children_are_heeded_and_ignored_again(void **state)
{
    (void)state;
    struct init_inherited inherited;
    signals_ignore_children();
    init_capture_signals(&inherited);
    assert_true(inherited.children_ignored);
    pid_t child = fork();
    if (child == 0)
        _exit(3);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(WEXITSTATUS(status), 3);
    init_release(&inherited);
    assert_true(signals_unignore_children());
    assert_false(signals_unignore_children());
}

static void real_time_signals_keep_order_and_value(void **state)
{
    (void)state;
    siginfo_t info;
    for (int value = 0; value < 100; value++) {
        siginfo_t queued = {.si_signo = 34, .si_code = SI_QUEUE};
        queued.si_value.sival_int = value;
        assert_true(signals_queue(getpid(), 34, &queued));
    }
    int descriptor = signals_descriptor(SIGNALS_EVERY);
    assert_true(descriptor > STDERR_FILENO);
    for (int value = 0; value < 100; value++) {
        // With and without the descriptor, with and without a limit: the same signals.
        int number =
            signals_wait(value % 2 ? descriptor : -1, SIGNALS_EVERY, value % 3 ? 1000 : -1, &info);
        assert_int_equal(number, 34);
        assert_int_equal(info.si_value.sival_int, value);
    }
    close(descriptor);
}

static void a_wait_ends_with_its_time(void **state)
{
    (void)state;
    siginfo_t info;
    int64_t begin = duration_now();
    assert_int_equal(signals_wait(-1, signals_bit(SIGUSR1), 20, &info), 0);
    int descriptor = signals_descriptor(signals_bit(SIGUSR1));
    assert_int_equal(signals_wait(descriptor, signals_bit(SIGUSR1), 20, &info), 0);
    close(descriptor);
    assert_int_in_range(duration_now() - begin, 38, 2000);
}

static void a_signal_outside_the_set_stays(void **state)
{
    (void)state;
    siginfo_t info;
    kill(getpid(), SIGUSR2);
    assert_int_equal(signals_wait(-1, signals_bit(SIGUSR1), 0, &info), 0);
    assert_int_equal(signals_wait(-1, SIGNALS_EVERY, 0, &info), SIGUSR2);
}

static void stop_signals_are_four(void **state)
{
    (void)state;
    int stops = 0, terminal = 0;
    for (int number = 1; number <= SIGNALS_LAST; number++) {
        stops += signals_is_stop(number);
        terminal += signals_is_terminal_stop(number);
        if (signals_is_stop(number))
            assert_string_not_equal(init_signal_name(number), "a signal");
    }
    assert_int_equal(stops, 4);
    assert_int_equal(terminal, 3);
    assert_string_equal(init_signal_name(SIGTERM), "SIGTERM");
    assert_string_equal(init_signal_name(SIGUSR1), "a signal");
}

// ---- Descriptors
// -------------------------------------------------------------------------------------

// In a child, since the standard descriptors are cmocka's too. Exit code 0: as it should be.
static void in_child(int (*check)(void))
{
    int status = 0;
    pid_t child = fork();
    if (child == 0)
        _exit(check());
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static int pipe_keeps_off_the_standard_three(void)
{
    int ends[2];
    close(0);
    close(1);
    close(2);
    if (!descriptors_pipe(ends) || ends[0] <= 2 || ends[1] <= 2)
        return 1;
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) >= 0)
            return 2;
    return (fcntl(ends[0], F_GETFD) & FD_CLOEXEC) != 0 &&
                   (fcntl(ends[1], F_GETFD) & FD_CLOEXEC) != 0
               ? 0
               : 3;
}

static int everything_above_is_closed(void)
{
    int high = fcntl(0, F_DUPFD, 700);
    int next = dup(0);
    descriptors_close();
    if (fcntl(0, F_GETFD) < 0 || fcntl(2, F_GETFD) < 0)
        return 1;
    return fcntl(high, F_GETFD) < 0 && fcntl(next, F_GETFD) < 0 ? 0 : 2;
}

static void pipes_and_closed_standard_descriptors(void **state)
{
    (void)state;
    in_child(pipe_keeps_off_the_standard_three);
}

static void descriptors_are_closed(void **state)
{
    (void)state;
    in_child(everything_above_is_closed);
}

// ---- /proc
// -------------------------------------------------------------------------------------------

struct found {
    int wanted;
    int times;
};

static void count_wanted(int number, int folder, void *context)
{
    (void)folder;
    struct found *found = context;
    found->times += number == found->wanted;
}

static void count_all(int number, int folder, void *context)
{
    (void)number;
    (void)folder;
    struct found *found = context;
    found->times++;
}

static void proc_is_read(void **state)
{
    (void)state;
    struct found self = {.wanted = getpid()};
    assert_true(proc_is_ours());
    assert_true(proc_each("/proc", count_wanted, &self));
    assert_int_equal(self.times, 1);
    assert_false(proc_each("/proc/no/such/folder", count_wanted, &self));
}

// Names that are no number, or none that a process can have, are passed over.
static void only_numbers_are_visited(void **state)
{
    (void)state;
    static const char *const names[] = {"12", "12a", "a12", "99999999999", "4194304", "+5"};
    char folder[] = "/tmp/labelgate-test-XXXXXX";
    char path[64];
    struct found twelve = {.wanted = 12}, all = {0};
    assert_non_null(mkdtemp(folder));
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        assert_int_equal(mkdir(path, 0700), 0);
    }
    assert_true(proc_each(folder, count_wanted, &twelve));
    assert_true(proc_each(folder, count_all, &all));
    assert_int_equal(twelve.times, 1);
    assert_int_equal(all.times, 2);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        rmdir(path);
    }
    rmdir(folder);
}

static void a_process_is_looked_at(void **state)
{
    (void)state;
    struct proc_process process;
    assert_true(proc_look(getpid(), &process));
    assert_int_equal(process.parent, getppid());
    assert_int_equal(process.state, 'R');
    assert_memory_equal(process.name, "test_init", sizeof "test_init" - 1);
    assert_false(proc_look(INT32_MAX, &process));
}

// The name may hold what the line is taken apart by.
static int odd_name(void)
{
    struct proc_process process;
    int fd = open("/proc/self/comm", O_WRONLY);
    if (fd < 0 || write(fd, "a) Z 99 (b", 10) != 10)
        return 1;
    close(fd);
    if (!proc_look(getpid(), &process))
        return 2;
    return strcmp(process.name, "a) Z 99 (b") == 0 && process.state == 'R' &&
                   process.parent == getppid()
               ? 0
               : 3;
}

static void odd_names_are_taken_apart(void **state)
{
    (void)state;
    in_child(odd_name);
}

static void children_are_listed(void **state)
{
    (void)state;
    int ends[2];
    assert_true(descriptors_pipe(ends));
    pid_t child = fork();
    if (child == 0) {
        char byte;
        close(ends[1]);
        _exit((int)read(ends[0], &byte, 1));
    }
    struct found found = {.wanted = child};
    assert_true(proc_children(count_wanted, &found));
    assert_int_equal(found.times, 1);
    close(ends[0]);
    close(ends[1]);
    waitpid(child, NULL, 0);
    found.times = 0;
    assert_true(proc_children(count_wanted, &found));
    assert_int_equal(found.times, 0);
}

// More than one read of the list gives; numbers are cut between two of them.
static void many_children_are_listed(void **state)
{
    (void)state;
    enum { MANY = 1500 };
    int ends[2];
    struct found all = {0};
    assert_true(descriptors_pipe(ends));
    for (int i = 0; i < MANY; i++) {
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            char byte;
            close(ends[1]);
            _exit((int)read(ends[0], &byte, 1));
        }
    }
    assert_true(proc_children(count_all, &all));
    close(ends[0]);
    close(ends[1]);
    while (waitpid(-1, NULL, 0) > 0)
        continue;
    assert_int_equal(all.times, MANY);
}

// ---- Before there is an app
// --------------------------------------------------------------------------

static void a_pause_ends_with_its_time(void **state)
{
    (void)state;
    int64_t begin = duration_now();
    assert_int_equal(init_pause(30), 0);
    assert_int_in_range(duration_now() - begin, 29, 2000);
    assert_int_equal(init_pause(0), 0);
}

static void a_pause_ends_with_a_stop_signal(void **state)
{
    (void)state;
    static const int stops[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT};
    for (size_t i = 0; i < sizeof stops / sizeof stops[0]; i++) {
        kill(getpid(), SIGUSR1);
        kill(getpid(), stops[i]);
        assert_int_equal(init_pause(60000), stops[i]);
        kill(getpid(), stops[i]);
        assert_int_equal(init_pause(0), stops[i]);
    }
}

static void a_pause_reaps(void **state)
{
    (void)state;
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    siginfo_t info;
    assert_int_equal(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT), 0);
    assert_int_equal(init_pause(1), 0);
    assert_int_equal(waitpid(child, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

// More children have died than are reaped at once: a signal comes in between, and none is left.
static void a_crowd_leaves_room_for_signals(void **state)
{
    (void)state;
    enum { CROWD = 700 };
    static pid_t list[CROWD];
    siginfo_t info;
    struct watch self = {.signals = -1, .app = getpid()};
    for (int i = 0; i < CROWD; i++)
        if ((list[i] = fork()) == 0)
            _exit(0);
    for (int i = 0; i < CROWD; i++)
        assert_int_equal(waitid(P_PID, (id_t)list[i], &info, WEXITED | WNOWAIT), 0);
    assert_true(reap(&self));
    assert_true(self.crowd);
    kill(getpid(), SIGUSR1);
    assert_int_equal(reap_wait(&self, -1, &info), SIGUSR1);
    assert_int_equal(reap_wait(&self, -1, &info), 0); // SIGCHLD is waiting, and has nothing to tell
    for (int rounds = 0; reap(&self); rounds++)
        assert_int_in_range(rounds, 0, CROWD);
    assert_false(self.crowd);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void a_pause_reaps_a_crowd(void **state)
{
    (void)state;
    int status;
    siginfo_t info;
    for (int i = 0; i < 700; i++) {
        pid_t child = fork();
        if (child == 0)
            _exit(0);
        assert_int_equal(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT), 0);
    }
    for (int i = 0; i < 4; i++)
        assert_int_equal(init_pause(0), 0);
    assert_int_equal(waitpid(-1, &status, WNOHANG), -1);
}

struct work {
    size_t bytes;
    int code;
    int signal;
    bool closes;
    bool hangs;
};

static int do_work(void *context, int out_fd)
{
    const struct work *work = context;
    for (size_t i = 0; i < work->bytes; i++)
        if (write(out_fd, &(char){(char)('a' + i % 26)}, 1) != 1)
            return 77;
    if (work->signal != 0)
        kill(getpid(), work->signal);
    if (work->closes)
        close(out_fd);
    while (work->hangs)
        pause();
    return work->code;
}

static struct init_work_result work_with(void **state, struct work work, char *room, size_t size)
{
    return init_work(*state, do_work, &work, room, size);
}

static void work_hands_back_bytes_and_code(void **state)
{
    char room[128];
    struct init_work_result result =
        work_with(state, (struct work){.bytes = 30, .code = 9}, room, sizeof room);
    assert_int_equal(result.answer, INIT_WORK_DONE);
    assert_int_equal(result.code, 9);
    assert_int_equal(result.len, 30);
    assert_memory_equal(room, "abcdefghijklmnopqrstuvwxyzabcd", 30);
}

static void work_may_write_more_than_a_pipe_holds(void **state)
{
    const size_t many = (size_t)200 * 1024;
    char *room = malloc(many);
    struct init_work_result result = work_with(state, (struct work){.bytes = many}, room, many);
    assert_int_equal(result.answer, INIT_WORK_DONE);
    assert_int_equal(result.len, many);
    free(room);
}

static void work_that_writes_too_much_ends(void **state)
{
    char room[16];
    struct init_work_result result =
        work_with(state, (struct work){.bytes = 1 << 20}, room, sizeof room);
    assert_int_equal(result.answer, INIT_WORK_DONE);
    assert_int_equal(result.len, sizeof room);
    assert_int_not_equal(result.code, 0);
}

static void work_that_dies_tells_its_signal(void **state)
{
    char room[16];
    struct init_work_result result =
        work_with(state, (struct work){.signal = SIGKILL}, room, sizeof room);
    assert_int_equal(result.answer, INIT_WORK_DONE);
    assert_int_equal(result.code, EXITCODE_SIGNAL + SIGKILL);
}

static void work_is_stopped_at_once(void **state)
{
    char room[16];
    kill(getpid(), SIGINT);
    int64_t begin = duration_now();
    struct init_work_result result =
        work_with(state, (struct work){.hangs = true}, room, sizeof room);
    assert_int_equal(result.answer, INIT_WORK_STOPPED);
    assert_int_equal(result.signal, SIGINT);
    assert_int_in_range(duration_now() - begin, 0, 2000);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

// A thread of it is held by the kernel, say, and the stop signal is waiting.
static void work_that_has_told_and_does_not_end_holds_nothing_up(void **state)
{
    char room[16];
    int64_t begin = duration_now();
    struct init_work_result result = work_with(
        state, (struct work){.bytes = 3, .closes = true, .hangs = true}, room, sizeof room);
    kill(getpid(), SIGTERM);
    assert_int_equal(init_pause(60000), SIGTERM);
    assert_int_in_range(duration_now() - begin, 0, 1000);
    assert_int_equal(result.answer, INIT_WORK_DONE);
    assert_int_equal(result.len, 3);
    assert_true(waitpid(-1, NULL, 0) > 0 || errno == ECHILD); // it is ended, at least
}

// Two at once, of which the second hangs: what the first says is not lost, and it is not held up.
static int two(void **state, int64_t limit_ms, struct init_work works[2], char room[2][16])
{
    static struct work quick = {.bytes = 3, .code = 4}, hangs = {.bytes = 2, .hangs = true};
    works[0] = (struct init_work){do_work, &quick, room[0], sizeof room[0], {0}};
    works[1] = (struct init_work){do_work, &hangs, room[1], sizeof room[1], {0}};
    return init_work_together(*state, works, 2, limit_ms);
}

static void work_that_hangs_is_late_and_takes_nothing_from_the_other(void **state)
{
    struct init_work works[2];
    char room[2][16];
    int64_t begin = duration_now();
    assert_int_equal(two(state, 100, works, room), 0);
    assert_int_in_range(duration_now() - begin, 100, 1000);
    assert_int_equal(works[0].result.answer, INIT_WORK_DONE);
    assert_int_equal(works[0].result.code, 4);
    assert_int_equal(works[0].result.len, 3);
    assert_int_equal(works[1].result.answer, INIT_WORK_LATE);
    assert_int_equal(works[1].result.len, 2);
    assert_memory_equal(room[1], "ab", 2);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void a_stop_ends_every_work(void **state)
{
    struct init_work works[2];
    char room[2][16];
    kill(getpid(), SIGTERM);
    assert_int_equal(two(state, 20000, works, room), SIGTERM);
    assert_int_equal(works[1].result.answer, INIT_WORK_STOPPED);
    assert_int_equal(works[1].result.signal, SIGTERM);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

// ---- The resident image's words
// ----------------------------------------------------------------------

#define VERB (char *)(uintptr_t) "labelgate", (char *)(uintptr_t)INIT_RESIDENT_VERB
#define WORDS(...) ((char *const[]){VERB, __VA_ARGS__, NULL})

static int resident(char *const *argv)
{
    int count = 0;
    while (argv[count] != NULL)
        count++;
    return init_resident(count, argv);
}

static void wrong_words_are_refused(void **state)
{
    (void)state;
    // A child to be refused for the words alone; reaped at the end.
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    char pid[16];
    snprintf(pid, sizeof pid, "%d", (int)child);
    char *const *const wrong[] = {
        WORDS(pid),
        WORDS(pid, "1", "1", "-", "-"),
        WORDS(pid, "1", "1", "-", "-", "-", "-"),
        WORDS("", "1", "1", "-", "-", "-"),
        WORDS("x", "1", "1", "-", "-", "-"),
        WORDS("99999999999", "1", "1", "-", "-", "-"),
        WORDS(pid, "-1", "1", "-", "-", "-"),
        WORDS(pid, "1x", "1", "-", "-", "-"),
        WORDS(pid, "1", "9", "-", "-", "-"),
        WORDS(pid, "1", "1", "-", "15", "-"),
        WORDS(pid, "1", "1", "-", "15:", "-"),
        WORDS(pid, "1", "1", "-", "15:3,", "-"),
        WORDS(pid, "1", "1", "-", "65:3", "-"),
        WORDS(pid, "1", "1", "-", "15:3;", "-"),
        WORDS(pid, "1", "1", "-", "-", ""),
        WORDS(pid, "1", "1", "-", "-", "256"),
        WORDS(pid, "1", "1", "-", "-", "1,"),
        WORDS(pid, "1", "1", "-", "-", "1;2"),
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(resident(wrong[i]), EXITCODE_REFUSED);
    waitpid(child, NULL, 0);
}

static void strangers_are_refused(void **state)
{
    (void)state;
    assert_int_equal(resident(WORDS("0", "1", "1", "-", "-", "-")), EXITCODE_REFUSED);
    assert_int_equal(resident(WORDS("1", "1", "1", "-", "-", "-")), EXITCODE_REFUSED);
}

static void the_app_s_code_is_mapped(void **state)
{
    (void)state;
    pid_t child = fork();
    if (child == 0)
        _exit(143);
    char pid[16];
    snprintf(pid, sizeof pid, "%d", (int)child);
    assert_int_equal(resident(WORDS(pid, "1", "1", "-", "15:3,1:0", "5,143")), EXITCODE_OK);
}

// ---- Looking a command up
// ----------------------------------------------------------------------------

static void commands_are_looked_up(void **state)
{
    (void)state;
    char program[INIT_PROGRAM];
    struct finding finding;
    char *const env[] = {(char *)(uintptr_t) "A=1", (char *)(uintptr_t) "PATH=/no:/bin", NULL};
    char *const without[] = {NULL};
    assert_true(init_find_program("sh", env, program, &finding));
    assert_string_equal(program, "/bin/sh");
    assert_true(init_find_program("sh", without, program, &finding));
    assert_true(init_find_program("/bin/sh", without, program, &finding));
    assert_string_equal(program, "/bin/sh");
    assert_int_equal(finding.reason, REASON_OK);
    assert_false(init_find_program("no-such", env, program, &finding));
    assert_int_equal(finding.reason, REASON_COMMAND_NOT_FOUND);
    assert_string_equal(finding.subject, "no-such");
    assert_int_equal(init_program_exitcode(finding.reason), EXITCODE_NOT_FOUND);
    assert_false(init_find_program("/", env, program, &finding));
    assert_int_equal(init_program_exitcode(finding.reason), EXITCODE_NOT_EXECUTABLE);
    assert_int_equal(init_program_exitcode(REASON_COMMAND_INTERPRETER_NOT_FOUND),
                     EXITCODE_NOT_FOUND);
}

#define HELD(test) cmocka_unit_test_setup_teardown(test, hold_all, release)

int main(void)
{
    const struct CMUnitTest tests[] = {
        HELD(all_64_signals_are_blocked),
        cmocka_unit_test(the_mask_comes_back),
        cmocka_unit_test(ignored_children_are_heeded_and_ignored_again),
        HELD(real_time_signals_keep_order_and_value),
        HELD(a_wait_ends_with_its_time),
        HELD(a_signal_outside_the_set_stays),
        cmocka_unit_test(stop_signals_are_four),
        cmocka_unit_test(pipes_and_closed_standard_descriptors),
        cmocka_unit_test(descriptors_are_closed),
        cmocka_unit_test(proc_is_read),
        cmocka_unit_test(only_numbers_are_visited),
        cmocka_unit_test(a_process_is_looked_at),
        cmocka_unit_test(odd_names_are_taken_apart),
        cmocka_unit_test(children_are_listed),
        cmocka_unit_test(many_children_are_listed),
        HELD(a_pause_ends_with_its_time),
        HELD(a_pause_ends_with_a_stop_signal),
        HELD(a_pause_reaps),
        HELD(a_crowd_leaves_room_for_signals),
        HELD(a_pause_reaps_a_crowd),
        HELD(work_hands_back_bytes_and_code),
        HELD(work_may_write_more_than_a_pipe_holds),
        HELD(work_that_writes_too_much_ends),
        HELD(work_that_dies_tells_its_signal),
        HELD(work_is_stopped_at_once),
        HELD(work_that_has_told_and_does_not_end_holds_nothing_up),
        HELD(work_that_hangs_is_late_and_takes_nothing_from_the_other),
        HELD(a_stop_ends_every_work),
        HELD(wrong_words_are_refused),
        HELD(strangers_are_refused),
        HELD(the_app_s_code_is_mapped),
        cmocka_unit_test(commands_are_looked_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
