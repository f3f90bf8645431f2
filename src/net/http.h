// SPDX-License-Identifier: MIT
// One HTTP question and its answer. The only includer of curl.
//
// Follows no redirect, ignores ~/.netrc, speaks http and https only, sends to no host but the URL's
// and the proxy that it is told. curl reads no variable of the environment. Names are looked up
// family by family with our own walk of the search list (names.h); every address is tried.
// Every request carries `User-Agent: labelgate/VERSION`, `Accept: */*`, `Accept-Encoding: identity`
// (without it a proxy may use any coding: RFC 9110, section 12.5.3) and `Connection: close`; no
// `Expect`, no cookies.
#ifndef LABELGATE_NET_HTTP_H
#define LABELGATE_NET_HTTP_H

#include "net/answer.h"

void http_ask(const struct http_request *request, struct http_answer *answer);
void http_answer_free(struct http_answer *answer); // wipes body and cookies

#endif
