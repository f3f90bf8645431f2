// SPDX-License-Identifier: MIT
// The temporary file beside the one that is replaced, and those that killed runs left there.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/file.h"
#include "base/replace.h"
#include "base/replace_parts.h"
#include "base/text.h"

#define ACL "system.posix_acl_access"
// The kernel's own limits: XATTR_LIST_MAX and XATTR_SIZE_MAX are 64 KiB; what is longer than this
// is not the ACL of a .env.
#define XATTR_ROOM 4096
#define TEMPORARY_TRIES 100
// Files that we read are not larger.
#define LEFT_MAX ((size_t)1024 * 1024)

// ---- What earlier runs left ---------------------------------------------------------------------

static void name_temporary(const struct replacing *work, char name[NAME_MAX + 1], const char *rest)
{
    // A long name loses its end; the mark and the numbers make it ours.
    text_print(name, NAME_MAX + 1, ".%.200s.labelgate-%s", work->name, rest);
}

void replace_tell_kept(const struct replacing *work, const char *name, bool left)
{
    if (!work->watcher || !work->watcher->kept)
        return;
    struct text path = text_growing();
    text_add(&path, "%.*s%s", (int)(work->name - work->path), work->path, name);
    if (!path.cut)
        work->watcher->kept(work->watcher->context, path.bytes, left);
    text_free(&path);
}

// Only the caller can say whether what came out of an exchange is somebody's edit.
static bool is_spent(const struct replacing *work, const char *name)
{
    struct file_content content;
    if (!work->watcher || !work->watcher->is_spent)
        return false;
    int fd = replace_open(work, name);
    if (fd < 0)
        return false;
    bool spent =
        file_read_open(fd, LEFT_MAX, &content) == FILE_OK &&
        work->watcher->is_spent(work->watcher->context, (struct span){content.bytes, content.len});
    file_free(&content);
    close(fd);
    return spent;
}

static void judge_left(const struct replacing *work, const char *name)
{
    struct stat status;
    if (fstatat(work->directory, name, &status, AT_SYMLINK_NOFOLLOW) < 0 ||
        !S_ISREG(status.st_mode))
        return;
    if (span_ends(span_of(name), REPLACE_UNFINISHED) || is_spent(work, name))
        unlinkat(work->directory, name, 0);
    else
        replace_tell_kept(work, name, true);
}

void replace_sweep(const struct replacing *work)
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

// ---- Ours ---------------------------------------------------------------------------------------

// Takes the number of no file that was left: one of the same process id may be there.
static enum replace_fault create(struct replacing *work)
{
    char numbers[64], aside[NAME_MAX + 1];
    struct stat status;
    for (unsigned i = 0; i < TEMPORARY_TRIES; i++) {
        text_print(numbers, sizeof numbers, "%ld-%u", (long)getpid(), i);
        name_temporary(work, aside, numbers);
        text_print(numbers, sizeof numbers, "%ld-%u" REPLACE_UNFINISHED, (long)getpid(), i);
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
    return replace_fault_of(errno);
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

enum replace_fault replace_keep_owner(const struct replacing *work)
{
    struct stat now;
    if (fstat(work->fd, &now) < 0)
        return replace_fault_of(errno);
    if ((now.st_uid != work->old.st_uid || now.st_gid != work->old.st_gid) &&
        fchown(work->fd, work->old.st_uid, work->old.st_gid) < 0)
        return REPLACE_OWNER;
    if (fchmod(work->fd, work->old.st_mode & 07777) < 0)
        return REPLACE_OWNER;
    int old = replace_open(work, work->name);
    if (old < 0)
        return replace_fault_of(errno);
    bool kept = copy_attributes(old, work->fd);
    close(old);
    return kept ? REPLACE_OK : REPLACE_OWNER;
}

enum replace_fault replace_write_temporary(struct replacing *work, struct span bytes)
{
    enum replace_fault fault = create(work);
    if (fault == REPLACE_OK && !file_write(work->fd, bytes.text, bytes.len))
        fault = replace_fault_of(errno);
    return fault;
}

// Open for reading alone from here on: our own descriptor must not look like somebody who writes.
// It stays open, so that no other file gets the number of ours.
enum replace_fault replace_sync_temporary(struct replacing *work)
{
    if (fsync(work->fd) < 0 || fstat(work->fd, &work->made) < 0)
        return replace_fault_of(errno);
    int fd = replace_open(work, work->temporary);
    if (fd < 0)
        return replace_fault_of(errno);
    close(work->fd);
    work->fd = fd;
    return REPLACE_OK;
}
