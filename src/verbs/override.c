// SPDX-License-Identifier: MIT
// Prints the override that puts labelgate in front of services of a Compose project.
#include "verbs/override.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/redact.h"
#include "base/say.h"
#include "cli/begin.h"
#include "cli/print.h"
#include "init/init.h"
#include "spec/exitcode.h"
#include "verbs/verbs.h"

// A project of hundreds of services is some 100 KB.
#define INPUT_MAX ((size_t)16 * 1024 * 1024)

static int refuse(const char *subject, const char *why)
{
    struct finding finding = {0};
    finding_set(&finding, REASON_PROJECT_INVALID, subject, NULL, why);
    report_refusal(SAY_WARN, &finding);
    return EXITCODE_NO;
}

// All of standard input, on the heap. NULL: it cannot be read, is empty or has no end.
static char *read_input(size_t *len)
{
    char *bytes = NULL;
    size_t room = 0;
    *len = 0;
    for (;;) {
        if (*len == room) {
            char *more = room < INPUT_MAX ? realloc(bytes, room += (size_t)64 * 1024) : NULL;
            if (!more)
                break;
            bytes = more;
        }
        ssize_t got = read(STDIN_FILENO, bytes + *len, room - *len);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            break;
        if (got == 0 && *len > 0)
            return bytes;
        if (got == 0)
            break;
        *len += (size_t)got;
    }
    free(bytes);
    return NULL;
}

static bool read_images(struct override *self, const struct options *options,
                        struct file_content *files)
{
    for (unsigned i = 0; i < options->count; i++) {
        if (options->given[i].id != OPTION_IMAGE_JSON)
            continue;
        const char *path = options->given[i].value;
        struct file_content *file = &files[self->image_count];
        struct json *json = &self->images[self->image_count];
        enum file_fault fault = file_read(path, INPUT_MAX, file);
        if (fault != FILE_OK) {
            char why[FINDING_SLOT];
            file_fault_text(fault, file, INPUT_MAX, why, sizeof why);
            refuse(path, why);
            return false;
        }
        self->image_count++;
        if (!json_parse(json, file->bytes, file->len) ||
            json_kind_at(json, JSON_ROOT) != JSON_ARRAY) {
            refuse(path, "it is not what docker image inspect prints");
            return false;
        }
    }
    return true;
}

static int list_services(const struct override *self)
{
    const struct json *project = &self->project;
    struct text names = text_growing();
    for (json_place at = json_first(project, self->services); at != JSON_NONE;
         at = json_next(project, self->services, at)) {
        char name[OVERRIDE_NAME];
        if (!override_has_token(self, at) || override_is_guarded(self, at) ||
            !json_name(project, at, name, sizeof name))
            continue;
        text_add(&names, "%s", names.len > 0 ? ", " : "");
        text_add_visible(&names, span_of(name), sizeof name);
    }
    char why[FINDING_SLOT];
    text_print(why, sizeof why,
               "name the services to guard; those with a token variable or an env_file: %s",
               names.len > 0 ? names.bytes : "none");
    text_free(&names);
    return refuse("the project", why);
}

static bool judge(const struct override *self, char *const *services, int count)
{
    for (int i = 0; i < count; i++) {
        json_place service = override_service(self, services[i]);
        if (json_kind_at(&self->project, service) != JSON_OBJECT)
            return refuse(services[i], "the project has no service of this name"), false;
        if (override_is_guarded(self, service))
            return refuse(services[i], "labelgate is its entry point already"), false;
        const char *taken = override_mount_taken(self, service);
        if (taken) {
            char why[FINDING_SLOT];
            text_print(why, sizeof why, "it has a mount at %s, where labelgate's would be", taken);
            return refuse(services[i], why), false;
        }
        for (int other = 0; other < i; other++)
            if (strcmp(services[other], services[i]) == 0)
                return refuse(services[i], "it is given twice"), false;
    }
    return true;
}

