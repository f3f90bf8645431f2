// SPDX-License-Identifier: MIT
// Copies this very program to a shared volume, so that an image of somebody else can use it.
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/replace.h"
#include "base/text.h"
#include "cli/begin.h"
#include "cli/print.h"
#include "init/init.h"
#include "spec/exitcode.h"
#include "verbs/verbs.h"

// The release is below 1 MB, a debug build with sanitizers some 20.
#define PROGRAM_MAX ((size_t)128 * 1024 * 1024)
#define PROGRAM_MODE 0755
#define DESTINATION 4096 // PATH_MAX

static int failed(const char *path, const char *why)
{
    struct finding finding = {0};
    finding_set(&finding, REASON_INSTALL_FAILED, path, NULL, why);
    report_refusal(SAY_WARN, &finding);
    return EXITCODE_NO;
}

// As cp does: a directory gets a file of our name. A link to one is not followed: whoever may write
// where DEST is would choose where the program goes.
static bool destination(const char *word, char path[DESTINATION])
{
    struct stat status;
    struct text out = text_over(path, DESTINATION);
    text_add(&out, "%s", word);
    // With a slash after it the system would follow a link.
    while (!out.cut && out.len > 1 && path[out.len - 1] == '/')
        path[--out.len] = '\0';
    if (!out.cut && lstat(path, &status) == 0 && S_ISDIR(status.st_mode))
        text_add(&out, "/labelgate");
    return out.len > 0 && !out.cut;
}

// Nothing is written when the program is there already: every `docker compose up` runs us again.
static bool is_installed(const char *path, const struct file_content *program)
{
    struct stat status;
    struct file_content there = {0};
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool same = fstat(fd, &status) == 0 && (status.st_mode & 07777) == PROGRAM_MODE &&
                file_read_open(fd, PROGRAM_MAX, &there) == FILE_OK && there.len == program->len &&
                memcmp(there.bytes, program->bytes, there.len) == 0;
    file_free(&there);
    close(fd);
    return same;
}

static int tell(const char *path, const char *what)
{
    struct text out = text_growing();
    text_add_visible(&out, span_of(path), DESTINATION);
    text_add(&out, ": %s\n", what);
    return print_text(&out);
}

static int install(const char *path)
{
    struct file_content program;
    if (file_read("/proc/self/exe", PROGRAM_MAX, &program) != FILE_OK)
        return failed(path, "/proc/self/exe cannot be read");
    if (is_installed(path, &program)) {
        file_free(&program);
        return tell(path, "is this program already");
    }
    int error = 0;
    char why[FINDING_SLOT];
    enum replace_fault fault =
        replace_put(path, (struct span){program.bytes, program.len}, PROGRAM_MODE, &error);
    file_free(&program);
    if (fault == REPLACE_OK)
        return tell(path, "installed");
    replace_text(fault, error, why, sizeof why);
    return failed(path, why);
}

int verb_install(const struct call *call)
{
    init_release(call->inherited);
    struct options options;
    char path[DESTINATION];
    int code = EXITCODE_OK;
    if (!begin(call, VERB_INSTALL, &options, &code))
        return code;
    if (call->argc - options.first != 1 || call->argv[options.first][0] == '\0')
        return begin_refuse(VERB_INSTALL, "one destination is wanted: a directory or a file name");
    if (!destination(call->argv[options.first], path))
        return failed(call->argv[options.first], "the path is too long");
    return install(path);
}
