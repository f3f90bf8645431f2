// SPDX-License-Identifier: MIT
// Text for a person: headings, wrapped paragraphs, steps; 80 columns.
#ifndef LABELGATE_CLI_PAGE_H
#define LABELGATE_CLI_PAGE_H

#include <stdbool.h>

#include "base/text.h"

#define PAGE_COLUMNS 80

enum page_mark { PAGE_GOOD, PAGE_BAD, PAGE_NOTE };

struct page {
    struct text *out;
    bool terminal; // marks and colour (page_on_terminal)
};

// Is standard output a terminal that wants marks? `no_color` is NO_COLOR's value; NULL: not set.
bool page_on_terminal(const char *no_color);

void page_heading(const struct page *page, const char *title);
// Wraps at blanks; every line is indented by `indent`, the first one begins with `lead` (may be
// empty) and the others are indented to begin below its end. A word that is longer than the line is
// not broken: an address must be copied whole.
void page_paragraph(const struct page *page, unsigned indent, const char *lead, struct span text);
// The same after a mark: "ok" "NO" "note", on a terminal as ✔ ✘ •.
void page_marked(const struct page *page, enum page_mark mark, struct span text);
// "name   value   (source)" with the name padded. A value or source that would pass the last column
// gets a line of its own, whole: a command must be copied as it is. No source: NULL or empty.
void page_row(const struct page *page, unsigned width, const char *name, struct span value,
              const char *source);

#endif
