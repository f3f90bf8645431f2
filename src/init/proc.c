// SPDX-License-Identifier: MIT
#include "init/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/text.h"

// The kernel's struct linux_dirent64; opendir would take its buffer from the heap.
struct entry {
    uint64_t inode;
    int64_t offset;
    unsigned short size;
    unsigned char type;
    char name[];
};

// Entries are handed out whole; the larger, the fewer calls.
#define LISTING 4096
// "/proc/4194304/stat" with room to spare.
#define PATH 64
// Head of /proc/N/stat up to the parent: two numbers, a name, a letter.
#define STAT_HEAD 256

// The number that `name` spells, -1 when it is none.
static int number_of(const char *name)
{
    int number = 0;
    const char *at = name;
    for (; *at >= '0' && *at <= '9' && number < INT32_MAX / 10; at++)
        number = number * 10 + (*at - '0');
    return at == name || *at != '\0' ? -1 : number;
}

static void visit_entries(const char *bytes, size_t len, int folder, proc_visit *visit,
                          void *context)
{
    for (size_t at = 0; at < len;) {
        const struct entry *entry = (const struct entry *)(const void *)(bytes + at);
        int number = number_of(entry->name);
        if (number >= 0)
            visit(number, folder, context);
        at += entry->size;
    }
}

bool proc_each(const char *path, proc_visit *visit, void *context)
{
    _Alignas(struct entry) char bytes[LISTING];
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return false;
    long len;
    while ((len = syscall(SYS_getdents64, folder, bytes, sizeof bytes)) > 0)
        visit_entries(bytes, (size_t)len, folder, visit, context);
    close(folder);
    return len == 0;
}

static ssize_t read_again(int fd, char *bytes, size_t size)
{
    ssize_t len;
    do
        len = read(fd, bytes, size);
    while (len < 0 && errno == EINTR);
    return len;
}

// The list is read whole before the first visit when it fits: a visit may change it.
static bool listed_children(int fd, proc_visit *visit, void *context)
{
    char bytes[LISTING];
    int number = 0;
    ssize_t len;
    while ((len = read_again(fd, bytes, sizeof bytes)) > 0)
        for (ssize_t at = 0; at < len; at++) {
            if (bytes[at] >= '0' && bytes[at] <= '9') {
                number = number * 10 + (bytes[at] - '0');
            } else if (number > 0) {
                visit(number, fd, context);
                number = 0;
            }
        }
    return len == 0;
}

struct child_search {
    proc_visit *visit;
    void *context;
    pid_t parent;
};

static void visit_if_child(int number, int folder, void *context)
{
    const struct child_search *search = context;
    struct proc_process process;
    if (proc_look(number, &process) && process.parent == search->parent)
        search->visit(number, folder, search->context);
}

bool proc_is_ours(void)
{
    char self[PATH];
    ssize_t len = readlink("/proc/self", self, sizeof self - 1);
    if (len <= 0)
        return false;
    self[len] = '\0';
    return number_of(self) == getpid();
}

bool proc_children(proc_visit *visit, void *context)
{
    int fd = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        bool whole = listed_children(fd, visit, context);
        close(fd);
        return whole;
    }
    // A kernel without that list.
    struct child_search search = {visit, context, getpid()};
    return proc_each("/proc", visit_if_child, &search);
}

// "12 (name) S 1 …": the name may hold anything, ')' too, so its end is the last one.
static bool take_apart(char *stat, struct proc_process *process)
{
    char *open = strchr(stat, '(');
    char *close = strrchr(stat, ')');
    if (open == NULL || close == NULL || close < open || strlen(close) < sizeof ") S 1" - 1)
        return false;
    *close = '\0';
    text_print(process->name, sizeof process->name, "%s", open + 1);
    process->state = close[2];
    char *parent = close + 4;
    parent[strcspn(parent, " ")] = '\0';
    process->parent = number_of(parent);
    return process->parent >= 0;
}

bool proc_look(pid_t pid, struct proc_process *process)
{
    char path[PATH];
    char stat[STAT_HEAD];
    text_print(path, sizeof path, "/proc/%d/stat", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t len = read_again(fd, stat, sizeof stat - 1);
    close(fd);
    if (len <= 0)
        return false;
    stat[len] = '\0';
    return take_apart(stat, process);
}
