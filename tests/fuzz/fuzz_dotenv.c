// SPDX-License-Identifier: MIT
// The .env reader over any bytes: no crash, no undefined behaviour, and the promises of dotenv.h.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/redact.h"
#include "dotenv/dotenv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const token_names[] = {"LABEL_STUDIO_API_TOKEN", "A"};

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void check_var(const struct dotenv *dotenv, const struct dotenv_var *var,
                      const struct span *files)
{
    struct span file = files[var->file];
    check(var->line >= 1 && var->column >= 1);
    check(!memchr(var->name.text, '\0', var->name.len));
    check(!memchr(var->value.text, '\0', var->value.len));
    check(dotenv_find(dotenv, var->name.text) == var);
    check(var->value_offset <= file.len && var->raw.len <= file.len - var->value_offset);
    check(var->raw.len == 0 ||
          memcmp(file.text + var->value_offset, var->raw.text, var->raw.len) == 0);
}

static unsigned lines_of(struct span file)
{
    unsigned lines = 1;
    for (size_t i = 0; i < file.len; i++)
        lines += file.text[i] == '\n';
    return lines;
}

static void check_issue(const struct dotenv_issue *issue, const struct span *files)
{
    char bytes[1024];
    struct text text = text_over(bytes, sizeof bytes);
    dotenv_issue_text(issue, &text);
    check(text.len > 0 && !text.cut);
    for (size_t i = 0; i < text.len; i++)
        check((unsigned char)bytes[i] >= 0x20 && bytes[i] != 0x7F);
    check(issue->line >= 1 && issue->line <= lines_of(files[issue->file]) && issue->column >= 1);
    check((issue->level == DOTENV_ERROR) == (dotenv_issue_reason(issue) != REASON_OK));
}

static void check_order(const struct dotenv *dotenv)
{
    for (size_t i = 1; i < dotenv->issue_count; i++) {
        const struct dotenv_issue *a = &dotenv->issues[i - 1];
        const struct dotenv_issue *b = &dotenv->issues[i];
        check(a->file < b->file || (a->file == b->file && a->line <= b->line));
    }
}

// The first byte says where the second file begins, in 256ths.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char item[] = "OUT=ou$A${t";
    char empty[] = "EMPTY=";
    char *items[] = {item, empty, NULL};
    struct envlist outside;
    struct dotenv dotenv;
    if (size == 0 || !envlist_make(&outside, items))
        return 0;
    struct dotenv_options options = {&outside, token_names, 2};
    size_t rest = size - 1;
    size_t cut = rest * data[0] / 256;
    // Copies of the exact size, so that the sanitizer sees a byte read too many.
    struct span files[2] = {
        {memcpy(malloc(cut + !cut), data + 1, cut), cut},
        {memcpy(malloc(rest - cut + !(rest - cut)), data + 1 + cut, rest - cut), rest - cut}};
    dotenv_make(&dotenv);
    bool good = dotenv_read(&dotenv, files[0].text, files[0].len, 0, &options);
    good = dotenv_read(&dotenv, files[1].text, files[1].len, 1, &options) && good;
    check(good == !dotenv.failed);
    for (size_t i = 0; i < dotenv.count; i++)
        check_var(&dotenv, &dotenv.vars[i], files);
    for (size_t i = 0; i < dotenv.issue_count; i++)
        check_issue(&dotenv.issues[i], files);
    check_order(&dotenv);
    dotenv_free(&dotenv);
    redact_clear();
    envlist_free(&outside);
    free((void *)(uintptr_t)files[0].text);
    free((void *)(uintptr_t)files[1].text);
    return 0;
}
