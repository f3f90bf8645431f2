// SPDX-License-Identifier: MIT
// Internet addresses as text. The libc's inet_ntop brings all of printf, 9 KB.
#ifndef LABELGATE_BASE_ADDRESS_H
#define LABELGATE_BASE_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

// The 4 bytes of AF_INET or the 16 of AF_INET6, in network order; IPv6 by RFC 5952, one mapped from
// IPv4 with dots. `size` of INET6_ADDRSTRLEN always fits. False for another family or no room.
bool address_text(int family, const void *bytes, char *buffer, size_t size);

#endif
