// SPDX-License-Identifier: MIT
#include "init/command_word.h"

#include <string.h>

#include "base/ascii.h"
#include "base/character.h"
#include "base/span.h"
#include "base/text.h"

#define BLANKS " \t\n"
// So much of the word is shown.
#define SHOWN 80

// In quotes, up to an equals sign: what is after it may be a secret.
static void show(struct span word, char *buffer, size_t size)
{
    struct text text = text_over(buffer, size);
    size_t equals = span_find(word, "=");
    text_add(&text, "\"");
    if (equals < word.len)
        word.len = equals + 1;
    text_add_visible(&text, word, SHOWN);
    text_add(&text, equals == word.len ? "\"" : "...\"");
}

// Length of NAME in NAME=value; 0: it is not one.
static size_t assigned_name(struct span word)
{
    size_t len = span_run(word, ascii_is_name);
    bool is_name = len > 0 && ascii_is_name_start(word.text[0]);
    return is_name && len < word.len && word.text[len] == '=' ? len : 0;
}

static bool is_quoted(struct span word)
{
    static const char *const marks[] = {"\"", "'", "\u201c", "\u201d", "\u2018", "\u2019", "`"};
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (span_starts(word, marks[i]) || span_ends(word, marks[i]))
            return true;
    return false;
}

static bool is_of_the_shell(struct span word)
{
    static const char *const words[] = {
        "cd",    "exec",  "export", "source", ".",      "eval", "set",  "unset", "if",    "for",
        "while", "{",     "(",      "!",      "ulimit", "trap", "wait", "umask", "alias", "until",
        "case",  "shopt", "&&",     "||",     "|",      "&",    ";",    ">",     "<",     ":"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (span_is(word, words[i]))
            return true;
    return false;
}

// a&&b, cat<file: names of programs have none of these.
static bool has_sign_of_the_shell(struct span word)
{
    for (size_t i = 0; i < word.len; i++)
        if (strchr(";|&<>(){}*?", word.text[i]) != NULL)
            return true;
    return false;
}

// Place of the first byte that is no visible character of ASCII; word.len: there is none.
static size_t first_odd(struct span word)
{
    size_t at = 0;
    while (at < word.len && word.text[at] > ' ' && word.text[at] <= '~')
        at++;
    return at;
}

void command_word_explain(const char *command, struct finding *finding)
{
    char shown[SHOWN + 16];
    char detail[FINDING_SLOT];
    struct span word = span_of(command);
    bool blanks = command[strcspn(command, BLANKS)] != '\0';
    const char *one_word = blanks ? "one word with blanks in it" : NULL;
    const char *more = blanks ? ", and it is one word with blanks in it" : "";
    const char *start = command + strspn(command, BLANKS);
    struct span first = {start, strcspn(start, BLANKS)};
    size_t name = assigned_name(first);
    show(word, shown, sizeof shown);

    if (name > 0) {
        text_print(detail, sizeof detail, "%.*s", (int)name, start);
        finding_set(finding, REASON_COMMAND_ASSIGNMENT, detail, NULL, one_word);
    } else if (*start == '-') {
        finding_set(finding, REASON_COMMAND_OPTION, shown, NULL, one_word);
    } else if (is_quoted(word)) {
        text_print(detail, sizeof detail,
                   "its quotation marks are part of the word, as no shell removes them%s", more);
        finding_set(finding, REASON_COMMAND_SHELL_WORD, shown, NULL, detail);
    } else if (*start == '[') {
        text_print(detail, sizeof detail, "it is a piece of a JSON list that was read as text%s",
                   more);
        finding_set(finding, REASON_COMMAND_SHELL_WORD, shown, NULL, detail);
    } else if (*start == '~' || strchr(command, '$') != NULL) {
        text_print(detail, sizeof detail, "only a shell replaces %s in it%s",
                   *start == '~' ? "~" : "the $", more);
        finding_set(finding, REASON_COMMAND_SHELL_WORD, shown, NULL, detail);
    } else if (is_of_the_shell(first)) {
        text_print(detail, sizeof detail, "it is %s a shell, not the name of a program%s",
                   blanks ? "a line for" : "a word of", more);
        finding_set(finding, REASON_COMMAND_SHELL_WORD, shown, NULL, detail);
    } else if (blanks) {
        finding_set(finding, REASON_COMMAND_ONE_WORD, shown, NULL, NULL);
    } else if (span_ends(word, "\r")) {
        finding_set(
            finding, REASON_COMMAND_NOT_FOUND, shown, NULL,
            "a carriage return (\\r) ends it: the file that names it has Windows line ends");
    } else if (first_odd(word) < word.len) {
        struct text text = text_over(detail, sizeof detail);
        text_add(&text, "it holds ");
        character_add_name(&text, span_rest(word, first_odd(word)));
        text_add(&text, ", byte %zu", first_odd(word) + 1);
        finding_set(finding, REASON_COMMAND_NOT_FOUND, shown, NULL, detail);
    } else if (has_sign_of_the_shell(word)) {
        finding_set(finding, REASON_COMMAND_SHELL_WORD, shown, NULL,
                    "it is a line for a shell, not the name of a program");
    }
}
