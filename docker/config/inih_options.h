// SPDX-License-Identifier: MIT
// inih with this project's options: the one place they stand. inih's own file is compiled with this
// header in front, and src/ includes it as <ini.h>, so static asserts there see what inih saw.
#ifndef LABELGATE_INIH_OPTIONS_H
#define LABELGATE_INIH_OPTIONS_H

// One statement may be as long as the biggest file (1 MiB), plus a mark byte, "=" for a bare name,
// the line end and the NUL. inih's default of 200 would cut a Label Studio JWT.
#define INI_MAX_LINE (1024 * 1024 + 16)
// On the heap, at full size from the start: with realloc a chunk could end at a quoted newline,
// which inih would take for the end of the statement.
#define INI_USE_STACK 0
#define INI_INITIAL_ALLOC INI_MAX_LINE
#define INI_ALLOW_REALLOC 0
// An indented pair is a pair, not a second value of the line above.
#define INI_ALLOW_MULTILINE 0
// " ;" inside a value is text.
#define INI_ALLOW_INLINE_COMMENTS 0
// Compose knows "#" alone.
#define INI_START_COMMENT_PREFIXES "#"
// The reader drops a byte order mark itself.
#define INI_ALLOW_BOM 0
// A file is refused as a whole.
#define INI_STOP_ON_FIRST_ERROR 1
// Faulty before r61: the reader appends "=" to a bare name.
#define INI_ALLOW_NO_VALUE 0
#define INI_HANDLER_LINENO 0
#define INI_CALL_HANDLER_ON_NEW_SECTION 0
#define INI_CUSTOM_ALLOCATOR 0

#include "upstream/ini.h"

#endif
