// SPDX-License-Identifier: MIT
// What the running `run` was started with: written into the resident process's own environment,
// read by the probe.
#ifndef LABELGATE_ENV_STARTED_H
#define LABELGATE_ENV_STARTED_H

#include <stdbool.h>
#include <sys/types.h>

#include "env/envlist.h"
#include "env/settings.h"

// The environment that the resident process gets (contract, section 4): first the marker
// LABELGATE_STARTED=1, then the settings the app was started with, nothing else. `token` is the one
// the app has (after a trade not the settings' own).
bool started_environment(const struct settings *settings, struct span token,
                         struct envlist *resident);

enum started_answer {
    STARTED_FOUND,
    STARTED_NONE,       // no process of our mount namespace begins with the marker
    STARTED_SEVERAL,    // shared process namespace: cannot tell which is ours
    STARTED_UNREADABLE, // PID 1 is there, its environment may not be read
};

// The longest environ that is read: ours holds a token, an address and a few paths.
#define STARTED_MOST ((size_t)128 * 1024)

struct started {
    enum started_answer answer;
    pid_t pid;
    char *bytes; // heap: NUL-separated as /proc/N/environ has it; wiped by started_free
    size_t len;
    struct envlist environment; // views of `bytes`
};

// Looks at PID 1 first, then at every other process: an environment that begins with the marker
// *and* our own mount namespace (/proc/N/ns/mnt), never path or inode. Believes exactly one.
void started_find(struct started *self);
void started_free(struct started *self);

#endif
