// SPDX-License-Identifier: MIT
#include "spec/options.h"

#include <stdlib.h>

#include "base/array.h"

bool options_add(struct options *self, enum option_id id, const char *value)
{
    struct option_given *given = array_grow(self->given, self->count, sizeof *given);
    if (given == NULL)
        return false;
    self->given = given;
    self->given[self->count++] = (struct option_given){id, value};
    return true;
}

void options_free(struct options *self)
{
    free(self->given);
    *self = (struct options){0};
}

unsigned options_count(const struct options *self, enum option_id id)
{
    unsigned count = 0;
    for (unsigned i = 0; i < self->count; i++)
        count += self->given[i].id == id;
    return count;
}

const char *options_value(const struct options *self, enum option_id id)
{
    for (unsigned i = self->count; i > 0; i--)
        if (self->given[i - 1].id == id)
            return self->given[i - 1].value;
    return NULL;
}
