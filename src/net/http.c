// SPDX-License-Identifier: MIT
#include "net/http.h"

#include <arpa/inet.h>
// The type checks are macros of dozens of branches, which count as ours in the size of a function.
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/container.h"
#include "base/duration.h"
#include "base/text.h"
#include "net/dial.h"
#include "net/knock.h"
#include "net/memory.h"
#include "net/names.h"
#include "net/network_errors.h"
#include "net/response.h"
#include "net/tls.h"
#include "net/url.h"
#include "versions.h"

#define ORIGIN (URL_HOST + 32)
// A page: whoami and its head come in one read, and memory that is never touched costs nothing.
#define READ_AT_ONCE 4096L
#define TRIED 256
// What comes within this is not announced as waited for.
#define QUIET_MS 10
#define USER_AGENT "User-Agent: labelgate/" VERSION_LABELGATE

struct transfer {
    const struct http_request *request;
    struct http_answer *answer;
    struct url url;
    char origin[ORIGIN]; // scheme, host and port as written
    int64_t until_ms;
    struct tls tls;
    CURL *easy;
    CURLM *multi;
    struct curl_slist lines[HTTP_HEADERS + 4];
    char error[CURL_ERROR_SIZE]; // read for mbedTLS's number, never shown

    // For the words of a timeout and of a failed connection
    enum http_phase phase;
    bool announced;
    char what[FINDING_SLOT];
    char tried[TRIED];

    int fd;                          // the last that was opened, for its phase alone
    struct sockaddr_storage address; // where that one leads
    unsigned address_len;
    bool in_time;     // the whole time counts, not a family's share of it
    struct intake in; // the answer as it comes
    unsigned waited_for_body;
};

// ---- Phases -------------------------------------------------------------------------------------

// `detail` says more of what is waited for; "" nothing.
static void enter(struct transfer *self, enum http_phase phase, const char *detail)
{
    struct text text = text_over(self->what, sizeof self->what);
    self->phase = phase;
    self->announced = false;
    text_add(&text, "%s", self->origin);
    if (detail[0] != '\0')
        text_add(&text, " ");
    text_add(&text, "%s", detail);
}

// Only when there is something to wait for: a caller makes sentences of it, which a quick answer
// need not pay for.
static void announce(struct transfer *self)
{
    if (!self->announced && self->request->phase != NULL)
        self->request->phase(self->request->phase_context, self->phase, self->what);
    self->announced = true;
}

// The host whose name is looked up and whose port is connected to.
static const char *next_host(const struct transfer *self)
{
    return self->request->proxy != NULL ? self->request->proxy->host : self->url.host;
}

static int64_t time_left(const struct transfer *self)
{
    int64_t left = self->until_ms - duration_now();
    return left > 0 ? left : 0;
}

// ---- What curl calls ----------------------------------------------------------------------------

// Told at once and not when there is something to wait for: time may be up at any moment from here.
static void note_refusal(struct transfer *self)
{
    enum http_phase phase = self->in.status == 401 ? HTTP_UNAUTHORIZED : HTTP_FORBIDDEN;
    if ((self->in.status != 401 && self->in.status != 403) || self->phase == phase)
        return;
    enter(self, phase, "");
    announce(self);
}

static size_t on_head(char *bytes, size_t one, size_t len, void *context)
{
    struct transfer *self = context;
    size_t taken = intake_head(&self->in, (struct span){bytes, one * len});
    note_refusal(self);
    return taken;
}

static size_t on_body(char *bytes, size_t one, size_t len, void *context)
{
    struct transfer *self = context;
    return intake_body(&self->in, (struct span){bytes, one * len});
}

static void note_address(struct transfer *self, const struct curl_sockaddr *address)
{
    char text[INET6_ADDRSTRLEN] = "";
    const struct sockaddr *sockaddr = &address->addr;
    const void *binary =
        address->family == AF_INET
            ? (const void *)&((const struct sockaddr_in *)(const void *)sockaddr)->sin_addr
            : (const void *)&((const struct sockaddr_in6 *)(const void *)sockaddr)->sin6_addr;
    size_t used = strlen(self->tried);
    if (!inet_ntop(address->family, binary, text, sizeof text) ||
        strstr(self->tried, text) != NULL || used + 2 + strlen(text) >= sizeof self->tried)
        return;
    text_print(self->tried + used, sizeof self->tried - used, "%s%s", used > 0 ? ", " : "", text);
}

