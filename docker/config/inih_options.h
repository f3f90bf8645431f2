// SPDX-License-Identifier: MIT
// inih with this project's options: the one place they stand. inih's own file is compiled with this
// header in front, and src/ includes it as <ini.h>, so static asserts there see what inih saw.
#ifndef LABELGATE_INIH_OPTIONS_H
#define LABELGATE_INIH_OPTIONS_H

// A line of a checks file may be as long as the biggest file (CHECKS_FILE_MAX, 64 KiB), plus its
// end and the NUL. inih's default of 200 would cut a JSON body.
#define INI_MAX_LINE (64 * 1024 + 16)
// On the heap, at full size from the start: one piece of memory that does not move.
#define INI_USE_STACK 0
#define INI_INITIAL_ALLOC INI_MAX_LINE
#define INI_ALLOW_REALLOC 0
// An indented pair is a pair, not a second value of the line above.
#define INI_ALLOW_MULTILINE 0
// " ;" inside a value is text.
#define INI_ALLOW_INLINE_COMMENTS 0
// Comments do not reach inih: verify/checks_file.c hands over an empty line for one.
#define INI_START_COMMENT_PREFIXES "#"
// A byte-order mark is dropped by verify/checks_file.c.
#define INI_ALLOW_BOM 0
// A file is refused as a whole.
#define INI_STOP_ON_FIRST_ERROR 1
// A name without a value is an error of the file.
#define INI_ALLOW_NO_VALUE 0
#define INI_HANDLER_LINENO 0
#define INI_CALL_HANDLER_ON_NEW_SECTION 0
#define INI_CUSTOM_ALLOCATOR 0

#include "upstream/ini.h"

#endif
