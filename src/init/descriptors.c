// SPDX-License-Identifier: MIT
#include "init/descriptors.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "init/init.h"
#include "init/proc.h"

// Where neither close_range nor /proc helps: how far descriptors are closed one by one. The limit
// of descriptors says nothing about how many are open and can be a billion.
#define CLOSE_MAX 1024

static void close_one(int number, int folder, void *context)
{
    (void)context;
    if (number > STDERR_FILENO && number != folder)
        close(number);
}

void descriptors_close(void)
{
    if (syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, 0) == 0)
        return;
    if (proc_each("/proc/self/fd", close_one, NULL))
        return;
    for (int fd = STDERR_FILENO + 1; fd < CLOSE_MAX; fd++)
        close(fd);
}

// A path that can be neither read nor written. Usually there is nothing to fill: one call tells.
void descriptors_fill(void)
{
    struct pollfd three[] = {{.fd = STDIN_FILENO}, {.fd = STDOUT_FILENO}, {.fd = STDERR_FILENO}};
    unsigned fd;
    poll(three, 3, 0);
    if (!((three[0].revents | three[1].revents | three[2].revents) & POLLNVAL))
        return;
    do
        fd = (unsigned)open("/", O_PATH | O_CLOEXEC); // a failure is a large number
    while (fd <= STDERR_FILENO);
    close((int)fd);
}

bool descriptors_move_up(int *fd)
{
    if (*fd > STDERR_FILENO)
        return true;
    int moved = fcntl(*fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    close(*fd);
    *fd = moved;
    return moved >= 0;
}

bool descriptors_pipe(int ends[2])
{
    if (pipe2(ends, O_CLOEXEC) < 0)
        return false;
    bool first = descriptors_move_up(&ends[0]);
    bool second = descriptors_move_up(&ends[1]);
    if (first && second)
        return true;
    if (first)
        close(ends[0]);
    if (second)
        close(ends[1]);
    return false;
}
