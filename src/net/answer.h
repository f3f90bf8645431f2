// SPDX-License-Identifier: MIT
// A question and its answer, as data: for http.h, which asks, and for what it is made of.
#ifndef LABELGATE_NET_ANSWER_H
#define LABELGATE_NET_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "net/proxy.h"
#include "spec/reason.h"

#define HTTP_BODY_SMALL ((size_t)2 * 1024) // whoami and every error fit, without the heap
#define HTTP_HEADER_VALUE 512
#define HTTP_HEADERS 16

// What is being waited for: for the sentence of a timeout.
enum http_phase {
    HTTP_RESOLVING,
    HTTP_CONNECTING,
    HTTP_TUNNEL, // the proxy is connected and is asked to open the way (CONNECT)
    HTTP_HANDSHAKE,
    HTTP_ANSWERING,
    // The status came, the rest is awaited: a refusal is one even when its body never comes.
    HTTP_UNAUTHORIZED, // 401
    HTTP_FORBIDDEN,    // 403
};

struct http_request {
    const char *method; // "GET", "POST"
    const char *url;
    // "Name: value" lines, NULL-terminated; may hold the token: wiped by their owner. NULL: none.
    const char *const *headers;
    struct span body;    // empty: none
    int64_t timeout_ms;  // of this request; the process's hard deadline is deadline.h
    const char *ca_file; // NULL: the distribution's bundle
    // NULL: asked directly. Of the target's name no address is looked up then, the proxy does. An
    // https address stays verified end to end; an http one shows its headers to the proxy.
    const struct proxy *proxy;
    // Called when a new phase begins, so that the caller can prepare the deadline's words
    // (deadline_say). May be NULL. `what` is for http_timeout_finding: the address, then perhaps a
    // blank and what exactly is being waited for.
    void (*phase)(void *context, enum http_phase phase, const char *what);
    void *phase_context;
    bool body_always; // read the body whatever the status; else only where it is needed (200, 400,
                      // 401, 403, 500); of a 404 and of any other 5xx what comes at once
                      // (HTTP_PEEK_MS), enough to see whose page it is
    bool body_never;  // the status line is all that is wanted (the app's own address)
};

struct http_answer {
    bool answered;        // head and body, as far as it is needed, came; else `fault` says why not
    struct finding fault; // class unclear or local (ca_file_invalid); subject: scheme, host, port
    int status;           // the one that came, 0: none; also when there is no whole answer
    bool has_via;         // a proxy passed it on, and says so (RFC 9110, section 7.6.3)
    char peer[64];        // the address that a name led to; empty: no name, no connection, a proxy
    char content_type[HTTP_HEADER_VALUE]; // header values are cut to fit
    char content_encoding[HTTP_HEADER_VALUE];
    char location[HTTP_HEADER_VALUE];
    char www_authenticate[HTTP_HEADER_VALUE];
    char retry_after[HTTP_HEADER_VALUE];
    char server[HTTP_HEADER_VALUE];
    char date[HTTP_HEADER_VALUE];
    char cookies[2048]; // "name=value; name=value" of all Set-Cookie headers, for the login
    char *body; // NUL-terminated, in `small` or on the heap: do not copy the struct; NULL when none
                // was read
    size_t body_len;
    char small[HTTP_BODY_SMALL];
    bool body_cut; // longer than HTTP_BODY_MAX (response.h), cut short, or not waited for
};

#endif
