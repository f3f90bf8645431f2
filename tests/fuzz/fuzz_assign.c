// SPDX-License-Identifier: MIT
// `token --write` over any file and any clean token: every other byte is kept, the value is read
// back, the file before and the file after differ in nothing but the value, and it can be done
// again.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "dotenv/assign.h"

#define VALUE_MAX 48

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static size_t common_start(struct span a, struct span b)
{
    size_t len = 0;
    while (len < a.len && len < b.len && a.text[len] == b.text[len])
        len++;
    return len;
}

static size_t common_end(struct span a, struct span b, size_t most)
{
    size_t len = 0;
    while (len < most && len < b.len && a.text[a.len - 1 - len] == b.text[b.len - 1 - len])
        len++;
    return len;
}

// What is lost of the old file lies inside the old value.
static void check_kept(const struct assign_request *request, const struct assignment *made,
                       const struct dotenv_options *options)
{
    struct span new = {made->bytes, made->len};
    size_t start = common_start(request->file, new);
    size_t lost = request->file.len - start;
    lost -= common_end(request->file, new, lost < new.len - start ? lost : new.len - start);
    check(!made->appended || lost == 0);
    if (lost == 0)
        return;
    struct dotenv was;
    dotenv_make(&was);
    const struct dotenv_var *var =
        dotenv_read(&was, request->file.text, request->file.len, 0, options)
            ? dotenv_find(&was, request->name)
            : NULL;
    if (var && !var->inherited)
        check(start >= var->value_offset && start + lost <= var->value_offset + var->raw.len);
    dotenv_free(&was);
}

static void check_read_back(const struct assign_request *request, const struct assignment *made,
                            const struct dotenv_options *options)
{
    struct dotenv is;
    dotenv_make(&is);
    check(dotenv_read(&is, made->bytes, made->len, 0, options));
    const struct dotenv_var *var = dotenv_find(&is, request->name);
    check(var && span_equal(var->value, request->value) && var->line == made->line);
    dotenv_free(&is);
}

// A second time it may find a shorter spelling inside the quotes that are there now.
static void check_again(const struct assign_request *request, const struct assignment *made,
                        const struct dotenv_options *options)
{
    struct assignment again;
    struct assign_request second = *request;
    second.file = (struct span){made->bytes, made->len};
    check(assign(&again, &second) == ASSIGN_OK && !again.appended);
    check_read_back(&second, &again, options);
    check_kept(&second, &again, options);
    assign_free(&again);
}

// The first byte says how long the token is.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t value_len = size > 0 ? data[0] % VALUE_MAX : 0;
    if (size < 2 || value_len + 1 > size - 1)
        return 0;
    size_t len = size - 1 - value_len;
    // Copies of the exact size, so that the sanitizer sees a byte read too many.
    char *value = malloc(value_len + !value_len);
    char *file = memcpy(malloc(len + !len), data + 1 + value_len, len);
    for (size_t i = 0; i < value_len; i++)
        value[i] = (char)(0x21 + data[1 + i] % 94);
    char first[] = "A=x", second[] = "T=";
    char *items[] = {first, second, NULL};
    struct envlist outside, without;
    if (!envlist_make(&outside, items) || !envlist_make(&without, items))
        abort();
    envlist_remove(&without, "T");
    struct dotenv_options options = {.outside = &without};
    struct assign_request request = {
        .file = {file, len}, .outside = &outside, .name = "T", .value = {value, value_len}};
    struct assignment made;
    if (assign(&made, &request) == ASSIGN_OK) {
        check_read_back(&request, &made, &options);
        check_kept(&request, &made, &options);
        check_again(&request, &made, &options);
        assign_free(&made);
    }
    (void)assign_differs_in_value(&request, (struct span){file, len / 2});
    check(assign_differs_in_value(&request, request.file));
    envlist_free(&outside);
    envlist_free(&without);
    free(file);
    free(value);
    return 0;
}
