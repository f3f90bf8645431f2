// SPDX-License-Identifier: MIT
#include "cli/prompt.h"

#include <errno.h>
#include <termios.h>
#include <unistd.h>

#include "base/say.h"

enum key {
    KEY_INTERRUPT = 3, // Ctrl-C
    KEY_END = 4,       // Ctrl-D
    KEY_BACKSPACE = 8,
    KEY_KILL = 21, // Ctrl-U
    KEY_DELETE = 127,
};

static ssize_t read_some(char *buffer, size_t size)
{
    ssize_t got;
    do
        got = read(STDIN_FILENO, buffer, size);
    while (got < 0 && errno == EINTR);
    return got;
}

static enum prompt_answer read_pipe(char *buffer, size_t size, size_t *len)
{
    for (;;) {
        if (*len + 1 == size)
            return PROMPT_TOO_LONG;
        ssize_t got = read_some(buffer + *len, size - 1 - *len);
        if (got < 0)
            return PROMPT_FAILED;
        if (got == 0)
            break;
        *len += (size_t)got;
    }
    if (*len == 0)
        return PROMPT_ENDED;
    if (buffer[*len - 1] == '\n' && --*len > 0 && buffer[*len - 1] == '\r')
        --*len;
    buffer[*len] = '\0';
    return PROMPT_OK;
}

// One key at a time, since Ctrl-C must give the terminal its echo back before we end.
static enum prompt_answer read_keys(bool secret, char *buffer, size_t size, size_t *len)
{
    for (;;) {
        char key;
        ssize_t got = read_some(&key, 1);
        if (got < 0)
            return PROMPT_FAILED;
        if (got == 0 || key == KEY_INTERRUPT || (key == KEY_END && *len == 0))
            return PROMPT_ENDED;
        if (key == '\n' || key == '\r' || key == KEY_END)
            return PROMPT_OK;
        if (key == KEY_KILL)
            *len = 0;
        else if (key == KEY_BACKSPACE || key == KEY_DELETE)
            *len -= *len > 0;
        else if (*len + 1 < size)
            buffer[(*len)++] = key;
        else
            return PROMPT_TOO_LONG;
        if (!secret)
            say_prompt("", (struct span){&key, (unsigned char)key >= ' ' && key != KEY_DELETE});
    }
}

static enum prompt_answer read_terminal(const char *question, bool secret, char *buffer,
                                        size_t size, size_t *len)
{
    struct termios before, raw;
    if (tcgetattr(STDIN_FILENO, &before) != 0)
        return PROMPT_FAILED;
    raw = before;
    raw.c_lflag &= (tcflag_t) ~(ICANON | ECHO | ISIG);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw) != 0)
        return PROMPT_FAILED;

    say_prompt(question, (struct span){NULL, 0});
    enum prompt_answer answer = read_keys(secret, buffer, size, len);
    buffer[*len] = '\0';
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    say_progress_end();
    return answer;
}

enum prompt_answer prompt_line(const char *question, bool secret, char *buffer, size_t size,
                               size_t *len)
{
    *len = 0;
    buffer[0] = '\0';
    if (isatty(STDIN_FILENO) == 1)
        return read_terminal(question, secret, buffer, size, len);
    return read_pipe(buffer, size, len);
}
