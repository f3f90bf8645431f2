// SPDX-License-Identifier: MIT
// From the words of the command line to struct options.
#ifndef LABELGATE_CLI_OPTIONS_PARSE_H
#define LABELGATE_CLI_OPTIONS_PARSE_H

#include <stdbool.h>

#include "spec/options.h"
#include "spec/reason.h"

// Also --help, -h, --version, -V; VERB_NONE for anything else.
enum verb verb_find(const char *word);

// Fills `self`, which holds no memory yet. True without --help: to be freed by options_free; else
// it has nothing in it to use or to free. Reads argv[first_word...] for `verb`: long options as
// "--name value" and "--name=value", -v, -vv; stops at the first word that is not an option or
// after
// "--". Exact names only. False with REASON_USAGE in `finding` (what, and the help to read); shell
// words such as "||", "&&" or "$NAME" give REASON_USAGE_SHELL_WORDS for health. A sentence quotes
// short words only: a long one could be a token.
bool options_parse(struct options *self, enum verb verb, int argc, char *const *argv,
                   int first_word, struct finding *finding);

#endif
