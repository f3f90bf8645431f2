// SPDX-License-Identifier: MIT
// The checks file of `verify`: no crash, and what is read whole holds together.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "verify/checks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void check_one(const struct checks *checks, unsigned index)
{
    const struct check *one = &checks->list[index];
    check(one->name && strlen(one->name) <= CHECK_NAME && one->line > 0);
    check((one->method && one->url) != (one->jwt != NULL));
    check(one->header_count <= CHECK_PAIRS && one->save_count <= CHECK_PAIRS);
    for (unsigned i = 0; i < checks->count; i++)
        check(!checks_needs(checks, index, i) || i < index);
    for (unsigned i = 0; i < index; i++)
        check(strcmp(checks->list[i].name, one->name) != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct checks checks;
    struct finding finding = {0};
    if (checks_read(&checks, (const char *)data, size, "fuzz", &finding)) {
        check(checks.count > 0);
        for (unsigned i = 0; i < checks.count; i++)
            check_one(&checks, i);
    } else {
        check(finding.reason == REASON_CHECKS_INVALID && finding.detail[0] != '\0');
    }
    checks_free(&checks);
    return 0;
}
