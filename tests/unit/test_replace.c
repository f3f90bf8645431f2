// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/file.h"
#include "base/replace.h"

static char folder[] = "/tmp/labelgate-replace-XXXXXX";

static int make_folder(void **state)
{
    (void)state;
    umask(022);
    return mkdtemp(folder) && chmod(folder, 0755) == 0 ? chdir(folder) : -1;
}

static int empty_folder(void **state)
{
    (void)state;
    DIR *directory = opendir(folder);
    struct dirent *entry;
    while (directory && (entry = readdir(directory)))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
            unlink(entry->d_name) < 0)
            rmdir(entry->d_name);
    closedir(directory);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    return chdir("/") == 0 ? rmdir(folder) : -1;
}

static void put(const char *name, const char *bytes, mode_t mode)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, mode);
    assert_true(fd >= 0);
    assert_int_equal(fchmod(fd, mode), 0);
    assert_int_equal(write(fd, bytes, strlen(bytes)), strlen(bytes));
    close(fd);
}

static bool holds(const char *name, const char *bytes)
{
    struct file_content content;
    if (file_read(name, 4 << 20, &content) != FILE_OK)
        return false;
    bool same = content.len == strlen(bytes) && memcmp(content.bytes, bytes, content.len) == 0;
    file_free(&content);
    return same;
}

static mode_t mode_of(const char *name)
{
    struct stat status;
    assert_int_equal(lstat(name, &status), 0);
    return status.st_mode & 07777;
}

// Names in the directory, without "." and "..".
static int entries(const char *name)
{
    int count = 0;
    DIR *directory = opendir(name);
    if (!directory)
        return -1;
    while (readdir(directory))
        count++;
    closedir(directory);
    return count - 2;
}

static enum replace_fault keep(const char *name, const char *before, const char *after)
{
    int error = -1;
    enum replace_fault fault = replace_keep(name, span_of(before), span_of(after), NULL, &error);
    assert_int_equal(fault == REPLACE_OK, error == 0 && fault == REPLACE_OK);
    return fault;
}

static void the_new_bytes_are_there(void **state)
{
    (void)state;
    put(".env", "A=1\n", 0640);
    assert_int_equal(keep(".env", "A=1\n", "A=22\n"), REPLACE_OK);
    assert_true(holds(".env", "A=22\n"));
    assert_int_equal(mode_of(".env"), 0640);
    assert_int_equal(keep(".env", "A=22\n", ""), REPLACE_OK);
    assert_true(holds(".env", ""));
    assert_int_equal(keep(".env", "", "B"), REPLACE_OK);
    assert_true(holds(".env", "B"));
    assert_int_equal(entries("."), 1);
}

static void a_changed_file_is_left_alone(void **state)
{
    (void)state;
    static const char *const befores[] = {"A=1", "A=1\n\n", "A=2\n", ""};
    put(".env", "A=1\n", 0600);
    for (size_t i = 0; i < sizeof befores / sizeof befores[0]; i++) {
        assert_int_equal(keep(".env", befores[i], "A=3\n"), REPLACE_CHANGED);
        assert_true(holds(".env", "A=1\n"));
    }
    assert_int_equal(keep("gone", "A=1\n", "A=3\n"), REPLACE_CHANGED);
    assert_int_equal(entries("."), 1);
}

static void every_mode_is_kept(void **state)
{
    (void)state;
    static const mode_t modes[] = {0600, 0644, 0666, 0777, 0640, 04755, 01644};
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        put("file", "a", modes[i]);
        assert_int_equal(keep("file", "a", "b"), REPLACE_OK);
        assert_int_equal(mode_of("file"), modes[i]);
    }
}

static void a_link_is_followed_and_stays(void **state)
{
    (void)state;
    char target[64] = "";
    assert_int_equal(mkdir("below", 0755), 0);
    put("below/real", "a", 0600);
    assert_int_equal(symlink("below/real", "middle"), 0);
    assert_int_equal(symlink("middle", "link"), 0);
    assert_int_equal(keep("link", "a", "b"), REPLACE_OK);
    assert_true(holds("below/real", "b"));
    assert_int_equal(readlink("link", target, sizeof target - 1), 6);
    assert_string_equal(target, "middle");
    assert_int_equal(entries("below"), 1);
    assert_int_equal(unlink("below/real"), 0);

    int error = 0;
    assert_int_equal(replace_create("link", span_of("x"), 0600, NULL, &error),
                     REPLACE_LINK); // leads nowhere now
    assert_int_equal(error, ENOENT);
    assert_int_equal(entries("below"), 0);
}

