// SPDX-License-Identifier: MIT
#include "base/file.h"
#include "base/text.h"
#include "base/wipe.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// A second in all.
#define LEASE_PAUSES 100
#define LEASE_PAUSE_MS 10

static enum file_fault fault_of(int error)
{
    switch (error) {
    case ENOENT:
    case ENOTDIR:
        return FILE_MISSING;
    case EACCES:
    case EPERM:
        return FILE_DENIED;
    case EISDIR:
        return FILE_DIRECTORY;
    case EMFILE:
    case ENFILE:
    case ENOMEM:
        return FILE_EXHAUSTED;
    case ENXIO: // a socket, or a device without a driver
    case ENODEV:
        return FILE_NOT_REGULAR;
    default:
        return FILE_FAILED;
    }
}

// Somebody has a lease on it (fcntl(2); a file server whose client has it open) and is asked by the
// kernel to give that up: it is there in a moment.
static bool is_given_up(int *pauses)
{
    if (errno != EWOULDBLOCK || *pauses == LEASE_PAUSES)
        return false;
    ++*pauses;
    poll(NULL, 0, LEASE_PAUSE_MS);
    return true;
}

static int open_calmly(const char *path)
{
    int fd, pauses = 0;
    do
        fd = openat(AT_FDCWD, path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    while (fd < 0 && (errno == EINTR || is_given_up(&pauses)));
    return fd;
}

static enum file_fault look(int fd, size_t limit, size_t *expected)
{
    struct stat status;
    if (fstat(fd, &status) < 0)
        return fault_of(errno);
    errno = 0;
    if (S_ISDIR(status.st_mode)) {
        errno = EISDIR;
        return FILE_DIRECTORY;
    }
    if (!S_ISREG(status.st_mode))
        return FILE_NOT_REGULAR;
    if (status.st_size < 0 || (unsigned long long)status.st_size > limit) {
        errno = EFBIG;
        return FILE_TOO_BIG;
    }
    *expected = (size_t)status.st_size;
    return FILE_OK;
}

static bool grow(struct file_content *content, size_t *room, size_t wanted)
{
    char *bytes = wipe_move(content->bytes, content->len, wanted + 1);
    if (!bytes)
        return false;
    content->bytes = bytes;
    *room = wanted;
    return true;
}

// Reads until the end, whatever fstat said of the size: the file may grow, and a file of /proc says
// 0.
static enum file_fault read_all(int fd, size_t limit, size_t expected, struct file_content *content)
{
    size_t room = 0;
    if (!grow(content, &room, expected + 1))
        return FILE_EXHAUSTED;
    for (;;) {
        if (content->len == room && !grow(content, &room, room * 2))
            return FILE_EXHAUSTED;
        ssize_t got = read(fd, content->bytes + content->len, room - content->len);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fault_of(errno);
        if (got == 0)
            break;
        content->len += (size_t)got;
        if (content->len > limit) {
            errno = EFBIG;
            return FILE_TOO_BIG;
        }
    }
    content->bytes[content->len] = '\0';
    return FILE_OK;
}

enum file_fault file_read_open(int fd, size_t limit, struct file_content *content)
{
    *content = (struct file_content){0};
    size_t expected = 0;
    enum file_fault fault = look(fd, limit, &expected);
    if (fault == FILE_OK)
        fault = read_all(fd, limit, expected, content);
    int error = fault == FILE_OK ? 0 : errno;
    if (fault != FILE_OK) {
        file_free(content);
        content->error = error;
    }
    return fault;
}

enum file_fault file_read(const char *path, size_t limit, struct file_content *content)
{
    *content = (struct file_content){0};
    int fd = open_calmly(path);
    if (fd < 0) {
        content->error = errno;
        return fault_of(errno);
    }
    enum file_fault fault = file_read_open(fd, limit, content);
    close(fd);
    return fault;
}

bool file_is_link(const char *path)
{
    struct stat link;
    return lstat(path, &link) == 0 && S_ISLNK(link.st_mode);
}

bool file_is_regular(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

void file_fault_text(enum file_fault fault, const struct file_content *content, size_t limit,
                     char *buffer, size_t size)
{
    const char *words = "";
    switch (fault) {
    case FILE_OK:
        break;
    case FILE_MISSING:
        words = "there is no such file";
        break;
    case FILE_DENIED:
        text_print(buffer, size, "permission denied for uid %lu", (unsigned long)geteuid());
        return;
    case FILE_DIRECTORY:
        words = "it is a directory";
        break;
    case FILE_NOT_REGULAR:
        words = "it is not a regular file";
        break;
    case FILE_TOO_BIG:
        text_print(buffer, size, "it is larger than %zu KiB", limit / 1024);
        return;
    case FILE_EXHAUSTED:
    case FILE_FAILED:
        words = strerror(content->error);
        break;
    }
    text_print(buffer, size, "%s", words);
}

void file_free(struct file_content *content)
{
    if (content->bytes)
        wipe(content->bytes, content->len);
    free(content->bytes);
    *content = (struct file_content){0};
}

bool file_write(int fd, const void *bytes, size_t len)
{
    const char *next = bytes;
    while (len > 0) {
        ssize_t written = write(fd, next, len);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        next += written;
        len -= (size_t)written;
    }
    return true;
}

void file_add_absolute(struct text *out, const char *path)
{
    char here[PATH_MAX];
    if (path[0] != '/' && getcwd(here, sizeof here))
        text_add(out, "%s%s", here, strcmp(here, "/") == 0 ? "" : "/");
    text_add(out, "%s", path);
}
