// SPDX-License-Identifier: MIT
// A line from standard input: piped, or typed at a terminal, without echo where it is a secret.
#ifndef LABELGATE_CLI_PROMPT_H
#define LABELGATE_CLI_PROMPT_H

#include <stdbool.h>
#include <stddef.h>

enum prompt_answer {
    PROMPT_OK,
    PROMPT_TOO_LONG, // more than `size` - 1 bytes
    PROMPT_ENDED,    // end of input before the first byte, or Ctrl-C, Ctrl-D
    PROMPT_FAILED,
};

// The question is written to standard error, and only when standard input is a terminal. From a
// pipe all of the input is read and one final line end (LF or CR LF) dropped, as with a secret
// file; any other newline stays and is for the caller to judge. NUL-terminated; the caller wipes
// `buffer`.
enum prompt_answer prompt_line(const char *question, bool secret, char *buffer, size_t size,
                               size_t *len);

#endif
