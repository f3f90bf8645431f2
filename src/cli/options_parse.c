// SPDX-License-Identifier: MIT
#include "cli/options_parse.h"

#include <stdarg.h>
#include <string.h>

#include "base/ascii.h"
#include "base/quote.h"
#include "base/redact.h"
#include "base/span.h"
#include "base/text.h"

enum verb verb_find(const char *word)
{
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
        return VERB_HELP;
    if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0)
        return VERB_VERSION;
    for (enum verb verb = VERB_RUN; verb < VERB_COUNT; verb++)
        if (strcmp(word, verb_row(verb)->name) == 0)
            return verb;
    return VERB_NONE;
}

// One walk over the words of a command line.
struct walk {
    struct options *options;
    enum verb verb;
    int argc;
    char *const *argv;
    int at;
    struct finding *finding;
};

__attribute__((format(printf, 2, 3))) static bool refuse(const struct walk *walk,
                                                         const char *format, ...)
{
    char sentence[FINDING_SLOT];
    struct text text = text_over(sentence, sizeof sentence);
    va_list list;
    va_start(list, format);
    text_add_list(&text, format, list);
    va_end(list);
    finding_set(walk->finding, REASON_USAGE, verb_row(walk->verb)->name, NULL, sentence);
    return false;
}

static bool keep(const struct walk *walk, enum option_id id, const char *value)
{
    if (options_add(walk->options, id, value))
        return true;
    finding_set(walk->finding, REASON_START_FAILED, NULL, NULL, "memory ran out");
    return false;
}

// The verb's own, since --env-file means one thing to `override` and another to the rest; else one
// of another verb.
static const struct option_row *find_row(struct span name, enum verb verb)
{
    const struct option_row *found = NULL;
    for (enum option_id id = 0; id < OPTION_COUNT; id++) {
        const struct option_row *row = option_row(id);
        if (id != OPTION_VERBOSE && span_is(name, row->name) &&
            (!found || (row->verbs & 1U << verb)))
            found = row;
    }
    return found;
}

static bool refuse_unknown(const struct walk *walk, struct span name)
{
    char shown[QUOTED];
    struct text text = text_over(shown, sizeof shown);
    if (name.len > QUOTE_MAX)
        return refuse(walk, "there is no option with a name of %zu bytes", name.len);
    text_add_visible(&text, name, 2 * QUOTE_MAX);
    if (!find_row(name, walk->verb))
        return refuse(walk, "there is no option --%s", shown);
    return refuse(walk, "--%s is not an option of this verb", shown);
}

static bool take_value(struct walk *walk, const struct option_row *row, enum option_id id,
                       const char *value)
{
    if (!value && walk->at + 1 < walk->argc)
        value = walk->argv[++walk->at];
    if (!value || *value == '\0')
        return refuse(walk, "--%s needs a value (%s)", row->name, row->argument);
    if (value == walk->argv[walk->at] && span_starts(span_of(value), "--"))
        return refuse(walk, "--%s needs a value (%s); one that begins with -- is written --%s=...",
                      row->name, row->argument, row->name);
    if (!row->repeatable && options_count(walk->options, id) > 0)
        return refuse(walk, "--%s is given twice", row->name);
    return keep(walk, id, value);
}

// "--name", "--name=value" or "--name value".
static bool take_long(struct walk *walk, const char *word)
{
    struct span name = span_of(word + 2);
    const char *equals = strchr(name.text, '=');
    if (equals)
        name.len = (size_t)(equals - name.text);
    if (span_is(name, "help") && !equals) {
        walk->options->help = true;
        return true;
    }
    const struct option_row *row = find_row(name, walk->verb);
    if (!row || !(row->verbs & 1U << walk->verb))
        return refuse_unknown(walk, name);
    enum option_id id = (enum option_id)(row - option_row(0));
    if (row->argument)
        return take_value(walk, row, id, equals ? equals + 1 : NULL);
    if (equals)
        return refuse(walk, "--%s takes no value", row->name);
    return keep(walk, id, NULL);
}

