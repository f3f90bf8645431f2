// SPDX-License-Identifier: MIT
#include "net/url.h"
#include "base/ascii.h"
#include "base/character.h"
#include "base/text.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/span.h"

#define PORT_MAX 65535
#define PORT_DIGITS 5

static bool refuse(char why[URL_WHY], const char *sentence)
{
    text_print(why, URL_WHY, "%s", sentence);
    return false;
}

static bool refuse_character(char why[URL_WHY], const char *sentence, char character)
{
    text_print(why, URL_WHY, "%s '%c'", sentence, character);
    return false;
}

static bool refuse_byte(char why[URL_WHY], const char *text, size_t at)
{
    struct text out = text_over(why, URL_WHY);
    if (text[at] == ' ' || text[at] == '\t') {
        text_add(&out, "has a blank in it");
    } else if (text[at] == '\r' || text[at] == '\n') {
        text_add(&out, "has a line end in it");
    } else {
        text_add(&out, "holds ");
        character_add_name(&out, span_of(text + at));
    }
    text_add(&out, ", byte %zu", at + 1);
    return false;
}

// What no part of a URL may hold. Said first: a stray blank or newline explains most other faults.
static bool bytes_are_clean(const char *text, char why[URL_WHY])
{
    for (size_t at = 0; text[at] != '\0'; at++)
        if (text[at] <= ' ' || text[at] > '~') // also what is negative where char has a sign
            return refuse_byte(why, text, at);
    if (*text == '"' || *text == '\'')
        return refuse(why, "is wrapped in quotes, which are part of the value");
    if (strstr(text, "${"))
        return refuse(why, "holds \"${\": a variable in it was not replaced");
    return true;
}

static const char *read_scheme(const char *text, struct url *self, char why[URL_WHY])
{
    struct span rest = span_of(text);
    if (span_starts_nocase(rest, "http://")) {
        self->https = false;
        return text + strlen("http://");
    }
    if (span_starts_nocase(rest, "https://")) {
        self->https = true;
        return text + strlen("https://");
    }
    refuse(why, strstr(text, "://") ? "begins with neither http:// nor https://"
                                    : "does not begin with http:// or https://");
    return NULL;
}

static bool copy(char *to, size_t room, struct span from)
{
    if (from.len >= room)
        return false;
    memcpy(to, from.text, from.len);
    to[from.len] = '\0';
    return true;
}

static bool read_ipv6(struct span literal, struct url *self, char why[URL_WHY])
{
    struct in6_addr address;
    if (!copy(self->host, URL_HOST, literal) || inet_pton(AF_INET6, self->host, &address) != 1)
        return refuse(why, "has no IPv6 address between its brackets");
    return true;
}

static bool is_host_character(char c)
{
    return ascii_is_name(c) || c == '-' || c == '.';
}

static bool read_name(struct span name, struct url *self, char why[URL_WHY])
{
    if (name.len == 0)
        return refuse(why, "has no host name");
    for (size_t i = 0; i < name.len; i++)
        if (!is_host_character(name.text[i]))
            return refuse_character(
                why, "has a character in its host name that cannot be there:", name.text[i]);
    if (name.text[0] == '.' || span_find(name, "..") < name.len)
        return refuse(why, "has an empty part in its host name");
    if (!copy(self->host, URL_HOST, name))
        return refuse(why, "has a host name that is too long");
    return true;
}

static bool read_port(struct span digits, struct url *self, char why[URL_WHY])
{
    unsigned port = 0;
    if (digits.len == 0)
        return refuse(why, "has no port after its colon");
    for (size_t i = 0; i < digits.len; i++) {
        if (digits.text[i] < '0' || digits.text[i] > '9')
            return refuse(why, "has a port that is not a number");
        port = port * 10 + (unsigned)(digits.text[i] - '0');
        if (port > PORT_MAX)
            break;
    }
    if (port == 0 || port > PORT_MAX || digits.len > PORT_DIGITS)
        return refuse(why, "has a port that is not between 1 and 65535");
    self->port = port;
    return true;
}

// host, host:port, [v6] or [v6]:port
static bool read_authority(struct span text, struct url *self, char why[URL_WHY])
{
    size_t host_len;
    if (span_find(text, "@") < text.len)
        return refuse(why, "has a user name or password in it");
    self->port = self->https ? 443 : 80;
    if (text.len > 0 && text.text[0] == '[') {
        size_t close = span_find(text, "]");
        if (close == text.len)
            return refuse(why, "has an opening bracket without its closing one");
        if (!read_ipv6((struct span){text.text + 1, close - 1}, self, why))
            return false;
        host_len = close + 1;
    } else {
        host_len = span_find(text, ":");
        if (!read_name((struct span){text.text, host_len}, self, why))
            return false;
    }
    if (host_len == text.len)
        return true;
    if (text.text[host_len] != ':')
        return refuse(why, "has text between the IPv6 address and its port");
    return read_port((struct span){text.text + host_len + 1, text.len - host_len - 1}, self, why);
}

static bool read_path(struct span path, struct url *self, char why[URL_WHY])
{
    for (size_t i = 0; i < path.len; i++)
        if (strchr("\"<>\\^`{|}", path.text[i]))
            return refuse_character(
                why, "has a character in its path that cannot be there:", path.text[i]);
    while (path.len > 0 && path.text[path.len - 1] == '/')
        path.len--;
    if (!copy(self->path, URL_PATH, path))
        return refuse(why, "has a path that is too long");
    return true;
}

bool url_parse(const char *text, bool allow_query, struct url *self, char why[URL_WHY])
{
    if (!bytes_are_clean(text, why))
        return false;
    const char *authority = read_scheme(text, self, why);
    if (!authority)
        return false;
    size_t authority_len = strcspn(authority, "/?#\\");
    if (!read_authority((struct span){authority, authority_len}, self, why))
        return false;
    const char *path = authority + authority_len;
    size_t path_len = strcspn(path, "?#");
    if (strchr(path, '#'))
        return refuse(why, "has a fragment (a '#')");
    if (path[path_len] == '?' && !allow_query)
        return refuse(why, "has a query (a '?')");
    return read_path((struct span){path, path_len}, self, why);
}

size_t url_base_length(const char *text)
{
    size_t len = strlen(text);
    if (strchr(text, '?'))
        return len;
    while (len > 0 && text[len - 1] == '/')
        len--;
    return len;
}

bool url_is_loopback(const struct url *self)
{
    struct span host = span_of(self->host);
    struct in_addr v4;
    struct in6_addr v6;
    if (host.len > 0 && host.text[host.len - 1] == '.')
        host.len--;
    if (span_is_nocase(host, "localhost"))
        return true;
    if (host.len > 10 && span_is_nocase((struct span){host.text + host.len - 10, 10}, ".localhost"))
        return true;
    if (inet_aton(self->host, &v4) != 0)
        return ntohl(v4.s_addr) >> 24 == 127 || v4.s_addr == INADDR_ANY;
    return inet_pton(AF_INET6, self->host, &v6) == 1 &&
           (IN6_IS_ADDR_LOOPBACK(&v6) || IN6_IS_ADDR_UNSPECIFIED(&v6) ||
            (IN6_IS_ADDR_V4MAPPED(&v6) && v6.s6_addr[12] == 127));
}