static curl_socket_t on_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct transfer *self = context;
    (void)purpose;
    note_address(self, address);
    if (self->phase < HTTP_CONNECTING) {
        char detail[TRIED + 16];
        bool is_proxy = self->request->proxy != NULL;
        text_print(detail, sizeof detail, "to %s%s", is_proxy ? "the proxy " : "", self->tried);
        enter(self, HTTP_CONNECTING,
              !is_proxy && strcmp(self->tried, self->url.host) == 0 ? "" : detail);
    }
    self->address_len = address->addrlen < sizeof self->address ? address->addrlen : 0;
    memcpy(&self->address, &address->addr, self->address_len);
    self->fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    return self->fd;
}

// curl does not tell when the proxy is connected and was asked for the way.
static void note_tunnel(struct transfer *self)
{
    struct sockaddr_storage peer;
    socklen_t len = sizeof peer;
    if (self->request->proxy != NULL && self->url.https && self->phase == HTTP_CONNECTING &&
        getpeername(self->fd, (struct sockaddr *)&peer, &len) == 0)
        enter(self, HTTP_TUNNEL, "");
}

// A family's share of the time is for the connection alone.
static void give_whole_time(struct transfer *self)
{
    if (self->phase <= HTTP_CONNECTING || self->in_time)
        return;
    self->in_time = true;
    curl_easy_setopt(self->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)(time_left(self) + 1));
}

static CURLcode on_tls(CURL *easy, void *config, void *context)
{
    struct transfer *self = context;
    (void)easy;
    enter(self, HTTP_HANDSHAKE, "");
    tls_configure(&self->tls, config, self->url.host);
    return CURLE_OK;
}

static int on_connected(void *context, char *remote, char *local, int remote_port, int local_port)
{
    struct transfer *self = context;
    (void)remote, (void)local, (void)remote_port, (void)local_port;
    enter(self, HTTP_ANSWERING, "");
    return CURL_PREREQFUNC_OK;
}

// ---- Options ------------------------------------------------------------------------------------

// A list over memory of ours: curl takes it as it is, and copies the lines into its request alone.
static struct curl_slist *make_lines(struct transfer *self)
{
    // A plain header, since by CURLOPT_ACCEPT_ENCODING an answer in a coding would be an error
    // without its status.
    static const char *const own[] = {USER_AGENT, "Accept-Encoding: identity", "Connection: close",
                                      "Expect:"};
    struct curl_slist *at = self->lines;
    size_t count = 0;
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        at[count++].data = (char *)(uintptr_t)own[i];
    for (size_t i = 0;
         self->request->headers != NULL && self->request->headers[i] != NULL && i < HTTP_HEADERS;
         i++)
        at[count++].data = (char *)(uintptr_t)self->request->headers[i];
    for (size_t i = 0; i < count; i++)
        at[i].next = i + 1 < count ? &at[i + 1] : NULL;
    return at;
}

static void set_method(struct transfer *self)
{
    const struct http_request *request = self->request;
    bool is_get = request->method == NULL || strcmp(request->method, "GET") == 0;
    if (request->body.len > 0 || !is_get) {
        curl_easy_setopt(self->easy, CURLOPT_POSTFIELDSIZE, (long)request->body.len);
        curl_easy_setopt(self->easy, CURLOPT_POSTFIELDS,
                         request->body.len > 0 ? request->body.text : "");
        curl_easy_setopt(self->easy, CURLOPT_CUSTOMREQUEST, is_get ? "GET" : request->method);
    }
}

static void set_callbacks(struct transfer *self)
{
    CURL *easy = self->easy;
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_head);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, self);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, self);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, self);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_connected);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, self);
}

