// SPDX-License-Identifier: MIT
#include "base/wipe.h"

#include <stdlib.h>
#include <string.h>

void wipe(void *bytes, size_t len)
{
    if (len > 0)
        explicit_bzero(bytes, len);
}

void *wipe_move(void *old, size_t used, size_t wanted)
{
    void *bytes = malloc(wanted);
    if (!bytes)
        return NULL;
    if (old && used > 0) {
        memcpy(bytes, old, used);
        wipe(old, used);
    }
    free(old);
    return bytes;
}
