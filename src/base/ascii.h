// SPDX-License-Identifier: MIT
// Classes of ASCII characters, whatever the locale. A byte above 0x7F is in none of them.
#ifndef LABELGATE_BASE_ASCII_H
#define LABELGATE_BASE_ASCII_H

#include <stdbool.h>

static inline bool ascii_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool ascii_is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static inline bool ascii_is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static inline bool ascii_is_letter(char c)
{
    return ascii_is_upper(c) || ascii_is_lower(c);
}

static inline bool ascii_is_alnum(char c)
{
    return ascii_is_letter(c) || ascii_is_digit(c);
}

// The first character of a variable's name; the others may be digits too (POSIX, XBD 8.1).
static inline bool ascii_is_name_start(char c)
{
    return ascii_is_letter(c) || c == '_';
}

static inline bool ascii_is_name(char c)
{
    return ascii_is_alnum(c) || c == '_';
}

static inline bool ascii_is_blank(char c)
{
    return c == ' ' || c == '\t';
}

// What the C locale's isspace accepts.
static inline bool ascii_is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static inline bool ascii_is_visible(char c)
{
    return c > ' ' && c <= '~';
}

static inline char ascii_lower(char c)
{
    return ascii_is_upper(c) ? (char)(c - 'A' + 'a') : c;
}

// Base64url (RFC 4648 section 5).
static inline bool ascii_is_base64url(char c)
{
    return ascii_is_name(c) || c == '-';
}

// What a JWT consists of.
static inline bool ascii_is_jwt(char c)
{
    return ascii_is_base64url(c) || c == '.';
}

// The value of a hex digit in any case; -1: not a hex digit.
static inline int ascii_hex_value(char c)
{
    if (ascii_is_digit(c))
        return c - '0';
    c = ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static inline bool ascii_is_hex(char c)
{
    return ascii_hex_value(c) >= 0;
}

#endif
