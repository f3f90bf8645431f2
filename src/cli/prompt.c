// SPDX-License-Identifier: MIT
#include "cli/prompt.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include "base/say.h"

enum key {
    KEY_INTERRUPT = 3, // Ctrl-C, where the terminal makes no signal of it
    KEY_END = 4,       // Ctrl-D
    KEY_BACKSPACE = 8,
    KEY_KILL = 21, // Ctrl-U
    KEY_DELETE = 127,
};

static bool is_terminal_stop(int number)
{
    return number == SIGTSTP || number == SIGTTIN || number == SIGTTOU;
}

static ssize_t read_some(char *buffer, size_t size)
{
    ssize_t got;
    do
        got = read(STDIN_FILENO, buffer, size);
    while (got < 0 && errno == EINTR);
    return got;
}

// ---- A pipe or a file ---------------------------------------------------------------------------

// False: `signal` ends the question.
static bool await_pipe(struct prompt *self)
{
    for (;;) {
        self->signal = self->await(STDIN_FILENO);
        if (self->signal == 0)
            return true;
        if (is_terminal_stop(self->signal))
            self->stop(self->signal);
        else if (self->signal != SIGCONT)
            return false;
    }
}

static enum prompt_answer read_pipe(struct prompt *self)
{
    char *buffer = self->buffer;
    for (;;) {
        if (self->len + 1 == self->size)
            return PROMPT_TOO_LONG;
        if (!await_pipe(self))
            return PROMPT_STOPPED;
        ssize_t got = read_some(buffer + self->len, self->size - 1 - self->len);
        if (got < 0)
            return PROMPT_FAILED;
        if (got == 0)
            break;
        self->len += (size_t)got;
    }
    if (self->len == 0)
        return PROMPT_ENDED;
    if (buffer[self->len - 1] == '\n' && --self->len > 0 && buffer[self->len - 1] == '\r')
        --self->len;
    buffer[self->len] = '\0';
    return PROMPT_OK;
}

// ---- A terminal ---------------------------------------------------------------------------------

// A terminal that is not ours (tcgetpgrp fails) makes no signals for us: its keys are read instead.
static bool makes_signals(void)
{
    return tcgetpgrp(STDIN_FILENO) >= 0;
}

// A read from the background would fail, and a terminal that another job uses is not ours to
// change. False when we are there and nothing would ever stop and wake us.
static bool reach_foreground(const struct prompt *self)
{
    while (makes_signals() && tcgetpgrp(STDIN_FILENO) != getpgrp())
        if (!self->stop(SIGTTIN))
            return false;
    return true;
}

// What was typed and not read yet is dropped both times: half a password must not reach the shell
// as a command.
// No read may wait: Ctrl-Z throws away what was typed before it, and a read that began for the sake
// of that would keep the signal from being seen.
static bool hide(const struct termios *before)
{
    struct termios raw = *before;
    raw.c_lflag &= (tcflag_t) ~(ICANON | ECHO);
    if (!makes_signals())
        raw.c_lflag &= (tcflag_t)~ISIG;
    raw.c_cc[VMIN] = 0;
    raw.c_cc[VTIME] = 0;
    return tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw) == 0;
}

static bool show(const struct termios *before)
{
    return tcsetattr(STDIN_FILENO, TCSAFLUSH, before) == 0;
}

static void ask(const struct prompt *self)
{
    bool shown = !self->secret;
    say_prompt(self->question, (struct span){self->buffer, shown ? self->len : 0});
}

// Stopped and woken, or woken from a stop that no program sees (SIGSTOP): a shell has used the
// terminal since, and may have left it with its echo. A secret is asked for anew: nobody sees how
// much of it was typed. False: the terminal cannot be had again.
static bool rest(struct prompt *self, int number, struct termios *before)
{
    if (number != SIGCONT) {
        show(before);
        say_progress_end();
        self->stop(number);
    }
    if (!reach_foreground(self))
        return false;
    if (number != SIGCONT && tcgetattr(STDIN_FILENO, before) != 0)
        return false;
    if (!hide(before))
        return false;
    if (self->secret)
        self->len = 0;
    ask(self);
    return true;
}

static void end_with(enum prompt_answer how, bool *done, enum prompt_answer *answer)
{
    *done = true;
    *answer = how;
}

static bool is_hung_up(void)
{
    struct pollfd one = {.fd = STDIN_FILENO};
    return poll(&one, 1, 0) < 0 || (one.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
}

// One key at a time, since a signal must find nothing half done.
static void take_key(struct prompt *self, bool *done, enum prompt_answer *answer)
{
    char key;
    ssize_t got = read_some(&key, 1);
    if (got == 0 && !is_hung_up())
        return;
    if (got < 0)
        return end_with(PROMPT_FAILED, done, answer);
    if (got == 0 || key == KEY_INTERRUPT || (key == KEY_END && self->len == 0))
        return end_with(PROMPT_ENDED, done, answer);
    if (key == '\n' || key == '\r' || key == KEY_END)
        return end_with(PROMPT_OK, done, answer);
    if (key == KEY_KILL)
        self->len = 0;
    else if (key == KEY_BACKSPACE || key == KEY_DELETE)
        self->len -= self->len > 0;
    else if (self->len + 1 < self->size)
        self->buffer[self->len++] = key;
    else
        return end_with(PROMPT_TOO_LONG, done, answer);
    if (!self->secret)
        say_prompt("", (struct span){&key, (unsigned char)key >= ' ' && key != KEY_DELETE});
}

static enum prompt_answer read_keys(struct prompt *self, struct termios *before)
{
    enum prompt_answer answer = PROMPT_FAILED;
    for (bool done = false; !done;) {
        self->signal = self->await(STDIN_FILENO);
        if (self->signal == 0)
            take_key(self, &done, &answer);
        else if (self->signal != SIGCONT && !is_terminal_stop(self->signal))
            end_with(PROMPT_STOPPED, &done, &answer);
        else
            done = !rest(self, self->signal, before);
    }
    return answer;
}

static enum prompt_answer read_terminal(struct prompt *self)
{
    struct termios before;
    if (!reach_foreground(self) || tcgetattr(STDIN_FILENO, &before) != 0 || !hide(&before))
        return PROMPT_FAILED;
    ask(self);
    enum prompt_answer answer = read_keys(self, &before);
    self->buffer[self->len] = '\0';
    show(&before);
    say_progress_end();
    return answer;
}

enum prompt_answer prompt_line(struct prompt *self)
{
    self->len = 0;
    self->signal = 0;
    self->buffer[0] = '\0';
    return isatty(STDIN_FILENO) == 1 ? read_terminal(self) : read_pipe(self);
}
