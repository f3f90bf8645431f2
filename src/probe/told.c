// SPDX-License-Identifier: MIT
#include "probe/told.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/numbered.h"
#include "base/text.h"

#define AGAIN_MS ((int64_t)60 * 60 * 1000)
#define LINK "/memfd:" INIT_RECORD " (deleted)"

// The first of that name; its descriptor there is another one at each start.
static void look_at(int number, int folder, void *context)
{
    struct told *self = context;
    struct stat status;
    char path[16], link[sizeof LINK];
    text_print(path, sizeof path, "%d", number);
    if (self->fd >= 0 || readlinkat(folder, path, link, sizeof link) != sizeof LINK - 1 ||
        memcmp(link, LINK, sizeof LINK - 1) != 0)
        return;
    self->fd = openat(folder, path, O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    // A file on a disk may have such a name, and what it leads to may have changed since.
    if (self->fd >= 0 && (fcntl(self->fd, F_GET_SEALS) < 0 || fstat(self->fd, &status) != 0 ||
                          status.st_size != sizeof self->last ||
                          pread(self->fd, &self->last, sizeof self->last, 0) != sizeof self->last))
        told_close(self);
}

void told_open(struct told *self, const struct started *started)
{
    *self = (struct told){.fd = -1};
    int folder = started->folder >= 0
                     ? openat(started->folder, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
                     : -1;
    if (folder < 0)
        return;
    (void)numbered_each(folder, look_at, self);
    close(folder);
    self->last.state[sizeof self->last.state - 1] = '\0';
}

void told_close(struct told *self)
{
    if (self->fd >= 0)
        close(self->fd);
    *self = (struct told){.fd = -1};
}

bool told_is_new(const struct told *self, const char *state, int64_t now_ms,
                 struct told_record *next)
{
    const struct told_record *last = &self->last;
    *next = (struct told_record){.at_ms = now_ms};
    text_print(next->state, sizeof next->state, "%s", state);
    if (strcmp(next->state, last->state) != 0)
        return true;
    // A clock that went back is another boot's: the container was moved while it slept.
    bool is_long_ago = self->fd < 0 || now_ms < last->at_ms || now_ms - last->at_ms >= AGAIN_MS;
    return next->state[0] != '\0' && is_long_ago;
}

void told_keep(const struct told *self, const struct told_record *next)
{
    if (self->fd >= 0)
        (void)pwrite(self->fd, next, sizeof *next, 0);
}
