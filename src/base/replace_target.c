// SPDX-License-Identifier: MIT
// Which file is replaced: the real path of a name, its directory, the lock on that.
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/replace_parts.h"
#include "base/text.h"

// A lock is held for as long as a write and an fsync take. Whoever may read the directory may hold
// one for ever, so it only orders those who behave.
#define LOCK_TRIES 200
#define LOCK_PAUSE_NS 10000000L

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

static enum replace_fault open_directory(struct replacing *work)
{
    char *slash = strrchr(work->path, '/');
    work->name = slash + 1;
    *slash = '\0';
    work->directory =
        open(slash == work->path ? "/" : work->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    *slash = '/';
    if (work->directory < 0)
        return replace_fault_of(errno);
    work->locked = lock(work->directory);
    return REPLACE_OK;
}

// The real path of the file that the name leads to.
static enum replace_fault resolve(struct replacing *work, const char *path)
{
    work->path = realpath(path, NULL);
    if (!work->path && errno == ENOENT) {
        if (file_is_link(path))
            return REPLACE_LINK;
        work->path = resolve_missing(path);
    }
    return work->path ? REPLACE_OK : replace_fault_of(errno);
}

static enum replace_fault look(struct replacing *work)
{
    enum replace_fault fault = open_directory(work);
    if (fault != REPLACE_OK)
        return fault;
    work->present = fstatat(work->directory, work->name, &work->old, AT_SYMLINK_NOFOLLOW) == 0;
    if (!work->present)
        return errno == ENOENT ? REPLACE_OK : replace_fault_of(errno);
    if (S_ISDIR(work->old.st_mode))
        return REPLACE_DIRECTORY;
    return S_ISREG(work->old.st_mode) || S_ISLNK(work->old.st_mode) ? REPLACE_OK
                                                                    : REPLACE_NOT_REGULAR;
}

enum replace_fault replace_find(struct replacing *work, const char *path,
                                const struct replace_watcher *watcher)
{
    *work = (struct replacing){.directory = -1, .fd = -1, .watcher = watcher};
    enum replace_fault fault = resolve(work, path);
    if (fault == REPLACE_OK)
        fault = look(work);
    // It was none when the path was resolved.
    return fault == REPLACE_OK && work->present && S_ISLNK(work->old.st_mode) ? REPLACE_CHANGED
                                                                              : fault;
}

enum replace_fault replace_find_name(struct replacing *work, const char *path)
{
    *work = (struct replacing){.directory = -1, .fd = -1, .path = resolve_missing(path)};
    if (!work->path)
        return replace_fault_of(errno);
    struct stat there;
    enum replace_fault fault = look(work);
    bool leads_to_directory = fault == REPLACE_OK && work->present && S_ISLNK(work->old.st_mode) &&
                              fstatat(work->directory, work->name, &there, 0) == 0 &&
                              S_ISDIR(there.st_mode);
    return leads_to_directory ? REPLACE_DIRECTORY : fault;
}

int replace_open(const struct replacing *work, const char *name)
{
    return openat(work->directory, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC);
}
