// SPDX-License-Identifier: MIT
#include "base/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/replace_parts.h"

static enum replace_fault finish(struct replacing *work, enum replace_fault fault, int *error)
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

enum replace_fault replace_keep(const char *path, struct span before, struct span after,
                                const struct replace_watcher *watcher, int *error)
{
    struct replacing work;
    errno = 0;
    enum replace_fault fault = replace_find(&work, path, watcher);
    if (fault == REPLACE_OK && !work.present)
        fault = REPLACE_CHANGED;
    // A rename needs no permission for the file itself. Who made it read-only did not mean it to be
    // replaced.
    if (fault == REPLACE_OK && faccessat(work.directory, work.name, W_OK, AT_EACCESS) < 0)
        fault = replace_fault_of(errno);
    if (fault == REPLACE_OK)
        fault = replace_compare(&work, before);
    if (fault == REPLACE_OK) {
        replace_sweep(&work);
        fault = replace_write_temporary(&work, after);
    }
    if (fault == REPLACE_OK)
        fault = replace_keep_owner(&work);
    if (fault == REPLACE_OK)
        fault = replace_sync_temporary(&work);
    if (fault == REPLACE_OK)
        fault = replace_step_aside(&work);
    if (fault == REPLACE_OK)
        fault = replace_compare(&work, before);
    if (fault == REPLACE_OK)
        fault = replace_exchange(&work, before, after);
    return finish(&work, fault, error);
}

static enum replace_fault put(struct replacing *work, enum replace_fault fault, struct span after,
                              mode_t mode, bool must_be_new, int *error)
{
    if (must_be_new && work->present)
        fault = REPLACE_CHANGED;
    if (fault == REPLACE_OK) {
        replace_sweep(work);
        fault = replace_write_temporary(work, after);
    }
    if (fault == REPLACE_OK)
        fault = fchmod(work->fd, mode) < 0 ? replace_fault_of(errno) : REPLACE_OK;
    if (fault == REPLACE_OK)
        fault = replace_sync_temporary(work);
    if (fault == REPLACE_OK)
        fault = replace_move(work, must_be_new);
    return finish(work, fault, error);
}

enum replace_fault replace_create(const char *path, struct span after, mode_t mode,
                                  const struct replace_watcher *watcher, int *error)
{
    struct replacing work;
    errno = 0;
    enum replace_fault fault = replace_find(&work, path, watcher);
    return put(&work, fault, after, mode, true, error);
}

enum replace_fault replace_put(const char *path, struct span after, mode_t mode, int *error)
{
    struct replacing work;
    errno = 0;
    enum replace_fault fault = replace_find_name(&work, path);
    return put(&work, fault, after, mode, false, error);
}
