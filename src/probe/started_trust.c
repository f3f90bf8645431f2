// SPDX-License-Identifier: MIT
#include "probe/started_trust.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/numbered.h"

// The user ids are among the first ten lines of /proc/N/status; the name above them has at most 64
// bytes, its newlines spelled.
#define STATUS_HEAD 512
#define IDS 4 // real, effective, saved, of the file system
// A line for each hierarchy of control groups, a path in each.
#define GROUPS ((size_t)8192)
// Where systemd puts itself below the control group that it is given.
#define INIT_SCOPE "/init.scope"

static bool read_link(int folder, const char *path, char *name, size_t room)
{
    ssize_t len = readlinkat(folder, path, name, room - 1);
    name[len > 0 ? len : 0] = '\0';
    return len > 0;
}

// /proc hands out a long file in pieces.
size_t trust_read(int folder, const char *path, char *bytes, size_t room)
{
    size_t len = 0;
    ssize_t got = 0;
    int fd = openat(folder, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd >= 0) {
        while (len < room - 1 && (got = read(fd, bytes + len, room - 1 - len)) > 0)
            len += (size_t)got;
        close(fd);
    }
    bytes[len] = '\0';
    return len;
}

bool trust_open(struct trust *self, int proc)
{
    char pid[TRUST_NAMESPACE];
    *self = (struct trust){.proc = proc, .uid = geteuid()};
    if (!read_link(proc, "self", pid, sizeof pid) ||
        !read_link(proc, "self/ns/mnt", self->mount, sizeof self->mount) ||
        !read_link(proc, "self/ns/pid", self->process, sizeof self->process))
        return false;
    self->pid = numbered_value(pid);
    return self->pid > 0;
}

// Some kernels show an environment to whom they do not show this.
static enum started_answer judge_namespace(int folder, const char *path, const char *own)
{
    char name[TRUST_NAMESPACE];
    if (read_link(folder, path, name, sizeof name))
        return strcmp(name, own) == 0 ? STARTED_FOUND : STARTED_NONE;
    return errno == EACCES || errno == EPERM ? STARTED_UNREADABLE : STARTED_NONE;
}

// "Uid:\t1000\t0\t0\t0\n"
static bool read_ids(int folder, uid_t ids[IDS])
{
    char status[STATUS_HEAD];
    (void)trust_read(folder, "status", status, sizeof status);
    char *at = strstr(status, "\nUid:");
    if (!at)
        return false;
    at += strlen("\nUid:");
    for (size_t i = 0; i < IDS; i++) {
        if (at[0] != '\t' || at[1] < '0' || at[1] > '9')
            return false;
        ids[i] = (uid_t)strtoul(at + 1, &at, 10);
    }
    return *at == '\n';
}

bool trust_user(int folder, uid_t *uid)
{
    uid_t ids[IDS];
    bool is_read = read_ids(folder, ids);
    *uid = is_read ? ids[0] : 0;
    return is_read;
}

enum started_answer trust_judge(const struct trust *self, int folder, uid_t *uid)
{
    struct stat program;
    uid_t ids[IDS];
    if (!read_ids(folder, ids))
        return STARTED_NONE;
    *uid = ids[0];
    enum started_answer answer = judge_namespace(folder, "ns/mnt", self->mount);
    if (answer == STARTED_FOUND)
        answer = judge_namespace(folder, "ns/pid", self->process);
    if (answer != STARTED_FOUND)
        return answer;
    for (size_t i = 1; i < IDS; i++)
        if (ids[i] != ids[0])
            return STARTED_SET_ID;
    if (ids[0] != 0 && ids[0] != self->uid)
        return STARTED_FOREIGN;
    // After the ids: what a set-id program has made of itself before shows in its name.
    if (fstatat(folder, "exe", &program, 0) != 0)
        return STARTED_NONE;
    return program.st_mode & (S_ISUID | S_ISGID) ? STARTED_SET_ID : STARTED_FOUND;
}

// ---- Control groups -----------------------------------------------------------------------------

// A kernel without control groups has no such file: then all are in the same. False: too long to
// be compared.
static bool read_groups(int folder, const char *path, char bytes[GROUPS])
{
    return trust_read(folder, path, bytes, GROUPS) < GROUPS - 1;
}

bool trust_same_group(const struct trust *self, int folder)
{
    static char own[GROUPS], its[GROUPS];
    return read_groups(self->proc, "self/cgroup", own) && read_groups(folder, "cgroup", its) &&
           strcmp(own, its) == 0;
}

// "1:name=systemd:/docker/ID/init.scope" becomes "1:name=systemd:/docker/ID".
static void drop_init_scope(char *lines)
{
    char *to = lines;
    for (const char *from = lines; *from != '\0';) {
        if (strncmp(from, INIT_SCOPE "\n", strlen(INIT_SCOPE "\n")) == 0) {
            if (to > lines && to[-1] == ':')
                *to++ = '/';
            from += strlen(INIT_SCOPE);
        }
        *to++ = *from++;
    }
    *to = '\0';
}

bool trust_is_beside_first(const struct trust *self)
{
    static char own[GROUPS], first[GROUPS];
    if (!read_groups(self->proc, "self/cgroup", own) || !read_groups(self->proc, "1/cgroup", first))
        return false;
    if (strcmp(own, first) == 0)
        return true;
    drop_init_scope(first);
    return strcmp(own, first) == 0;
}
