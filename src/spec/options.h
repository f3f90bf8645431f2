// SPDX-License-Identifier: MIT
// The one table of options: what the parser accepts, what settings are made from, what help, the
// manual page and the completions print.
#ifndef LABELGATE_SPEC_OPTIONS_H
#define LABELGATE_SPEC_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

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
    OPTION_MOUNT, // --env-file of `override`
    OPTION_IMAGE_JSON,
    OPTION_VERBOSE,
    OPTION_COUNT,
};

// What a value is.
enum value_kind {
    VALUE_YES_NO, // also of an option without an argument: yes when it is there
    VALUE_WORD,   // one of the row's words
    VALUE_DURATION,
    VALUE_TIME_LIMIT, // a duration longer than zero
    VALUE_PATH,
    VALUE_URL,
    VALUE_PROXY, // env, none or an address
    VALUE_NAME,  // of a variable
    VALUE_SIGNALS,
    VALUE_EXIT_CODE,
};

#define OPTION_VARIABLES_ALSO 4
struct option_row {
    const char *name;     // without the dashes; "v" is a short option
    const char *argument; // "PATH", "URL", …; NULL: it has none
    const char *words;    // of VALUE_WORD: "token|missing|all", in the order of their enum
    enum value_kind kind;
    const char *variable;                              // NULL: none
    const char *variables_also[OPTION_VARIABLES_ALSO]; // looked at after it, in their order
    const char *fallback;                              // the default in words, for help
    const char *help;                                  // one or two short sentences
    unsigned verbs;                                    // bits 1u << VERB_…
    bool repeatable;
    bool list; // the variable is a comma list
};

const struct option_row *option_row(enum option_id id);
// Of a row of VALUE_WORD: the word at `index`, empty when there are not so many; the index of
// `text`, -1 when it is none of the words; "token, missing or all".
struct span option_word(enum option_id id, unsigned index);
int option_word_index(enum option_id id, struct span text);
void option_add_words(enum option_id id, struct text *out);

struct verb_row {
    const char *name;
    const char *synopsis;
    const char *help;
    bool hidden; // no verb for people
};

const struct verb_row *verb_row(enum verb verb);

// What was on the command line, unjudged and in its order. Values are views of argv. An option may
// be repeated as often as there is memory.
struct option_given {
    enum option_id id;
    const char *value; // NULL for an option without an argument
};
struct options {
    struct option_given *given; // on the heap
    unsigned count;
    int first; // index in argv of the first word that is not an option
    bool help; // --help or -h was among them: print help_verb(), do nothing else, end with 0
};

// Adds one. False: no memory.
bool options_add(struct options *self, enum option_id id, const char *value);
void options_free(struct options *self);

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
