// SPDX-License-Identifier: MIT
// How settings are made: what the files of this room share. Nobody else includes it.
#ifndef LABELGATE_SETTINGS_LOOKUP_H
#define LABELGATE_SETTINGS_LOOKUP_H

#include "settings/settings.h"

// One setting's text and the place it came from; never empty.
struct value {
    const char *text;
    struct origin origin;
};

struct maker {
    struct settings *settings;
    enum verb verb;
    const struct options *options;
    const struct envlist *environment;
    const struct envlist *started; // the environment of the running `run`; NULL: none is believed
};

// ---- What is found ------------------------------------------------------------------------------

// Each false when it is not set or empty.
bool maker_option(const struct maker *maker, enum option_id id, struct value *value);
bool maker_environment(const struct maker *maker, const char *name, struct value *value);
bool maker_file(const struct maker *maker, const char *name, struct value *value);

// What the running `run` tells of the app (contract, section 4); all else is how to ask.
bool maker_is_of_the_app(enum option_id id);

// The value of an option's row by precedence: what the app was started with, option, environment,
// file. LABELGATE_ENV_FILE and LABELGATE_LOAD are not looked for in the file.
bool settings_lookup(const struct maker *maker, enum option_id id, struct value *value);

// ---- What is said -------------------------------------------------------------------------------

void maker_refuse(struct maker *maker, enum settings_stage stage, const struct finding *finding);
void maker_warn(struct maker *maker, const char *format, ...) __attribute__((format(printf, 2, 3)));
// A usage refusal: which values the setting accepts, and the one it has unless that could be a
// secret.
void maker_refuse_value(struct maker *maker, const struct option_row *row,
                        const struct value *value, const char *accepted);
void maker_no_memory(const struct maker *maker);
void maker_free_refusals(struct settings *settings);

// ---- The steps of settings_make -----------------------------------------------------------------

void settings_read_files(struct maker *maker);  // which files, their bytes, their variables
void settings_read_values(struct maker *maker); // every option that is one value
void settings_read_urls(struct maker *maker);
void settings_read_proxy(struct maker *maker); // after the address
// Every value that may be a token, or the password, used or not: never shown. A lack of memory is
// told by redact_failed.
void settings_redact_candidates(const struct maker *maker);
void settings_find_token(struct maker *maker);
void settings_find_login(struct maker *maker); // user name and password
// Last: which options of a probe are of no use, since the running app has something else.
void settings_note_not_used(struct maker *maker);

// The names that --token-var or LABELGATE_TOKEN_VAR lists, or the usual three.
void settings_read_token_names(struct maker *maker);
// One more of them, unjudged.
void settings_add_token_name(struct maker *maker, struct span name);
// No token was found: is one set under a name that only looks like one of them?
void settings_find_near_name(struct maker *maker);

#endif
