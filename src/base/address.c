// SPDX-License-Identifier: MIT
#include "base/address.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/text.h"

#define GROUPS 8

static void add_dotted(struct text *out, const unsigned char *bytes)
{
    text_add(out, "%u.%u.%u.%u", bytes[0], bytes[1], bytes[2], bytes[3]);
}

// The groups of zero that begin at `at`.
static size_t zeros_at(const unsigned char *bytes, size_t at)
{
    size_t count = 0;
    while (at + count < GROUPS && !bytes[2 * (at + count)] && !bytes[2 * (at + count) + 1])
        count++;
    return count;
}

// Of several longest runs of zeros the first is left out; a single group is none.
static void add_groups(struct text *out, const unsigned char *bytes)
{
    size_t gap = GROUPS;
    size_t longest = 1;
    for (size_t at = 0; at < GROUPS; at++)
        if (zeros_at(bytes, at) > longest) {
            longest = zeros_at(bytes, at);
            gap = at;
        }
    for (size_t at = 0; at < GROUPS; at++) {
        if (at == gap) {
            text_add(out, "::");
            at += longest - 1;
            continue;
        }
        bool apart = at > 0 && at != gap + longest;
        text_add(out, "%s%x", apart ? ":" : "", (unsigned)bytes[2 * at] << 8 | bytes[2 * at + 1]);
    }
}

bool address_text(int family, const void *bytes, char *buffer, size_t size)
{
    static const unsigned char mapped[12] = {[10] = 0xFF, [11] = 0xFF}; // RFC 4291, 2.5.5.2
    struct text out = text_over(buffer, size);
    if (family == AF_INET) {
        add_dotted(&out, bytes);
    } else if (family == AF_INET6 && memcmp(bytes, mapped, sizeof mapped) == 0) {
        text_add(&out, "::ffff:");
        add_dotted(&out, (const unsigned char *)bytes + sizeof mapped);
    } else if (family == AF_INET6) {
        add_groups(&out, bytes);
    }
    return out.len > 0 && !out.cut;
}
