// SPDX-License-Identifier: MIT
#include "cli/page.h"

#include <unistd.h>

#define ROW_INDENT 6
#define ROW_CELL 1024 // a source holds a path, cut to half a finding's slot

// Columns that UTF-8 text takes, near enough: one a character, continuation bytes none.
static unsigned columns(struct span text)
{
    unsigned count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += ((unsigned char)text.text[i] & 0xC0u) != 0x80u;
    return count;
}

bool page_on_terminal(const char *no_color)
{
    return isatty(STDOUT_FILENO) == 1 && (no_color == NULL || no_color[0] == '\0');
}

void page_heading(const struct page *page, const char *title)
{
    if (page->out->len > 0)
        text_add(page->out, "\n");
    text_add(page->out, page->terminal ? "\033[1m%s\033[0m\n" : "%s\n", title);
}

void page_paragraph(const struct page *page, unsigned indent, const char *lead, struct span text)
{
    unsigned hang = indent + columns(span_of(lead));
    unsigned column = hang;
    text_add(page->out, "%*s%s", (int)indent, "", lead);
    for (struct span word = span_word(&text); word.len > 0; word = span_word(&text)) {
        unsigned width = columns(word);
        if (column > hang && column + 1 + width > PAGE_COLUMNS) {
            text_add(page->out, "\n%*s", (int)hang, "");
            column = hang;
        } else if (column > hang) {
            text_add(page->out, " ");
            column++;
        }
        text_add_span(page->out, word);
        column += width;
    }
    text_add(page->out, "\n");
}

static const char *mark_text(const struct page *page, enum page_mark mark)
{
    switch (mark) {
    case PAGE_GOOD:
        return page->terminal ? "✔ " : "ok    ";
    case PAGE_BAD:
        return page->terminal ? "✘ " : "NO    ";
    case PAGE_NOTE:
        return page->terminal ? "• " : "note  ";
    }
    return "";
}

void page_marked(const struct page *page, enum page_mark mark, struct span text)
{
    page_paragraph(page, 2, mark_text(page, mark), text);
}

// Continues the line, or begins a new one when the text would pass the last column.
static unsigned add_cell(const struct page *page, unsigned column, unsigned gap, struct span cell)
{
    unsigned width = columns(cell);
    if (column + gap + width > PAGE_COLUMNS) {
        text_add(page->out, "\n");
        column = 0;
        gap = ROW_INDENT;
    }
    text_add(page->out, "%*s", (int)gap, "");
    text_add_span(page->out, cell);
    return column + gap + width;
}

void page_row(const struct page *page, unsigned width, const char *name, struct span value,
              const char *source)
{
    char bytes[ROW_CELL];
    struct text cell = text_over(bytes, sizeof bytes);
    unsigned column = 2 + columns(span_of(name));
    unsigned gap = 2 + (column < 2 + width ? 2 + width - column : 0);
    text_add(page->out, "  %s", name);
    text_add_visible(&cell, value, (size_t)2 * PAGE_COLUMNS);
    column = add_cell(page, column, gap, (struct span){bytes, cell.len});
    if (source != NULL && *source != '\0') {
        cell = text_over(bytes, sizeof bytes);
        text_add(&cell, "(%s)", source);
        add_cell(page, column, 2, (struct span){bytes, cell.len});
    }
    text_add(page->out, "\n");
}
