// SPDX-License-Identifier: MIT
#include "net/network_errors.h"

#include <errno.h>
#include <string.h>

#include "base/duration.h"
#include "base/text.h"

#define LABEL_STUDIO_PORT 8080 // where it listens inside its container
#define GREETING_MIN ((size_t)4)
#define GREETING_MAX ((size_t)48)

static const char *errno_words(int error)
{
    switch (error) {
    case ENETUNREACH:
        return "there is no route to its network";
    case EHOSTUNREACH:
        return "no machine has that address there, or a firewall refuses (no route to host)";
    case EADDRNOTAVAIL:
        return "this machine has no address of that kind";
    case EACCES:
    case EPERM:
        return "a firewall on this machine forbids it";
    case ETIMEDOUT:
        return "the connection timed out";
    default:
        return error == 0 ? "the connection failed" : strerror(error);
    }
}

// One word: a Compose service's name, rather than a host's.
static bool is_service(const char *host)
{
    return !strchr(host, '.') && !strchr(host, ':');
}

// 0.0.0.0 and ::, which a server listens at and nobody has: to Linux they are this machine itself.
static bool is_no_address(const char *addresses)
{
    return addresses[0] != '\0' && addresses[strspn(addresses, "0.:, ")] == '\0';
}

static enum reason reason_of_refusal(const struct url *url, bool in_container)
{
    if (url_is_loopback(url) || is_no_address(url->host))
        return in_container ? REASON_CONNECTION_REFUSED_LOCALHOST
                            : REASON_CONNECTION_REFUSED_ON_HOST;
    // The published port of a service is known on the host alone.
    if (is_service(url->host) && url->port != LABEL_STUDIO_PORT)
        return REASON_CONNECTION_REFUSED_PORT;
    return REASON_CONNECTION_REFUSED;
}

static enum reason reason_of_no_way(int error)
{
    switch (error) {
    case EHOSTUNREACH: // nobody has that address there, or a firewall says so
    case ETIMEDOUT:
        return REASON_UNREACHABLE_HOST;
    case EACCES:
    case EPERM:
        return REASON_UNREACHABLE_FORBIDDEN;
    default:
        return REASON_UNREACHABLE;
    }
}

void network_error_connection(struct finding *fault, const struct url *url, const char *origin,
                              const char *tried, int error, bool in_container)
{
    char detail[FINDING_SLOT];
    if (is_no_address(tried) && !is_no_address(url->host)) {
        text_print(detail, sizeof detail, "the name server says %s", tried);
        finding_set(fault, REASON_NAME_UNRESOLVED_BLOCKED, origin, NULL, detail);
        return;
    }
    if (error == ECONNREFUSED) {
        finding_set(fault, reason_of_refusal(url, in_container), origin, NULL,
                    strcmp(tried, url->host) == 0 ? NULL : tried);
        return;
    }
    // Accepted and reset before anything was asked
    if (error == ECONNRESET) {
        network_error_ended(fault, origin, 0, true);
        network_error_knocked(fault, url, KNOCK_CLOSES);
        return;
    }
    if (strcmp(tried, url->host) == 0)
        text_print(detail, sizeof detail, "%s", errno_words(error));
    else
        text_print(detail, sizeof detail, "%s (tried: %s)", errno_words(error), tried);
    finding_set(fault, reason_of_no_way(error), origin, NULL, detail);
}

void network_error_ended(struct finding *fault, const char *origin, int status, bool reset)
{
    char detail[FINDING_SLOT];
    if (status == 0) {
        finding_set(fault, REASON_CONNECTION_RESET, origin, NULL,
                    reset ? "connection reset" : NULL);
        return;
    }
    text_print(detail, sizeof detail,
               "status %d came, then the connection %s in the middle of the answer", status,
               reset ? "was reset" : "was closed");
    finding_set(fault, reset ? REASON_CONNECTION_RESET_BROKEN : REASON_BAD_REPLY_BROKEN, origin,
                NULL, detail);
}

// Who has these ports by custom, and closes when it is asked by HTTP. NULL: nobody.
static const char *usual_service(unsigned port)
{
    static const struct {
        unsigned port;
        const char *name;
    } rows[] = {
        {22, "SSH"},     {25, "SMTP"},         {1433, "SQL Server"}, {1883, "MQTT"},
        {3306, "MySQL"}, {5432, "PostgreSQL"}, {5672, "RabbitMQ"},   {6379, "Redis"},
        {9092, "Kafka"}, {11211, "memcached"}, {27017, "MongoDB"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].port == port)
            return rows[i].name;
    return NULL;
}

void network_error_knocked(struct finding *fault, const struct url *url, enum knock_kind kind)
{
    const char *service = usual_service(url->port);
    struct finding before = *fault;
    if (kind == KNOCK_TLS)
        fault->reason = REASON_HTTPS_NEEDED;
    else if (kind == KNOCK_CLOSES)
        fault->reason = REASON_CONNECTION_RESET_EMPTY;
    else if (service != NULL)
        finding_set(fault, REASON_CONNECTION_RESET_SERVICE, before.subject, service, before.detail);
}

