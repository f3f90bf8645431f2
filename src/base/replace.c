// SPDX-License-Identifier: MIT
#include "base/replace.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

#define ACL "system.posix_acl_access"
// The kernel's own limits: XATTR_LIST_MAX and XATTR_SIZE_MAX are 64 KiB; what is longer than this
// is not the ACL of a .env.
#define XATTR_ROOM 4096
#define TEMPORARY_TRIES 100
#define UNFINISHED ".new"
// Files that we read are not larger.
#define LEFT_MAX ((size_t)1024 * 1024)
// A lock is held for as long as a write and an fsync take. Whoever may read the directory may hold
// one for ever, so it only orders those who behave.
#define LOCK_TRIES 200
#define LOCK_PAUSE_NS 10000000L
// Each needs somebody who saves between two system calls of ours.
#define PUT_BACK_TRIES 8
// linux/fs.h; musl has no names for them
#define RENAME_NOREPLACE_FLAG 1U
#define RENAME_EXCHANGE_FLAG 2U

// The state of the work. `path` is resolved: no symbolic link in it, a directory in front of the
// last slash.
struct work {
    char *path;
    const char *name; // after the last slash of `path`
    int directory;
    char temporary[NAME_MAX + 1];
    int fd; // of the file that we made; -1 when there is none
    struct stat old, made;
    bool present, locked;
    const struct replace_watcher *watcher;
};

static enum replace_fault fault_of(int error)
{
    switch (error) {
    case EACCES:
    case EPERM:
        return REPLACE_DENIED;
    case EROFS:
        return REPLACE_READ_ONLY;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return REPLACE_NO_ROOM;
    case EBUSY:
        return REPLACE_MOUNTED;
    case EISDIR:
        return REPLACE_DIRECTORY;
    default:
        return REPLACE_FAILED;
    }
}

// ---- Where --------------------------------------------------------------------------------------

// The real path of a file that is not there yet: its directory resolved, its name added. NULL:
// errno.
static char *resolve_missing(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    char *parent = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
    char *directory = parent ? realpath(parent, NULL) : NULL;
    struct text whole = text_growing();
    if (directory)
        text_add(&whole, "%s/%s", strcmp(directory, "/") == 0 ? "" : directory, name);
    if (whole.cut)
        text_free(&whole);
    free(parent);
    free(directory);
    return whole.bytes;
}

static bool lock(int directory)
{
    const struct timespec pause = {.tv_nsec = LOCK_PAUSE_NS};
    for (int i = 0; flock(directory, LOCK_EX | LOCK_NB) < 0; i++) {
        if ((errno != EWOULDBLOCK && errno != EINTR) || i == LOCK_TRIES)
            return false;
        nanosleep(&pause, NULL);
    }
    return true;
}

