// SPDX-License-Identifier: MIT
#include "init/file_kind.h"

#include <elf.h>
#include <link.h>
#include <stdint.h>
#include <string.h>

#include "base/ascii.h"
#include "base/text.h"
#include "base/utf8.h"

// BINPRM_BUF_SIZE of the kernel: so much of a #! line counts.
#define SHEBANG_MAX 256

static bool begins(struct span head, const char *bytes, size_t len)
{
    return head.len >= len && memcmp(head.text, bytes, len) == 0;
}
// A literal may have NUL bytes in it; its last is not meant.
#define BEGINS(head, literal) begins(head, literal, sizeof(literal) - 1)

static struct span first_line(struct span text)
{
    return (struct span){text.text, span_find(text, "\n")};
}

// ---- A script -----------------------------------------------------------------------------------

enum shebang file_kind_shebang(struct span head, struct span *interpreter)
{
    *interpreter = (struct span){0};
    if (!BEGINS(head, "#!"))
        return SHEBANG_NONE;
    if (head.len > SHEBANG_MAX)
        head.len = SHEBANG_MAX;
    struct span line = first_line(span_rest(head, 2));
    line = span_rest(line, span_run(line, ascii_is_blank));
    size_t len = 0;
    while (len < line.len && line.text[len] != ' ' && line.text[len] != '\t' &&
           line.text[len] != '\0')
        len++;
    if (len == 0)
        return SHEBANG_EMPTY;
    *interpreter = (struct span){line.text, len};
    return line.text + len == head.text + SHEBANG_MAX ? SHEBANG_TOO_LONG : SHEBANG_NAMED;
}

// ---- A program ----------------------------------------------------------------------------------

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

// The bytes that tell one kind of machine from another, as our own program has them.
struct elf_kind {
    unsigned char class;
    unsigned char data;
    unsigned machine;
};

static bool elf_kind_of(struct span head, struct elf_kind *kind)
{
    // The first part of the header is the same for 32 and 64 bits.
    if (head.len < offsetof(Elf32_Ehdr, e_version) || !BEGINS(head, ELFMAG))
        return false;
    unsigned low = (unsigned char)head.text[offsetof(Elf32_Ehdr, e_machine)];
    unsigned high = (unsigned char)head.text[offsetof(Elf32_Ehdr, e_machine) + 1];
    kind->class = (unsigned char)head.text[EI_CLASS];
    kind->data = (unsigned char)head.text[EI_DATA];
    kind->machine = kind->data == ELFDATA2MSB ? low << 8 | high : high << 8 | low;
    return true;
}

// Our own header, as the linker leaves it in memory.
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

static bool is_our_kind(const struct elf_kind *kind)
{
    return kind->class == __ehdr_start.e_ident[EI_CLASS] &&
           kind->data == __ehdr_start.e_ident[EI_DATA] && kind->machine == __ehdr_start.e_machine;
}

bool file_kind_is_native(struct span head)
{
    struct elf_kind kind;
    return elf_kind_of(head, &kind) && is_our_kind(&kind);
}

// ---- Something else -----------------------------------------------------------------------------

// Where a tar archive has its mark (magic in ustar(5)).
#define TAR_MARK 257

