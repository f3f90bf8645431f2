// SPDX-License-Identifier: MIT
// Which file the command names, and why it cannot be executed. execve decides; before the fork only
// what it is certain to refuse is refused (a file of an unknown format may be a program to
// binfmt_misc). Afterwards its errno gets a sentence.
#include "init/find_program.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/text.h"
#include "init/command_word.h"
#include "init/file_kind.h"
#include "init/init.h"
#include "spec/exitcode.h"

// Where a command is looked for when the app has no PATH: what container engines set.
#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
// A script's interpreter may be a script: the kernel follows five times.
#define DEPTH_MAX 5

int init_program_exitcode(enum reason reason)
{
    switch (reason) {
    case REASON_COMMAND_NOT_FOUND:
    case REASON_COMMAND_ONE_WORD:
    case REASON_COMMAND_SHELL_WORD:
    case REASON_COMMAND_ASSIGNMENT:
    case REASON_COMMAND_OPTION:
    case REASON_COMMAND_INTERPRETER_NOT_FOUND:
    case REASON_COMMAND_INTERPRETER_CR:
    case REASON_COMMAND_LOADER_NOT_FOUND:
        return EXITCODE_NOT_FOUND;
    case REASON_LAUNCH_TOO_LARGE:
    case REASON_START_FAILED:
        return EXITCODE_REFUSED;
    default:
        return EXITCODE_NOT_EXECUTABLE;
    }
}

static bool not_found(struct finding *finding, const char *command, const char *detail)
{
    finding_set(finding, REASON_COMMAND_NOT_FOUND, command, NULL, detail);
    return false;
}

static bool not_executable(struct finding *finding, const char *path, const char *detail)
{
    finding_set(finding, REASON_COMMAND_NOT_EXECUTABLE, path, NULL, detail);
    return false;
}

// ---- The head of the file -----------------------------------------------------------------------

static bool read_at(int fd, off_t at, void *bytes, size_t size, size_t *len)
{
    ssize_t got;
    do
        got = pread(fd, bytes, size, at);
    while (got < 0 && errno == EINTR);
    *len = got > 0 ? (size_t)got : 0;
    return got >= 0;
}

static bool read_head(const char *path, char bytes[FILE_HEAD], struct span *head)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    *head = (struct span){.text = bytes};
    if (fd < 0)
        return false;
    bool read = read_at(fd, 0, bytes, FILE_HEAD, &head->len);
    close(fd);
    return read;
}

// The loader that a program of our own kind of machine asks for. False: none, or not readable.
static bool elf_loader(const char *path, char *loader, size_t size)
{
    ElfW(Ehdr) header;
    ElfW(Phdr) segment;
    size_t len;
    bool found = false;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return false;
    if (read_at(fd, 0, &header, sizeof header, &len) && len == sizeof header)
        for (unsigned i = 0; i < header.e_phnum && !found; i++) {
            off_t at = (off_t)(header.e_phoff + (uint64_t)i * header.e_phentsize);
            if (!read_at(fd, at, &segment, sizeof segment, &len) || len != sizeof segment)
                break;
            found = segment.p_type == PT_INTERP && segment.p_filesz > 1 &&
                    segment.p_filesz < size &&
                    read_at(fd, (off_t)segment.p_offset, loader, segment.p_filesz, &len) &&
                    len == segment.p_filesz;
        }
    close(fd);
    loader[found ? len : 0] = '\0';
    return found;
}

// ---- What is wrong with it ----------------------------------------------------------------------

static bool interpreter_missing(struct finding *finding, const char *path, const char *interpreter)
{
    char detail[FINDING_SLOT];
    struct text text = text_over(detail, sizeof detail);
    struct span name = span_of(interpreter);
    text_add(&text, "\"");
    text_add_visible(&text, name, FINDING_SLOT / 2);
    text_add(&text, "\"");
    if (span_ends(name, "\r"))
        text_add(&text, " (the script was saved with Windows line ends)");
    else if (span_find(name, "\r") < name.len)
        text_add(&text, " (the script has CR alone as its line ends)");
    else if (interpreter[0] != '/')
        text_add(&text, " (no whole path, so it is looked for in the working directory)");
    bool has_cr = span_find(name, "\r") < name.len;
    finding_set(finding,
                has_cr ? REASON_COMMAND_INTERPRETER_CR : REASON_COMMAND_INTERPRETER_NOT_FOUND, path,
                NULL, detail);
    return false;
}

