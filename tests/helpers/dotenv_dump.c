// SPDX-License-Identifier: MIT
// Reads .env files as labelgate does and prints what it found, for tests that compare. "Outside" is
// the process environment.
//
//   dotenv_dump [--token NAME]... FILE...     records, each closed by a NUL:
//     "ok" or "refused"
//     "var" NAME VALUE RAW OFFSET FILE LINE COLUMN FLAGS   (good files only; FLAGS of r and i)
//     "error" or "warning" FAULT FILE LINE COLUMN OTHER_LINE NAME CHARACTER SENTENCE WORD
//   dotenv_dump --many FILE...                the same for each file by itself, "next" in front
//   dotenv_dump --time FILE...                 milliseconds that reading each takes, one a line
//   dotenv_dump --letters                     ranges of characters that may stand in a name, one a
//   line
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/envlist.h"
#include "base/file.h"
#include "dotenv/dotenv.h"
#include "dotenv/unicode.h"

#define TOKEN_NAMES 16
#define LAST_CHARACTER 0x10FFFF

static const char *const default_tokens[] = {"LABEL_STUDIO_API_TOKEN", "LABEL_STUDIO_API_KEY",
                                             "LABEL_STUDIO_ACCESS_TOKEN"};

static void put(const char *text, size_t len)
{
    fwrite(text, 1, len, stdout);
    putchar('\0');
}

static void put_text(const char *text)
{
    put(text, strlen(text));
}

static void put_number(size_t number)
{
    printf("%zu", number);
    putchar('\0');
}

static void put_var(const struct dotenv_var *var)
{
    char flags[3] = "";
    if (var->has_reference)
        strncat(flags, "r", 2);
    if (var->inherited)
        strncat(flags, "i", 2);
    put_text("var");
    put(var->name.text, var->name.len);
    put(var->value.text, var->value.len);
    put(var->raw.text, var->raw.len);
    put_number(var->value_offset);
    put_number(var->file);
    put_number(var->line);
    put_number(var->column);
    put_text(flags);
}

static void put_issue(const struct dotenv_issue *issue)
{
    struct text sentence = text_growing();
    dotenv_issue_text(issue, &sentence);
    put_text(issue->level == DOTENV_ERROR ? "error" : "warning");
    put_number(issue->fault);
    put_number(issue->file);
    put_number(issue->line);
    put_number(issue->column);
    put_number(issue->other_line);
    put_text(issue->name);
    put_text(issue->character);
    put(sentence.bytes, sentence.len);
    put_text(reason_word(dotenv_issue_reason(issue)));
    text_free(&sentence);
}

static void put_result(const struct dotenv *dotenv)
{
    put_text(dotenv->failed ? "refused" : "ok");
    for (size_t i = 0; !dotenv->failed && i < dotenv->count; i++)
        put_var(&dotenv->vars[i]);
    for (size_t i = 0; i < dotenv->issue_count; i++)
        put_issue(&dotenv->issues[i]);
}

static void read_one(struct dotenv *dotenv, const char *path, unsigned file,
                     const struct dotenv_options *options)
{
    struct file_content content;
    // A file above the limit of the program is read too: the reader must refuse it by itself.
    if (file_read(path, 2 * DOTENV_FILE_MAX, &content) != FILE_OK) {
        fprintf(stderr, "dotenv_dump: %s cannot be read\n", path);
        exit(2);
    }
    dotenv_read(dotenv, content.bytes, content.len, file, options);
    file_free(&content);
}

static void dump_together(char **paths, const struct dotenv_options *options)
{
    struct dotenv dotenv;
    dotenv_make(&dotenv);
    for (unsigned i = 0; paths[i]; i++)
        read_one(&dotenv, paths[i], i, options);
    put_result(&dotenv);
    dotenv_free(&dotenv);
}

static void dump_each(char **paths, const struct dotenv_options *options)
{
    for (size_t i = 0; paths[i]; i++) {
        struct dotenv dotenv;
        dotenv_make(&dotenv);
        read_one(&dotenv, paths[i], 0, options);
        put_text("next");
        put_result(&dotenv);
        dotenv_free(&dotenv);
    }
}

static double milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void time_each(char **paths, const struct dotenv_options *options)
{
    for (size_t i = 0; paths[i]; i++) {
        struct file_content content;
        struct dotenv dotenv;
        if (file_read(paths[i], DOTENV_FILE_MAX, &content) != FILE_OK)
            exit(2);
        double before = milliseconds();
        dotenv_make(&dotenv);
        dotenv_read(&dotenv, content.bytes, content.len, 0, options);
        dotenv_free(&dotenv);
        printf("%.3f\n", milliseconds() - before);
        file_free(&content);
    }
}

static void dump_letters(void)
{
    for (uint32_t code = 0; code <= LAST_CHARACTER; code++) {
        uint32_t first = code;
        while (code <= LAST_CHARACTER && unicode_is_letter_or_number(code))
            code++;
        if (code > first)
            printf("%X %X\n", (unsigned)first, (unsigned)(code - 1));
    }
}

int main(int argc, char **argv, char **envp)
{
    const char *tokens[TOKEN_NAMES];
    struct envlist outside;
    struct dotenv_options options = {&outside, default_tokens, 3};
    const char *mode = argc > 1 ? argv[1] : "";
    bool many = strcmp(mode, "--many") == 0;
    bool timed = strcmp(mode, "--time") == 0;
    int at = 1 + many + timed;
    if (!envlist_make(&outside, envp))
        return 2;
    for (size_t i = 0; at + 1 < argc && i < TOKEN_NAMES && strcmp(argv[at], "--token") == 0;
         at += 2) {
        tokens[i++] = argv[at + 1];
        options.token_names = tokens;
        options.token_name_count = i;
    }
    if (strcmp(mode, "--letters") == 0)
        dump_letters();
    else
        (timed ? time_each : many ? dump_each : dump_together)(argv + at, &options);
    envlist_free(&outside);
    return fflush(stdout) == 0 ? 0 : 2;
}
