// SPDX-License-Identifier: MIT
// exec_env PROGRAM ARG...: becomes PROGRAM with the environment that stands on standard input, each
// entry with a NUL behind it, in its order and byte for byte: names twice, entries without '=',
// empty ones.
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BYTES_MAX ((size_t)4 * 1024 * 1024)
#define ENTRIES_MAX 100000

static char bytes[BYTES_MAX];
static char *entries[ENTRIES_MAX + 1];

int main(int argc, char **argv)
{
    size_t len = fread(bytes, 1, sizeof bytes - 1, stdin);
    size_t count = 0;
    for (size_t at = 0; at < len && count < ENTRIES_MAX; at += strlen(bytes + at) + 1)
        entries[count++] = bytes + at;
    if (argc < 2)
        return 2;
    execve(argv[1], argv + 1, entries);
    fprintf(stderr, "%s: %s\n", argv[1], strerror(errno));
    return 127;
}
