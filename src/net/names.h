// SPDX-License-Identifier: MIT
// Name look-up as the app's C library would do it, within what a blocking getaddrinfo can do:
// family by family, with our own walk of the search list and our own reading of /etc/hosts.
//
// Why: musl asks A and AAAA together and gives up when one of them fails, stops at the first search
// candidate with "no data", and compares a name with its final dot to the lines of /etc/hosts.
// glibc does none of that (measured against a test name server, tests/blackbox/test_names.py).
// Rules of the walk: resolv.conf(5), glibc's res_search; candidates.h asks for its names.
#ifndef LABELGATE_NET_NAMES_H
#define LABELGATE_NET_NAMES_H

#include <stdbool.h>
#include <stddef.h>

// musl and old glibc take six names of a search list.
#define RESOLVE_CANDIDATES 16
#define RESOLVE_NAME 256
// Addresses of one answer, as text; more are not tried.
#define RESOLVE_ADDRESSES 8
#define RESOLVE_ADDRESS 48

// The names to ask for, in order, without their final dots.
struct resolve_walk {
    char names[RESOLVE_CANDIDATES][RESOLVE_NAME];
    unsigned count;
};

struct resolve_addresses {
    char text[RESOLVE_ADDRESSES][RESOLVE_ADDRESS]; // numeric, IPv6 without brackets and scope
    unsigned count;
};

enum resolve_result {
    RESOLVE_FOUND,
    RESOLVE_ABSENT,   // no such name, or the name has no address of this family
    RESOLVE_NO_REPLY, // the name server failed, refused, or did not answer
};

// A literal address or localhost: nothing to look up.
bool resolve_is_needless(const char *host);
// Is it an address, as the URL writes it?
bool resolve_is_address(const char *host);
// Pure: the candidates for `host` under the text of a resolv.conf. A final dot means the name as it
// is, alone.
void resolve_walk_make(struct resolve_walk *self, const char *host, const char *conf,
                       size_t conf_len);
// Reads /etc/resolv.conf; a missing one means no search list.
void resolve_walk_read(struct resolve_walk *self, const char *host);

// Pure: the addresses that the text of a hosts file gives for `host`, of both families, in the
// file's order.
void resolve_hosts_find(struct resolve_addresses *self, const char *host, const char *hosts,
                        size_t hosts_len);
bool resolve_hosts(struct resolve_addresses *self, const char *host);

// One question to the name servers: `name` as it is (no search), one family (AF_INET,
// AF_INET6). Blocks as long as the resolver likes: the process's deadline ends it.
enum resolve_result resolve_ask(struct resolve_addresses *self, const char *name, int family);

#endif
