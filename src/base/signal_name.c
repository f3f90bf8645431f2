// SPDX-License-Identifier: MIT
#include "base/signal_name.h"

#include <signal.h>
#include <stddef.h>

#include "base/ascii.h"

// What docker stop and kill -l mean by the names; glibc keeps two for itself, musl three.
#define REALTIME_FIRST 34
#define NUMBER_MAX 31

static const struct {
    const char *name;
    int number;
} names[] = {
    {"HUP", SIGHUP},       {"INT", SIGINT},     {"QUIT", SIGQUIT}, {"ILL", SIGILL},
    {"TRAP", SIGTRAP},     {"ABRT", SIGABRT},   {"IOT", SIGABRT},  {"BUS", SIGBUS},
    {"FPE", SIGFPE},       {"KILL", SIGKILL},   {"USR1", SIGUSR1}, {"SEGV", SIGSEGV},
    {"USR2", SIGUSR2},     {"PIPE", SIGPIPE},   {"ALRM", SIGALRM}, {"TERM", SIGTERM},
    {"CHLD", SIGCHLD},     {"CLD", SIGCHLD},    {"CONT", SIGCONT}, {"STOP", SIGSTOP},
    {"TSTP", SIGTSTP},     {"TTIN", SIGTTIN},   {"TTOU", SIGTTOU}, {"URG", SIGURG},
    {"XCPU", SIGXCPU},     {"XFSZ", SIGXFSZ},   {"PROF", SIGPROF}, {"VTALRM", SIGVTALRM},
    {"POLL", SIGPOLL},     {"WINCH", SIGWINCH}, {"IO", SIGIO},     {"PWR", SIGPWR},
    {"SYS", SIGSYS},
#ifdef SIGSTKFLT
    {"STKFLT", SIGSTKFLT},
#endif
};

// One or two digits; -1 for anything else.
static int small_number(struct span digits)
{
    int value = 0;
    if (digits.len == 0 || digits.len > 2)
        return -1;
    for (size_t i = 0; i < digits.len; i++) {
        if (!ascii_is_digit(digits.text[i]))
            return -1;
        value = value * 10 + (digits.text[i] - '0');
    }
    return value;
}

// "RTMIN", "RTMIN+n", "RTMAX", "RTMAX-n"
static bool parse_realtime(struct span text, int *number)
{
    bool from_first = span_starts_nocase(text, "RTMIN");
    if (!from_first && !span_starts_nocase(text, "RTMAX"))
        return false;
    int base = from_first ? REALTIME_FIRST : SIGNALS_MAX;
    struct span rest = span_rest(text, 5);
    int offset = 0;
    if (rest.len > 0) {
        offset = rest.text[0] == (from_first ? '+' : '-') ? small_number(span_rest(rest, 1)) : -1;
        if (offset < 0 || offset > SIGNALS_MAX - REALTIME_FIRST)
            return false;
    }
    *number = from_first ? base + offset : base - offset;
    return true;
}

const char *signal_name(int number)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].number == number)
            return names[i].name;
    return NULL;
}

bool signal_parse(struct span text, int *number)
{
    int value = small_number(text);
    if (value >= 1 && value <= NUMBER_MAX) {
        *number = value;
        return true;
    }
    if (span_starts_nocase(text, "SIG"))
        text = span_rest(text, 3);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (span_is_nocase(text, names[i].name)) {
            *number = names[i].number;
            return true;
        }
    }
    return parse_realtime(text, number);
}
