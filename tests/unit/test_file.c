// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/wipe.h"

static char folder[] = "/tmp/labelgate-file-XXXXXX";

static const char *in_folder(const char *name)
{
    static char path[sizeof folder + 32];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void put(const char *name, const char *bytes, size_t len)
{
    int fd = open(in_folder(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), len);
    close(fd);
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    static const char *const names[] = {"plain", "empty",  "link",  "loop",
                                        "fifo",  "socket", "denied"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        unlink(in_folder(names[i]));
    rmdir(in_folder("directory"));
    return chdir("/") == 0 ? rmdir(folder) : -1;
}

static void whole_files_come_back(void **state)
{
    (void)state;
    struct file_content content;
    put("plain", "a\0b\n", 4);
    assert_int_equal(file_read(in_folder("plain"), 4, &content), FILE_OK);
    assert_int_equal(content.len, 4);
    assert_memory_equal(content.bytes, "a\0b\n", 5);
    assert_int_equal(content.error, 0);
    file_free(&content);
    assert_null(content.bytes);

    put("empty", "", 0);
    assert_int_equal(file_read(in_folder("empty"), 10, &content), FILE_OK);
    assert_int_equal(content.len, 0);
    assert_string_equal(content.bytes, "");
    file_free(&content);

    assert_int_equal(symlink("plain", in_folder("link")), 0);
    assert_int_equal(file_read(in_folder("link"), 4, &content), FILE_OK);
    assert_int_equal(content.len, 4);
    file_free(&content);
}

static void the_limit_holds(void **state)
{
    (void)state;
    struct file_content content;
    put("plain", "12345", 5);
    assert_int_equal(file_read(in_folder("plain"), 4, &content), FILE_TOO_BIG);
    assert_int_equal(content.error, EFBIG);
    assert_null(content.bytes);
    // fstat says 0 of a file in /proc: the limit must hold for what is read as well.
    assert_int_equal(file_read("/proc/self/maps", 16, &content), FILE_TOO_BIG);
    assert_int_equal(file_read("/proc/self/maps", 4 << 20, &content), FILE_OK);
    assert_true(content.len > 16);
    assert_int_equal(strlen(content.bytes), content.len);
    file_free(&content);
}

static void each_fault_has_its_words(void **state)
{
    (void)state;
    struct file_content content = {.error = ELOOP};
    char denied[64], words[64];
    (void)snprintf(denied, sizeof denied, "permission denied for uid %lu",
                   (unsigned long)geteuid());
    const char *const wanted[] = {
        [FILE_OK] = "",
        [FILE_MISSING] = "there is no such file",
        [FILE_DENIED] = denied,
        [FILE_DIRECTORY] = "it is a directory",
        [FILE_NOT_REGULAR] = "it is not a regular file",
        [FILE_TOO_BIG] = "it is larger than 64 KiB",
        [FILE_EXHAUSTED] = strerror(ELOOP),
        [FILE_FAILED] = strerror(ELOOP),
    };
    for (size_t fault = 0; fault < sizeof wanted / sizeof wanted[0]; fault++) {
        file_fault_text((enum file_fault)fault, &content, 64 << 10, words, sizeof words);
        assert_string_equal(words, wanted[fault]);
    }
}

static void each_fault_has_its_name(void **state)
{
    (void)state;
    struct file_content content;
    put("plain", "x", 1);
    assert_int_equal(file_read(in_folder("nothing"), 10, &content), FILE_MISSING);
    assert_int_equal(content.error, ENOENT);
    assert_int_equal(file_read("plain/below", 10, &content), FILE_MISSING);
    assert_int_equal(mkdir(in_folder("directory"), 0700), 0);
    assert_int_equal(file_read(in_folder("directory"), 10, &content), FILE_DIRECTORY);
    assert_int_equal(symlink("loop", in_folder("loop")), 0);
    assert_int_equal(file_read(in_folder("loop"), 10, &content), FILE_FAILED);
    assert_int_equal(content.error, ELOOP);
    assert_int_equal(file_read("", 10, &content), FILE_MISSING);
    assert_null(content.bytes);
}

// A FIFO without a writer would hang a plain open, a device could be read for ever.
static void odd_files_do_not_hang(void **state)
{
    (void)state;
    struct file_content content;
    assert_int_equal(mkfifo(in_folder("fifo"), 0600), 0);
    assert_int_equal(file_read(in_folder("fifo"), 10, &content), FILE_NOT_REGULAR);
    assert_int_equal(file_read("/dev/zero", 10, &content), FILE_NOT_REGULAR);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "socket"};
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(file_read(in_folder("socket"), 10, &content), FILE_NOT_REGULAR);
    close(fd);
}

static void a_closed_door_is_said(void **state)
{
    (void)state;
    struct file_content content;
    put("denied", "x", 1);
    assert_int_equal(chmod(in_folder("denied"), 0), 0);
    if (geteuid() == 0) {
        if (seteuid(65534) != 0)
            skip();
        assert_int_equal(file_read("/proc/1/environ", 10, &content), FILE_DENIED);
        assert_int_equal(seteuid(0), 0);
        return;
    }
    assert_int_equal(file_read(in_folder("denied"), 10, &content), FILE_DENIED);
    assert_int_equal(content.error, EACCES);
}

// A lack of descriptors is no fault of the file.
static void too_many_open_files_are_said(void **state)
{
    (void)state;
    struct file_content content;
    struct rlimit before, none;
    put("plain", "x", 1);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = (struct rlimit){0, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    enum file_fault fault = file_read(in_folder("plain"), 10, &content);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(fault, FILE_EXHAUSTED);
    assert_int_equal(content.error, EMFILE);
}

// A program that holds a lease on the file, and gives it up so long after it was asked to: what a
// file server does for a client that has the file open.
static pid_t hold_lease(const char *name, long given_up_ms)
{
    int ready[2];
    char byte = 0;
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        sigset_t io;
        int number;
        const struct timespec pause = {given_up_ms / 1000, given_up_ms % 1000 * 1000000};
        sigemptyset(&io);
        sigaddset(&io, SIGIO);
        sigprocmask(SIG_BLOCK, &io, NULL);
        int fd = open(in_folder(name), O_RDWR);
        byte = fcntl(fd, F_SETLEASE, F_WRLCK) == 0 ? '1' : '0';
        (void)!write(ready[1], &byte, 1);
        sigwait(&io, &number);
        nanosleep(&pause, NULL);
        fcntl(fd, F_SETLEASE, F_UNLCK);
        _exit(0);
    }
    close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    if (byte == '1')
        return child;
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    return -1;
}

static void a_lease_is_waited_for_a_moment(void **state)
{
    (void)state;
    struct file_content content;
    put("plain", "x", 1);
    pid_t child = hold_lease("plain", 100);
    if (child < 0)
        skip();
    assert_int_equal(file_read(in_folder("plain"), 10, &content), FILE_OK);
    file_free(&content);
    waitpid(child, NULL, 0);

    child = hold_lease("plain", 60000);
    assert_int_equal(file_read(in_folder("plain"), 10, &content), FILE_FAILED);
    assert_int_equal(content.error, EAGAIN);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

static void no_descriptor_is_left_open(void **state)
{
    (void)state;
    struct file_content content;
    put("plain", "x", 1);
    int before = dup(0);
    for (int i = 0; i < 3; i++) {
        file_read(in_folder("plain"), 0, &content);
        file_read(in_folder("directory"), 10, &content);
        assert_int_equal(file_read(in_folder("plain"), 10, &content), FILE_OK);
        file_free(&content);
    }
    int after = dup(0);
    assert_int_equal(after, before + 1);
    close(before);
    close(after);
}

static void wiped_bytes_are_gone(void **state)
{
    (void)state;
    char bytes[] = "00112233";
    wipe(bytes, sizeof bytes - 1);
    for (size_t i = 0; i < sizeof bytes; i++)
        assert_int_equal(bytes[i], 0);
    wipe(NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_files_come_back),
        cmocka_unit_test(the_limit_holds),
        cmocka_unit_test(each_fault_has_its_name),
        cmocka_unit_test(each_fault_has_its_words),
        cmocka_unit_test(too_many_open_files_are_said),
        cmocka_unit_test(a_lease_is_waited_for_a_moment),
        cmocka_unit_test(odd_files_do_not_hang),
        cmocka_unit_test(a_closed_door_is_said),
        cmocka_unit_test(no_descriptor_is_left_open),
        cmocka_unit_test(wiped_bytes_are_gone),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
