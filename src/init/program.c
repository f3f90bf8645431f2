// SPDX-License-Identifier: MIT
// Which file the command names, and why it cannot be executed. execve alone judges; here only what
// it cannot but refuse is refused before the fork (a file that looks like no program may be one to
// binfmt_misc), and its errno gets a sentence.
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/text.h"
#include "init/watch.h"
#include "spec/exitcode.h"

// Where a command is looked for when the app has no PATH: what container engines set.
#define USUAL_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
// BINPRM_BUF_SIZE of the kernel: so much of a #! line counts.
#define HEAD 256
// A script's interpreter may be a script: the kernel follows five times.
#define DEEPEST 5

int init_program_exitcode(enum reason reason)
{
    return reason == REASON_COMMAND_NOT_EXECUTABLE ? EXITCODE_NOT_EXECUTABLE : EXITCODE_NOT_FOUND;
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

struct head {
    char bytes[HEAD + 1]; // one NUL behind the last
    size_t len;
};

static bool read_at(int fd, off_t at, void *bytes, size_t size, size_t *len)
{
    ssize_t got;
    do
        got = pread(fd, bytes, size, at);
    while (got < 0 && errno == EINTR);
    *len = got > 0 ? (size_t)got : 0;
    return got >= 0;
}

static bool read_head(const char *path, struct head *head)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return false;
    bool read = read_at(fd, 0, head->bytes, HEAD, &head->len);
    close(fd);
    head->bytes[head->len] = '\0';
    return read;
}

// The interpreter of a #! line as the kernel reads it, empty when the line names none.
static bool script_interpreter(struct head *head, const char **interpreter)
{
    if (head->len < 2 || memcmp(head->bytes, "#!", 2) != 0)
        return false;
    char *line = head->bytes + 2;
    line[strcspn(line, "\n")] = '\0';
    line += strspn(line, " \t");
    line[strcspn(line, " \t")] = '\0';
    *interpreter = line;
    return true;
}

static const char *machine_name(unsigned machine)
{
    switch (machine) {
    case EM_X86_64:
        return "x86-64";
    case EM_386:
        return "x86, 32 bits";
    case EM_AARCH64:
        return "aarch64 (arm64)";
    case EM_ARM:
        return "arm, 32 bits";
    case EM_RISCV:
        return "riscv";
    case EM_PPC64:
        return "ppc64";
    case EM_S390:
        return "s390x";
    case 258: // EM_LOONGARCH, which older headers lack
        return "loongarch";
    }
    return "of another kind";
}

// The bytes that tell one kind of machine from another, as our own program carries them.
struct elf_kind {
    unsigned char class;
    unsigned char data;
    unsigned machine;
};

static bool elf_kind_of(const struct head *head, struct elf_kind *kind)
{
    // The first part of the header is the same for 32 and 64 bits.
    const size_t least = offsetof(Elf32_Ehdr, e_version);
    if (head->len < least || memcmp(head->bytes, ELFMAG, SELFMAG) != 0)
        return false;
    unsigned low = (unsigned char)head->bytes[offsetof(Elf32_Ehdr, e_machine)];
    unsigned high = (unsigned char)head->bytes[offsetof(Elf32_Ehdr, e_machine) + 1];
    kind->class = (unsigned char)head->bytes[EI_CLASS];
    kind->data = (unsigned char)head->bytes[EI_DATA];
    kind->machine = kind->data == ELFDATA2MSB ? low << 8 | high : high << 8 | low;
    return true;
}

// Our own header, as the linker leaves it in memory.
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

static bool same_kind(const struct elf_kind *kind)
{
    return kind->class == __ehdr_start.e_ident[EI_CLASS] &&
           kind->data == __ehdr_start.e_ident[EI_DATA] && kind->machine == __ehdr_start.e_machine;
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
            found = segment.p_type == PT_INTERP && segment.p_filesz < size &&
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
    text_add(&text, "\"%s",
             span_ends(name, "\r") ? " (the script was saved with Windows line ends)" : "");
    finding_set(finding, REASON_COMMAND_INTERPRETER_NOT_FOUND, path, NULL, detail);
    return false;
}

static bool no_permission(struct finding *finding, const char *path)
{
    struct statvfs system;
    if (statvfs(path, &system) == 0 && (system.f_flag & ST_NOEXEC) != 0)
        return not_executable(finding, path, "its file system is mounted noexec");
    return not_executable(finding, path, "no permission (is its x bit set?)");
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
        return not_executable(finding, path, "it is a directory");
    if (!S_ISREG(file.st_mode))
        return not_executable(finding, path, "it is not a regular file");
    return access(path, X_OK) == 0 || no_permission(finding, path);
}

