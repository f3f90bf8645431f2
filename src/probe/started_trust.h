// SPDX-License-Identifier: MIT
// Whom a probe may believe. Anybody in the container can begin an environment with the marker; what
// follows it decides which files a probe reads and where it sends a token.
#ifndef LABELGATE_PROBE_STARTED_TRUST_H
#define LABELGATE_PROBE_STARTED_TRUST_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "probe/started_answer.h"

#define TRUST_NAMESPACE 64 // "mnt:[4026531840]"

// What is the probe's own.
struct trust {
    int proc; // the open /proc; stays the caller's
    pid_t pid;
    uid_t uid; // effective
    char mount[TRUST_NAMESPACE];
    char process[TRUST_NAMESPACE];
};

// False: this /proc does not know us.
bool trust_open(struct trust *self, int proc);

// The process of `folder`, its open /proc/N: STARTED_FOUND when it is in the probe's mount and
// process namespace (else STARTED_NONE, or STARTED_UNREADABLE), its four user ids are all 0 or all
// the probe's, and its program is not set-id. The owner of /proc/N would say too little: a `su`
// that a user has just started belongs to root, and has the environment that the user gave it.
// `uid` is its real user.
enum started_answer trust_judge(const struct trust *self, int folder, uid_t *uid);

// Its real user, by /proc/N/status, which anybody may read.
bool trust_user(int folder, uid_t *uid);

// Is it in the probe's own control group?
bool trust_same_group(const struct trust *self, int folder);
// Is the probe in PID 1's? In an image of systemd each service has a control group of its own, and
// a probe is started beside PID 1; on a host a probe is in some session's.
bool trust_is_beside_first(const struct trust *self);

// The first `room` - 1 bytes of a file of /proc and a NUL; 0 also when it cannot be read.
size_t trust_read(int folder, const char *path, char *bytes, size_t room);

#endif
