// SPDX-License-Identifier: MIT
// Gives variables of .env files other values, one line a case on standard output: "ok", "appended",
// or a fault, and the new bytes in hex. A case is the line "FILELENGTH NAMELENGTH VALUELENGTH",
// then so many bytes. "Outside" is the process environment.
#include <stdio.h>
#include <stdlib.h>

#include "dotenv/assign.h"

static char *read_bytes(size_t len)
{
    char *bytes = malloc(len + 1);
    if (!bytes || fread(bytes, 1, len, stdin) != len)
        abort();
    bytes[len] = '\0';
    return bytes;
}

static void print(const struct assignment *made, enum assign_fault fault)
{
    static const char *const words[] = {[ASSIGN_OK] = "ok",
                                        [ASSIGN_BROKEN] = "broken",
                                        [ASSIGN_IMPOSSIBLE] = "impossible",
                                        [ASSIGN_NO_MEMORY] = "memory"};
    printf("%s ", made->appended && fault == ASSIGN_OK ? "appended" : words[fault]);
    for (size_t i = 0; i < made->len; i++)
        printf("%02x", (unsigned char)made->bytes[i]);
    putchar('\n');
}

int main(int argc, char **argv, char **envp)
{
    (void)argc;
    (void)argv;
    size_t len[3];
    struct envlist outside;
    if (!envlist_make(&outside, envp))
        abort();
    while (scanf("%zu %zu %zu", &len[0], &len[1], &len[2]) == 3 && getchar() == '\n') {
        char *file = read_bytes(len[0]);
        char *name = read_bytes(len[1]);
        char *value = read_bytes(len[2]);
        struct assignment made;
        struct assign_request request = {
            .file = {file, len[0]}, .outside = &outside, .name = name, .value = {value, len[2]}};
        enum assign_fault fault = assign(&made, &request);
        print(&made, fault);
        if (fault == ASSIGN_OK)
            assign_free(&made);
        free(value);
        free(name);
        free(file);
    }
    envlist_free(&outside);
    return 0;
}
