// SPDX-License-Identifier: MIT
#include "spec/options.h"

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