static void an_absolute_and_a_relative_path_work(void **state)
{
    (void)state;
    char path[128];
    snprintf(path, sizeof path, "%s/.env", folder);
    put(".env", "a", 0600);
    assert_int_equal(keep(path, "a", "b"), REPLACE_OK);
    assert_int_equal(keep("./.env", "b", "c"), REPLACE_OK);
    assert_int_equal(keep("../x/../.env", "c", "d"), REPLACE_FAILED);
    assert_true(holds(".env", "c"));
}

static void a_new_file_has_its_mode(void **state)
{
    (void)state;
    int error = 0;
    umask(077);
    assert_int_equal(replace_create("new", span_of("A=1\n"), 0644, NULL, &error), REPLACE_OK);
    umask(0);
    assert_int_equal(replace_create("./secret", span_of("A=1\n"), 0600, NULL, &error), REPLACE_OK);
    umask(022);
    assert_int_equal(mode_of("new"), 0644);
    assert_int_equal(mode_of("secret"), 0600);
    assert_true(holds("new", "A=1\n"));
    assert_int_equal(replace_create("new", span_of("B=1\n"), 0600, NULL, &error), REPLACE_CHANGED);
    assert_true(holds("new", "A=1\n"));
    assert_int_equal(replace_create("no/such/folder", span_of("x"), 0600, NULL, &error),
                     REPLACE_FAILED);
    assert_int_equal(error, ENOENT);
    assert_int_equal(entries("."), 2);
}

static void whatever_is_there_can_be_put_away(void **state)
{
    (void)state;
    int error = 0;
    put("program", "old", 0400);
    assert_int_equal(replace_put("program", span_of("new"), 0755, &error), REPLACE_OK);
    assert_int_equal(mode_of("program"), 0755);
    assert_true(holds("program", "new"));
    assert_int_equal(replace_put("other", span_of("new"), 0755, &error), REPLACE_OK);
    assert_int_equal(mode_of("other"), 0755);
    assert_int_equal(entries("."), 2);
}

static void odd_files_are_named(void **state)
{
    (void)state;
    int error = 0;
    assert_int_equal(mkdir("directory", 0755), 0);
    assert_int_equal(mkfifo("fifo", 0600), 0);
    assert_int_equal(keep("directory", "", "x"), REPLACE_DIRECTORY);
    assert_int_equal(keep("fifo", "", "x"), REPLACE_NOT_REGULAR);
    assert_int_equal(replace_put("directory", span_of("x"), 0755, &error), REPLACE_DIRECTORY);
    assert_int_equal(replace_create("directory", span_of("x"), 0755, NULL, &error),
                     REPLACE_CHANGED);
    assert_int_equal(entries("."), 2);
}

static void a_long_name_is_no_obstacle(void **state)
{
    (void)state;
    char name[256];
    memset(name, 'n', 255);
    name[255] = '\0';
    put(name, "a", 0600);
    assert_int_equal(keep(name, "a", "b"), REPLACE_OK);
    assert_true(holds(name, "b"));
}

static void attributes_come_along(void **state)
{
    (void)state;
    char value[8] = "";
    put("file", "a", 0600);
    if (setxattr("file", "user.note", "kept", 4, 0) < 0)
        skip();
    assert_int_equal(keep("file", "a", "b"), REPLACE_OK);
    assert_int_equal(getxattr("file", "user.note", value, sizeof value), 4);
    assert_string_equal(value, "kept");
}

static void an_acl_comes_along(void **state)
{
    (void)state;
    // Version 2; user::rw-, user:12345:r--, group::---, mask::r--, other::--- (acl(5),
    // linux/posix_acl_xattr.h)
    static const unsigned char acl[] = {2,   0,   0,   0,   1,   0,   6,  0,   255, 255, 255,
                                        255, 2,   0,   4,   0,   57,  48, 0,   0,   4,   0,
                                        0,   0,   255, 255, 255, 255, 16, 0,   4,   0,   255,
                                        255, 255, 255, 32,  0,   0,   0,  255, 255, 255, 255};
    unsigned char seen[64];
    put("file", "a", 0600);
    if (setxattr("file", "system.posix_acl_access", acl, sizeof acl, 0) < 0)
        skip();
    assert_int_equal(keep("file", "a", "b"), REPLACE_OK);
    assert_int_equal(getxattr("file", "system.posix_acl_access", seen, sizeof seen), sizeof acl);
    assert_memory_equal(seen, acl, sizeof acl);
    assert_int_equal(mode_of("file"), 0640);
}

// ---- In a child: another user, other limits, own mounts -----------------------------------------

enum { DONE = 0, NOT_POSSIBLE = 77 };

// Runs `scene` in a child; 0 is success, NOT_POSSIBLE skips, anything else is the line that failed.
static void in_child(int (*scene)(void))
{
    int status = 0;
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(scene());
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_POSSIBLE)
        skip();
    if (status != 0)
        fail_msg("the child ended with %x", (unsigned)status);
}

