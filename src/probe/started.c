// SPDX-License-Identifier: MIT
#include "probe/started.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/numbered.h"
#include "base/wipe.h"
#include "probe/started_trust.h"

#define MARKER "LABELGATE_STARTED=1"
// The resident process's, whatever its program is called.
#define NAME "labelgate\n"
// Holds what `run` keeps in one read; no larger than a block of the arena, so that the allocator
// has room for both in one piece.
#define FIRST_ROOM ((size_t)2000)
// "2147483647/environ" and room to spare.
#define PROC_PATH 32
// "pos:\t0\nflags:\t0100001\n…"
#define FDINFO_HEAD 128

struct search {
    struct started *found;
    struct trust trust; // its /proc: short paths are what two thousand look-ups cost
    bool is_near;       // what was found is in our own control group
    struct {
        char *bytes;
        size_t room;
    } buffer; // of the process that is looked at
};

// ---- One process --------------------------------------------------------------------------------

// The marker begins the environment that `run` wrote. Elsewhere it is somebody else's variable.
static bool has_marker(const char *bytes, size_t len)
{
    return len >= sizeof MARKER && memcmp(bytes, MARKER, sizeof MARKER) == 0;
}

static bool grow(struct search *search, size_t used)
{
    size_t room = search->buffer.room == 0 ? FIRST_ROOM : search->buffer.room * 4;
    if (search->buffer.room == STARTED_MAX)
        return false;
    if (room > STARTED_MAX)
        room = STARTED_MAX;
    char *bytes = wipe_move(search->buffer.bytes, used, room + 1);
    if (!bytes)
        return false;
    search->buffer.bytes = bytes;
    search->buffer.room = room;
    return true;
}

