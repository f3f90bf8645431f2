// SPDX-License-Identifier: MIT
// The manual page, the shell completions and the README's tables, printed from the tables of
// spec/options.h, reason.h and exitcode.h by a program of the build's: who asks for them has a file
// system to put them in, and the program in the containers need not carry them.
#ifndef LABELGATE_PAGES_H
#define LABELGATE_PAGES_H

#include "base/text.h"

void pages_manual(struct text *out); // labelgate.1 in man(7)
void pages_bash(struct text *out);   // completions
void pages_zsh(struct text *out);
void pages_readme_settings(struct text *out); // tests/readme_tables.py puts them into README.md
void pages_readme_exits(struct text *out);

#endif
