// SPDX-License-Identifier: MIT
// A line from standard input: piped, or typed at a terminal, without echo where it is a secret.
#ifndef LABELGATE_CLI_PROMPT_H
#define LABELGATE_CLI_PROMPT_H

#include <stdbool.h>
#include <stddef.h>

enum prompt_answer {
    PROMPT_OK,
    PROMPT_TOO_LONG, // more than `size` - 1 bytes
    PROMPT_ENDED,    // end of input before the first byte, or Ctrl-D
    PROMPT_FAILED,
    PROMPT_STOPPED, // `signal` came
};

// What to ask, and the world's signals, which the caller has blocked: none may end or stop this
// process while the terminal has no echo (init_await, init_stop_self).
struct prompt {
    const char *question;
    bool secret;
    char *buffer; // NUL-terminated in the end; the caller wipes it
    size_t size;
    int (*await)(int fd);     // 0: the descriptor can be read; else the signal that came
    bool (*stop)(int number); // true: this process was stopped by it, and woken
    // What came of it
    size_t len;
    int signal;
};

// The question is written to standard error, and only when standard input is a terminal. From a
// pipe all of the input is read and one final line end (LF or CR LF) dropped, as with a secret
// file; any other newline stays and is for the caller to judge. The terminal is as it was when this
// returns, and while the process is stopped.
enum prompt_answer prompt_line(struct prompt *self);

#endif
