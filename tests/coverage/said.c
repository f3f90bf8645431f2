// SPDX-License-Identifier: MIT
// Linked into the coverage build's program alone: a row of spec/reasons.def that the program says
// is a line of that file which ran, in gcov's counters as any other. rows.py reads them.
//
// Two sentences are made and not said: the examples of `help reasons`, and what is prepared for the
// moment when time is up, which counts when that moment comes.
#include <signal.h>
#include <stdbool.h>
#include <string.h>

#include "net/deadline.h"
#include "spec/reason.h"

void __real_finding_add_sentence(const struct finding *self, struct text *out);
void __real_finding_example(struct finding *self, enum reason reason);
const char *__real_reason_sentence_template(enum reason reason);
void __real_deadline_say(int fd, const void *bytes, size_t len, int code);
int __real_sigaction(int number, const struct sigaction *action, struct sigaction *old);

void __wrap_finding_add_sentence(const struct finding *self, struct text *out);
void __wrap_finding_example(struct finding *self, enum reason reason);
const char *__wrap_reason_sentence_template(enum reason reason);
void __wrap_deadline_say(int fd, const void *bytes, size_t len, int code);
int __wrap_sigaction(int number, const struct sigaction *action, struct sigaction *old);
void said_settle(void);

static bool made[REASON_COUNT], prepared[REASON_COUNT], shows_examples;
static void (*on_alarm)(int);
static volatile sig_atomic_t time_is_up;
static volatile unsigned times;

void __wrap_finding_add_sentence(const struct finding *self, struct text *out)
{
    made[self->reason] = made[self->reason] || !shows_examples;
    __real_finding_add_sentence(self, out);
}

// main.c says one that has no slots.
const char *__wrap_reason_sentence_template(enum reason reason)
{
    made[reason] = made[reason] || !shows_examples;
    return __real_reason_sentence_template(reason);
}

void __wrap_finding_example(struct finding *self, enum reason reason)
{
    shows_examples = true;
    memset(made, 0, sizeof made);
    __real_finding_example(self, reason);
}

void __wrap_deadline_say(int fd, const void *bytes, size_t len, int code)
{
    memcpy(prepared, made, sizeof prepared);
    memset(made, 0, sizeof made);
    __real_deadline_say(fd, bytes, len, code);
}

static void note_alarm(int number)
{
    time_is_up = 1;
    on_alarm(number);
}

int __wrap_sigaction(int number, const struct sigaction *action, struct sigaction *old)
{
    if (number != SIGALRM || action == NULL || action->sa_handler == SIG_IGN ||
        action->sa_handler == SIG_DFL)
        return __real_sigaction(number, action, old);
    struct sigaction noted = *action;
    on_alarm = action->sa_handler;
    noted.sa_handler = note_alarm;
    return __real_sigaction(number, &noted, old);
}

static void count(enum reason reason)
{
    switch (reason) {
#define ROW(situation, ...)  \
    case REASON_##situation: \
        times++;             \
        break;
#include "spec/reasons.def"
    case REASON_COUNT:
        break;
    }
}

// Before the counters are written: by hooks.c, and where the program ends by itself.
__attribute__((destructor)) void said_settle(void)
{
    for (enum reason reason = 0; reason < REASON_COUNT; reason++)
        if (time_is_up ? prepared[reason] : made[reason])
            count(reason);
}