// Until the end; 0 for an environment that does not begin with the marker (any more), or is longer
// than STARTED_MAX: neither is ours.
static size_t read_environ(struct search *search, int folder)
{
    size_t len = 0;
    ssize_t got = 0;
    int fd = openat(folder, "environ", O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return 0;
    do {
        if (len == search->buffer.room && !grow(search, len)) {
            len = 0;
            break;
        }
        got = read(fd, search->buffer.bytes + len, search->buffer.room - len);
        len += got > 0 ? (size_t)got : 0;
        // /proc fills the whole buffer as long as there is more.
    } while (got > 0 && len == search->buffer.room);
    close(fd);
    return got >= 0 && has_marker(search->buffer.bytes, len) ? len : 0;
}

// Of several that are not believed the first is told of.
static void remember(struct search *search, enum started_answer answer, pid_t pid, uid_t uid)
{
    if (search->found->answer != STARTED_NONE)
        return;
    search->found->answer = answer;
    search->found->pid = pid;
    search->found->uid = uid;
}

// The buffer and `folder` become the found one's. One in our own control group counts alone.
static void believe(struct search *search, pid_t pid, int folder, size_t len, bool is_near)
{
    struct started *found = search->found;
    bool is_first = found->answer != STARTED_FOUND && found->answer != STARTED_SEVERAL;
    if (is_first || (is_near && !search->is_near)) {
        started_free(found);
        *found =
            (struct started){.answer = STARTED_FOUND, .pid = pid, .folder = folder, .len = len};
        found->bytes = search->buffer.bytes;
        found->bytes[len] = '\0';
        search->buffer.bytes = NULL;
        search->buffer.room = 0;
        search->is_near = is_near;
        return;
    }
    close(folder);
    if (is_near != search->is_near)
        return;
    started_free(found);
    found->answer = STARTED_SEVERAL;
}

// The environment is read between two judgements: a process that is root's own before and after has
// not taken it from a user in between.
static enum started_answer judge(struct search *search, int folder, size_t *len, uid_t *uid)
{
    enum started_answer answer = trust_judge(&search->trust, folder, uid);
    if (answer != STARTED_FOUND)
        return answer;
    *len = read_environ(search, folder);
    return *len > 0 ? trust_judge(&search->trust, folder, uid) : STARTED_NONE;
}

static int open_folder(const struct search *search, pid_t pid)
{
    char path[PROC_PATH];
    text_print(path, sizeof path, "%d", (int)pid);
    return openat(search->trust.proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void look_at_marked(struct search *search, pid_t pid)
{
    size_t len = 0;
    uid_t uid = 0;
    int folder = open_folder(search, pid);
    if (folder < 0)
        return;
    enum started_answer answer = judge(search, folder, &len, &uid);
    bool may_be_ours = answer == STARTED_FOUND || answer == STARTED_UNREADABLE;
    bool is_near = may_be_ours && (pid == 1 || trust_same_group(&search->trust, folder));
    if (answer == STARTED_UNREADABLE && !is_near)
        answer = STARTED_NONE;
    if (answer == STARTED_FOUND && !is_near && !trust_is_beside_first(&search->trust))
        answer = STARTED_GROUP;
    if (answer == STARTED_FOUND) {
        believe(search, pid, folder, len, is_near);
        return;
    }
    remember(search, answer, pid, uid);
    close(folder);
}

static bool is_named_labelgate(const struct search *search, pid_t pid)
{
    char path[PROC_PATH], name[sizeof NAME];
    text_print(path, sizeof path, "%d/comm", (int)pid);
    int fd = openat(search->trust.proc, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    ssize_t len = fd >= 0 ? read(fd, name, sizeof name) : -1;
    if (fd >= 0)
        close(fd);
    return len == sizeof NAME - 1 && memcmp(name, NAME, sizeof NAME - 1) == 0;
}

// Its marker cannot be seen, nor in which namespaces it is: its name and control group must do to
// tell a person of it.
static void look_at_denied(struct search *search, pid_t pid)
{
    uid_t uid;
    if (search->found->answer != STARTED_NONE || !is_named_labelgate(search, pid))
        return;
    int folder = open_folder(search, pid);
    if (folder < 0)
        return;
    if (trust_user(folder, &uid) && (pid == 1 || trust_same_group(&search->trust, folder)))
        remember(search, STARTED_UNREADABLE, pid, uid);
    close(folder);
}

// ---- All of them --------------------------------------------------------------------------------

// All that a crowd of other processes costs is one short read each.
static void look_at(struct search *search, pid_t pid)
{
    char path[PROC_PATH], head[sizeof MARKER];
    if (pid == search->trust.pid)
        return;
    text_print(path, sizeof path, "%d/environ", (int)pid);
    int fd = openat(search->trust.proc, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        if (errno == EACCES || errno == EPERM)
            look_at_denied(search, pid);
        return;
    }
    ssize_t len = read(fd, head, sizeof head);
    close(fd);
    if (len > 0 && has_marker(head, (size_t)len))
        look_at_marked(search, pid);
}

static void look_at_other(int pid, int folder, void *context)
{
    struct search *search = context;
    bool is_settled = search->found->answer == STARTED_SEVERAL && search->is_near;
    (void)folder;
    if (pid > 1 && !is_settled)
        look_at(search, pid);
}

// Views of the entries.
static bool list_entries(struct started *self)
{
    size_t count = 0;
    for (size_t i = 0; i < self->len; i++)
        count += self->bytes[i] == '\0';
    char **entries = malloc((count + 2) * sizeof *entries);
    if (!entries)
        return false;
    count = 0;
    for (size_t at = 0; at < self->len; at += strlen(self->bytes + at) + 1)
        entries[count++] = self->bytes + at;
    entries[count] = NULL;
    bool made = envlist_make(&self->environment, entries);
    free(entries);
    return made;
}

void started_find(struct started *self, const char *proc)
{
    struct search search = {.found = self};
    *self = (struct started){.answer = STARTED_NONE, .folder = -1};
    // openat: musl's open asks for close-on-exec a second time.
    int folder = openat(AT_FDCWD, proc, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return;
    if (trust_open(&search.trust, folder)) {
        look_at(&search, 1);
        if (self->answer != STARTED_FOUND)
            (void)numbered_each(folder, look_at_other, &search);
    }
    close(folder);
    if (search.buffer.bytes)
        wipe(search.buffer.bytes, search.buffer.room);
    free(search.buffer.bytes);
    if (self->answer == STARTED_FOUND && !list_entries(self)) {
        started_free(self);
        self->answer = STARTED_NONE;
    }
}

void started_free(struct started *self)
{
    if (self->bytes)
        wipe(self->bytes, self->len);
    free(self->bytes);
    envlist_free(&self->environment);
    if (self->folder >= 0)
        close(self->folder);
    *self = (struct started){.answer = self->answer, .folder = -1};
}

// ---- What is said -------------------------------------------------------------------------------

void started_text(const struct started *self, struct text *out)
{
    int pid = (int)self->pid;
    unsigned its = self->uid, own = geteuid();
    switch (self->answer) {
    case STARTED_FOUND:
        text_add(out, "the settings are those of the running labelgate, PID %d", pid);
        return;
    case STARTED_NONE:
        text_add(out, "no running `labelgate run` found; using this container's own settings");
        return;
    case STARTED_SEVERAL:
        text_add(
            out,
            "several `labelgate run` share this container; using this container's own settings");
        return;
    case STARTED_UNREADABLE:
        if (its == own)
            text_add(out,
                     "the running labelgate cannot be read by its own user, uid %u: give the "
                     "program mode 0755",
                     own);
        else
            text_add(out,
                     "the running labelgate belongs to uid %u and cannot be read by uid %u: give "
                     "HEALTHCHECK the same user",
                     its, own);
        return;
    case STARTED_FOREIGN:
        text_add(out,
                 "PID %d belongs to uid %u and is not believed by uid %u: if it is labelgate, give "
                 "HEALTHCHECK the same user",
                 pid, its, own);
        return;
    case STARTED_SET_ID:
        text_add(out, "PID %d is not believed to be labelgate: it changes its user (set-user-ID)",
                 pid);
        return;
    case STARTED_GROUP:
        text_add(out, "the labelgate with PID %d is in another control group: it is not believed",
                 pid);
        return;
    }
}

// Open for writing by the process itself: not for reading, nor as a name alone (O_PATH), which
// needs no permission at all.
static bool is_written_to(int folder)
{
    char info[FDINFO_HEAD];
    static const char key[] = "\nflags:\t";
    if (trust_read(folder, "fdinfo/2", info, sizeof info) == 0)
        return false;
    const char *at = strstr(info, key);
    unsigned long flags = at ? strtoul(at + strlen(key), NULL, 8) : O_PATH;
    return !(flags & O_PATH) && (flags & (O_WRONLY | O_RDWR)) != 0;
}

int started_open_log(const struct started *self)
{
    struct stat status;
    if (self->folder < 0 || !is_written_to(self->folder) ||
        fstatat(self->folder, "fd/2", &status, 0) != 0 ||
        (!S_ISFIFO(status.st_mode) && !S_ISCHR(status.st_mode)))
        return -1;
    int fd = openat(self->folder, "fd/2", O_WRONLY | O_NONBLOCK | O_APPEND | O_NOCTTY | O_CLOEXEC);
    // What it leads to may have changed since.
    if (fd >= 0 && (fstat(fd, &status) != 0 ||
                    (!S_ISFIFO(status.st_mode) && !(S_ISCHR(status.st_mode) && isatty(fd))))) {
        close(fd);
        return -1;
    }
    return fd;
}
