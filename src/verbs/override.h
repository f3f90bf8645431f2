// SPDX-License-Identifier: MIT
// Inside of the verb `override`: a Compose project as `docker compose config --no-interpolate
// --format json` prints it (run with Compose 2.26.1), and the YAML that guards its services.
//
// Without interpolation values keep their `${…}` and `$$`, commands and entry points come as
// strings or lists, `environment` as an object or a list. What is copied from the project is copied
// as it is, for Compose interpolates the override too; what comes from an image has its `$`
// doubled.
#ifndef LABELGATE_VERBS_OVERRIDE_H
#define LABELGATE_VERBS_OVERRIDE_H

#include <stdbool.h>

#include "base/json.h"
#include "base/text.h"

#define OVERRIDE_NAME 256
// A value of the project is a whole command line at most; Linux takes no longer word.
#define OVERRIDE_VALUE ((size_t)128 * 1024)

struct override {
    struct json project;
    json_place services; // of the project; always an object
    struct json *images; // of --image-json, each an array; NULL: none
    unsigned image_count;
    bool alone;           // one service is guarded: one image file is its own, whatever its name
    const char *binary;   // --bin: the program on the host; NULL: an init service brings it
    const char *env_file; // --env-file, on the host; NULL: the environment counts
};

// The service's place in the project, or JSON_NONE.
json_place override_service(const struct override *self, const char *name);
// Is labelgate its entry point already, or that of its image, where the image is known?
bool override_is_guarded(const struct override *self, json_place service);
// Does its environment have one of the usual names of the token, or NAME_FILE? An env_file, which
// Compose does not expand here, may have one.
bool override_has_token(const struct override *self, json_place service);
// A mount of the service that would be lost under one of ours, or NULL.
const char *override_mount_taken(const struct override *self, json_place service);

enum check_kind {
    CHECK_NONE,    // there is none, or it is disabled
    CHECK_HTTP,    // curl asks one address, as labelgate would
    CHECK_SHELL,   // another command line, of a shell or where there is one
    CHECK_UNKNOWN, // a list that is not understood
};

struct override_check {
    enum check_kind kind;
    bool of_image;       // not the project's: its `$` is not a reference of Compose's
    struct text line;    // for a shell; `cut` when memory ran out
    struct text address; // of CHECK_HTTP
};

// `image_check` is the image's Healthcheck in `image`, which counts where the project says no test;
// NULL: the image is not known.
void override_check_read(struct override_check *self, const struct json *project,
                         json_place healthcheck, const struct json *image, json_place image_check);
void override_check_free(struct override_check *self);

// Adds the override for these services. What a person has to fill in goes to `notes`, one line
// each.
void override_print(const struct override *self, char *const *services, int count, struct text *out,
                    struct text *notes);

#endif
