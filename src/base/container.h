// SPDX-License-Identifier: MIT
// Are we in a container? For sentences alone: what localhost means, and which command helps.
#ifndef LABELGATE_BASE_CONTAINER_H
#define LABELGATE_BASE_CONTAINER_H

#include <stdbool.h>
#include <time.h>

// By the marks that Docker, Podman and Kubernetes leave. Others leave none: false proves nothing.
bool container_is_inside(void);
// When Docker created this container, whose environment does not change from then on. False: not
// known.
bool container_created(time_t *created);

#endif