// Formats with a mark at their beginning, and tar. NULL: none of these.
static const char *packed_kind(struct span head)
{
    static const struct {
        const char *mark;
        size_t len;
        const char *kind;
    } kinds[] = {
        {"\x1f\x8b", 2, "it is compressed (gzip)"},
        {"\xfd"
         "7zXZ",
         5, "it is compressed (xz)"},
        {"BZh", 3, "it is compressed (bzip2)"},
        {"\x28\xb5\x2f\xfd", 4, "it is compressed (zstd)"},
        {"7z\xbc\xaf", 4, "it is a 7z archive"},
        {"PK\x03\x04", 4,
         "it is a zip archive (a jar is started with java -jar, a wheel is installed)"},
        {"PK\x05\x06", 4, "it is an empty zip archive"},
        {"!<arch>", 7, "it is a package or library (ar), not a program"},
        {"\xed\xab\xee\xdb", 4, "it is an rpm package"},
        {"MZ", 2, "it is a program for Windows"},
        {"\xcf\xfa\xed\xfe", 4, "it is a program for macOS"},
        {"\xce\xfa\xed\xfe", 4, "it is a program for macOS"},
        {"\xca\xfe\xba\xbe", 4, "it is a Java class or a program for macOS"},
        {"\0asm", 4, "it is a WebAssembly module"},
        {"%PDF-", 5, "it is a PDF document"},
        {"version https://git-lfs", 23, "it is a Git LFS pointer, not the file itself"},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (begins(head, kinds[i].mark, kinds[i].len))
            return kinds[i].kind;
    if (head.len > TAR_MARK && begins(span_rest(head, TAR_MARK), "ustar", 5))
        return "it is a tar archive";
    return NULL;
}

// NULL: neither.
static const char *wide_encoding(struct span head)
{
    if (BEGINS(head, "\xff\xfe\0\0") || BEGINS(head, "\0\0\xfe\xff"))
        return "UTF-32";
    if (BEGINS(head, "\xff\xfe"))
        return "UTF-16 (little-endian)";
    if (BEGINS(head, "\xfe\xff"))
        return "UTF-16 (big-endian)";
    if (BEGINS(head, "#\0!\0"))
        return "UTF-16 (little-endian, without a mark)";
    if (BEGINS(head, "\0#\0!"))
        return "UTF-16 (big-endian, without a mark)";
    return NULL;
}

// A page in place of the file: a download that went wrong.
static bool is_page(struct span head)
{
    static const char *const starts[] = {"<!doctype", "<html", "<?xml"};
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++)
        if (span_starts_nocase(head, starts[i]))
            return true;
    return false;
}

// UTF-8, or a text of another encoding of which most is ASCII. Control bytes are in neither.
static bool is_text(struct span head)
{
    size_t other = 0;
    for (size_t at = 0; at < head.len;) {
        unsigned char c = (unsigned char)head.text[at];
        uint32_t code;
        size_t len = utf8_decode(head.text + at, head.len - at, &code);
        if (c == 0x7f || (c < ' ' && strchr("\t\n\v\f\r\x1b", c) == NULL) || c == 0)
            return false;
        other += len == 0;
        at += len > 0 ? len : 1;
    }
    return other <= head.len / 4;
}

// What a person takes for #! at the beginning of the first line, and is not. False: nothing is.
static bool shebang_misspelt(struct span line, char *detail, size_t size)
{
    static const struct {
        const char *start, *shown;
    } misspelt[] = {{"!#/", "!#"}, {"! #/", "! #"}, {"#/", "# alone"}, {"!/", "! alone"}};
    uint32_t code = 0;
    if (line.len == 0)
        return false;
    struct span rest = span_rest(line, 1);
    size_t len = utf8_decode(rest.text, rest.len, &code);
    if (BEGINS(line, "#") && span_starts(span_rest(rest, span_run(rest, ascii_is_blank)), "!")) {
        text_print(detail, size, "a blank is between # and ! in its first line");
        return true;
    }
    if (BEGINS(line, "#") && len > 1 && span_starts(span_rest(rest, len), "!")) {
        text_print(detail, size, "a character that may be invisible (U+%04X) is between # and !",
                   (unsigned)code);
        return true;
    }
    for (size_t i = 0; i < sizeof misspelt / sizeof misspelt[0]; i++)
        if (span_starts(line, misspelt[i].start)) {
            text_print(detail, size, "its first line begins with %s, not with #!",
                       misspelt[i].shown);
            return true;
        }
    return false;
}

