// SPDX-License-Identifier: MIT
// The sentences of dotenv_issue_text: what, and what to do.
#include "dotenv/diagnosis.h"

#include <string.h>

struct named_character {
    const char *character;
    const char *kind;
    const char *advice;
};

// Invisible, or looking right, and so worth a name.
static const struct named_character named[] = {
    {"U+FF1D", "a full-width equals sign", "type a plain ="},
    {"U+FF1A", "a full-width colon", "type a plain ="},
    {"U+FF03", "a full-width number sign", "type a plain #"},
    {"U+FEFF", "an invisible byte-order mark", "delete it"},
    {"U+200B", "an invisible space", "delete it"},
    {"U+200C", "an invisible character", "delete it"},
    {"U+200D", "an invisible character", "delete it"},
    {"U+200E", "an invisible character", "delete it"},
    {"U+200F", "an invisible character", "delete it"},
    {"U+2060", "an invisible character", "delete it"},
    {"U+3000", "a full-width space", "delete it or type a plain space"},
    {"U+2018", "a typographic quote", "type a plain ' or \""},
    {"U+2019", "a typographic quote", "type a plain ' or \""},
    {"U+201C", "a typographic quote", "type a plain ' or \""},
    {"U+201D", "a typographic quote", "type a plain ' or \""},
};

static const struct named_character *find_named(const char *character)
{
    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++)
        if (strcmp(named[i].character, character) == 0)
            return &named[i];
    return NULL;
}

static void add_bad_character(const struct dotenv_issue *issue, struct text *out)
{
    const struct named_character *known = find_named(issue->character);
    if (known)
        text_add(out, "%s (%s) cannot be in a name: %s", known->kind, known->character,
                 known->advice);
    else if (issue->other_line > 0)
        text_add(out,
                 "the line to edit is line %u: its quote is closed only here, and %s cannot follow "
                 "it: close the quote where its value ends",
                 issue->other_line, issue->character);
    else
        text_add(out,
                 "the character %s cannot be in a name: write NAME=value, or begin the line "
                 "with # if it is a comment",
                 issue->character);
}

static void add_odd_character(const struct dotenv_issue *issue, struct text *out)
{
    const struct named_character *known = find_named(issue->character);
    text_add(out, "%s (%s) is next to the value and is read as a part of it: %s",
             known ? known->kind : "a strange character", issue->character,
             known ? known->advice : "delete it");
}

// Else lines in it were added to a file that is not.
static bool is_all_utf16(const struct dotenv_issue *issue)
{
    return issue->line == 1 && issue->column == 1;
}

static void add_utf16(const struct dotenv_issue *issue, struct text *out)
{
    if (is_all_utf16(issue))
        text_add(out, "the file is UTF-16 text: save it as UTF-8, in PowerShell: (Get-Content "
                      "FILE) | Set-Content -Encoding utf8 FILE");
    else
        text_add(out, "the file is UTF-16 from here on: delete what follows and type it anew in "
                      "an editor, as UTF-8 (> or >> of PowerShell wrote it)");
}

static void add_link_text(const struct dotenv_issue *issue, struct text *out)
{
    text_add(out,
             "the file holds nothing but %s: it looks like a symbolic link that was checked "
             "out as text; copy the file that it should lead to here, or set git's "
             "core.symlinks and check it out again",
             issue->fault == DOTENV_LINK_TEXT ? "a path" : "one word");
}

static void add_unset(const struct dotenv_issue *issue, struct text *out)
{
    if (issue->fault == DOTENV_LINT_UNSET_REFERENCE && issue->name[0] == '\0')
        text_add(out,
                 "the $ is read as a reference to a variable that is not set, so nothing takes "
                 "its place: set it, write ${NAME:-default}, or put the value in single quotes "
                 "if the $ belongs to it");
    else if (issue->fault == DOTENV_LINT_UNSET_REFERENCE)
        text_add(out,
                 "the variable %s is not set, so nothing takes its place: set it, write "
                 "${%s:-default}, or put the value in single quotes if the $ belongs to it",
                 issue->name, issue->name);
    else if (issue->fault == DOTENV_LINT_UNSET_WHOLE && issue->name[0] == '\0')
        text_add(out,
                 "the variable that this refers to is not set, so this secret is empty: set it "
                 "where Compose or labelgate is started, or write the secret itself here");
    else if (issue->fault == DOTENV_LINT_UNSET_WHOLE)
        text_add(out,
                 "the variable %s is not set, so this secret is empty: set it where Compose or "
                 "labelgate is started, or write the secret itself here",
                 issue->name);
    else if (issue->name[0] != '\0')
        text_add(out,
                 "the $ is read as a reference to the variable %s, which is not set, so "
                 "that piece is missing from a secret: put the value in single quotes",
                 issue->name);
    else
        text_add(out, "the $ is read as a reference to a variable that is not set, so that piece "
                      "is missing from a secret: put the value in single quotes");
}

static void add_odd_name(const struct dotenv_issue *issue, struct text *out)
{
    if (issue->character[0] == '\0')
        text_add(out, "the name is empty, and no program can have such a variable: write "
                      "NAME=value or delete the line");
    else
        text_add(out,
                 "the name holds %s, which is not a plain letter, whatever it looks like: type the "
                 "name with the letters A to Z, digits and _",
                 issue->character);
}

static void add_after_quote(const struct dotenv_issue *issue, struct text *out)
{
    if (issue->other_line > 0)
        text_add(out,
                 "the line to edit is line %u: its quote is closed only here, and the text after "
                 "it is read as another statement: close the quote where its value ends",
                 issue->other_line);
    else
        text_add(out, "the text after the closing quote does not belong to the value but is read "
                      "as another statement: put it inside the quotes or on a line of its own");
}

