// SPDX-License-Identifier: MIT
#include "base/mounted_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/span.h"
#include "base/text.h"

// Tens of lines; a machine full of containers has thousands.
#define MOUNTINFO_MAX ((size_t)4 * 1024 * 1024)
#define FDINFO_MAX ((size_t)4096)

// Most files are not mounted by themselves: the kernel says so in one call, from Linux 5.8 on.
// Before, a file without a name has no link left, but for one that had two.
static bool may_be_replaced(int fd)
{
    struct statx status;
    if (statx(fd, "", AT_EMPTY_PATH, STATX_NLINK, &status) != 0)
        return true;
    if (status.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT)
        return (status.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
    return status.stx_nlink == 0;
}

// The next field of `line`, which ends at a blank; `line` becomes the rest.
static struct span next_field(struct span *line)
{
    *line = span_trim(*line);
    size_t len = 0;
    while (len < line->len && line->text[len] != ' ' && line->text[len] != '\t')
        len++;
    struct span field = {line->text, len};
    *line = span_rest(*line, len);
    return field;
}

static struct span next_line(struct span *rest)
{
    struct span line = {rest->text, span_find(*rest, "\n")};
    *rest = span_rest(*rest, line.len + (line.len < rest->len));
    return line;
}

static bool read_mount_id(int fd, char *id, size_t size)
{
    char path[64];
    struct file_content content;
    text_print(path, sizeof path, "/proc/self/fdinfo/%d", fd);
    id[0] = '\0';
    if (file_read(path, FDINFO_MAX, &content) != FILE_OK)
        return false;
    struct span rest = {content.bytes, content.len};
    while (rest.len > 0 && id[0] == '\0') {
        struct span line = next_line(&rest);
        if (!span_is(next_field(&line), "mnt_id:"))
            continue;
        struct span field = next_field(&line);
        text_print(id, size, "%.*s", (int)field.len, field.text);
    }
    file_free(&content);
    return id[0] != '\0';
}

// "36 35 98:0 /home/u/.env//deleted /app/.env rw …": id, parent, device, root.
static bool root_is_deleted(const char *id)
{
    struct file_content content;
    bool deleted = false;
    if (file_read("/proc/self/mountinfo", MOUNTINFO_MAX, &content) != FILE_OK)
        return false;
    for (struct span rest = {content.bytes, content.len}; rest.len > 0;) {
        struct span line = next_line(&rest);
        if (!span_is(next_field(&line), id))
            continue;
        next_field(&line);
        next_field(&line);
        deleted = span_ends(next_field(&line), "//deleted");
        break;
    }
    file_free(&content);
    return deleted;
}

bool mounted_file_is_replaced(const char *path)
{
    char id[32];
    int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool replaced = may_be_replaced(fd) && read_mount_id(fd, id, sizeof id) && root_is_deleted(id);
    close(fd);
    return replaced;
}
