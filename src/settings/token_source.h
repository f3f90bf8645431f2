// SPDX-License-Identifier: MIT
// LABELGATE_TOKEN_SOURCE: where the running app's token came from, as `run` keeps it for the probe:
// "environment", "/path:LINE" (a .env file) or "/path" (NAME_FILE).
//
// A path may end in ":3" itself. What decides is LABELGATE_ENV_FILE, the list of the files that
// `run` read, which is kept beside it since 0.1.0: "/path:LINE" is a line only of a file in it.
#ifndef LABELGATE_SETTINGS_TOKEN_SOURCE_H
#define LABELGATE_SETTINGS_TOKEN_SOURCE_H

#include "base/arena.h"
#include "base/span.h"
#include "base/text.h"
#include "settings/origin.h"

// `files` is the value of LABELGATE_ENV_FILE. It may be empty.
void token_source_add(struct text *out, const struct origin *origin, struct span files);

// The origin without its name. `source` NULL: the environment. Without memory (memory->failed) the
// path is NULL. The path may be `source` itself.
struct origin token_source_read(const char *source, struct span files, struct arena *memory);

#endif
