// SPDX-License-Identifier: MIT
#include "net/dial.h"

#include <sys/socket.h>

#include "base/text.h"

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
    resolve_ask(&v6, name, AF_INET6);
    if (v6.count == 0 && first != DIAL_SLOW)
        return;
    text = text_over(list, sizeof list);
    add_addresses(&text, &v6);
    if (first == DIAL_SLOW)
        add_addresses(&text, v4);
    self->connect(self->context, list, false);
}

// One candidate of the search list. True when it has an address of either family, whatever came of
// the connection.
static bool try_candidate(const struct dial *self, const char *name, char silent[RESOLVE_NAME])
{
    struct resolve_addresses v4, v6;
    self->looking(self->context, name, false);
    enum resolve_result first = resolve_ask(&v4, name, AF_INET);
    if (first == RESOLVE_FOUND) {
        try_families(self, name, &v4);
        return true;
    }
    enum resolve_result second = resolve_ask(&v6, name, AF_INET6);
    if (second == RESOLVE_FOUND) {
        connect_to(self, &v6);
        return true;
    }
    if (silent[0] == '\0' && (first == RESOLVE_NO_REPLY || second == RESOLVE_NO_REPLY))
        text_print(silent, RESOLVE_NAME, "%s", name);
    return false;
}

bool dial(const struct dial *self, struct lookup_failure *vain)
{
    struct resolve_walk walk;
    struct resolve_addresses hosts;
    struct text names = text_over(vain->asked, sizeof vain->asked);
    vain->silent[0] = '\0';
    if (resolve_hosts(&hosts, self->host)) {
        connect_to(self, &hosts);
        return true;
    }
    resolve_walk_read(&walk, self->host);
    for (unsigned i = 0; i < walk.count; i++) {
        if (try_candidate(self, walk.names[i], vain->silent))
            return true;
        text_add(&names, "%s%s", i > 0 ? ", " : "", walk.names[i]);
    }
    return false;
}
