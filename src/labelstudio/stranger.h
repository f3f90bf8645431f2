// SPDX-License-Identifier: MIT
// Who answered in place of Label Studio, by the Server header and the page: for the words of a
// verdict and the order of its steps, never for the verdict itself. Pure.
#ifndef LABELGATE_LABELSTUDIO_STRANGER_H
#define LABELGATE_LABELSTUDIO_STRANGER_H

#include <stdbool.h>

#include "labelstudio/answer.h"

struct stranger {
    const struct ls_answer *answer;
    bool is_json;
};

// Of a body that is no JSON: the title, the heading, the code of an S3 error.
struct span stranger_page_words(const struct stranger *self);

// A page that asks a person to log in.
bool stranger_asks_login(const struct stranger *self);
// A page of the network that the question was sent in: a captive portal's, a web filter's.
bool stranger_is_network(const struct stranger *self);
// The same of where a redirect leads; `asked` is the address that was asked.
bool stranger_leads_to_network(struct span location, struct span asked);
// A redirect to a start page, which is where servers send what they do not know.
bool stranger_leads_to_start(struct span location);
// A program of its own, not something in front of another server.
bool stranger_is_program(const struct stranger *self);
// A proxy that knows running services alone, and none for this address.
bool stranger_has_no_route(const struct stranger *self);
// The 404 of programs in Go: Traefik, which routes to running services alone, and many others.
bool stranger_is_in_go(const struct stranger *self);
// A proxy that found nobody behind it.
bool stranger_has_no_upstream(const struct stranger *self);
// A proxy without a site for this host name that does not say so, but answers with nothing.
bool stranger_has_no_site(const struct stranger *self);
// What nobody puts in front of a server: squid, Privoxy.
bool stranger_is_forward_proxy(const struct stranger *self);
// Closed on purpose, for a time.
bool stranger_is_closed(const struct stranger *self);

#endif
