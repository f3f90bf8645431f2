// SPDX-License-Identifier: MIT
// A command that was not found because it is something for a shell, not the name of a program.
// Pure. Private to this room.
#ifndef LABELGATE_INIT_COMMAND_WORD_H
#define LABELGATE_INIT_COMMAND_WORD_H

#include "spec/reason.h"

// Leaves `finding` (COMMAND_NOT_FOUND) as it is when nothing is odd about the word.
void command_word_explain(const char *command, struct finding *finding);

#endif
