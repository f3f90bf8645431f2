// SPDX-License-Identifier: MIT
// What help and the manual page say alike, besides the options and the reasons.
#ifndef LABELGATE_SPEC_HELP_TEXT_H
#define LABELGATE_SPEC_HELP_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "spec/options.h"
#include "spec/reason.h"

#define HELP_VALUES                                                                               \
    "D is a duration: 500ms, 5s, 2m, 1h, a bare number of seconds, or a sum like 1m30s. Zero is " \
    "allowed for --wait and --grace. A yes or no is 1, true, yes, on or 0, false, no, off. "      \
    "Anything else is an error: nothing is guessed."
#define HELP_PRECEDENCE                                                                          \
    "An option counts before its variable in the environment, that before the same name in the " \
    ".env file. A variable that is set but empty counts as not set. Put settings into the "      \
    "environment when health shall see them too."
#define HELP_CLASSES                                                                              \
    "Every refusal and every unhealthy verdict carries one of these words in brackets. local: a " \
    "fault of this side: its files, settings, command, app, or what labelgate was told to do. "   \
    "refused: Label Studio itself said no; asking again does not help. unclear: everything else " \
    "a network can do, which says nothing about the token; --unreachable healthy makes health "   \
    "accept it. fine: all is well. For each sentence: an example, and to do: the first step for " \
    "this cause, then the others, the likeliest first. How a changed value gets to the app "      \
    "depends on where it comes from: docker compose up -d for environment: and env_file:, "       \
    "docker compose restart for a file that is mounted (restart alone keeps the old "             \
    "environment), docker compose up -d --force-recreate for either."

struct exit_row {
    const char *code; // "125", "128+n", "the app's"
    unsigned verbs;   // bits 1u << VERB_...
    const char *meaning;
};
const struct exit_row *exit_rows(size_t *count);

// The kinds of token that people mix up.
struct kind_row {
    const char *name;
    const char *looks;
    const char *works;
};
const struct kind_row *kind_rows(size_t *count);

struct example_row {
    const char *command;
    const char *meaning;
};
const struct example_row *example_rows(size_t *count);

// "--env-file PATH", "--json", "-v".
void table_add_option(enum option_id id, struct text *out);
// The help sentences of an option with its variables and its default behind them.
void table_add_option_help(enum option_id id, struct text *out);

// A template of reason.def for a reader: what is dropped when its slot is empty is dropped, "..."
// stands for what a run fills in.
void table_add_template(const char *template, struct text *out);
// True when no earlier situation has this one's word: the place where a list of words names it.
bool table_is_first(enum reason reason);

#endif
