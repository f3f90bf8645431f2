// SPDX-License-Identifier: MIT
// The one table of options: what the parser takes, what settings are made from, what help, the
// manual page and the completions print.
#ifndef LABELGATE_SPEC_OPTIONS_H
#define LABELGATE_SPEC_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

enum verb {
    VERB_RUN,
    VERB_HEALTH,
    VERB_CHECK,
    VERB_TOKEN,
    VERB_VERIFY,
    VERB_OVERRIDE,
    VERB_INSTALL,
    VERB_HELP,
    VERB_VERSION,
    VERB_INIT, // hidden: the resident process of `run`
    VERB_COUNT,
    VERB_NONE = VERB_COUNT,
};

enum option_id {
    OPTION_ENV_FILE,
    OPTION_LOAD,
    OPTION_URL,
    OPTION_TOKEN_VAR,
    OPTION_NO_TOKEN,
    OPTION_JWT,
    OPTION_APP_URL,
    OPTION_TIMEOUT,
    OPTION_WAIT,
    OPTION_UNREACHABLE,
    OPTION_CA_FILE,
    OPTION_PROXY,
    OPTION_HEADER_FILE,
    OPTION_GRACE,
    OPTION_GROUP,
    OPTION_SIGNAL,
    OPTION_OK_EXIT,
    OPTION_ON_REFUSAL,
    OPTION_LOGIN,
    OPTION_WRITE,
    OPTION_PRINT,
    OPTION_ENABLE_LEGACY,
    OPTION_OFFLINE,
    OPTION_JSON,
    OPTION_BIN,
    OPTION_IMAGE_JSON,
    OPTION_VERBOSE,
    OPTION_COUNT,
};

#define OPTION_VARIABLES_ALSO 4
struct option_row {
    const char *name;                                  // without the dashes; "v" is a short option
    const char *argument;                              // "PATH", "URL", …; NULL: takes none
    const char *variable;                              // NULL: none
    const char *variables_also[OPTION_VARIABLES_ALSO]; // looked at after it, in their order
    const char *fallback;                              // the default in words, for help
    const char *help;                                  // one or two short sentences
    unsigned verbs;                                    // bits 1u << VERB_…
    bool repeatable;
    bool list; // the variable is a comma list
};

const struct option_row *option_row(enum option_id id);

struct verb_row {
    const char *name;
    const char *synopsis;
    const char *help;
    bool hidden; // no verb for people
};

const struct verb_row *verb_row(enum verb verb);

// What stood on the command line, unjudged and in its order. Values are views of argv.
#define OPTIONS_MAX 128 // nobody has more env files or signals to map; ends a runaway script
struct option_given {
    enum option_id id;
    const char *value; // NULL for an option that takes none
};
struct options {
    struct option_given given[OPTIONS_MAX];
    unsigned count;
    int first; // index in argv of the first word that is no option
    bool help; // --help or -h stood among them: print help_verb(), do nothing else, end with 0
};

// How often it was given.
unsigned options_count(const struct options *self, enum option_id id);
// The value of the last one; NULL: not given.
const char *options_value(const struct options *self, enum option_id id);

// Variables that belong to no option, for help, the manual and its test.
struct variable_row {
    const char *name;
    const char *help;
    unsigned verbs; // as in option_row
};
const struct variable_row *variable_rows(size_t *count);

#endif