#define EXPECT(step, condition) \
    if (!(condition))           \
    return (step)

static int become_nobody(void)
{
    return geteuid() == 0 ? setegid(65534) == 0 && seteuid(65534) == 0 : 1;
}

static int scene_read_only_file(void)
{
    if (!become_nobody())
        return NOT_POSSIBLE;
    EXPECT(1, mkdir("own", 0755) == 0 || errno == EEXIST);
    EXPECT(2, chdir("own") == 0);
    int fd = open(".env", O_WRONLY | O_CREAT, 0400);
    EXPECT(3, fd >= 0 && write(fd, "a", 1) == 1);
    close(fd);
    EXPECT(4, keep(".env", "a", "b") == REPLACE_DENIED);
    EXPECT(5, holds(".env", "a") && entries(".") == 1);
    EXPECT(6, chmod(".env", 0600) == 0 && chmod(".", 0555) == 0);
    EXPECT(7, keep(".env", "a", "b") == REPLACE_DENIED);
    EXPECT(8, chmod(".", 0755) == 0 && holds(".env", "a") && entries(".") == 1);
    EXPECT(9, keep(".env", "a", "b") == REPLACE_OK);
    EXPECT(10, unlink(".env") == 0);
    return DONE;
}

static void a_read_only_file_or_folder_is_left_alone(void **state)
{
    (void)state;
    assert_int_equal(chmod(".", 0777), 0);
    in_child(scene_read_only_file);
    assert_int_equal(chmod(".", 0755), 0);
}

// Root keeps the owner; a member of the file's group cannot, and so does nothing.
static int scene_owner(void)
{
    struct stat status;
    if (geteuid() != 0 || chown("foreign", 12345, 65534) < 0)
        return NOT_POSSIBLE;
    EXPECT(1, keep("foreign", "a", "b") == REPLACE_OK);
    EXPECT(2, stat("foreign", &status) == 0 && status.st_uid == 12345 && status.st_gid == 65534);
    EXPECT(3, (status.st_mode & 07777) == 0660);
    EXPECT(4, chmod(".", 0777) == 0 && become_nobody());
    EXPECT(5, keep("foreign", "b", "c") == REPLACE_OWNER);
    EXPECT(6, holds("foreign", "b") && entries(".") == 1);
    return DONE;
}

static void the_owner_is_kept(void **state)
{
    (void)state;
    put("foreign", "a", 0660);
    in_child(scene_owner);
    assert_int_equal(chmod(".", 0755), 0);
}

static bool own_mounts(void)
{
    return unshare(CLONE_NEWNS) == 0 && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

static int scene_full_disk(void)
{
    static char big[256 * 1024];
    memset(big, 'b', sizeof big - 1);
    if (!own_mounts() || mkdir("disk", 0755) < 0 ||
        mount("none", "disk", "tmpfs", 0, "size=64k") < 0)
        return NOT_POSSIBLE;
    EXPECT(1, chdir("disk") == 0);
    put(".env", "A=1\n", 0600);
    EXPECT(2, keep(".env", "A=1\n", big) == REPLACE_NO_ROOM);
    EXPECT(3, holds(".env", "A=1\n") && entries(".") == 1);
    int error = 0;
    EXPECT(4, replace_create("new", span_of(big), 0600, NULL, &error) == REPLACE_NO_ROOM &&
                  error == ENOSPC);
    EXPECT(5, entries(".") == 1);
    return DONE;
}

static void a_full_disk_costs_nothing(void **state)
{
    (void)state;
    in_child(scene_full_disk);
}

static int scene_single_mount(void)
{
    put("source", "A=1\n", 0600);
    put(".env", "", 0600);
    if (!own_mounts() || mount("source", ".env", NULL, MS_BIND, NULL) < 0)
        return NOT_POSSIBLE;
    int error = 0;
    EXPECT(1, replace_keep(".env", span_of("A=1\n"), span_of("A=2\n"), NULL, &error) ==
                  REPLACE_MOUNTED);
    EXPECT(2, error == EBUSY);
    EXPECT(3, holds(".env", "A=1\n") && entries(".") == 2);
    EXPECT(4, mount("none", ".env", NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL) == 0);
    EXPECT(5, keep(".env", "A=1\n", "A=2\n") == REPLACE_READ_ONLY);
    EXPECT(6, holds("source", "A=1\n") && entries(".") == 2);
    return DONE;
}

static void a_single_mounted_file_is_said(void **state)
{
    (void)state;
    in_child(scene_single_mount);
}

static int scene_read_only_system(void)
{
    if (!own_mounts() || mkdir("disk", 0755) < 0 || mount("none", "disk", "tmpfs", 0, NULL) < 0)
        return NOT_POSSIBLE;
    put("disk/.env", "a", 0600);
    EXPECT(1, mount("none", "disk", NULL, MS_REMOUNT | MS_RDONLY, NULL) == 0);
    EXPECT(2, keep("disk/.env", "a", "b") == REPLACE_READ_ONLY);
    int error = 0;
    EXPECT(3, replace_create("disk/new", span_of("a"), 0600, NULL, &error) == REPLACE_READ_ONLY);
    EXPECT(4, holds("disk/.env", "a"));
    return DONE;
}

static void a_read_only_file_system_is_said(void **state)
{
    (void)state;
    in_child(scene_read_only_system);
}

static int scene_size_limit(void)
{
    struct rlimit limit = {.rlim_cur = 2, .rlim_max = 2};
    signal(SIGXFSZ, SIG_IGN);
    EXPECT(1, setrlimit(RLIMIT_FSIZE, &limit) == 0);
    EXPECT(2, keep(".env", "A=1\n", "A=2\n") == REPLACE_NO_ROOM);
    EXPECT(3, holds(".env", "A=1\n") && entries(".") == 1);
    return DONE;
}

static void a_size_limit_costs_nothing(void **state)
{
    (void)state;
    put(".env", "A=1\n", 0600);
    in_child(scene_size_limit);
}

// A child that is stopped before its first system call.
static pid_t traced_child(void)
{
    int status = 0;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        int error = 0;
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
            _exit(NOT_POSSIBLE);
        raise(SIGSTOP);
        replace_keep(".env", span_of("A=1\n"), span_of("A=22\n"), NULL, &error);
        _exit(DONE);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status))
        skip();
    return child;
}

