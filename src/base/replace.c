// SPDX-License-Identifier: MIT
#include "base/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

#define ACL "system.posix_acl_access"
// The kernel's own limits: XATTR_LIST_MAX and XATTR_SIZE_MAX are 64 KiB; what is longer than this
// is no ACL of a .env.
#define XATTR_ROOM 4096
#define TEMPORARY_TRIES 100
#define RENAME_NOREPLACE_FLAG 1U // linux/fs.h; musl has no name for it

// Where the work stands. `path` is resolved: no symbolic link in it, a directory in front of the
// last slash.
struct work {
    char *path;
    const char *name; // behind the last slash of `path`
    int directory;
    char temporary[NAME_MAX + 1];
    int fd; // of the temporary file; -1 when there is none
    struct stat old;
    bool present;
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

static enum replace_fault open_directory(struct work *work)
{
    char *slash = strrchr(work->path, '/');
    work->name = slash + 1;
    *slash = '\0';
    work->directory =
        open(slash == work->path ? "/" : work->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    *slash = '/';
    return work->directory < 0 ? fault_of(errno) : REPLACE_OK;
}

static enum replace_fault find(struct work *work, const char *path)
{
    *work = (struct work){.directory = -1, .fd = -1};
    work->path = realpath(path, NULL);
    work->present = work->path != NULL;
    if (!work->present && errno == ENOENT) {
        if (file_is_link(path))
            return REPLACE_LINK;
        work->path = resolve_missing(path);
    }
    if (!work->path)
        return fault_of(errno);
    enum replace_fault fault = open_directory(work);
    if (fault != REPLACE_OK || !work->present)
        return fault;
    if (fstatat(work->directory, work->name, &work->old, AT_SYMLINK_NOFOLLOW) < 0)
        return fault_of(errno);
    if (S_ISDIR(work->old.st_mode))
        return REPLACE_DIRECTORY;
    return S_ISREG(work->old.st_mode) ? REPLACE_OK : REPLACE_NOT_REGULAR;
}

// ---- The temporary file -------------------------------------------------------------------------

static enum replace_fault create(struct work *work)
{
    // A long name loses its end; the mark and the numbers make it ours.
    for (unsigned i = 0; i < TEMPORARY_TRIES; i++) {
        text_print(work->temporary, sizeof work->temporary, ".%.200s.labelgate-%ld-%u", work->name,
                   (long)getpid(), i);
        work->fd = openat(work->directory, work->temporary,
                          O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (work->fd >= 0)
            return REPLACE_OK;
        if (errno != EEXIST && errno != EINTR)
            break;
    }
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

static enum replace_fault move(struct work *work, bool must_be_new)
{
    int moved = -1;
    if (must_be_new) {
        moved = (int)syscall(SYS_renameat2, work->directory, work->temporary, work->directory,
                             work->name, RENAME_NOREPLACE_FLAG);
        if (moved < 0 && errno == EEXIST)
            return REPLACE_CHANGED;
        // An older kernel or a file system without the flag. The file was not there a moment ago.
        if (moved < 0 && errno != ENOSYS && errno != EINVAL)
            return fault_of(errno);
    }
    if (moved < 0 && renameat(work->directory, work->temporary, work->directory, work->name) < 0)
        return fault_of(errno);
    work->temporary[0] = '\0';
    // The file is the new one by now. A file system that cannot make that durable at once is no
    // reason to say otherwise.
    (void)fsync(work->directory);
    return REPLACE_OK;
}

static enum replace_fault finish(struct work *work, enum replace_fault fault, int *error)
{
    *error = fault == REPLACE_OK ? 0 : errno;
    if (work->fd >= 0) {
        close(work->fd);
        if (work->temporary[0] != '\0')
            unlinkat(work->directory, work->temporary, 0);
    }
    if (work->directory >= 0)
        close(work->directory);
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

static enum replace_fault sync_temporary(const struct work *work)
{
    return fsync(work->fd) < 0 ? fault_of(errno) : REPLACE_OK;
}

enum replace_fault replace_keep(const char *path, struct span before, struct span after, int *error)
{
    struct work work;
    errno = 0;
    enum replace_fault fault = find(&work, path);
    if (fault == REPLACE_OK && !work.present)
        fault = REPLACE_CHANGED;
    // A rename needs no permission for the file itself. Who made it read-only did not mean it to be
    // replaced.
    if (fault == REPLACE_OK && faccessat(work.directory, work.name, W_OK, AT_EACCESS) < 0)
        fault = fault_of(errno);
    if (fault == REPLACE_OK)
        fault = write_temporary(&work, after);
    if (fault == REPLACE_OK)
        fault = keep_owner(&work);
    if (fault == REPLACE_OK)
        fault = sync_temporary(&work);
    if (fault == REPLACE_OK)
        fault = compare(&work, before);
    if (fault == REPLACE_OK)
        fault = move(&work, false);
    return finish(&work, fault, error);
}

static enum replace_fault put(const char *path, struct span after, mode_t mode, bool must_be_new,
                              int *error)
{
    struct work work;
    errno = 0;
    enum replace_fault fault = find(&work, path);
    if (must_be_new && work.present)
        fault = REPLACE_CHANGED;
    if (fault == REPLACE_OK)
        fault = write_temporary(&work, after);
    if (fault == REPLACE_OK)
        fault = set_mode(&work, mode);
    if (fault == REPLACE_OK)
        fault = sync_temporary(&work);
    if (fault == REPLACE_OK)
        fault = move(&work, must_be_new);
    return finish(&work, fault, error);
}

enum replace_fault replace_create(const char *path, struct span after, mode_t mode, int *error)
{
    return put(path, after, mode, true, error);
}

enum replace_fault replace_put(const char *path, struct span after, mode_t mode, int *error)
{
    return put(path, after, mode, false, error);
}

void replace_text(enum replace_fault fault, int error, char *buffer, size_t size)
{
    const char *text = NULL;
    switch (fault) {
    case REPLACE_OK:
        text = "";
        break;
    case REPLACE_CHANGED:
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
        text = "it is a directory";
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
