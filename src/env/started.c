// SPDX-License-Identifier: MIT
#include "env/started.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/numbered.h"
#include "base/text.h"
#include "env/settings_show.h"

#define MARKER "LABELGATE_STARTED=1"
// Holds what `run` keeps, and the environment of most processes, in one read; no larger than a
// block of the arena, so that the allocator has room for both in one piece.
#define FIRST_ROOM ((size_t)2000)
// "2147483647/environ" and room to spare.
#define PROC_PATH 32
// "mnt:[4026531840]"
#define NAMESPACE 64

// ---- Writing ------------------------------------------------------------------------------------

#define FACTS_MOST 16

struct facts {
    struct envlist_change items[FACTS_MOST];
    size_t count;
    struct arena *memory;
    bool failed;
};

static void add_fact(struct facts *facts, const char *name, struct span value)
{
    if (value.text && value.len > 0 && facts->count < FACTS_MOST)
        facts->items[facts->count++] =
            (struct envlist_change){span_of(name), value, ENVLIST_REPLACE};
}

// A copy of a growing text; the text is given back.
static struct span keep(struct facts *facts, struct text *text)
{
    struct span kept = {0};
    if (!text->cut && text->len > 0) {
        kept.text = arena_copy(facts->memory, (struct span){text->bytes, text->len});
        kept.len = kept.text ? text->len : 0;
    }
    facts->failed = facts->failed || text->cut || (text->len > 0 && !kept.text);
    text_free(text);
    return kept;
}

// The probe's working directory may be another one.
static struct span absolute(struct facts *facts, const char *path)
{
    struct text text = text_growing();
    if (path)
        file_add_absolute(&text, path);
    return keep(facts, &text);
}

// A default file that is not there is not named: the probe would miss it. Nor is a path with a
// comma, which a list cannot hold.
static struct span file_list(struct facts *facts, const struct settings *settings)
{
    struct text text = text_growing();
    for (unsigned i = 0; i < settings->file_count; i++) {
        const struct env_file *file = &settings->files[i];
        if (!file->present || strchr(file->path, ','))
            continue;
        text_add(&text, "%s", text.len > 0 ? "," : "");
        file_add_absolute(&text, file->path);
    }
    return keep(facts, &text);
}

static struct span token_source(struct facts *facts, const struct origin *origin)
{
    struct text text = text_growing();
    if (origin->kind == ORIGIN_FILE || origin->kind == ORIGIN_SECRET)
        file_add_absolute(&text, origin->path);
    else
        text_add(&text, "environment");
    if (origin->kind == ORIGIN_FILE)
        text_add(&text, ":%u", origin->line);
    return keep(facts, &text);
}

static void add_token(struct facts *facts, const struct settings *settings, struct span token)
{
    if (settings->no_token) {
        add_fact(facts, "LABELGATE_NO_TOKEN", span_of("1"));
        return;
    }
    if (!settings->token.name)
        return;
    add_fact(facts, settings->token.name, token.text ? token : settings->token.text);
    add_fact(facts, "LABELGATE_TOKEN_VAR", span_of(settings->token.name));
    add_fact(facts, "LABELGATE_TOKEN_SOURCE", token_source(facts, &settings->token.origin));
}

bool started_environment(const struct settings *settings, struct span token,
                         struct envlist *resident)
{
    *resident = (struct envlist){0};
    struct facts facts = {.memory = &resident->owned};
    add_fact(&facts, "LABELGATE_STARTED", span_of("1"));
    add_fact(&facts, "LABEL_STUDIO_URL", span_of(settings->url));
    add_token(&facts, settings, token);
    add_fact(&facts, "LABELGATE_JWT", span_of(settings_jwt_word(settings->jwt)));
    add_fact(&facts, "LABELGATE_ENV_FILE", file_list(&facts, settings));
    add_fact(&facts, "LABELGATE_LOAD", span_of(settings_load_word(settings->load)));
    add_fact(&facts, "LABELGATE_HEADER_FILE", absolute(&facts, settings->header_file));
    if (!facts.failed && envlist_change(resident, facts.items, facts.count))
        return true;
    envlist_free(resident);
    return false;
}

// ---- Finding ------------------------------------------------------------------------------------

struct search {
    struct started *found;
    int proc; // descriptor of /proc: short paths are what two thousand look-ups cost
    pid_t own_pid;
    char own_namespace[NAMESPACE];
    struct {
        char *bytes;
        size_t room;
    } buffer;              // of the process that is looked at
    bool first_unreadable; // PID 1 is there, but not for us
};

