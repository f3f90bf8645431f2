// SPDX-License-Identifier: MIT
// Where a setting's value came from.
#ifndef LABELGATE_SETTINGS_ORIGIN_H
#define LABELGATE_SETTINGS_ORIGIN_H

#include <stddef.h>

#include "spec/options.h"
#include "spec/reason.h"

enum origin_kind {
    ORIGIN_NONE,
    ORIGIN_DEFAULT,
    ORIGIN_OPTION,
    ORIGIN_ENVIRONMENT,
    ORIGIN_FILE,
    ORIGIN_SECRET
};

struct origin {
    enum origin_kind kind;
    const char *name; // the option or variable
    const char *path; // ORIGIN_FILE, ORIGIN_SECRET
    unsigned line;    // ORIGIN_FILE
};

enum surroundings { ON_HOST, IN_CONTAINER, IN_POD };

// What brings another value in that place to the app. `run` and `health` are where the app is; a
// person's verb reads the file where its owner has it, and cannot know how it gets to the app.
enum apply origin_apply(enum origin_kind kind, enum verb verb, enum surroundings around);

// "default", "option --url", "environment", ".env line 3", "/run/secrets/token".
void origin_text(const struct origin *origin, char *buffer, size_t size);
// The same for sentences: a .env file by the name that its owner knows, and the path of the
// container beside it where that is another: ".env line 3 [/app/.env]".
void origin_words(const struct origin *origin, char *buffer, size_t size);

#endif