static void add_run_together(const struct dotenv_issue *issue, struct text *out)
{
    if (issue->other_line > 0)
        text_add(out,
                 "\"%s=\" is inside the quotes that open in line %u, so it sets nothing: close "
                 "the quote where its value ends",
                 issue->name, issue->other_line);
    else if (issue->name[0] != '\0')
        text_add(out,
                 "\"%s=\" is inside this value, so it sets nothing: two lines run "
                 "together; begin a new line before it",
                 issue->name);
    else
        text_add(out, "this value seems to hold the assignment of another variable: two lines run "
                      "together; begin a new line before it");
}

// What needs nothing filled in.
static const char *const plain[DOTENV_FAULT_COUNT] = {
    [DOTENV_SPACE_IN_NAME] = "a name cannot contain a space: write NAME=value, or begin the line "
                             "with # if it is a comment",
    [DOTENV_ZERO_LENGTH] = "nothing follows the word export: write export NAME=value or delete it",
    [DOTENV_INVALID_TEMPLATE] =
        "${ begins no reference that Compose can read, such as ${NAME} or ${NAME:-default}: if it "
        "belongs to the value, write $${ or put the value in single quotes",
    [DOTENV_NUL] = "a NUL is here, which no environment variable can hold: delete it",
    [DOTENV_HEREDOC] = "the file holds the shell command that was meant to write it: delete the "
                       "first and the last line of that command",
    [DOTENV_TOO_LONG] = "the file, or its values once the references are replaced, is too large: "
                        "at most 1 MiB, and 8 MiB",
    [DOTENV_NO_MEMORY] = "the file cannot be read for lack of memory: allow the container more",
    [DOTENV_LINT_TAB_COMMENT] = "a # after a tab begins no comment, the text belongs to the "
                                "value: type a space before the #",
    [DOTENV_LINT_COMMENT_VALUE] = "the # right after the separator begins no comment, the value "
                                  "is the text of it: put the comment on a line of its own",
    [DOTENV_LINT_BARE_WORD] = "a lone word at the end of the file is read as the value of a "
                              "variable without a name: write NAME=value or delete it",
    [DOTENV_LINT_BARE_TOKEN] = "a token without a name is in this line: write the name and = "
                               "before it, as in LABEL_STUDIO_API_TOKEN=TOKEN",
    [DOTENV_LINT_ACTIVE_DOLLAR] = "a $ in a secret is read as a reference: if it belongs to the "
                                  "value, put the value in single quotes",
    [DOTENV_LINT_INVALID_UTF8] = "the value holds bytes that are not UTF-8, at which other "
                                 "programs refuse the file: save it as UTF-8",
    [DOTENV_LINT_BACKSLASH_END] = "the value ends in a backslash, and a .env file has no "
                                  "continuation lines: put the whole value on one line",
};

void dotenv_issue_text(const struct dotenv_issue *issue, struct text *out)
{
    switch (issue->fault) {
    case DOTENV_BAD_CHARACTER:
        add_bad_character(issue, out);
        return;
    case DOTENV_UNTERMINATED_QUOTE:
        text_add(out,
                 "the quote %s that opens here is never closed: close it; if it belongs to "
                 "the value, put the value in quotes of the other kind",
                 issue->character);
        return;
    case DOTENV_REQUIRED_MISSING:
        text_add(out,
                 "the variable %s is required here and has no value: set it in a line "
                 "before this one or in the environment",
                 issue->name[0] != '\0' ? issue->name : "that the $ names");
        return;
    case DOTENV_UTF16:
        add_utf16(issue, out);
        return;
    case DOTENV_LINK_TEXT:
    case DOTENV_LINT_LINK_TEXT:
        add_link_text(issue, out);
        return;
    case DOTENV_LINT_AFTER_QUOTE:
        add_after_quote(issue, out);
        return;
    case DOTENV_LINT_WRAPPED_TOKEN:
        text_add(out,
                 "a lone word that looks like the rest of %s in line %u: put the whole value on "
                 "one line",
                 issue->name, issue->other_line);
        return;
    case DOTENV_LINT_UNSET_REFERENCE:
    case DOTENV_LINT_UNSET_IN_SECRET:
    case DOTENV_LINT_UNSET_WHOLE:
        add_unset(issue, out);
        return;
    case DOTENV_LINT_ODD_NAME:
        add_odd_name(issue, out);
        return;
    case DOTENV_LINT_ODD_CHARACTER:
        add_odd_character(issue, out);
        return;
    case DOTENV_LINT_DUPLICATE:
        text_add(out,
                 "%s is set again, and to something else than in line %u; the last one counts: "
                 "delete one of them",
                 issue->name[0] != '\0' ? issue->name : "the name", issue->other_line);
        return;
    case DOTENV_LINT_RUN_TOGETHER:
        add_run_together(issue, out);
        return;
    default:
        text_add(out, "%s", plain[issue->fault]);
    }
}

enum reason dotenv_issue_reason(const struct dotenv_issue *issue)
{
    if (issue->level == DOTENV_WARNING)
        return REASON_OK;
    switch (issue->fault) {
    case DOTENV_UTF16:
        return is_all_utf16(issue) ? REASON_ENV_UTF16 : REASON_ENV_UTF16_FROM;
    case DOTENV_HEREDOC:
        return REASON_ENV_INVALID_HEREDOC;
    case DOTENV_LINK_TEXT:
        return REASON_ENV_INVALID_LINK_TEXT;
    case DOTENV_NO_MEMORY:
        return REASON_START_FAILED;
    default:
        return REASON_ENV_INVALID;
    }
}