void network_error_alerted(struct finding *fault, int alert)
{
    struct finding before = *fault;
    switch (alert) {
    case KNOCK_ALERT_VERSION:
        finding_set(fault, REASON_TLS_FAILED_VERSION, before.subject, NULL, NULL);
        break;
    case KNOCK_ALERT_NAME:
        finding_set(fault, REASON_TLS_FAILED_NAME, before.subject, NULL, NULL);
        break;
    case KNOCK_ALERT_INTERNAL:
        finding_set(fault, REASON_TLS_FAILED_NAME, before.subject, NULL,
                    "it says internal error, as Caddy and other programs in Go do");
        break;
    case KNOCK_ALERT_HANDSHAKE:
        finding_set(fault, REASON_TLS_FAILED, before.subject, NULL,
                    "no cipher in common, or the server's key is of a kind that is not supported "
                    "(Ed25519)");
        break;
    default:
        break;
    }
}

// RFC 9113 section 3.4: a server begins with a SETTINGS frame of its own, length, type 4, stream 0.
static bool is_http2(const char *bytes, size_t len)
{
    return len >= 9 && bytes[0] == 0 && bytes[3] == 4 && memcmp(bytes + 5, "\0\0\0\0", 4) == 0;
}

// RFC 8446 section 5.1: a record's type (21: alert) and version (3, x).
static bool is_tls_alert(const char *bytes, size_t len)
{
    return len >= 2 && bytes[0] == 0x15 && bytes[1] == 0x03;
}

// The first words of a greeting, which name the service: "SSH-2.0-OpenSSH_9.2". Only whole: what is
// cut off may end in a piece of a secret that is too short to be known.
static struct span greeting(const char *bytes, size_t len)
{
    for (size_t at = 0; at < len && at < GREETING_MAX;) {
        size_t run = 0;
        while (at + run < len && bytes[at + run] >= ' ' && bytes[at + run] < 0x7f)
            run++;
        if (run >= GREETING_MIN)
            return at + run < len ? (struct span){bytes + at, run} : span_of("");
        at += run + 1;
    }
    return span_of("");
}

void network_error_not_http(struct finding *fault, const char *origin, const char *bytes,
                            size_t len)
{
    char why[FINDING_SLOT];
    struct text out = text_over(why, sizeof why);
    struct span words = greeting(bytes, len);
    if (is_tls_alert(bytes, len)) {
        finding_set(fault, REASON_HTTPS_NEEDED, origin, NULL, NULL);
        return;
    }
    if (is_http2(bytes, len)) {
        finding_set(fault, REASON_BAD_REPLY_HTTP2, origin, NULL, NULL);
        return;
    }
    text_add(&out, "it is not HTTP: another service listens there");
    if (words.len > 0) {
        text_add(&out, " (\"");
        text_add_foreign(&out, words, GREETING_MAX);
        text_add(&out, "\")");
    }
    network_error_bad_reply(fault, origin, why);
}

void network_error_bad_reply(struct finding *fault, const char *origin, const char *why)
{
    finding_set(fault, REASON_BAD_REPLY, origin, NULL, why);
}

// A service's name is known on its own network only, and while the service runs.
static enum reason by_name(const char *host, bool in_container, enum reason other,
                           enum reason service, enum reason on_host)
{
    if (!is_service(host))
        return other;
    return in_container ? service : on_host;
}

static enum reason reason_of_unknown(const char *host, bool in_container)
{
    struct span name = span_of(host);
    if (span_is_nocase(name, "host.docker.internal") ||
        span_is_nocase(name, "host.containers.internal"))
        return in_container ? REASON_NAME_UNRESOLVED_GATEWAY
                            : REASON_NAME_UNRESOLVED_GATEWAY_ON_HOST;
    // Not those of Kubernetes: label-studio.default.svc.cluster.local
    if (span_ends_nocase(name, ".local") && strchr(host, '.') == strrchr(host, '.'))
        return REASON_NAME_UNRESOLVED_LOCAL;
    return by_name(host, in_container, REASON_NAME_UNRESOLVED, REASON_NAME_UNRESOLVED_SERVICE,
                   REASON_NAME_UNRESOLVED_ON_HOST);
}

void network_error_name(struct finding *fault, const char *origin, const char *host,
                        const char *asked, const char *silent, bool in_container)
{
    char detail[FINDING_SLOT];
    struct text out = text_over(detail, sizeof detail);
    if (silent[0] != '\0')
        text_add(&out, "the name server gave no answer for %s", silent);
    else
        text_add(&out, "the name server knows no address of %s", asked);
    if (silent[0] != '\0' && strcmp(silent, host) != 0)
        text_add(&out, ", a candidate of the search list; a final dot (%s.) skips the list", host);
    enum reason reason =
        silent[0] != '\0'
            ? by_name(host, in_container, REASON_NAME_UNRESOLVED_SILENT,
                      REASON_NAME_UNRESOLVED_SILENT_SERVICE, REASON_NAME_UNRESOLVED_SILENT_ON_HOST)
            : reason_of_unknown(host, in_container);
    finding_set(fault, reason, origin, NULL, detail);
}