static bool no_permission(struct finding *finding, const char *path)
{
    struct statvfs system;
    bool noexec = statvfs(path, &system) == 0 && (system.f_flag & ST_NOEXEC) != 0;
    finding_set(finding, noexec ? REASON_COMMAND_NOEXEC : REASON_COMMAND_PERMISSION, path, NULL,
                NULL);
    return false;
}

static bool no_such_file(struct finding *finding, const char *path)
{
    char detail[FINDING_SLOT];
    char target[FINDING_SLOT / 2];
    ssize_t len = readlink(path, target, sizeof target - 1);
    if (len < 0)
        return not_found(finding, path, NULL);
    target[len] = '\0';
    text_print(detail, sizeof detail, "it is a link to %s, which is not there", target);
    return not_found(finding, path, detail);
}

static bool is_directory(struct finding *finding, const char *path)
{
    finding_set(finding, REASON_COMMAND_DIRECTORY, path, NULL, NULL);
    return false;
}

// True when nothing that is known of the path keeps it from being executed.
static bool judge_path(const char *path, struct finding *finding)
{
    struct stat file;
    if (stat(path, &file) < 0) {
        if (errno == ENOENT)
            return no_such_file(finding, path);
        if (errno == EACCES)
            return not_executable(finding, path, "no permission to look into its folder");
        return not_found(finding, path, strerror(errno));
    }
    if (S_ISDIR(file.st_mode))
        return is_directory(finding, path);
    if (!S_ISREG(file.st_mode))
        return not_executable(finding, path, "it is not a regular file");
    return access(path, X_OK) == 0 || no_permission(finding, path);
}

// The interpreter is there, and cannot be executed: `finding` says why, as for a command.
static bool interpreter_refused(struct finding *finding, const char *path, const char *interpreter)
{
    char sentence[FINDING_SLOT];
    struct text text = text_over(sentence, sizeof sentence);
    finding_add_sentence(finding, &text);
    finding_set(finding, REASON_COMMAND_INTERPRETER_REFUSED, path, interpreter, sentence);
    return false;
}

// True when the interpreter named in the file, if any, can be executed. A relative one is looked up
// in the working directory, as the kernel does.
static bool judge_interpreter(const char *path, struct finding *finding, int depth)
{
    char bytes[FILE_HEAD];
    char interpreter[INIT_PROGRAM];
    struct span head, name;
    struct stat file;
    if (!read_head(path, bytes, &head))
        return true; // May be executed and not read: execve will tell.
    enum shebang shebang = file_kind_shebang(head, &name);
    if (shebang == SHEBANG_EMPTY) {
        finding_set(finding, REASON_COMMAND_SHEBANG, path, NULL,
                    "its #! line names no interpreter");
        return false;
    }
    if (shebang == SHEBANG_NAMED)
        text_print(interpreter, sizeof interpreter, "%.*s", (int)name.len, name.text);
    else if (!file_kind_is_native(head) || !elf_loader(path, interpreter, sizeof interpreter))
        return true;

    if (stat(interpreter, &file) < 0 && (errno == ENOENT || errno == ENOTDIR)) {
        if (shebang == SHEBANG_NAMED)
            return interpreter_missing(finding, path, interpreter);
        finding_set(finding, REASON_COMMAND_LOADER_NOT_FOUND, path, NULL, interpreter);
        return false;
    }
    if (shebang != SHEBANG_NAMED || depth == DEPTH_MAX)
        return true;
    if (!judge_path(interpreter, finding))
        return interpreter_refused(finding, path, interpreter);
    return judge_interpreter(interpreter, finding, depth + 1);
}