// The files that Compose reads by itself, as far as this folder shows them.
static void say_how_to_use(void)
{
    static const char *const bases[] = {"compose.yaml", "compose.yml", "docker-compose.yml",
                                        "docker-compose.yaml"};
    static const char *const overrides[] = {"compose.override.yaml", "compose.override.yml",
                                            "docker-compose.override.yml",
                                            "docker-compose.override.yaml"};
    const char *base = NULL, *override = NULL;
    for (size_t i = 0; i < sizeof bases / sizeof bases[0]; i++) {
        if (!base && access(bases[i], F_OK) == 0)
            base = bases[i];
        if (!override && access(overrides[i], F_OK) == 0)
            override = overrides[i];
    }
    say(SAY_WARN, SAY_WARN,
        "to use it for good, put this line into .env: COMPOSE_FILE=%s%s%s:labelgate.yml",
        base ? base : "docker-compose.yml", override ? ":" : "", override ? override : "");
    if (!base)
        say(SAY_WARN, SAY_WARN,
            "with your own file names: every file that Compose reads today, an override too, then "
            "labelgate.yml");
}

static int print(const struct override *self, char *const *services, int count)
{
    struct text out = text_growing(), notes = text_growing();
    override_print(self, services, count, &out, &notes);
    // Standard output would lose it, and the command with it.
    struct redacted found;
    if (!out.cut && redact_find((struct span){out.bytes, out.len}, &found)) {
        text_free(&out);
        text_free(&notes);
        return refuse("the project",
                      "a command, entry point or check holds what looks like a token (40 hex "
                      "digits, a JWT): put it into a variable");
    }
    if (out.cut) {
        text_free(&out);
        text_free(&notes);
        return refuse("the project", "a command, entry point or check holds a NUL or more than "
                                     "128 KiB in one word, or memory ran out");
    }
    int code = print_text(&out);
    if (code == EXITCODE_OK) {
        struct span rest = {notes.bytes, notes.len}, line;
        while (span_split(&rest, '\n', &line) && line.len > 0)
            say(SAY_WARN, SAY_WARN, "%.*s", (int)line.len, line.text);
        say_how_to_use();
    }
    text_free(&notes);
    return code;
}

static int override(struct override *self, const struct options *options, char *const *services,
                    int count)
{
    self->services = json_member(&self->project, JSON_ROOT, "services");
    if (json_kind_at(&self->project, self->services) != JSON_OBJECT)
        return refuse("standard input", "it has no services: docker compose --profile '*' config "
                                        "--no-interpolate --format json prints a project");
    if (count == 0)
        return list_services(self);

    self->alone = count == 1;
    unsigned most = options_count(options, OPTION_IMAGE_JSON);
    struct file_content *files = calloc(most + 1, sizeof *files);
    self->images = calloc(most + 1, sizeof *self->images);
    int code = EXITCODE_NO;
    if (!files || !self->images)
        refuse("standard input", "out of memory");
    else if (read_images(self, options, files) && judge(self, services, count))
        code = print(self, services, count);
    for (unsigned i = 0; files && self->images && i < most; i++) {
        json_free(&self->images[i]);
        file_free(&files[i]);
    }
    free(self->images);
    free(files);
    return code;
}

int verb_override(const struct call *call)
{
    init_release(call->inherited);
    struct options options;
    int code = EXITCODE_OK;
    if (!begin(call, VERB_OVERRIDE, &options, &code))
        return code;
    size_t len = 0;
    char *input = read_input(&len);
    struct override self = {.binary = options_value(&options, OPTION_BIN),
                            .env_file = options_value(&options, OPTION_MOUNT)};
    if (!input || !json_parse(&self.project, input, len)) {
        free(input);
        options_free(&options);
        return refuse("standard input", "it is not JSON: docker compose --profile '*' config "
                                        "--no-interpolate --format json prints a project");
    }
    code = override(&self, &options, call->argv + options.first, call->argc - options.first);
    json_free(&self.project);
    free(input);
    options_free(&options);
    return code;
}
