// SPDX-License-Identifier: MIT
#include "net/proxy.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/ascii.h"
#include "base/percent.h"
#include "base/span.h"
#include "base/text.h"

#define CIDR_TEXT 128

// ---- NO_PROXY -----------------------------------------------------------------------------------

static bool same_bits(const unsigned char *a, const unsigned char *b, unsigned bits)
{
    unsigned bytes = bits / 8, rest = bits % 8;
    return memcmp(a, b, bytes) == 0 && (rest == 0 || ((a[bytes] ^ b[bytes]) >> (8 - rest)) == 0);
}

// False: no number, or one above `most`.
static bool read_bits(const char *text, unsigned most, unsigned *bits)
{
    unsigned value = 0;
    if (*text == '\0')
        return false;
    for (; ascii_is_digit(*text) && value <= most; text++)
        value = value * 10 + (unsigned)(*text - '0');
    *bits = value == 0 ? most : value;
    return *text == '\0' && value <= most;
}

// "10.0.0.0/8", "fd00::1"
static bool holds_address(struct span entry, int family, const unsigned char *address)
{
    char text[CIDR_TEXT];
    unsigned char network[sizeof(struct in6_addr)];
    unsigned bits = family == AF_INET ? 32 : 128;
    if (entry.len >= sizeof text)
        return false;
    memcpy(text, entry.text, entry.len);
    text[entry.len] = '\0';
    char *slash = strchr(text, '/');
    if (slash != NULL && !read_bits(slash + 1, bits, &bits))
        return false;
    if (slash != NULL)
        *slash = '\0';
    return inet_pton(family, text, network) == 1 && same_bits(address, network, bits);
}

static bool holds_name(struct span entry, struct span name)
{
    if (entry.len > 0 && entry.text[entry.len - 1] == '.')
        entry.len--;
    if (entry.len > 0 && entry.text[0] == '.')
        entry = span_rest(entry, 1);
    if (entry.len == 0 || entry.len > name.len)
        return false;
    struct span tail = span_rest(name, name.len - entry.len);
    return strncasecmp(tail.text, entry.text, entry.len) == 0 &&
           (tail.len == name.len || tail.text[-1] == '.');
}

bool proxy_is_bypassed(const char *host, const char *no_proxy)
{
    unsigned char address[sizeof(struct in6_addr)];
    struct span name = span_of(host);
    int family = inet_pton(AF_INET, host, address) == 1    ? AF_INET
                 : inet_pton(AF_INET6, host, address) == 1 ? AF_INET6
                                                           : AF_UNSPEC;
    if (strcmp(no_proxy, "*") == 0)
        return true;
    if (name.len > 0 && name.text[name.len - 1] == '.')
        name.len--;
    for (const char *at = no_proxy; *at != '\0';) {
        at += strspn(at, " \t");
        struct span entry = {at, strcspn(at, " \t,")};
        if (entry.len > 0 &&
            (family == AF_UNSPEC ? holds_name(entry, name) : holds_address(entry, family, address)))
            return true;
        at += entry.len;
        at += strspn(at, " \t");
        if (*at != ',') // what follows a blank is not read
            return false;
        at += strspn(at, ",");
    }
    return false;
}

// ---- The address of the proxy -------------------------------------------------------------------

static bool refuse(struct proxy *self, const char *why)
{
    text_print(self->why, sizeof self->why, "%s", why);
    return true;
}

// False: too long, or it holds a NUL.
static bool decode(struct span text, char out[PROXY_LOGIN])
{
    size_t len = percent_decode(text, out, PROXY_LOGIN);
    if (len == PROXY_LOGIN || memchr(out, '\0', len) != NULL)
        return false;
    out[len] = '\0';
    return true;
}

static bool take_login(struct proxy *self, struct span login)
{
    size_t colon = span_find(login, ":");
    struct span user = {login.text, colon};
    struct span password = colon < login.len ? span_rest(login, colon + 1) : span_of("");
    return decode(user, self->user) && decode(password, self->password);
}

