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
// Is labelgate its entry point already?
bool override_is_guarded(const struct override *self, json_place service);
// Does its environment have one of the usual names of the token, or NAME_FILE?
bool override_has_token(const struct override *self, json_place service);

// Adds the override for these services. What a person has to fill in goes to `notes`, one line
// each.
void override_print(const struct override *self, char *const *services, int count, struct text *out,
                    struct text *notes);

#endif