static void set_proxy(struct transfer *self)
{
    char address[PROXY_SHOWN];
    const struct proxy *proxy = self->request->proxy;
    curl_easy_setopt(self->easy, CURLOPT_NOPROXY, ""); // decided already
    if (proxy == NULL) {
        curl_easy_setopt(self->easy, CURLOPT_PROXY, "");
        return;
    }
    bool is_ipv6 = strchr(proxy->host, ':') != NULL;
    text_print(address, sizeof address, "http://%s%s%s:%u", is_ipv6 ? "[" : "", proxy->host,
               is_ipv6 ? "]" : "", proxy->port);
    curl_easy_setopt(self->easy, CURLOPT_PROXY, address);
    curl_easy_setopt(self->easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    // What is in CURLOPT_HTTPHEADER, the token among it, never goes into a CONNECT.
    curl_easy_setopt(self->easy, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
    if (proxy->user[0] == '\0' && proxy->password[0] == '\0')
        return;
    curl_easy_setopt(self->easy, CURLOPT_PROXYAUTH, (long)CURLAUTH_BASIC);
    curl_easy_setopt(self->easy, CURLOPT_PROXYUSERNAME, proxy->user);
    curl_easy_setopt(self->easy, CURLOPT_PROXYPASSWORD, proxy->password);
}

// Everything that keeps curl from doing more than it is asked is said here, though most is not even
// compiled in.
static void set_options(struct transfer *self)
{
    CURL *easy = self->easy;
    curl_easy_setopt(easy, CURLOPT_URL, self->request->url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    set_proxy(self);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
    // What goes out in one piece gains nothing by it.
    if (!self->url.https && self->request->body.len == 0)
        curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 0L);
    curl_easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 1L); // on_body names what it is
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, READ_AT_ONCE);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, self->error);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, make_lines(self));
    set_callbacks(self);
    if (self->url.https) {
        curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
        curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
        curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, on_tls);
        curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, self);
    }
    set_method(self);
}

// ---- One attempt --------------------------------------------------------------------------------

static void wait_for(struct transfer *self, int64_t milliseconds)
{
    if (self->phase == HTTP_ANSWERING && self->in.head_done && self->in.mode == BODY_WHOLE &&
        self->waited_for_body++ == 0) {
        char detail[64];
        text_print(detail, sizeof detail, "(status %d came, its body did not)", self->in.status);
        enter(self, HTTP_ANSWERING, detail);
    }
    note_tunnel(self);
    give_whole_time(self);
    int64_t quiet = self->announced || milliseconds <= QUIET_MS ? 0 : QUIET_MS;
    int events = 0;
    if (quiet > 0)
        curl_multi_poll(self->multi, NULL, 0, (int)quiet, &events);
    if (events > 0)
        return;
    announce(self);
    if (quiet == 0)
        curl_multi_poll(self->multi, NULL, 0, (int)milliseconds, NULL);
}

// Runs the transfer until curl is done or enough has come.
static CURLcode drive(struct transfer *self)
{
    int running = 1, messages = 0;
    while (curl_multi_perform(self->multi, &running) == CURLM_OK && running > 0 &&
           !self->in.enough) {
        int64_t wait = time_left(self);
        if (self->in.head_done && self->in.mode == BODY_PEEK) {
            wait = self->in.peek_until_ms - duration_now();
            self->in.enough = wait <= 0;
        }
        if (!self->in.enough)
            wait_for(self, wait);
    }
    const CURLMsg *message = curl_multi_info_read(self->multi, &messages);
    if (message != NULL)
        return message->data.result;
    return self->in.enough ? CURLE_OK : CURLE_OUT_OF_MEMORY;
}

// mbedTLS's number as curl's message shows it: "(-0x7780)". 0: none.
static int tls_error(const struct transfer *self)
{
    static const char mark[] = "(-0x";
    const char *found = strstr(self->error, mark);
    return found == NULL ? 0 : -(int)strtol(found + sizeof mark - 1, NULL, 16);
}

// Who ended it without an answer is looked at once more. Through a proxy nobody else can be.
static struct knock look_again(const struct transfer *self, bool has_13)
{
    if (self->request->proxy != NULL || self->address_len == 0)
        return (struct knock){.kind = KNOCK_WAITS, .alert = KNOCK_ALERT_NONE};
    return knock_at((const struct sockaddr *)&self->address, self->address_len, self->url.host,
                    has_13, time_left(self) / 2);
}

// The connection ended, and there is no status.
static void explain_closed(struct transfer *self, bool reset)
{
    struct finding *fault = &self->answer->fault;
    network_error_ended(fault, self->origin, 0, reset);
    struct knock seen = look_again(self, false);
    if (!self->url.https)
        network_error_knocked(fault, &self->url, seen.kind);
    else if (seen.wants_certificate)
        finding_set(fault, REASON_TLS_CLIENT_CERTIFICATE, self->origin, NULL, NULL);
    else
        fault->reason = REASON_CONNECTION_RESET_TLS;
}