static bool take_address(struct proxy *self, struct span address)
{
    struct url url;
    char text[PROXY_SHOWN];
    if (text_print(text, sizeof text, "http://%.*s", (int)address.len, address.text) !=
        address.len + strlen("http://"))
        return refuse(self, "is too long");
    if (!url_parse(text, false, &url, self->why))
        return true;
    memcpy(self->host, url.host, sizeof self->host);
    self->port = url.port;
    return true;
}

// Always true: what cannot be used is used by the app, and is said when it would be asked.
static bool take(struct proxy *self, const char *text, const char *from)
{
    struct span all = span_of(text);
    size_t scheme = span_find(all, "://");
    if (span_find(all, ":") != scheme) // it is in a password
        scheme = all.len;
    struct span rest = scheme < all.len ? span_rest(all, scheme + 3) : all;
    struct span authority = {rest.text, strcspn(rest.text, "/?#")};
    size_t at = rest.len; // the last @, as for what is secret (redact_token.c)
    while (at > 0 && rest.text[at - 1] != '@')
        at--;
    struct span address = {rest.text + at, strcspn(rest.text + at, "/?#")};
    struct text shown = text_over(self->shown, sizeof self->shown);
    struct span name = scheme < all.len ? (struct span){text, scheme} : span_of("http");
    memset(self, 0, sizeof *self);
    self->from = from;
    text_add_visible(&shown, name, 16);
    text_add(&shown, "://");
    text_add_visible(&shown, address, URL_HOST);
    if (at > authority.len) // never guessed: the login must go to no other host
        return refuse(self, "has an @ after a /, ? or #: in a password write %2F, %3F, %23");
    if (span_starts_nocase(name, "socks"))
        return refuse(self, "speaks SOCKS, which labelgate does not");
    if (span_is_nocase(name, "https"))
        return refuse(self,
                      "is to be asked over TLS, which labelgate does not do (most are asked by "
                      "http://)");
    if (!span_is_nocase(name, "http"))
        return refuse(self, "has a scheme other than http");
    if (at > 0 && !take_login(self, (struct span){authority.text, at - 1}))
        return refuse(self, "has a user name or password that is too long");
    return take_address(self, address);
}

// ---- Which one ----------------------------------------------------------------------------------

static bool try_variable(struct proxy *self, const char *name, proxy_lookup *lookup,
                         const void *context)
{
    const char *text = lookup(context, name);
    return text != NULL && *text != '\0' && take(self, text, name);
}

static bool is_set(const char *name, proxy_lookup *lookup, const void *context)
{
    const char *text = lookup(context, name);
    return text != NULL && *text != '\0';
}

static bool is_left_out(const struct url *url, proxy_lookup *lookup, const void *context)
{
    const char *name = is_set("no_proxy", lookup, context) ? "no_proxy" : "NO_PROXY";
    return is_set(name, lookup, context) && proxy_is_bypassed(url->host, lookup(context, name));
}

bool proxy_from_environment(struct proxy *self, const struct url *url, proxy_lookup *lookup,
                            const void *context)
{
    if (url_is_loopback(url) || is_left_out(url, lookup, context))
        return false;
    if (url->https)
        return try_variable(self, "https_proxy", lookup, context) ||
               try_variable(self, "HTTPS_PROXY", lookup, context) ||
               try_variable(self, "all_proxy", lookup, context) ||
               try_variable(self, "ALL_PROXY", lookup, context);
    return try_variable(self, "http_proxy", lookup, context) ||
           (!is_set("REQUEST_METHOD", lookup, context) &&
            try_variable(self, "HTTP_PROXY", lookup, context)) ||
           try_variable(self, "all_proxy", lookup, context) ||
           try_variable(self, "ALL_PROXY", lookup, context);
}

bool proxy_from_text(struct proxy *self, const struct url *url, const char *text, const char *from)
{
    return !url_is_loopback(url) && take(self, text, from);
}

void proxy_name_way(const struct proxy *self, struct finding *finding)
{
    char via[FINDING_VIA];
    if (self == NULL || reason_class(finding->reason) == REASON_CLASS_LOCAL ||
        finding->reason == REASON_PROXY_UNUSABLE)
        return;
    text_print(via, sizeof via, "through the proxy %s from %s", self->shown, self->from);
    finding_via(finding, via);
}