static enum reason reason_of_timeout(enum http_phase phase)
{
    switch (phase) {
    case HTTP_RESOLVING:
        return REASON_TIMEOUT_RESOLVING;
    case HTTP_CONNECTING:
        return REASON_TIMEOUT_CONNECTING;
    case HTTP_HANDSHAKE:
        return REASON_TIMEOUT_HANDSHAKE;
    case HTTP_TUNNEL:
        return REASON_TIMEOUT_TUNNEL;
    case HTTP_ANSWERING:
        return REASON_TIMEOUT;
    case HTTP_UNAUTHORIZED:
        return REASON_UNAUTHORIZED_UNREAD;
    case HTTP_FORBIDDEN:
        return REASON_FORBIDDEN_UNREAD;
    }
    return REASON_TIMEOUT;
}

void network_error_proxy(struct finding *fault, const struct url *url, const char *origin,
                         const char *why)
{
    bool is_short = strchr(url->host, '.') == NULL && strchr(url->host, ':') == NULL;
    finding_set(fault, is_short ? REASON_PROXY_FAILED_SHORT : REASON_PROXY_FAILED, origin,
                url->host, why);
}

void network_error_proxy_away(struct finding *fault, const struct url *url, const char *origin,
                              const char *why)
{
    network_error_proxy(fault, url, origin, why);
    if (fault->reason == REASON_PROXY_FAILED)
        fault->reason = REASON_PROXY_AWAY;
}

void network_error_proxy_unfit(struct finding *fault, const char *origin, const char *from,
                               const char *why)
{
    char subject[FINDING_SLOT]; // `origin` may be a slot of `fault`
    text_print(subject, sizeof subject, "%s", origin);
    finding_set(fault, REASON_PROXY_UNFIT, subject, from, why);
}

void network_error_proxy_status(struct finding *fault, const struct url *url, const char *origin,
                                int status)
{
    char detail[FINDING_SLOT];
    text_print(detail, sizeof detail, "%d", status);
    if (status == 407 || status == 401) { // to a CONNECT some say 401
        finding_set(fault, REASON_PROXY_FAILED_LOGIN, origin, NULL, detail);
        return;
    }
    text_print(detail, sizeof detail, "it answered %d%s", status,
               status == 403                    ? ": its rules forbid it"
               : status == 404                  ? ": it does not find that host"
               : status >= 500 && status <= 504 ? ": it cannot find or reach that host"
                                                : "");
    network_error_proxy(fault, url, origin, detail);
}

static const char *phase_words(enum http_phase phase)
{
    switch (phase) {
    case HTTP_RESOLVING:
        return ", looking up the name";
    case HTTP_CONNECTING:
        return ", connecting";
    case HTTP_TUNNEL:
        return ", connected to the proxy, waiting for it to open the way";
    case HTTP_HANDSHAKE:
    case HTTP_ANSWERING:
        return ", connected";
    case HTTP_UNAUTHORIZED:
    case HTTP_FORBIDDEN:
        return ", the rest of the answer did not come";
    }
    return "";
}

// `looked_up` follows the address: " NAME" and perhaps more. It may be a proxy's name, or one that
// was found and is looked up again for IPv6: no service of that name is missing then.
static enum reason reason_of_look_up(const char *address, const char *looked_up, bool in_container)
{
    struct url url;
    char why[URL_WHY];
    if (!url_parse(address, true, &url, why) || strstr(looked_up, " for IPv6") != NULL)
        return REASON_TIMEOUT_RESOLVING;
    size_t len = strlen(url.host);
    bool is_its = looked_up[0] == '\0' || (strncmp(looked_up + 1, url.host, len) == 0 &&
                                           strchr("., ", looked_up[1 + len]) != NULL);
    return is_its ? by_name(url.host, in_container, REASON_TIMEOUT_RESOLVING,
                            REASON_TIMEOUT_RESOLVING_SERVICE, REASON_TIMEOUT_RESOLVING_ON_HOST)
                  : REASON_TIMEOUT_RESOLVING;
}

void http_timeout_finding(struct finding *finding, enum http_phase phase, const char *what,
                          int64_t timeout_ms, bool in_container)
{
    char subject[FINDING_SLOT], detail[FINDING_SLOT], limit[32];
    duration_text(timeout_ms, limit, sizeof limit);
    if (strstr(what, "://") == NULL) {
        text_print(detail, sizeof detail, "%s, reading %s", limit, what);
        finding_set(finding, REASON_TIMEOUT_BEFORE, what, NULL, detail);
        return;
    }
    size_t address = strcspn(what, " ");
    text_print(subject, sizeof subject, "%.*s", (int)address, what);
    text_print(detail, sizeof detail, "%s%s%s", limit, phase_words(phase), what + address);
    enum reason reason = reason_of_timeout(phase);
    if (reason == REASON_TIMEOUT_CONNECTING && strstr(what, " to the proxy ") != NULL)
        reason = REASON_TIMEOUT_PROXY;
    if (reason == REASON_TIMEOUT_RESOLVING)
        reason = reason_of_look_up(subject, what + address, in_container);
    finding_set(finding, reason, subject, NULL, detail);
}
