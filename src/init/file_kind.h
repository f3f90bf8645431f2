// SPDX-License-Identifier: MIT
// What the first bytes of a file say about it: a script's interpreter, a program's kind of machine,
// and, when the kernel found no use for the file, what it is instead. Pure. Private to this room.
#ifndef LABELGATE_INIT_FILE_KIND_H
#define LABELGATE_INIT_FILE_KIND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"
#include "spec/reason.h"

// So much of a file is looked at: a tar archive has its mark at 257.
#define FILE_HEAD 512

enum shebang {
    SHEBANG_NONE,     // the file does not begin with #!
    SHEBANG_EMPTY,    // no interpreter is named
    SHEBANG_TOO_LONG, // the kernel cannot see where its path ends
    SHEBANG_NAMED,
};
// The interpreter's path, a view of `head`, as the kernel reads it (fs/binfmt_script.c).
enum shebang file_kind_shebang(struct span head, struct span *interpreter);

// A program (ELF) for the kind of machine that we are.
bool file_kind_is_native(struct span head);

// ENOEXEC: no part of the kernel knows this kind of file. Sets the reason, with a sentence that
// agrees with what a person sees in the file. `head` is its first FILE_HEAD bytes, or all of it.
void file_kind_explain(const char *path, struct span head, struct finding *finding);

#endif
