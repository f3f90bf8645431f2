// SPDX-License-Identifier: MIT
// The change itself: the temporary file gets the name, and what had it is looked at once more.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"
#include "base/replace_parts.h"
#include "base/text.h"

// Each needs somebody who saves between two system calls of ours.
#define PUT_BACK_TRIES 8
// linux/fs.h; musl has no names for them
#define RENAME_NOREPLACE_FLAG 1U
#define RENAME_EXCHANGE_FLAG 2U

enum replace_fault replace_compare(const struct replacing *work, struct span before)
{
    struct file_content content;
    enum file_fault fault = file_read(work->path, before.len, &content);
    if (fault == FILE_MISSING || fault == FILE_TOO_BIG || fault == FILE_DIRECTORY ||
        fault == FILE_NOT_REGULAR)
        return REPLACE_CHANGED;
    if (fault != FILE_OK) {
        errno = content.error;
        return replace_fault_of(content.error);
    }
    bool same = span_equal(before, (struct span){content.bytes, content.len});
    file_free(&content);
    return same ? REPLACE_OK : REPLACE_CHANGED;
}

static int rename_to(const struct replacing *work, const char *name, unsigned flags)
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
static enum replace_fault moved(struct replacing *work)
{
    work->temporary[0] = '\0';
    (void)fsync(work->directory);
    return REPLACE_OK;
}

enum replace_fault replace_move(struct replacing *work, bool must_be_new)
{
    if (must_be_new) {
        if (rename_to(work, work->name, RENAME_NOREPLACE_FLAG) == 0)
            return moved(work);
        if (errno == EEXIST)
            return REPLACE_CHANGED;
        if (!is_unsupported(errno))
            return replace_fault_of(errno);
        // The file was not there a moment ago.
    }
    if (renameat(work->directory, work->temporary, work->directory, work->name) < 0)
        return replace_fault_of(errno);
    return moved(work);
}

enum replace_fault replace_step_aside(struct replacing *work)
{
    char aside[NAME_MAX + 1];
    size_t len = strlen(work->temporary) - strlen(REPLACE_UNFINISHED);
    text_print(aside, sizeof aside, "%.*s", (int)len, work->temporary);
    if (rename_to(work, aside, RENAME_NOREPLACE_FLAG) < 0)
        return is_unsupported(errno) ? REPLACE_OK : replace_fault_of(errno);
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
static bool came_out(const struct replacing *work, const struct stat *expected, struct span bytes)
{
    struct stat status;
    struct file_content content = {0};
    int fd = replace_open(work, work->temporary);
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

static enum replace_fault keep_aside(struct replacing *work)
{
    replace_tell_kept(work, work->temporary, false);
    work->temporary[0] = '\0';
    return REPLACE_KEPT;
}

// What came out is somebody's, and goes back. When in the meantime others have saved over what we
// had put there, theirs comes out; being the newest it goes back in turn, and so on, until that
// comes out which we put there last. If it is our own file, nothing has happened; if it is an older
// edit, it is kept.
static enum replace_fault put_back(struct replacing *work, struct span after)
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

enum replace_fault replace_exchange(struct replacing *work, struct span before, struct span after)
{
    // What was compared a moment ago is all that can be had without the flag.
    if (span_ends(span_of(work->temporary), REPLACE_UNFINISHED))
        return replace_move(work, false);
    if (rename_to(work, work->name, RENAME_EXCHANGE_FLAG) < 0) {
        if (is_unsupported(errno))
            return replace_move(work, false);
        return errno == ENOENT ? REPLACE_CHANGED : replace_fault_of(errno);
    }
    if (!came_out(work, &work->old, before))
        return put_back(work, after);
    unlinkat(work->directory, work->temporary, 0);
    return moved(work);
}