static bool namespace_of(const struct search *search, const char *path, char name[NAMESPACE])
{
    ssize_t len = readlinkat(search->proc, path, name, NAMESPACE - 1);
    name[len > 0 ? len : 0] = '\0';
    return len > 0;
}

// The marker begins the environment that `run` wrote. Elsewhere it is somebody else's variable.
static bool has_marker(const char *bytes, size_t len)
{
    return len >= sizeof MARKER && memcmp(bytes, MARKER, sizeof MARKER) == 0;
}

static bool grow(struct search *search, size_t used)
{
    size_t room = search->buffer.room == 0 ? FIRST_ROOM : search->buffer.room * 4;
    if (search->buffer.room == STARTED_MOST)
        return false;
    if (room > STARTED_MOST)
        room = STARTED_MOST;
    char *bytes = malloc(room + 1);
    if (!bytes)
        return false;
    if (used > 0)
        memcpy(bytes, search->buffer.bytes, used);
    if (search->buffer.bytes)
        file_wipe(search->buffer.bytes, used);
    free(search->buffer.bytes);
    search->buffer.bytes = bytes;
    search->buffer.room = room;
    return true;
}

// Reads until the end, but of what does not begin with the marker no more than the first piece; an
// environment longer than STARTED_MOST is none of ours. -1 with errno.
static ssize_t read_ours(struct search *search, int fd)
{
    size_t len = 0;
    for (;;) {
        if (len == search->buffer.room && !grow(search, len))
            return 0;
        ssize_t got = read(fd, search->buffer.bytes + len, search->buffer.room - len);
        if (got < 0)
            return got;
        len += (size_t)got;
        if (!has_marker(search->buffer.bytes, len))
            return 0;
        // /proc fills the whole buffer as long as there is more.
        if (len < search->buffer.room)
            return (ssize_t)len;
    }
}

static ssize_t read_environ(struct search *search, int pid)
{
    char path[PROC_PATH];
    text_print(path, sizeof path, "%d/environ", pid);
    int fd = openat(search->proc, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return -1;
    ssize_t len = read_ours(search, fd);
    int error = errno;
    close(fd);
    errno = error;
    return len;
}

// The buffer becomes the found one's.
static void believe(struct search *search, pid_t pid, size_t len)
{
    struct started *found = search->found;
    if (found->answer == STARTED_FOUND) {
        started_free(found);
        found->answer = STARTED_SEVERAL;
        return;
    }
    found->answer = STARTED_FOUND;
    found->pid = pid;
    found->bytes = search->buffer.bytes;
    found->bytes[len] = '\0';
    found->len = len;
    search->buffer.bytes = NULL;
    search->buffer.room = 0;
}

static bool is_in_our_namespace(const struct search *search, int pid)
{
    char path[PROC_PATH], name[NAMESPACE];
    text_print(path, sizeof path, "%d/ns/mnt", pid);
    return namespace_of(search, path, name) && strcmp(name, search->own_namespace) == 0;
}

static void look_at(struct search *search, int pid)
{
    ssize_t len = read_environ(search, pid);
    if (len < 0 && pid == 1 && (errno == EACCES || errno == EPERM))
        search->first_unreadable = true;
    if (len > 0 && is_in_our_namespace(search, pid))
        believe(search, pid, (size_t)len);
}

static void look_at_other(int pid, int folder, void *context)
{
    struct search *search = context;
    (void)folder;
    if (pid > 1 && pid != search->own_pid && search->found->answer != STARTED_SEVERAL)
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

static void find(struct search *search)
{
    struct started *found = search->found;
    if (search->proc < 0 || !namespace_of(search, "self/ns/mnt", search->own_namespace))
        return;
    look_at(search, 1);
    if (found->answer == STARTED_NONE)
        (void)numbered_each(search->proc, look_at_other, search);
    if (found->answer == STARTED_NONE && search->first_unreadable)
        found->answer = STARTED_UNREADABLE;
    if (found->answer == STARTED_FOUND && !list_entries(found)) {
        started_free(found);
        found->answer = STARTED_NONE;
    }
}

void started_find(struct started *self)
{
    struct search search = {.found = self, .own_pid = getpid()};
    *self = (struct started){.answer = STARTED_NONE};
    // openat: musl's open asks for close-on-exec a second time.
    search.proc = openat(AT_FDCWD, "/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    find(&search);
    if (search.proc >= 0)
        close(search.proc);
    if (search.buffer.bytes)
        file_wipe(search.buffer.bytes, search.buffer.room);
    free(search.buffer.bytes);
}

void started_free(struct started *self)
{
    if (self->bytes)
        file_wipe(self->bytes, self->len);
    free(self->bytes);
    envlist_free(&self->environment);
    *self = (struct started){.answer = self->answer};
}
