// SPDX-License-Identifier: MIT
// Private to this room; init.h has what others call.
#ifndef LABELGATE_INIT_FIND_PROGRAM_H
#define LABELGATE_INIT_FIND_PROGRAM_H

#include "spec/reason.h"

// execve of `program` failed with `error`: says why, as far as the file tells.
void program_diagnose(const char *program, int error, struct finding *finding);

#endif
