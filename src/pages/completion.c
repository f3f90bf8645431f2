// SPDX-License-Identifier: MIT
// Completions for bash and zsh from the tables of options.h.
#include <string.h>

#include "pages/pages.h"
#include "spec/options.h"

static bool takes(enum verb verb, enum option_id id)
{
    return (option_row(id)->verbs & 1U << verb) != 0;
}

static void add_option_word(enum option_id id, struct text *out)
{
    const struct option_row *row = option_row(id);
    text_add(out, "%s%s", row->name[1] == '\0' ? "-" : "--", row->name);
}

static void add_verb_words(struct text *out)
{
    const char *between = "";
    for (enum verb verb = 0; verb < VERB_COUNT; verb++) {
        if (verb_row(verb)->hidden)
            continue;
        text_add(out, "%s%s", between, verb_row(verb)->name);
        between = " ";
    }
}

// The row's words with blanks between them.
static void add_choices(enum option_id id, struct text *out)
{
    for (const char *c = option_row(id)->words; *c; c++)
        text_add(out, "%c", *c == '|' ? ' ' : *c);
}

// ---- bash ---------------------------------------------------------------------------------------

static void add_bash_values(struct text *out)
{
    for (enum option_id id = 0; id < OPTION_COUNT; id++) {
        if (!option_row(id)->argument)
            continue;
        text_add(out, "    ");
        add_option_word(id, out);
        text_add(out, ") ");
        if (option_row(id)->kind == VALUE_PATH) {
            text_add(out, "COMPREPLY=($(compgen -f -- \"$word\"))");
        } else if (option_row(id)->kind == VALUE_WORD) {
            text_add(out, "COMPREPLY=($(compgen -W '");
            add_choices(id, out);
            text_add(out, "' -- \"$word\"))");
        } else {
            text_add(out, "COMPREPLY=()");
        }
        text_add(out, "; return ;;\n");
    }
}

static void add_bash_options(struct text *out)
{
    for (enum verb verb = 0; verb < VERB_COUNT; verb++) {
        if (verb_row(verb)->hidden)
            continue;
        text_add(out, "    %s) words='--help", verb_row(verb)->name);
        for (enum option_id id = 0; id < OPTION_COUNT; id++) {
            if (!takes(verb, id))
                continue;
            text_add(out, " ");
            add_option_word(id, out);
        }
        text_add(out, "' ;;\n");
    }
}

// After the options of `run` comes a command, whose own completion cannot be guessed: file
// names are the best that can be offered.
void pages_bash(struct text *out)
{
    text_add(out, "# bash completion for labelgate\n"
                  "_labelgate() {\n"
                  "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
                  "    local words\n"
                  "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
                  "        COMPREPLY=($(compgen -W '");
    add_verb_words(out);
    text_add(out, "' -- \"$word\"))\n"
                  "        return\n"
                  "    fi\n"
                  "    case $before in\n");
    add_bash_values(out);
    text_add(out, "    esac\n"
                  "    if [ \"${COMP_WORDS[1]}\" = help ]; then\n"
                  "        COMPREPLY=($(compgen -W 'reasons ");
    add_verb_words(out);
    text_add(out, "' -- \"$word\"))\n"
                  "        return\n"
                  "    fi\n"
                  "    case ${COMP_WORDS[1]} in\n");
    add_bash_options(out);
    text_add(out, "    esac\n"
                  "    case $word in\n"
                  "    -*) COMPREPLY=($(compgen -W \"$words\" -- \"$word\")) ;;\n"
                  "    *) COMPREPLY=($(compgen -f -- \"$word\")) ;;\n"
                  "    esac\n"
                  "}\n"
                  "complete -o filenames -F _labelgate labelgate\n");
}

// ---- zsh ----------------------------------------------------------------------------------------

// Inside single quotes and brackets of _arguments: the first sentence, without what would end them.
static void add_zsh_text(const char *text, struct text *out)
{
    for (; *text && !(text[0] == '.' && (text[1] == ' ' || text[1] == '\0')); text++) {
        if (*text == '\'')
            text_add(out, "'\\''");
        else if (strchr("[]:\\", *text))
            text_add(out, "\\%c", *text);
        else
            text_add(out, "%c", *text);
    }
}

static void add_zsh_option(enum option_id id, struct text *out)
{
    const struct option_row *row = option_row(id);
    text_add(out, " \\\n            '%s", row->repeatable ? "*" : "");
    add_option_word(id, out);
    text_add(out, "[");
    add_zsh_text(row->help, out);
    text_add(out, "]");
    if (row->argument && row->kind == VALUE_PATH) {
        text_add(out, ":file:_files");
    } else if (row->argument && row->kind == VALUE_WORD) {
        text_add(out, ":value:(");
        add_choices(id, out);
        text_add(out, ")");
    } else if (row->argument) {
        text_add(out, ":");
        add_zsh_text(row->argument, out);
        text_add(out, ":");
    }
    text_add(out, "'");
}

static void add_zsh_verb(enum verb verb, struct text *out)
{
    text_add(out, "    %s)\n        _arguments '--help[the page of this verb]'",
             verb_row(verb)->name);
    for (enum option_id id = 0; id < OPTION_COUNT; id++)
        if (takes(verb, id))
            add_zsh_option(id, out);
    if (verb == VERB_RUN)
        text_add(out, " \\\n            '*::command:_normal'");
    text_add(out, "\n        ;;\n");
}

void pages_zsh(struct text *out)
{
    text_add(out, "#compdef labelgate\n"
                  "_labelgate() {\n"
                  "    if (( CURRENT == 2 )); then\n"
                  "        compadd ");
    add_verb_words(out);
    text_add(out, "\n"
                  "        return\n"
                  "    fi\n"
                  "    local verb=$words[2]\n"
                  "    shift words\n"
                  "    (( CURRENT-- ))\n"
                  "    case $verb in\n"
                  "    help) compadd reasons ");
    add_verb_words(out);
    text_add(out, " ;;\n");
    for (enum verb verb = 0; verb < VERB_COUNT; verb++)
        if (!verb_row(verb)->hidden && verb != VERB_HELP)
            add_zsh_verb(verb, out);
    text_add(out, "    esac\n"
                  "}\n"
                  "_labelgate \"$@\"\n");
}