// True when the interpreter named in the file, if any, can be executed. A relative one is looked up
// in the working directory, as the kernel does.
static bool judge_interpreter(const char *path, struct finding *finding, int depth)
{
    struct head head;
    struct elf_kind kind;
    char loader[INIT_PROGRAM];
    const char *interpreter = loader;
    if (!read_head(path, &head))
        return true; // May be executed and not read: execve will tell.
    bool script = script_interpreter(&head, &interpreter);
    if (!script &&
        !(elf_kind_of(&head, &kind) && same_kind(&kind) && elf_loader(path, loader, sizeof loader)))
        return true;
    if (interpreter[0] == '\0')
        return not_executable(finding, path, "its #! line names no interpreter");
    struct stat file;
    if (stat(interpreter, &file) < 0 && (errno == ENOENT || errno == ENOTDIR))
        return interpreter_missing(finding, path, interpreter);
    if (!script || depth == DEEPEST)
        return true;
    return judge_path(interpreter, finding) && judge_interpreter(interpreter, finding, depth + 1);
}

// ---- Looking it up ------------------------------------------------------------------------------

static const char *path_of(char *const *env)
{
    for (; *env != NULL; env++)
        if (strncmp(*env, "PATH=", 5) == 0)
            return *env + 5;
    return USUAL_PATH;
}

// "folder/command"; an empty folder is the working directory (POSIX). False: longer than PATH_MAX.
static bool join(char *program, const char *folder, size_t len, const char *command)
{
    if (len == 0) {
        folder = ".";
        len = 1;
    }
    struct text out = text_over(program, INIT_PROGRAM);
    text_add(&out, "%.*s/%s", (int)len, folder, command);
    return !out.cut;
}

// As execvp does it: the first that can be executed; else the first that is there says why not.
static bool search(const char *command, const char *path, char *program, struct finding *finding)
{
    struct finding there = {.reason = REASON_OK};
    for (const char *folder = path;; folder += strcspn(folder, ":") + 1) {
        size_t len = strcspn(folder, ":");
        struct finding here;
        if (join(program, folder, len, command)) {
            if (judge_path(program, &here))
                return true;
            if (here.reason == REASON_COMMAND_NOT_EXECUTABLE && there.reason == REASON_OK)
                there = here;
        }
        if (folder[len] == '\0')
            break;
    }
    if (there.reason != REASON_OK) {
        *finding = there;
        return false;
    }
    char detail[FINDING_SLOT];
    text_print(detail, sizeof detail, "looked for in %s", path);
    return not_found(finding, command, detail);
}

bool init_find_program(const char *command, char *const *app_env, char program[INIT_PROGRAM],
                       struct finding *finding)
{
    finding_set(finding, REASON_OK, NULL, NULL, NULL);
    if (command[0] == '\0')
        return not_found(finding, "\"\"", "it is empty");
    if (strchr(command, '/') == NULL) {
        if (!search(command, path_of(app_env), program, finding))
            return false;
    } else {
        if (strlen(command) >= INIT_PROGRAM)
            return not_found(finding, command, strerror(ENAMETOOLONG));
        strncpy(program, command, INIT_PROGRAM);
        if (!judge_path(program, finding))
            return false;
    }
    return judge_interpreter(program, finding, 1);
}

// ---- After execve said no -----------------------------------------------------------------------

static bool is_text(const struct head *head)
{
    for (size_t i = 0; i < head->len; i++) {
        unsigned char c = (unsigned char)head->bytes[i];
        if (c == 0x7f || (c < ' ' && strchr("\t\n\v\f\r", c) == NULL))
            return false;
    }
    return true;
}

// ENOEXEC: no part of the kernel knows this kind of file.
static void say_format(const char *path, struct finding *finding)
{
    struct head head;
    struct elf_kind kind;
    char detail[FINDING_SLOT];
    bool seen = read_head(path, &head);
    if (seen && head.len == 0) {
        not_executable(finding, path, "it is empty");
    } else if (seen && elf_kind_of(&head, &kind) && !same_kind(&kind)) {
        text_print(detail, sizeof detail, "it is a program for another machine: %s, this is %s",
                   machine_name(kind.machine), machine_name(__ehdr_start.e_machine));
        not_executable(finding, path, detail);
    } else if (seen && memcmp(head.bytes, "#!", 2) == 0) {
        not_executable(finding, path, "its #! line names no interpreter that can be run");
    } else if (seen && is_text(&head)) {
        not_executable(finding, path, "it is a script without a #! line");
    } else {
        not_executable(finding, path, "it is not a program");
    }
}

void program_diagnose(const char *program, int error, struct finding *finding)
{
    if (error == ENOEXEC) {
        say_format(program, finding);
    } else if (judge_path(program, finding) && judge_interpreter(program, finding, 1)) {
        if (error == ENOENT)
            not_found(finding, program, strerror(error));
        else
            not_executable(finding, program, strerror(error));
    }
}