// Lets the child make `calls` more stops at the beginning or end of a system call, then kills it.
// True when it had ended by itself before.
static bool kill_after(pid_t child, int calls)
{
    int status = 0;
    for (int i = 0; i < calls; i++) {
        ptrace(PTRACE_SYSCALL, child, NULL, NULL);
        if (waitpid(child, &status, 0) == child && WIFEXITED(status))
            return true;
    }
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    return false;
}

static void a_kill_at_any_moment_leaves_a_whole_file(void **state)
{
    bool finished = false;
    int olds = 0;
    int news = 0;
    for (int calls = 0; !finished; calls++) {
        put(".env", "A=1\n", 0600);
        finished = kill_after(traced_child(), calls);
        bool old = holds(".env", "A=1\n");
        if (!old && !holds(".env", "A=22\n"))
            fail_msg("torn after %d stops", calls);
        assert_int_equal(mode_of(".env"), 0600);
        olds += old;
        news += !old;
        empty_folder(state);
    }
    assert_true(olds > 20); // two stops a call: there are at least ten calls before the rename
    assert_true(news > 2);
}

static void faults_have_words(void **state)
{
    (void)state;
    char text[128];
    for (int fault = REPLACE_CHANGED; fault <= REPLACE_FAILED; fault++) {
        replace_text((enum replace_fault)fault, EIO, text, sizeof text);
        assert_true(strlen(text) > 5);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(the_new_bytes_are_there, empty_folder),
        cmocka_unit_test_teardown(a_changed_file_is_left_alone, empty_folder),
        cmocka_unit_test_teardown(every_mode_is_kept, empty_folder),
        cmocka_unit_test_teardown(a_link_is_followed_and_stays, empty_folder),
        cmocka_unit_test_teardown(an_absolute_and_a_relative_path_work, empty_folder),
        cmocka_unit_test_teardown(a_new_file_has_its_mode, empty_folder),
        cmocka_unit_test_teardown(whatever_is_there_can_be_put_away, empty_folder),
        cmocka_unit_test_teardown(odd_files_are_named, empty_folder),
        cmocka_unit_test_teardown(a_long_name_is_no_obstacle, empty_folder),
        cmocka_unit_test_teardown(attributes_come_along, empty_folder),
        cmocka_unit_test_teardown(an_acl_comes_along, empty_folder),
        cmocka_unit_test_teardown(a_read_only_file_or_folder_is_left_alone, empty_folder),
        cmocka_unit_test_teardown(the_owner_is_kept, empty_folder),
        cmocka_unit_test_teardown(a_full_disk_costs_nothing, empty_folder),
        cmocka_unit_test_teardown(a_single_mounted_file_is_said, empty_folder),
        cmocka_unit_test_teardown(a_read_only_file_system_is_said, empty_folder),
        cmocka_unit_test_teardown(a_size_limit_costs_nothing, empty_folder),
        cmocka_unit_test_teardown(a_kill_at_any_moment_leaves_a_whole_file, empty_folder),
        cmocka_unit_test_teardown(faults_have_words, empty_folder),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