static enum replace_fault open_directory(struct work *work)
{
    char *slash = strrchr(work->path, '/');
    work->name = slash + 1;
    *slash = '\0';
    work->directory =
        open(slash == work->path ? "/" : work->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    *slash = '/';
    if (work->directory < 0)
        return fault_of(errno);
    work->locked = lock(work->directory);
    return REPLACE_OK;
}

// The real path of the file that the name leads to.
static enum replace_fault resolve(struct work *work, const char *path)
{
    work->path = realpath(path, NULL);
    if (!work->path && errno == ENOENT) {
        if (file_is_link(path))
            return REPLACE_LINK;
        work->path = resolve_missing(path);
    }
    return work->path ? REPLACE_OK : fault_of(errno);
}

static enum replace_fault look(struct work *work)
{
    enum replace_fault fault = open_directory(work);
    if (fault != REPLACE_OK)
        return fault;
    work->present = fstatat(work->directory, work->name, &work->old, AT_SYMLINK_NOFOLLOW) == 0;
    if (!work->present)
        return errno == ENOENT ? REPLACE_OK : fault_of(errno);
    if (S_ISDIR(work->old.st_mode))
        return REPLACE_DIRECTORY;
    return S_ISREG(work->old.st_mode) || S_ISLNK(work->old.st_mode) ? REPLACE_OK
                                                                    : REPLACE_NOT_REGULAR;
}

static enum replace_fault find(struct work *work, const char *path,
                               const struct replace_watcher *watcher)
{
    *work = (struct work){.directory = -1, .fd = -1, .watcher = watcher};
    enum replace_fault fault = resolve(work, path);
    if (fault == REPLACE_OK)
        fault = look(work);
    // It was none when the path was resolved.
    return fault == REPLACE_OK && work->present && S_ISLNK(work->old.st_mode) ? REPLACE_CHANGED
                                                                              : fault;
}

// The name itself, wherever it may lead.
static enum replace_fault find_name(struct work *work, const char *path)
{
    *work = (struct work){.directory = -1, .fd = -1, .path = resolve_missing(path)};
    if (!work->path)
        return fault_of(errno);
    struct stat there;
    enum replace_fault fault = look(work);
    bool leads_to_directory = fault == REPLACE_OK && work->present && S_ISLNK(work->old.st_mode) &&
                              fstatat(work->directory, work->name, &there, 0) == 0 &&
                              S_ISDIR(there.st_mode);
    return leads_to_directory ? REPLACE_DIRECTORY : fault;
}

// ---- What earlier runs left ---------------------------------------------------------------------

static void name_temporary(const struct work *work, char name[NAME_MAX + 1], const char *rest)
{
    // A long name loses its end; the mark and the numbers make it ours.
    text_print(name, NAME_MAX + 1, ".%.200s.labelgate-%s", work->name, rest);
}

static void tell_kept(const struct work *work, const char *name, bool left)
{
    if (!work->watcher || !work->watcher->kept)
        return;
    struct text path = text_growing();
    text_add(&path, "%.*s%s", (int)(work->name - work->path), work->path, name);
    if (!path.cut)
        work->watcher->kept(work->watcher->context, path.bytes, left);
    text_free(&path);
}

static int open_beside(const struct work *work, const char *name)
{
    return openat(work->directory, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC);
}

// Only the caller can say whether what came out of an exchange is somebody's edit.
static bool is_spent(const struct work *work, const char *name)
{
    struct file_content content;
    if (!work->watcher || !work->watcher->is_spent)
        return false;
    int fd = open_beside(work, name);
    if (fd < 0)
        return false;
    bool spent =
        file_read_open(fd, LEFT_MAX, &content) == FILE_OK &&
        work->watcher->is_spent(work->watcher->context, (struct span){content.bytes, content.len});
    file_free(&content);
    close(fd);
    return spent;
}

static void judge_left(const struct work *work, const char *name)
{
    struct stat status;
    if (fstatat(work->directory, name, &status, AT_SYMLINK_NOFOLLOW) < 0 ||
        !S_ISREG(status.st_mode))
        return;
    if (span_ends(span_of(name), UNFINISHED) || is_spent(work, name))
        unlinkat(work->directory, name, 0);
    else
        tell_kept(work, name, true);
}

// Under the lock alone: else another run may be at work with them.
static void sweep(const struct work *work)
{
    char mark[NAME_MAX + 1];
    if (!work->locked)
        return;
    int fd = openat(work->directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *directory = fd < 0 ? NULL : fdopendir(fd);
    if (!directory) {
        if (fd >= 0)
            close(fd);
        return;
    }
    name_temporary(work, mark, "");
    for (struct dirent *entry; (entry = readdir(directory));)
        if (span_starts(span_of(entry->d_name), mark))
            judge_left(work, entry->d_name);
    closedir(directory);
}

// ---- The temporary file -------------------------------------------------------------------------

// Takes the number of no file that was left: one of the same process id may be there.
static enum replace_fault create(struct work *work)
{
    char numbers[64], aside[NAME_MAX + 1];
    struct stat status;
    for (unsigned i = 0; i < TEMPORARY_TRIES; i++) {
        text_print(numbers, sizeof numbers, "%ld-%u", (long)getpid(), i);
        name_temporary(work, aside, numbers);
        text_print(numbers, sizeof numbers, "%ld-%u" UNFINISHED, (long)getpid(), i);
        name_temporary(work, work->temporary, numbers);
        errno = EEXIST;
        if (fstatat(work->directory, aside, &status, AT_SYMLINK_NOFOLLOW) == 0)
            continue;
        work->fd = openat(work->directory, work->temporary,
                          O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (work->fd >= 0)
            return REPLACE_OK;
        if (errno != EEXIST && errno != EINTR)
            break;
    }
    work->temporary[0] = '\0';
    return fault_of(errno);
}

// An ACL must come along: without it the group would get what its mask allows to single users. Of
// the others (a label that only the system may write) what can be kept is kept.
static bool copy_attribute(int from, int to, const char *name)
{
    char value[XATTR_ROOM];
    ssize_t len = fgetxattr(from, name, value, sizeof value);
    if (len >= 0 && fsetxattr(to, name, value, (size_t)len, 0) == 0)
        return true;
    return strcmp(name, ACL) != 0;
}

static bool copy_attributes(int from, int to)
{
    char names[XATTR_ROOM];
    ssize_t len = flistxattr(from, names, sizeof names);
    for (ssize_t at = 0; at < len; at += (ssize_t)strlen(names + at) + 1)
        if (!copy_attribute(from, to, names + at))
            return false;
    return len >= 0 || errno == ENOTSUP;
}

static enum replace_fault keep_owner(const struct work *work)
{
    struct stat now;
    if (fstat(work->fd, &now) < 0)
        return fault_of(errno);
    if ((now.st_uid != work->old.st_uid || now.st_gid != work->old.st_gid) &&
        fchown(work->fd, work->old.st_uid, work->old.st_gid) < 0)
        return REPLACE_OWNER;
    if (fchmod(work->fd, work->old.st_mode & 07777) < 0)
        return REPLACE_OWNER;
    int old = openat(work->directory, work->name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    if (old < 0)
        return fault_of(errno);
    bool kept = copy_attributes(old, work->fd);
    close(old);
    return kept ? REPLACE_OK : REPLACE_OWNER;
}

static enum replace_fault set_mode(const struct work *work, mode_t mode)
{
    return fchmod(work->fd, mode) < 0 ? fault_of(errno) : REPLACE_OK;
}

// ---- The change ---------------------------------------------------------------------------------

static enum replace_fault compare(const struct work *work, struct span before)
{
    struct file_content content;
    enum file_fault fault = file_read(work->path, before.len, &content);
    if (fault == FILE_MISSING || fault == FILE_TOO_BIG || fault == FILE_DIRECTORY ||
        fault == FILE_NOT_REGULAR)
        return REPLACE_CHANGED;
    if (fault != FILE_OK) {
        errno = content.error;
        return fault_of(content.error);
    }
    bool same = span_equal(before, (struct span){content.bytes, content.len});
    file_free(&content);
    return same ? REPLACE_OK : REPLACE_CHANGED;
}

static int rename_to(const struct work *work, const char *name, unsigned flags)
{
    return (int)syscall(SYS_renameat2, work->directory, work->temporary, work->directory, name,
                        flags);
}

// An older kernel, a file system without the flag, or a filter that does not know the call. If
// EPERM was meant, the plain rename says so again.
static bool is_unsupported(int error)
{
    return error == ENOSYS || error == EINVAL || error == EPERM || error == EOPNOTSUPP;
}

// The file is the new one by now. A file system that cannot make that durable at once is not a
// reason to say otherwise.
static enum replace_fault moved(struct work *work)
{
    work->temporary[0] = '\0';
    (void)fsync(work->directory);
    return REPLACE_OK;
}

static enum replace_fault move(struct work *work, bool must_be_new)
{
    if (must_be_new) {
        if (rename_to(work, work->name, RENAME_NOREPLACE_FLAG) == 0)
            return moved(work);
        if (errno == EEXIST)
            return REPLACE_CHANGED;
        if (!is_unsupported(errno))
            return fault_of(errno);
        // The file was not there a moment ago.
    }
    if (renameat(work->directory, work->temporary, work->directory, work->name) < 0)
        return fault_of(errno);
    return moved(work);
}

// From the exchange on the temporary file is not ours for sure, and its name must not say so. When
// it cannot have the other name, there is no exchange.
static enum replace_fault step_aside(struct work *work)
{
    char aside[NAME_MAX + 1];
    size_t len = strlen(work->temporary) - strlen(UNFINISHED);
    text_print(aside, sizeof aside, "%.*s", (int)len, work->temporary);
    if (rename_to(work, aside, RENAME_NOREPLACE_FLAG) < 0)
        return is_unsupported(errno) ? REPLACE_OK : fault_of(errno);
    work->temporary[len] = '\0';
    return REPLACE_OK;
}

static bool is_same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

// A lease for reading is granted when no process has the file open for writing; whoever opens it by
// its name from now on opens the other one. It needs the file's owner and a local file system:
// without it a program that writes into the file that it has opened before is seen only by what it
// has written so far. SIGURG, which does nothing, in place of the SIGIO that would end us.
static bool is_being_written(int fd)
{
    (void)fcntl(fd, F_SETSIG, SIGURG);
    if (fcntl(fd, F_SETLEASE, F_RDLCK) < 0)
        return errno == EAGAIN;
    (void)fcntl(fd, F_SETLEASE, F_UNLCK);
    return false;
}

// Is what came out the file that is expected: its bytes, mode and owner, and not being written?
static bool came_out(const struct work *work, const struct stat *expected, struct span bytes)
{
    struct stat status;
    struct file_content content = {0};
    int fd = open_beside(work, work->temporary);
    if (fd < 0)
        return false;
    bool same = fstat(fd, &status) == 0 && status.st_mode == expected->st_mode &&
                status.st_uid == expected->st_uid && status.st_gid == expected->st_gid &&
                !is_being_written(fd) && file_read_open(fd, bytes.len, &content) == FILE_OK &&
                span_equal(bytes, (struct span){content.bytes, content.len});
    file_free(&content);
    close(fd);
    return same;
}

static enum replace_fault keep_aside(struct work *work)
{
    tell_kept(work, work->temporary, false);
    work->temporary[0] = '\0';
    return REPLACE_KEPT;
}

// What came out is somebody's, and goes back. When in the meantime others have saved over what we
// had put there, theirs comes out; being the newest it goes back in turn, and so on, until that
// comes out which we put there last. If it is our own file, nothing has happened; if it is an older
// edit, it is kept.
static enum replace_fault put_back(struct work *work, struct span after)
{
    struct stat put = work->made, newest, out;
    for (int i = 0; i < PUT_BACK_TRIES; i++) {
        if (fstatat(work->directory, work->temporary, &newest, AT_SYMLINK_NOFOLLOW) < 0)
            break;
        if (rename_to(work, work->name, RENAME_EXCHANGE_FLAG) < 0) {
            // The name is free: an editor has made a backup of what was there.
            if (errno == ENOENT && rename_to(work, work->name, RENAME_NOREPLACE_FLAG) == 0) {
                (void)moved(work);
                return REPLACE_CHANGED;
            }
            if (errno == EEXIST)
                continue;
            break;
        }
        if (fstatat(work->directory, work->temporary, &out, AT_SYMLINK_NOFOLLOW) < 0)
            break;
        if (is_same_file(&out, &put)) {
            (void)fsync(work->directory);
            bool ours = is_same_file(&out, &work->made) && came_out(work, &work->made, after);
            return ours ? REPLACE_CHANGED : keep_aside(work);
        }
        put = newest;
    }
    return keep_aside(work);
}

static enum replace_fault exchange(struct work *work, struct span before, struct span after)
{
    // What was compared a moment ago is all that can be had without the flag.
    if (span_ends(span_of(work->temporary), UNFINISHED))
        return move(work, false);
    if (rename_to(work, work->name, RENAME_EXCHANGE_FLAG) < 0) {
        if (is_unsupported(errno))
            return move(work, false);
        return errno == ENOENT ? REPLACE_CHANGED : fault_of(errno);
    }
    if (!came_out(work, &work->old, before))
        return put_back(work, after);
    unlinkat(work->directory, work->temporary, 0);
    return moved(work);
}

static enum replace_fault finish(struct work *work, enum replace_fault fault, int *error)
{
    *error = fault == REPLACE_OK ? 0 : errno;
    if (work->fd >= 0)
        close(work->fd);
    if (work->temporary[0] != '\0')
        unlinkat(work->directory, work->temporary, 0);
    if (work->directory >= 0)
        close(work->directory); // and with it the lock
    free(work->path);
    return fault;
}

static enum replace_fault write_temporary(struct work *work, struct span bytes)
{
    enum replace_fault fault = create(work);
    if (fault == REPLACE_OK && !file_write(work->fd, bytes.text, bytes.len))
        fault = fault_of(errno);
    return fault;
}

// Open for reading alone from here on: our own descriptor must not look like somebody who writes.
// It stays open, so that no other file gets the number of ours.
static enum replace_fault sync_temporary(struct work *work)
{
    if (fsync(work->fd) < 0 || fstat(work->fd, &work->made) < 0)
        return fault_of(errno);
    int fd = open_beside(work, work->temporary);
    if (fd < 0)
        return fault_of(errno);
    close(work->fd);
    work->fd = fd;
    return REPLACE_OK;
}

enum replace_fault replace_keep(const char *path, struct span before, struct span after,
                                const struct replace_watcher *watcher, int *error)
{
    struct work work;
    errno = 0;
    enum replace_fault fault = find(&work, path, watcher);
    if (fault == REPLACE_OK && !work.present)
        fault = REPLACE_CHANGED;
    // A rename needs no permission for the file itself. Who made it read-only did not mean it to be
    // replaced.
    if (fault == REPLACE_OK && faccessat(work.directory, work.name, W_OK, AT_EACCESS) < 0)
        fault = fault_of(errno);
    if (fault == REPLACE_OK)
        fault = compare(&work, before);
    if (fault == REPLACE_OK) {
        sweep(&work);
        fault = write_temporary(&work, after);
    }
    if (fault == REPLACE_OK)
        fault = keep_owner(&work);
    if (fault == REPLACE_OK)
        fault = sync_temporary(&work);
    if (fault == REPLACE_OK)
        fault = step_aside(&work);
    if (fault == REPLACE_OK)
        fault = compare(&work, before);
    if (fault == REPLACE_OK)
        fault = exchange(&work, before, after);
    return finish(&work, fault, error);
}

static enum replace_fault put(struct work *work, enum replace_fault fault, struct span after,
                              mode_t mode, bool must_be_new, int *error)
{
    if (must_be_new && work->present)
        fault = REPLACE_CHANGED;
    if (fault == REPLACE_OK) {
        sweep(work);
        fault = write_temporary(work, after);
    }
    if (fault == REPLACE_OK)
        fault = set_mode(work, mode);
    if (fault == REPLACE_OK)
        fault = sync_temporary(work);
    if (fault == REPLACE_OK)
        fault = move(work, must_be_new);
    return finish(work, fault, error);
}

enum replace_fault replace_create(const char *path, struct span after, mode_t mode,
                                  const struct replace_watcher *watcher, int *error)
{
    struct work work;
    errno = 0;
    enum replace_fault fault = find(&work, path, watcher);
    return put(&work, fault, after, mode, true, error);
}

enum replace_fault replace_put(const char *path, struct span after, mode_t mode, int *error)
{
    struct work work;
    errno = 0;
    enum replace_fault fault = find_name(&work, path);
    return put(&work, fault, after, mode, false, error);
}

void replace_text(enum replace_fault fault, int error, char *buffer, size_t size)
{
    const char *text = NULL;
    switch (fault) {
    case REPLACE_OK:
        text = "";
        break;
    case REPLACE_CHANGED:
    case REPLACE_KEPT:
        text = "it was changed meanwhile";
        break;
    case REPLACE_DENIED:
        text = "no permission to write the file or its directory";
        break;
    case REPLACE_READ_ONLY:
        text = "the file system is read-only";
        break;
    case REPLACE_OWNER:
        text = "its owner or permissions could not be kept";
        break;
    case REPLACE_NO_ROOM:
        text = "there is no room on the disk";
        break;
    case REPLACE_MOUNTED:
        text = "it is mounted as a single file, which cannot be replaced";
        break;
    case REPLACE_DIRECTORY:
        text = "it is a directory, or a symbolic link to one";
        break;
    case REPLACE_NOT_REGULAR:
        text = "it is not a regular file";
        break;
    case REPLACE_LINK:
        text = "it is a symbolic link that leads nowhere";
        break;
    case REPLACE_FAILED:
        text = strerror(error);
        break;
    }
    text_print(buffer, size, "%s", text);
}
