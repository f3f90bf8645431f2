// SPDX-License-Identifier: MIT
#include "net/dial.h"

#include <sys/socket.h>

#include "base/duration.h"
#include "base/text.h"
#include "net/candidates.h"

#define SECOND_MS 1000

static void add_addresses(struct text *out, const struct resolve_addresses *addresses)
{
    for (unsigned i = 0; i < addresses->count; i++)
        text_add(out, "%s%s", out->len > 0 ? "," : "", addresses->text[i]);
}

static void connect_to(const struct dial *self, const struct resolve_addresses *addresses)
{
    char list[DIAL_LIST];
    struct text text = text_over(list, sizeof list);
    add_addresses(&text, addresses);
    self->connect(self->context, list, false);
}

// Connects to what is known of the first family, then, without success, asks for the second and
// tries that. The first family gets half of the time, and the rest as well when the second has
// nothing.
static void try_families(const struct dial *self, const char *name,
                         const struct resolve_addresses *v4)
{
    struct resolve_addresses v6 = {0};
    char list[DIAL_LIST];
    struct text text = text_over(list, sizeof list);
    add_addresses(&text, v4);
    enum dial_result first = self->connect(self->context, list, true);
    if (first == DIAL_DONE)
        return;
    self->looking(self->context, name, true);
    // A name server that has just answered and is silent on IPv6 hides nothing of what was seen.
    int64_t left = (self->until_ms - duration_now()) / 2;
    candidates_ask(name, AF_INET6, first != DIAL_SLOW && left > SECOND_MS ? SECOND_MS : left, &v6);
    if (v6.count == 0 && first != DIAL_SLOW)
        return;
    text = text_over(list, sizeof list);
    add_addresses(&text, &v6);
    if (first == DIAL_SLOW)
        add_addresses(&text, v4);
    self->connect(self->context, list, false);
}

static void on_looking(void *context, const char *name)
{
    const struct dial *self = context;
    self->looking(self->context, name, false);
}

// A single name needs no thread: nothing else waits for its answer.
static void ask_for_one(const struct dial *self, const char *name, struct candidate *found)
{
    *found = (struct candidate){.name = name};
    self->looking(self->context, name, false);
    enum resolve_result first = resolve_ask(&found->v4, name, AF_INET), second = RESOLVE_ABSENT;
    if (first != RESOLVE_FOUND)
        second = resolve_ask(&found->v6, name, AF_INET6);
    if (first == RESOLVE_FOUND || second == RESOLVE_FOUND)
        return;
    found->name = NULL;
    if (first == RESOLVE_NO_REPLY || second == RESOLVE_NO_REPLY)
        text_print(found->silent, RESOLVE_NAME, "%s", name);
}

bool dial(const struct dial *self, struct lookup_failure *failure)
{
    struct resolve_walk walk;
    struct resolve_addresses hosts;
    struct candidate found;
    struct text names = text_over(failure->asked, sizeof failure->asked);
    failure->no_reply[0] = '\0';
    if (resolve_hosts(&hosts, self->host)) {
        connect_to(self, &hosts);
        return true;
    }
    resolve_walk_read(&walk, self->host);
    if (walk.count == 1)
        ask_for_one(self, walk.names[0], &found);
    else
        candidates_find(&walk, self->until_ms, on_looking, (void *)(uintptr_t)self, &found);
    if (found.name != NULL) {
        if (found.v4.count > 0)
            try_families(self, found.name, &found.v4);
        else
            connect_to(self, &found.v6);
        return true;
    }
    text_print(failure->no_reply, sizeof failure->no_reply, "%s", found.silent);
    for (unsigned i = 0; i < walk.count; i++)
        text_add(&names, "%s%s", i > 0 ? ", " : "", walk.names[i]);
    return false;
}