// "-v", "-vv", "-h".
static bool take_short(struct walk *walk, const char *word)
{
    for (const char *letter = word + 1; *letter; letter++) {
        if (*letter == 'h')
            walk->options->help = true;
        else if (*letter != 'v' || !(option_row(OPTION_VERBOSE)->verbs & 1U << walk->verb))
            return refuse(walk, "there is no option that begins with a single dash but -v and -h");
        else if (!keep(walk, OPTION_VERBOSE, NULL))
            return false;
    }
    return true;
}

// "$NAME", "${...}" or "$(...)". A '$' after a '?' belongs to the query of an address.
static struct span find_reference(const char *word)
{
    for (const char *at = word; *at && *at != '?'; at++) {
        if (*at != '$' || !(at[1] == '{' || at[1] == '(' || ascii_is_name_start(at[1])))
            continue;
        size_t len = 2;
        while (ascii_is_name(at[len]))
            len++;
        return (struct span){at, at[len] == '}' ? len + 1 : len};
    }
    return (struct span){0};
}

// The part of a word that only a shell understands; empty when there is none.
static struct span find_shell_part(const char *word)
{
    static const char *const operators[] = {"||", "&&", "|", "&", ">>", ">", "<", ";", "2>"};
    struct span text = span_of(word);
    for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++)
        if (span_starts(text, operators[i]))
            return span_of(operators[i]);
    if (span_ends(text, ";"))
        return span_of(";");
    return find_reference(word);
}

// Docker, Swarm and Kubernetes pass the words of an exec-form probe on unchanged.
static bool find_shell_words(const struct walk *walk)
{
    for (int i = walk->at; i < walk->argc; i++) {
        struct span part = find_shell_part(walk->argv[i]);
        if (part.len == 0)
            continue;
        char shown[QUOTED];
        struct text text = text_over(shown, sizeof shown);
        struct span word = span_of(walk->argv[i]);
        struct redacted token; // a part of one would not be known as such
        text_add_visible(&text, redact_find(word, &token) ? word : part, sizeof shown - 1);
        finding_set(walk->finding, REASON_USAGE_SHELL_WORDS, NULL, NULL, shown);
        return true;
    }
    return false;
}

// How many words may follow the options.
static int words_max(enum verb verb, int argc)
{
    switch (verb) {
    case VERB_RUN:
    case VERB_INIT:
    case VERB_OVERRIDE:
        return argc;
    case VERB_VERIFY:
    case VERB_INSTALL:
    case VERB_HELP:
        return 1;
    case VERB_HEALTH:
    case VERB_CHECK:
    case VERB_TOKEN:
    case VERB_VERSION:
    case VERB_COUNT:
        break;
    }
    return 0;
}

static bool judge_words(const struct walk *walk)
{
    char shown[QUOTED];
    int most = words_max(walk->verb, walk->argc);
    if (walk->options->help || walk->argc - walk->options->first <= most)
        return true;
    if (walk->verb == VERB_TOKEN)
        return refuse(walk, "the token is read from standard input, not from the command line, "
                            "where every user of the machine can see it");
    return refuse(walk, "%s is one word too many",
                  quote(walk->argv[walk->options->first + most], shown));
}

static bool read_words(struct walk *walk)
{
    if (walk->verb == VERB_HEALTH && find_shell_words(walk))
        return false;
    for (; walk->at < walk->argc; walk->at++) {
        const char *word = walk->argv[walk->at];
        if (word[0] != '-' || word[1] == '\0')
            break;
        if (strcmp(word, "--") == 0) {
            walk->at++;
            break;
        }
        if (!(word[1] == '-' ? take_long(walk, word) : take_short(walk, word)))
            return false;
    }
    walk->options->first = walk->at;
    return judge_words(walk);
}

bool options_parse(struct options *self, enum verb verb, int argc, char *const *argv,
                   int first_word, struct finding *finding)
{
    struct walk walk = {self, verb, argc, argv, first_word, finding};
    *self = (struct options){0};
    bool parsed = read_words(&walk);
    bool help = self->help;
    int first = self->first;
    // A caller that gets no options to use has none to free.
    if (!parsed || help) {
        options_free(self);
        self->help = help;
        self->first = first;
    }
    return parsed;
}
