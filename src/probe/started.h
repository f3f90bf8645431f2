// SPDX-License-Identifier: MIT
// What the running `run` was started with, read by the probe from the environment of the resident
// process (settings/resident_environment.h writes it).
#ifndef LABELGATE_PROBE_STARTED_H
#define LABELGATE_PROBE_STARTED_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/envlist.h"
#include "base/text.h"
#include "probe/started_answer.h"

// The longest environ that is read: ours holds a token, an address and a few paths.
#define STARTED_MAX ((size_t)128 * 1024)

struct started {
    enum started_answer answer;
    pid_t pid;   // but for STARTED_NONE and STARTED_SEVERAL
    uid_t uid;   // its real user
    int folder;  // the open /proc/N of STARTED_FOUND, which no other process can come to be; or -1
    char *bytes; // heap: NUL-separated as /proc/N/environ has it; wiped by started_free
    size_t len;
    struct envlist environment; // views of `bytes`
};

// Looks at PID 1 first, then at every other process below `proc` ("/proc", but for tests). Whoever
// begins with the marker is believed when started_trust.h says so; never by path or inode, since
// `install` replaces the program. Of several in the probe's own control group, or of several
// elsewhere while none is in it, none is believed. Close with started_free whatever the answer.
void started_find(struct started *self, const char *proc);
void started_free(struct started *self);

// One sentence: which process was believed, or why none was.
void started_text(const struct started *self, struct text *out);

// Standard error of the believed process, open for writing without blocking, when that is a pipe or
// a terminal that it writes to itself; else -1. The caller closes it.
int started_open_log(const struct started *self);

#endif
