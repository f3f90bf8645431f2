// SPDX-License-Identifier: MIT
#include "base/container.h"

#include <sys/stat.h>
#include <unistd.h>

#define DOCKER_MARK "/.dockerenv"

bool container_is_inside(void)
{
    return access(DOCKER_MARK, F_OK) == 0 || access("/run/.containerenv", F_OK) == 0 ||
           access("/var/run/secrets/kubernetes.io", F_OK) == 0;
}

// Docker makes its mark when it creates the container, not when it starts it.
bool container_created(time_t *created)
{
    struct stat status;
    if (stat(DOCKER_MARK, &status) < 0)
        return false;
    *created = status.st_mtime;
    return true;
}
