// SPDX-License-Identifier: MIT
// Which proxy an address is asked through, if any: a pure function of the address and of the
// variables that the app has. curl is told the result and never reads the environment itself.
//
// The variables are read as libcurl 8.22 reads them (its manual: CURLOPT_PROXY, CURLOPT_NOPROXY):
// https_proxy, HTTPS_PROXY; http_proxy; then all_proxy, ALL_PROXY; no_proxy, NO_PROXY. As Python
// does, HTTP_PROXY counts too unless REQUEST_METHOD is set: in a CGI program anybody can set it by
// a header "Proxy:". Two differences: a proxy without a port has 80, as in Python and Go (libcurl:
// 1080), and a loopback address is never asked through a proxy.
#ifndef LABELGATE_NET_PROXY_H
#define LABELGATE_NET_PROXY_H

#include <stdbool.h>

#include "net/url.h"
#include "spec/reason.h"

#define PROXY_LOGIN 256
#define PROXY_SHOWN (URL_HOST + 32)

struct proxy {
    const char *from;        // "HTTP_PROXY", "--proxy": the caller's text or static
    char why[URL_WHY];       // not empty: it cannot be used, in words that follow "it "
    char shown[PROXY_SHOWN]; // "http://proxy:3128"; never user or password
    char host[URL_HOST];     // as in struct url
    unsigned port;
    char user[PROXY_LOGIN]; // decoded; both empty: none
    char password[PROXY_LOGIN];
};

// The value of a variable; NULL or empty: not set.
typedef const char *proxy_lookup(const void *context, const char *name);

// The proxy for `url` by the variables. False: it is asked directly.
bool proxy_from_environment(struct proxy *self, const struct url *url, proxy_lookup *lookup,
                            const void *context);
// The same for a proxy that was given by name: it counts whatever NO_PROXY says.
bool proxy_from_text(struct proxy *self, const struct url *url, const char *text, const char *from);

// Adds "through the proxy …" to a finding about an answer or its absence. `self` NULL: nothing.
void proxy_name_way(const struct proxy *self, struct finding *finding);

// Does the list of NO_PROXY hold this host? A list of names with commas between them: each means
// the name itself and all below it, with a dot before it or not; an address means itself, an
// address with /BITS its network (/0: itself); "*" alone means every host. An entry with a port
// matches nothing.
bool proxy_is_bypassed(const char *host, const char *no_proxy);

#endif
