// SPDX-License-Identifier: MIT
#include "base/numbered.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/ascii.h"

// The kernel's struct linux_dirent64; opendir would allocate its buffer on the heap.
struct entry {
    uint64_t inode;
    int64_t offset;
    unsigned short size;
    unsigned char type;
    char name[];
};

// Entries are handed out whole; the larger, the fewer calls.
#define LISTING 4096

int numbered_value(const char *name)
{
    int number = 0;
    const char *at = name;
    for (; ascii_is_digit(*at) && number < INT32_MAX / 10; at++)
        number = number * 10 + (*at - '0');
    return at == name || *at != '\0' ? -1 : number;
}

static void visit_entries(const char *bytes, size_t len, int folder, numbered_visit *visit,
                          void *context)
{
    for (size_t at = 0; at < len;) {
        const struct entry *entry = (const struct entry *)(const void *)(bytes + at);
        int number = numbered_value(entry->name);
        if (number >= 0)
            visit(number, folder, context);
        at += entry->size;
    }
}

bool numbered_each(int folder, numbered_visit *visit, void *context)
{
    _Alignas(struct entry) char bytes[LISTING];
    long len;
    while ((len = syscall(SYS_getdents64, folder, bytes, sizeof bytes)) > 0)
        visit_entries(bytes, (size_t)len, folder, visit, context);
    return len == 0;
}