static void explain_tls(struct transfer *self, int error)
{
    struct finding *fault = &self->answer->fault;
    bool was_closed = tls_was_closed(&self->tls, error);
    tls_explain(&self->tls, error, self->origin, fault);
    if (!was_closed && !tls_was_refused(&self->tls, error))
        return;
    struct knock seen = look_again(self, false);
    if (seen.alert == KNOCK_ALERT_VERSION) // by who speaks TLS 1.3 alone, too
        seen = look_again(self, true);
    if (seen.kind == KNOCK_TLS) {
        network_error_alerted(fault, seen.alert);
    } else if (was_closed && seen.kind == KNOCK_CLOSES) {
        network_error_ended(fault, self->origin, 0, false); // what TLS says of it is not so
        network_error_knocked(fault, &self->url, seen.kind);
    }
}

// Of 127.0.0.1 and ::1 a server may listen at one alone.
static void explain_loopback(struct transfer *self)
{
    struct finding *fault = &self->answer->fault;
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)self->url.port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = v4.sin_port};
    bool is_v4 = strcmp(self->tried, "127.0.0.1") == 0;
    if (self->request->proxy != NULL || (!is_v4 && strcmp(self->tried, "::1") != 0))
        return;
    v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    v6.sin6_addr = in6addr_loopback;
    const struct sockaddr *other =
        is_v4 ? (const struct sockaddr *)&v6 : (const struct sockaddr *)&v4;
    if (!knock_is_open(other, is_v4 ? sizeof v6 : sizeof v4, time_left(self) / 2))
        return;
    char address[ORIGIN];
    text_print(address, sizeof address, "%s://%s:%u", self->url.https ? "https" : "http",
               is_v4 ? "[::1]" : "127.0.0.1", self->url.port);
    finding_set(fault, REASON_CONNECTION_REFUSED_FAMILY, self->origin, address, NULL);
}

static void explain_broken(struct transfer *self, int error)
{
    struct finding *fault = &self->answer->fault;
    bool reset = error == ECONNRESET || error == EPIPE;
    if (self->url.https && tls_error(self) != 0 && !reset)
        tls_explain(&self->tls, tls_error(self), self->origin, fault);
    else if (!self->in.head_done)
        explain_closed(self, reset);
    else if (!reset)
        network_error_bad_reply(fault, self->origin, "its body is not encoded as HTTP wants it");
    else
        network_error_ended(fault, self->origin, self->in.status, true);
}

// What went wrong before the proxy opened the way. False: it did.
static bool explain_proxy(struct transfer *self, CURLcode code, int error)
{
    struct finding *fault = &self->answer->fault, connection;
    const struct proxy *proxy = self->request->proxy;
    char detail[FINDING_SLOT];
    long status = 0;
    if (proxy == NULL)
        return false;
    curl_easy_getinfo(self->easy, CURLINFO_HTTP_CONNECTCODE, &status);
    // What a web server says to CONNECT
    if (self->url.https && (status == 400 || status == 404 || status == 405 || status == 501)) {
        text_print(detail, sizeof detail, "it answered %ld to CONNECT, as web servers do", status);
        network_error_proxy_unfit(fault, self->origin, proxy->from, detail);
        return true;
    }
    if (self->url.https && status / 100 != 2 && status != 0) {
        network_error_proxy_status(fault, &self->url, self->origin, (int)status);
        return true;
    }
    note_tunnel(self);
    if (self->phase == HTTP_TUNNEL && code != CURLE_OPERATION_TIMEDOUT) {
        network_error_proxy_unfit(fault, self->origin, proxy->from,
                                  "its answer to CONNECT is not one of an HTTP proxy");
        return true;
    }
    if (code != CURLE_COULDNT_CONNECT || self->phase > HTTP_CONNECTING)
        return false;
    struct url its = {.port = proxy->port};
    memcpy(its.host, proxy->host, sizeof its.host);
    network_error_connection(&connection, &its, proxy->shown, self->tried, error,
                             container_is_inside());
    struct text text = text_over(detail, sizeof detail);
    finding_add_sentence(&connection, &text);
    network_error_proxy_away(fault, &self->url, self->origin, detail);
    return true;
}

