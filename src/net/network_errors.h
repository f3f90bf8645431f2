// SPDX-License-Identifier: MIT
// Why there is no answer, in words: what http.c saw of a connection, as a finding. Pure but for
// strerror.
#ifndef LABELGATE_NET_NETWORK_ERRORS_H
#define LABELGATE_NET_NETWORK_ERRORS_H

#include <stdbool.h>
#include <stddef.h>

#include "net/answer.h"
#include "net/knock.h"
#include "net/url.h"
#include "spec/reason.h"

// No address could be connected to. `tried` names them; `error` is the errno of the last;
// `in_container`, here and below: what localhost means here, and who knows a service's name.
void network_error_connection(struct finding *fault, const struct url *url, const char *origin,
                              const char *tried, int error, bool in_container);
// The connection ended before the answer did. `status` is 0 when not even a head came.
void network_error_ended(struct finding *fault, const char *origin, int status, bool reset);
// It was knocked at the same port again (knock.h): a CONNECTION_RESET, or a handshake that was
// closed, becomes what was seen.
void network_error_knocked(struct finding *fault, const struct url *url, enum knock_kind kind);
// A handshake that an alert ended, by its number.
void network_error_alerted(struct finding *fault, int alert);
// The first bytes are not HTTP: noise, or a TLS server's alert.
void network_error_not_http(struct finding *fault, const char *origin, const char *bytes,
                            size_t len);
void network_error_bad_reply(struct finding *fault, const char *origin, const char *why);
// None of the names has an address: `asked` lists them, `silent` is the first one that the name
// server did not answer for ("" when it answered for all).
void network_error_name(struct finding *fault, const char *origin, const char *host,
                        const char *asked, const char *silent, bool in_container);
// The same, and it is the proxy itself that cannot be reached.
void network_error_proxy_away(struct finding *fault, const struct url *url, const char *origin,
                              const char *why);
// The proxy did not bring the question to `url`: why, and what it answered to CONNECT.
void network_error_proxy(struct finding *fault, const struct url *url, const char *origin,
                         const char *why);
// What is named as a proxy by `from` does not act as one: why.
void network_error_proxy_unfit(struct finding *fault, const char *origin, const char *from,
                               const char *why);
void network_error_proxy_status(struct finding *fault, const struct url *url, const char *origin,
                                int status);

// The words of a timeout: what was waited for (`what` as the phase callback got it, or a plain
// URL). A `what` without "://" names something before the first question: "the settings".
// REASON_TIMEOUT; for a 401 or 403 that came without its body REASON_UNAUTHORIZED_UNREAD or
// REASON_FORBIDDEN_UNREAD. Pure.
void http_timeout_finding(struct finding *finding, enum http_phase phase, const char *what,
                          int64_t timeout_ms, bool in_container);

#endif