// ---- Looking it up ------------------------------------------------------------------------------

static const char *path_of(char *const *env)
{
    for (; *env != NULL; env++)
        if (strncmp(*env, "PATH=", 5) == 0)
            return *env + 5;
    return DEFAULT_PATH;
}

// As execvp does it: the first that can be executed; else the first that is there says why not.
static bool search(const char *command, const char *path, char *program, struct finding *finding)
{
    struct finding there = {.reason = REASON_OK}, here;
    struct span rest = span_of(path), folder;
    while (span_split(&rest, ':', &folder)) {
        struct text joined = text_over(program, INIT_PROGRAM);
        text_add_span(&joined, folder.len > 0 ? folder : span_of(".")); // as POSIX has it
        text_add(&joined, "/%s", command);
        if (joined.cut)
            continue;
        if (judge_path(program, &here))
            return true;
        if (there.reason == REASON_OK &&
            init_program_exitcode(here.reason) == EXITCODE_NOT_EXECUTABLE)
            there = here;
    }
    if (there.reason != REASON_OK) {
        *finding = there;
        return false;
    }
    char detail[FINDING_SLOT];
    text_print(detail, sizeof detail, *path == '\0' ? "PATH is set and empty" : "looked for in %s",
               path);
    return not_found(finding, command, detail);
}

// False, as the lookup that failed.
static bool explained(const char *command, struct finding *finding)
{
    if (finding->reason == REASON_COMMAND_NOT_FOUND)
        command_word_explain(command, finding);
    return false;
}

bool init_find_program(const char *command, char *const *app_env, char program[INIT_PROGRAM],
                       struct finding *finding)
{
    finding_set(finding, REASON_OK, NULL, NULL, NULL);
    if (command[0] == '\0')
        return not_found(finding, "\"\"", "it is empty");
    if (strchr(command, '/') == NULL) {
        if (!search(command, path_of(app_env), program, finding))
            return explained(command, finding);
    } else {
        if (strlen(command) >= INIT_PROGRAM)
            return not_found(finding, command, strerror(ENAMETOOLONG));
        strncpy(program, command, INIT_PROGRAM);
        if (!judge_path(program, finding))
            return explained(command, finding);
    }
    return judge_interpreter(program, finding, 1);
}

// ---- After execve said no -----------------------------------------------------------------------

// What neither the file nor its path tells.
static void explain_error(const char *program, int error, struct finding *finding)
{
    char detail[FINDING_SLOT];
    switch (error) {
    case ENOENT:
        not_found(finding, program, strerror(error));
        return;
    case E2BIG:
        finding_set(finding, REASON_LAUNCH_TOO_LARGE, NULL, NULL, strerror(error));
        return;
    case ENOMEM:
    case EAGAIN:
    case EMFILE:
    case ENFILE:
        text_print(detail, sizeof detail, "execve of %s: %s", program, strerror(error));
        finding_set(finding, REASON_START_FAILED, NULL, NULL, detail);
        return;
    case ETXTBSY:
        finding_set(finding, REASON_COMMAND_BUSY, program, NULL, strerror(error));
        return;
    case ELOOP:
        finding_set(finding, REASON_COMMAND_SHEBANG, program, NULL,
                    "its interpreter is a script, whose interpreter is a script, more often than "
                    "the kernel follows");
        return;
    default:
        finding_set(finding, REASON_COMMAND_DENIED, program, NULL, strerror(error));
    }
}

void program_diagnose(const char *program, int error, struct finding *finding)
{
    char bytes[FILE_HEAD];
    struct span head;
    if (error == ENOEXEC && read_head(program, bytes, &head))
        file_kind_explain(program, head, finding);
    else if (error == ENOEXEC)
        finding_set(finding, REASON_COMMAND_NOT_A_PROGRAM, program, NULL,
                    "it is not a program, and may not be read to see what it is");
    else if (error == E2BIG ||
             (judge_path(program, finding) && judge_interpreter(program, finding, 1)))
        explain_error(program, error, finding);
}