static void explain(struct transfer *self, CURLcode code)
{
    struct finding *fault = &self->answer->fault;
    long error = 0;
    curl_easy_getinfo(self->easy, CURLINFO_OS_ERRNO, &error);
    if (explain_proxy(self, code, (int)error))
        return;
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
        network_error_name(fault, self->origin, self->url.host, self->url.host, "",
                           container_is_inside());
        break;
    case CURLE_COULDNT_CONNECT:
        network_error_connection(fault, &self->url, self->origin, self->tried, (int)error,
                                 container_is_inside());
        if (error == ECONNREFUSED)
            explain_loopback(self);
        break;
    case CURLE_OPERATION_TIMEDOUT:
        http_timeout_finding(fault, self->phase, self->what, self->request->timeout_ms,
                             container_is_inside());
        break;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
        explain_tls(self, code == CURLE_SSL_CONNECT_ERROR ? tls_error(self) : 0);
        break;
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
        if (self->in.head_done)
            network_error_ended(fault, self->origin, self->in.status, false);
        else
            explain_closed(self, false);
        break;
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
        explain_broken(self, (int)error);
        break;
    case CURLE_OUT_OF_MEMORY:
    case CURLE_FAILED_INIT:
        finding_set(fault, REASON_START_FAILED, "asking Label Studio", NULL, "memory ran out");
        break;
    default:
        network_error_bad_reply(fault, self->origin, "its head is not as HTTP wants it");
        break;
    }
}

// The one that is connected.
static const char *last_address(const char *tried)
{
    const char *last = strrchr(tried, ' ');
    return last != NULL ? last + 1 : tried;
}

static void settle(struct transfer *self, CURLcode code)
{
    if (!intake_close(&self->in, code == CURLE_OK)) {
        explain(self, code);
        self->in.refused = true;
    }
    if (self->phase > HTTP_CONNECTING && self->request->proxy == NULL &&
        !resolve_is_needless(self->url.host))
        text_print(self->answer->peer, sizeof self->answer->peer, "%s", last_address(self->tried));
    self->answer->answered = !self->in.refused;
    self->answer->status = self->in.status;
}

// True when no connection came about, so that other addresses may be tried.
static bool try_addresses(struct transfer *self, const char *addresses, int64_t connect_ms)
{
    const char *known = addresses[0] != '\0' ? addresses : next_host(self);
    bool is_ipv4 = known[strspn(known, "0123456789.,")] == '\0';
    // Of either kind curl would open a socket only to see whether there is IPv6.
    curl_easy_setopt(self->easy, CURLOPT_IPRESOLVE,
                     is_ipv4 ? (long)CURL_IPRESOLVE_V4 : (long)CURL_IPRESOLVE_WHATEVER);
    self->in_time = false;
    char entry[URL_HOST + DIAL_LIST + 16];
    struct curl_slist resolve = {.data = entry};
    if (addresses[0] != '\0') {
        const struct proxy *proxy = self->request->proxy;
        text_print(entry, sizeof entry, "%s:%u:%s", next_host(self),
                   proxy != NULL ? proxy->port : self->url.port, addresses);
        curl_easy_setopt(self->easy, CURLOPT_RESOLVE, &resolve);
    }
    int64_t left = time_left(self);
    curl_easy_setopt(self->easy, CURLOPT_TIMEOUT_MS, (long)(left > 0 ? left : 1));
    curl_easy_setopt(self->easy, CURLOPT_CONNECTTIMEOUT_MS,
                     (long)(connect_ms > 0 ? connect_ms : 1));
    self->in.refused = false;
    if (curl_multi_add_handle(self->multi, self->easy) != CURLM_OK) {
        settle(self, CURLE_OUT_OF_MEMORY);
        return false;
    }
    CURLcode code = drive(self);
    settle(self, code);
    curl_multi_remove_handle(self->multi, self->easy);
    return self->phase <= HTTP_CONNECTING &&
           (code == CURLE_COULDNT_CONNECT || code == CURLE_OPERATION_TIMEDOUT);
}

// ---- By name ------------------------------------------------------------------------------------

