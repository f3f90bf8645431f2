// SPDX-License-Identifier: MIT
// print-pages PAGE: prints one of them.
#include <string.h>

#include "cli/print.h"
#include "pages/pages.h"
#include "spec/exitcode.h"

static const struct {
    const char *word;
    void (*print)(struct text *out);
} pages[] = {
    {"manual", pages_manual},
    {"bash-completion", pages_bash},
    {"zsh-completion", pages_zsh},
    {"readme-settings", pages_readme_settings},
    {"readme-exits", pages_readme_exits},
};

int main(int argc, char **argv)
{
    for (size_t i = 0; argc == 2 && i < sizeof pages / sizeof pages[0]; i++) {
        if (strcmp(argv[1], pages[i].word) == 0) {
            struct text out = text_growing();
            pages[i].print(&out);
            return print_text(&out);
        }
    }
    return EXITCODE_USAGE;
}
