// SPDX-License-Identifier: MIT
// The address of a server as a setting may spell it (contract, section 2; syntax of RFC 3986,
// section 3).
//
// Taken: http or https in any case, a host name, IPv4 or bracketed IPv6 literal, a port, a
// sub-path, trailing slashes. Refused: user information and fragments always, a query unless
// `allow_query`, blanks, control and non-ASCII bytes. Underscores in a host name pass: Django
// refuses them, not we (REASON_HOST_REJECTED_UNDERSCORE).
#ifndef LABELGATE_NET_URL_H
#define LABELGATE_NET_URL_H

#include <stdbool.h>
#include <stddef.h>

#define URL_HOST 256 // a DNS name has at most 253 characters (RFC 1035, section 2.3.4)
#define URL_PATH 1024
#define URL_WHY 128

struct url {
    bool https;
    char host[URL_HOST]; // as written; an IPv6 literal without its brackets
    unsigned port;       // 80 or 443 when none is written
    char path[URL_PATH]; // begins with '/' or is empty; no trailing slash, no query
};

// False, and `why` gets the reason in words, to follow "the address": "has a query". At most
// one character of the text is shown, since a URL may hold a password. `self` is then undefined.
bool url_parse(const char *text, bool allow_query, struct url *self, char why[URL_WHY]);

// The length of `text` without the trailing slashes of its path; with a query the whole length.
size_t url_base_length(const char *text);

// localhost, *.localhost, 127.0.0.0/8 and ::1, and what is connected to there as well: 0.0.0.0, ::
// and ::ffff:127.0.0.0/104. Inside a container that is the container itself.
bool url_is_loopback(const struct url *self);

#endif
