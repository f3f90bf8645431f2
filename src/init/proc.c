// SPDX-License-Identifier: MIT
#include "init/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/numbered.h"
#include "base/text.h"

// The list of children, a piece at a time.
#define LISTING 4096
// "/proc/4194304/stat" with room to spare.
#define PATH 64
// Head of /proc/N/stat up to the parent: two numbers, a name, a letter.
#define STAT_HEAD 256

bool proc_each(const char *path, numbered_visit *visit, void *context)
{
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return false;
    bool whole = numbered_each(folder, visit, context);
    close(folder);
    return whole;
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
static bool listed_children(int fd, numbered_visit *visit, void *context)
{
    char bytes[LISTING];
    int number = 0;
    ssize_t len;
    while ((len = read_again(fd, bytes, sizeof bytes)) > 0)
        for (ssize_t at = 0; at < len; at++) {
            if (ascii_is_digit(bytes[at])) {
                number = number * 10 + (bytes[at] - '0');
            } else if (number > 0) {
                visit(number, fd, context);
                number = 0;
            }
        }
    return len == 0;
}

struct child_search {
    numbered_visit *visit;
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
    return numbered_value(self) == getpid();
}

bool proc_children(numbered_visit *visit, void *context)
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
    process->parent = numbered_value(parent);
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