// What is before a #! that is not at the beginning. False: there is none in the first line or after
// empty ones.
static bool shebang_elsewhere(struct span head, char *detail, size_t size)
{
    struct span line = first_line(head);
    uint32_t code = 0;
    size_t front = span_run(head, ascii_is_blank);
    if (front > 0 && span_starts(span_rest(head, front), "#!")) {
        text_print(detail, size, "a blank is before #! in its first line");
        return true;
    }
    size_t lines = 0;
    size_t at = 0;
    for (; at < head.len && strchr(" \t\r\n", head.text[at]) != NULL; at++)
        lines += head.text[at] == '\n';
    if (lines > 0 && span_starts(span_rest(head, at), "#!")) {
        text_print(detail, size,
                   "its #! is in line %zu, not in the first: %zu empty line%s before it", lines + 1,
                   lines, lines == 1 ? " is" : "s are");
        return true;
    }
    if (span_starts(span_rest(head, at), "#!")) {
        text_print(detail, size, "a line end without a line feed (CR) is before #!");
        return true;
    }

    size_t in_line = span_find(line, "#!");
    if (in_line == line.len)
        return false;
    size_t len = utf8_decode(line.text, line.len, &code);
    if (in_line == len && len > 1)
        text_print(detail, size, "a character that may be invisible (U+%04X) is before #!",
                   (unsigned)code);
    else if (in_line == 1)
        text_print(detail, size, "the character %c is before #! in its first line", line.text[0]);
    else
        text_print(detail, size, "#! is at column %zu of its first line, not at its beginning",
                   in_line + 1);
    return true;
}

// The byte-order mark of UTF-8.
#define MARK "\xef\xbb\xbf"

// A byte-order mark, and what is after it.
static void explain_mark(const char *path, struct span rest, struct finding *finding)
{
    while (BEGINS(rest, MARK))
        rest = span_rest(rest, sizeof MARK - 1);
    if (span_starts(rest, "#!"))
        finding_set(finding, REASON_COMMAND_MARK, path, NULL, "before #!");
    else
        finding_set(finding, REASON_COMMAND_MARK, path, NULL,
                    "at its beginning, and no #! right after it");
}

void file_kind_explain(const char *path, struct span head, struct finding *finding)
{
    char detail[FINDING_SLOT];
    struct elf_kind kind;
    struct span interpreter;
    const char *encoding = wide_encoding(head);
    const char *packed = packed_kind(head);
    enum shebang shebang = file_kind_shebang(head, &interpreter);
    if (head.len == 0) {
        finding_set(finding, REASON_COMMAND_NOT_A_PROGRAM, path, NULL, "it is empty");
    } else if (elf_kind_of(head, &kind) && !is_our_kind(&kind)) {
        text_print(detail, sizeof detail, "%s, this is %s", machine_name(kind.machine),
                   machine_name(__ehdr_start.e_machine));
        finding_set(finding, REASON_COMMAND_OTHER_MACHINE, path, NULL, detail);
    } else if (BEGINS(head, ELFMAG)) {
        finding_set(finding, REASON_COMMAND_NOT_A_PROGRAM, path, NULL,
                    "it is not a program that can be started: an ELF file that is damaged, cut "
                    "off, or a part of one (.o)");
    } else if (encoding) {
        finding_set(finding, REASON_COMMAND_UTF16, path, NULL, encoding);
    } else if (BEGINS(head, MARK)) {
        explain_mark(path, head, finding);
    } else if (packed) {
        finding_set(finding, REASON_COMMAND_NOT_A_PROGRAM, path, NULL, packed);
    } else if (is_page(head)) {
        finding_set(finding, REASON_COMMAND_NOT_A_PROGRAM, path, NULL,
                    "it is an HTML or XML page, as a download that failed leaves it");
    } else if (shebang == SHEBANG_TOO_LONG) {
        finding_set(finding, REASON_COMMAND_SHEBANG, path, NULL,
                    "its #! line is longer than the 256 bytes that the kernel reads");
    } else if (shebang != SHEBANG_NONE) {
        finding_set(finding, REASON_COMMAND_SHEBANG, path, NULL,
                    "its #! line names no interpreter that can be run");
    } else if (!is_text(head)) {
        finding_set(finding, REASON_COMMAND_NOT_A_PROGRAM, path, NULL,
                    "it is not a program, and its bytes are not a text");
    } else if (shebang_misspelt(first_line(head), detail, sizeof detail) ||
               shebang_elsewhere(head, detail, sizeof detail)) {
        finding_set(finding, REASON_COMMAND_SHEBANG, path, NULL, detail);
    } else {
        finding_set(finding, REASON_COMMAND_SCRIPT, path, NULL, NULL);
    }
}