static void on_looking(void *context, const char *name, bool again)
{
    struct transfer *self = context;
    char detail[FINDING_SLOT];
    struct text out = text_over(detail, sizeof detail);
    text_add(&out, "%s", name);
    if (again)
        text_add(&out, " for IPv6, since there was no connection to %s", self->tried);
    else if (strcmp(name, next_host(self)) != 0)
        text_add(&out, ", a candidate of the search list; a final dot (%s.) skips the list",
                 next_host(self));
    enter(self, HTTP_RESOLVING, detail);
    announce(self);
}

static enum dial_result on_connect(void *context, const char *addresses, bool half)
{
    struct transfer *self = context;
    if (!try_addresses(self, addresses, time_left(self) / (half ? 2 : 1)))
        return DIAL_DONE;
    return self->answer->fault.reason == REASON_TIMEOUT_CONNECTING ? DIAL_SLOW : DIAL_REFUSED;
}

static void ask_by_name(struct transfer *self)
{
    struct lookup_failure failure;
    struct finding *fault = &self->answer->fault, unknown;
    struct dial by_name = {next_host(self), self->until_ms, self, on_looking, on_connect};
    if (dial(&by_name, &failure))
        return;
    network_error_name(&unknown, self->origin, by_name.host, failure.asked, failure.no_reply,
                       container_is_inside());
    if (self->request->proxy != NULL)
        network_error_proxy_away(fault, &self->url, self->origin, unknown.detail);
    else
        *fault = unknown;
}

// ---- The question -------------------------------------------------------------------------------

// curl's own start fails without random numbers, and without memory.
static void explain_no_start(struct finding *fault)
{
    unsigned char any;
    if (getrandom(&any, sizeof any, GRND_NONBLOCK) < 0 && errno != EAGAIN && errno != EINTR)
        finding_set(fault, REASON_START_FAILED_RANDOM, NULL, NULL, strerror(errno));
    else
        finding_set(fault, REASON_START_FAILED, "asking Label Studio", NULL, "memory ran out");
}

static bool prepare(struct transfer *self)
{
    struct finding *fault = &self->answer->fault;
    const char *url = self->request->url;
    char why[URL_WHY];
    if (!url_parse(url, true, &self->url, why)) {
        finding_set(fault, REASON_URL_INVALID, url, NULL, why);
        return false;
    }
    size_t scheme = span_find(span_of(url), "://") + 3;
    text_print(self->origin, sizeof self->origin, "%.*s",
               (int)(scheme + strcspn(url + scheme, "/?#")), url);
    const struct proxy *proxy = self->request->proxy;
    if (proxy != NULL && proxy->why[0] != '\0') {
        char detail[FINDING_SLOT];
        text_print(detail, sizeof detail, "%s %s", proxy->shown, proxy->why);
        finding_set(fault, REASON_PROXY_UNUSABLE, self->origin, proxy->from, detail);
        return false;
    }
    if (self->url.https && (!tls_open(&self->tls, self->request->ca_file, fault)))
        return false;
    // It seeds mbedTLS's generator, whatever the scheme.
    if (curl_global_init_mem(CURL_GLOBAL_NOTHING, memory_take, memory_give, memory_retake,
                             memory_copy, memory_clear) != CURLE_OK) {
        explain_no_start(fault);
        return false;
    }
    self->multi = curl_multi_init();
    self->easy = curl_easy_init();
    if (self->multi == NULL || self->easy == NULL) {
        finding_set(fault, REASON_START_FAILED, "asking Label Studio", NULL, "memory ran out");
        return false;
    }
    set_options(self);
    return true;
}

void http_ask(const struct http_request *request, struct http_answer *answer)
{
    struct transfer self = {.request = request, .answer = answer, .what = "the address", .fd = -1};
    self.in = (struct intake){.request = request, .answer = answer, .origin = self.origin};
    memset(answer, 0, sizeof *answer);
    self.until_ms = duration_now() + request->timeout_ms;
    if (prepare(&self)) {
        if (resolve_is_needless(next_host(&self)))
            try_addresses(&self, "", time_left(&self));
        else
            ask_by_name(&self);
    }
    curl_easy_cleanup(self.easy);
    curl_multi_cleanup(self.multi);
    memory_wipe();
    tls_close(&self.tls);
}

void http_answer_free(struct http_answer *answer)
{
    intake_free(answer);
}
