// SPDX-License-Identifier: MIT
// ${NAME} in the checks of `verify`.
#ifndef LABELGATE_VERIFY_CHECKS_VALUES_H
#define LABELGATE_VERIFY_CHECKS_VALUES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"
#include "verify/checks_types.h"

struct scope {
    const struct checks *checks;
    const struct check_run *run;
    enum { SCOPE_SEND, SCOPE_SHOW_ADDRESS, SCOPE_SHOW_BODY } purpose;
    char fault[FINDING_SLOT]; // why scope_fill returned false
};

// The bytes and references that filling `template` goes through, at least; CHECKS_VALUE_MAX + 1
// for more than CHECKS_VALUE_MAX.
size_t template_cost(const struct checks *checks, const char *template);

// Is ${NAME} or ${NAME:-…} in it? `template` may be NULL.
bool template_uses(const char *template, const char *name);

enum spelling { SPELLED_PLAIN, SPELLED_JSON };

// `template` with its variables, NUL-terminated. False: one is not set, or it does not fit.
bool scope_fill(struct scope *self, const char *template, enum spelling spelling, char *bytes,
                size_t size);
// The same for people: a variable that may be a secret stays as ${NAME}, and so does one that is
// not set. In a body only the ids that were saved are filled in. False: it does not fit.
bool scope_show(const struct scope *self, bool body, const char *template, char *bytes,
                size_t size);
// Does a name or a path say that what it holds is a secret?
bool names_secret(const char *name);
// Calls `each` with the value of every "${…}" of the template that has one.
void scope_each(struct scope *self, const char *template,
                void (*each)(void *context, struct span value), void *context);

#endif
