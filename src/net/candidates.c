// SPDX-License-Identifier: MIT
#include "net/candidates.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/duration.h"
#include "base/text.h"

struct lookup {
    struct lookups *all;
    char name[RESOLVE_NAME];
    struct resolve_addresses v4, v6;
    enum resolve_result first, second;
    int family; // the only one that is asked for, in v6; 0: v4, then v6
    unsigned char index;
    bool done; // read and written by the asking thread alone
};

// On the heap: a thread may outlive whoever asked.
struct lookups {
    struct lookup items[RESOLVE_CANDIDATES];
    int pipe[2]; // the index of each that is done
    unsigned started, done;
};

static void look_up(struct lookup *self)
{
    self->second = RESOLVE_ABSENT;
    if (self->family != 0) {
        self->first = resolve_ask(&self->v6, self->name, self->family);
        return;
    }
    self->first = resolve_ask(&self->v4, self->name, AF_INET);
    if (self->first != RESOLVE_FOUND)
        self->second = resolve_ask(&self->v6, self->name, AF_INET6);
}

// Nothing of `self` is touched after the write.
static void *work(void *context)
{
    struct lookup *self = context;
    int fd = self->all->pipe[1];
    look_up(self);
    while (write(fd, &self->index, 1) < 0 && errno == EINTR)
        continue;
    return NULL;
}

// Signals are for the thread that asks. False: there is no thread to be had.
static bool start_thread(struct lookup *self)
{
    pthread_attr_t detached;
    pthread_t thread;
    sigset_t all, before;
    if (pthread_attr_init(&detached) != 0)
        return false;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool started = pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED) == 0 &&
                   pthread_create(&thread, &detached, work, self) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&detached);
    return started;
}

static void note_done(struct lookups *self, struct lookup *one)
{
    one->done = true;
    self->done++;
}

static void start(struct lookups *self, const char *name)
{
    struct lookup *one = &self->items[self->started];
    one->all = self;
    one->index = (unsigned char)self->started++;
    text_print(one->name, sizeof one->name, "%s", name);
    if (start_thread(one))
        return;
    look_up(one);
    note_done(self, one);
}

static struct lookup *first_found(struct lookups *self)
{
    for (unsigned i = 0; i < self->started; i++) {
        struct lookup *one = &self->items[i];
        if (one->done && (one->first == RESOLVE_FOUND || one->second == RESOLVE_FOUND))
            return one;
    }
    return NULL;
}

static const char *first_waiting(const struct lookups *self)
{
    for (unsigned i = 0; i < self->started; i++)
        if (!self->items[i].done)
            return self->items[i].name;
    return NULL;
}

// Until one more is done. False: it took longer. A limit below 0: none.
static bool wait_for_one(struct lookups *self, int64_t milliseconds)
{
    unsigned char index;
    struct pollfd ready = {.fd = self->pipe[0], .events = POLLIN};
    if (poll(&ready, 1, (int)milliseconds) <= 0 || read(self->pipe[0], &index, 1) != 1)
        return false;
    note_done(self, &self->items[index]);
    return true;
}

// The newest has its share of the time before the next is asked.
static void wait_for_newest(struct lookups *self, int64_t until_ms)
{
    const struct lookup *newest = &self->items[self->started - 1];
    while (!newest->done && first_found(self) == NULL) {
        int64_t left = until_ms - duration_now();
        if (left <= 0 || !wait_for_one(self, left))
            return;
    }
}

static struct lookup *ask_all(struct lookups *self, const struct resolve_walk *walk,
                              int64_t until_ms, void (*looking)(void *context, const char *name),
                              void *context)
{
    for (unsigned i = 0; i < walk->count && first_found(self) == NULL; i++) {
        int64_t now = duration_now();
        int64_t left = until_ms > now ? until_ms - now : 0;
        looking(context, walk->names[i]);
        start(self, walk->names[i]);
        wait_for_newest(self, now + left / (int64_t)(walk->count - i + 1));
    }
    if (first_found(self) == NULL && first_waiting(self) != NULL)
        looking(context, first_waiting(self));
    while (first_found(self) == NULL && self->done < self->started)
        wait_for_one(self, -1);
    return first_found(self);
}

static void note_silent(const struct lookups *self, struct candidate *found)
{
    for (unsigned i = 0; i < self->started && found->silent[0] == '\0'; i++) {
        const struct lookup *one = &self->items[i];
        if (one->first == RESOLVE_NO_REPLY || one->second == RESOLVE_NO_REPLY)
            text_print(found->silent, RESOLVE_NAME, "%s", one->name);
    }
}

static struct lookups *lookups_make(void)
{
    struct lookups *self = calloc(1, sizeof *self);
    if (self != NULL && pipe2(self->pipe, O_CLOEXEC) == 0)
        return self;
    free(self);
    return NULL;
}

// The threads that still wait hold it.
static void lookups_free(struct lookups *self)
{
    if (self->done < self->started)
        return;
    close(self->pipe[0]);
    close(self->pipe[1]);
    free(self);
}

void candidates_find(const struct resolve_walk *walk, int64_t until_ms,
                     void (*looking)(void *context, const char *name), void *context,
                     struct candidate *found)
{
    struct lookups *self = lookups_make();
    *found = (struct candidate){.name = NULL};
    if (self == NULL)
        return;
    const struct lookup *one = ask_all(self, walk, until_ms, looking, context);
    if (one != NULL) {
        found->name = walk->names[one->index];
        found->v4 = one->v4;
        found->v6 = one->v6;
    } else {
        note_silent(self, found);
    }
    lookups_free(self);
}

bool candidates_ask(const char *name, int family, int64_t most_ms,
                    struct resolve_addresses *addresses)
{
    struct lookups *self = lookups_make();
    addresses->count = 0;
    if (self == NULL)
        return false;
    self->items[0].family = family;
    start(self, name);
    bool is_done = self->done > 0 || (most_ms > 0 && wait_for_one(self, most_ms));
    if (is_done)
        *addresses = self->items[0].v6;
    lookups_free(self);
    return is_done;
}
