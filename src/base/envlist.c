// SPDX-License-Identifier: MIT
#include "base/envlist.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

bool envlist_make(struct envlist *self, char *const *envp)
{
    *self = (struct envlist){0};
    while (envp[self->count])
        self->count++;
    self->items = malloc((self->count + 1) * sizeof *self->items);
    if (!self->items)
        return false;
    memcpy(self->items, envp, (self->count + 1) * sizeof *self->items);
    self->room = self->count + 1;
    return true;
}

void envlist_free(struct envlist *self)
{
    free(self->items);
    arena_free(&self->owned);
    *self = (struct envlist){0};
}

// The name of an entry; empty when it has no '=' or nothing before it: such entries have no name
// and are left alone.
static struct span entry_name(const char *entry)
{
    const char *equals = strchr(entry, '=');
    return (struct span){entry, equals ? (size_t)(equals - entry) : 0};
}

static bool is_name(const char *entry, struct span name)
{
    return entry[0] == name.text[0] && strncmp(entry, name.text, name.len) == 0 &&
           entry[name.len] == '=';
}

const char *envlist_get(const struct envlist *self, const char *name)
{
    struct span wanted = span_of(name);
    if (wanted.len == 0 || strchr(name, '='))
        return NULL;
    for (size_t i = 0; i < self->count; i++)
        if (is_name(self->items[i], wanted))
            return self->items[i] + wanted.len + 1;
    return NULL;
}

// ---- Many changes at once -----------------------------------------------------------------------

// One name that is to be changed: an open hash table finds it in constant time for each entry.
struct target {
    const struct envlist_change *change; // the last one of that name; NULL: a free slot
    bool seen;                           // an entry of that name was met
    bool done;                           // the value was placed, further entries of the name go
};

struct plan {
    struct target *targets;
    size_t mask;
    struct hash_key key; // the names may be those of a file
};

static struct target *find_target(const struct plan *plan, struct span name)
{
    size_t at = (size_t)hash_of(&plan->key, name) & plan->mask;
    while (plan->targets[at].change && !span_equal(plan->targets[at].change->name, name))
        at = (at + 1) & plan->mask;
    return &plan->targets[at];
}

static bool plan_make(struct plan *plan, const struct envlist_change *changes, size_t count)
{
    size_t slots = 4;
    while (slots < 2 * count)
        slots *= 2;
    plan->mask = slots - 1;
    plan->key = hash_key_make();
    plan->targets = calloc(slots, sizeof *plan->targets);
    if (!plan->targets)
        return false;
    for (size_t i = 0; i < count; i++)
        if (changes[i].name.len > 0)
            find_target(plan, changes[i].name)->change = &changes[i];
    return true;
}

// "name=value" of a change, written at `*at`.
static char *write_entry(char **at, const struct envlist_change *change)
{
    char *entry = *at;
    memcpy(entry, change->name.text, change->name.len);
    entry[change->name.len] = '=';
    if (change->value.len > 0)
        memcpy(entry + change->name.len + 1, change->value.text, change->value.len);
    *at += change->name.len + change->value.len + 2;
    (*at)[-1] = '\0';
    return entry;
}

// True when the first entry of the name, whose value is given, stays as it is.
static bool stays(enum envlist_mode mode, const char *value)
{
    return mode == ENVLIST_IF_MISSING || (mode == ENVLIST_IF_EMPTY && *value != '\0');
}

static void replace_entries(struct envlist *self, const struct plan *plan, char **strings)
{
    size_t kept = 0;
    for (size_t i = 0; i < self->count; i++) {
        char *entry = self->items[i];
        struct span name = entry_name(entry);
        struct target *target = name.len > 0 ? find_target(plan, name) : NULL;
        if (target && target->change) {
            bool first = !target->seen;
            target->seen = true;
            if (target->done || target->change->mode == ENVLIST_REMOVE)
                continue;
            if (first && !stays(target->change->mode, entry + name.len + 1)) {
                entry = write_entry(strings, target->change);
                target->done = true;
            }
        }
        self->items[kept++] = entry;
    }
    self->count = kept;
}

static void append_entries(struct envlist *self, const struct plan *plan,
                           const struct envlist_change *changes, size_t count, char **strings)
{
    for (size_t i = 0; i < count; i++) {
        if (changes[i].name.len == 0 || changes[i].mode == ENVLIST_REMOVE)
            continue;
        struct target *target = find_target(plan, changes[i].name);
        if (target->seen || target->change != &changes[i])
            continue;
        self->items[self->count++] = write_entry(strings, &changes[i]);
    }
    self->items[self->count] = NULL;
}

static bool is_possible(const struct envlist_change *change)
{
    return !memchr(change->name.text, '=', change->name.len) &&
           !memchr(change->name.text, '\0', change->name.len) &&
           (change->value.len == 0 || !memchr(change->value.text, '\0', change->value.len));
}

// What write_entry will need; 0: a change that no environment can hold.
static size_t strings_size(const struct envlist_change *changes, size_t count)
{
    size_t size = 1;
    for (size_t i = 0; i < count; i++) {
        if (changes[i].name.len == 0)
            continue;
        if (!is_possible(&changes[i]))
            return 0;
        size += changes[i].name.len + changes[i].value.len + 2;
    }
    return size;
}

static bool make_room(struct envlist *self, size_t more)
{
    size_t room = self->count + more + 1;
    if (room <= self->room)
        return true;
    char **items = realloc(self->items, room * sizeof *items);
    if (!items)
        return false;
    if (self->count == 0)
        items[0] = NULL;
    self->items = items;
    self->room = room;
    return true;
}

bool envlist_change(struct envlist *self, const struct envlist_change *changes, size_t count)
{
    struct plan plan;
    size_t size = strings_size(changes, count);
    char *strings = size > 0 ? arena_take(&self->owned, size) : NULL;
    if (!strings || !make_room(self, count) || !plan_make(&plan, changes, count))
        return false;
    replace_entries(self, &plan, &strings);
    append_entries(self, &plan, changes, count, &strings);
    free(plan.targets);
    return true;
}

bool envlist_set(struct envlist *self, struct span name, struct span value)
{
    struct envlist_change change = {name, value, ENVLIST_REPLACE};
    return name.len > 0 && envlist_change(self, &change, 1);
}

void envlist_remove(struct envlist *self, const char *name)
{
    struct span span = span_of(name);
    size_t kept = 0;
    for (size_t i = 0; i < self->count; i++)
        if (span.len == 0 || !is_name(self->items[i], span))
            self->items[kept++] = self->items[i];
    self->count = kept;
    if (self->items)
        self->items[kept] = NULL;
}
