// SPDX-License-Identifier: MIT
#include "labelstudio/stranger.h"

#include "base/ascii.h"

#define SCRIPT_MAX ((size_t)2048) // of a page that does nothing but lead away

static bool has_any(struct span text, const char *const *words)
{
    for (; *words; words++)
        if (span_find(text, *words) < text.len)
            return true;
    return false;
}

static bool has_any_nocase(struct span text, const char *const *words)
{
    for (; *words; words++)
        if (span_has_nocase(text, *words))
            return true;
    return false;
}

static bool starts_with_any(struct span text, const char *const *words)
{
    for (; *words; words++)
        if (span_starts_nocase(text, *words))
            return true;
    return false;
}

// The text of the first element that `mark` opens, "<title"; without blanks at its ends. Nothing
// where it has no end: what is cut off may end in a piece of a secret that is too short to be
// known.
static struct span element(struct span page, const char *mark)
{
    struct span rest = span_rest(page, span_find_nocase(page, mark));
    rest = span_rest(rest, span_find(rest, ">"));
    size_t end = span_find(rest, "<");
    return end > 0 && end < rest.len ? span_trim((struct span){rest.text + 1, end - 1})
                                     : span_of("");
}

struct span stranger_page_words(const struct stranger *self)
{
    static const char *const marks[] = {"<title", "<h1", "<Code>"};
    struct span words = span_of("");
    for (size_t i = 0; i < sizeof marks / sizeof marks[0] && words.len == 0; i++)
        words = element(self->answer->body, marks[i]);
    return words;
}

static bool is_page(const struct stranger *self)
{
    return !self->is_json && span_find(self->answer->body, "<") < self->answer->body.len;
}

bool stranger_asks_login(const struct stranger *self)
{
    static const char *const words[] = {"type=\"password\"",
                                        "type=password",
                                        "type='password'",
                                        "/oauth2/start",
                                        "Sign in",
                                        "Sign In",
                                        "Log in",
                                        "Login",
                                        NULL};
    return is_page(self) && has_any(self->answer->body, words);
}

// ---- The network in between ---------------------------------------------------------------------

// What the titles of guest networks and of the filters that companies have say, and what no page of
// a server of one's own does.
static const char *const network_titles[] = {
    "hotspot",        "wi-fi",           "wifi",
    "guest network",  "guest access",    "guest portal",
    "network access", "internet access", "web page blocked",
    "page blocked",   "site blocked",    "website blocked",
    "access blocked", "captive",         NULL};
static const char *const network_pages[] = {
    "captive portal", "captiveportal",  "web page blocked",   "website blocked",
    "web filter",     "webfilter",      "url filter",         "content filter",
    "url category",   "acceptable use", "internet usage",     "fortiguard",
    "zscaler",        "opendns",        "forcepoint",         "websense",
    "netskope",       "usercheck",      "palo alto networks", NULL};

// A page that leads a browser to another host is no page of a server of one's own.
static bool leads_away(struct span body)
{
    static const char *const by_script[] = {"location=\"http",
                                            "location='http",
                                            "location.href=\"http",
                                            "location.href='http",
                                            "location = \"http",
                                            "location = 'http",
                                            NULL};
    if (span_has_nocase(body, "http-equiv=\"refresh\"") && span_has_nocase(body, "url=http"))
        return true;
    return body.len < SCRIPT_MAX && has_any_nocase(body, by_script);
}

bool stranger_is_network(const struct stranger *self)
{
    struct span body = self->answer->body;
    if (self->answer->status == 511) // RFC 6585: the network wants a login
        return true;
    return is_page(self) && (has_any_nocase(stranger_page_words(self), network_titles) ||
                             has_any_nocase(body, network_pages) || leads_away(body));
}

// Of an address with a scheme, without user information and port.
static struct span host_of(struct span address)
{
    struct span host = span_rest(address, span_find(address, "://"));
    host = host.len > 3 ? span_rest(host, 3) : span_of("");
    host.len = span_until(host, "/?#\\");
    for (size_t at; (at = span_find(host, "@")) < host.len;)
        host = span_rest(host, at + 1);
    host.len = span_until(host, ":");
    return host;
}

static bool is_number(struct span host)
{
    for (size_t i = 0; i < host.len; i++)
        if (!ascii_is_digit(host.text[i]) && host.text[i] != '.')
            return false;
    return host.len > 0;
}

bool stranger_leads_to_network(struct span location, struct span asked)
{
    // A single sign-on may be called a portal, too.
    static const char *const login[] = {
        "client_id=", "response_type=", "redirect_uri=", "oauth", "openid",
        "saml",       "/cdn-cgi/",      "/adfs/",        NULL};
    static const char *const network[] = {
        "portal",   "captive", "hotspot",   "guest",       "wifi",         "wi-fi",       "splash",
        "block",    "filter",  "fgtauth",   "fortiguard",  "zscaler",      "zscloud",     "opendns",
        "umbrella", "denied",  "usercheck", "nodogsplash", "network-auth", "securelogin", NULL};
    struct span host = host_of(location);
    if (host.len == 0 || span_is_nocase(host, "localhost") || has_any_nocase(location, login))
        return false;
    // Gateways of guest networks are often called by their number, logins of servers never.
    return !span_equal(host, host_of(asked)) &&
           (has_any_nocase(location, network) || is_number(host));
}

bool stranger_leads_to_start(struct span location)
{
    static const char *const login[] = {"login",  "auth", "sso", "account",
                                        "signin", "idp",  "id.", NULL};
    struct span host = host_of(location), path = location;
    if (span_find(location, "://") < location.len)
        path = span_rest(location, (size_t)(host.text + host.len - location.text));
    if (span_starts(path, ":"))
        path = span_rest(path, 1 + span_run(span_rest(path, 1), ascii_is_digit));
    return (span_is(path, "/") || path.len == 0) && location.len > 0 &&
           !has_any_nocase(host, login);
}

// ---- Programs -----------------------------------------------------------------------------------

// What stands in front of other servers, by the begin of its Server header.
static const char *const fronts[] = {"nginx",
                                     "openresty",
                                     "tengine",
                                     "angie",
                                     "freenginx",
                                     "apache",
                                     "haproxy",
                                     "envoy",
                                     "istio",
                                     "cloudflare",
                                     "awselb",
                                     "cloudfront",
                                     "akamai",
                                     "google front",
                                     "gws",
                                     "bigip",
                                     "big-ip",
                                     "microsoft-iis",
                                     "microsoft-azure",
                                     "caddy",
                                     "traefik",
                                     "lighttpd",
                                     "varnish",
                                     "squid",
                                     "ats/",
                                     "kong",
                                     "apisix",
                                     "litespeed",
                                     "h2o",
                                     "imperva",
                                     "sucuri",
                                     "ngrok",
                                     "fortiweb",
                                     "citrix",
                                     "netscaler",
                                     "zscaler",
                                     "tinyproxy",
                                     "privoxy",
                                     "pomerium",
                                     "oauth2-proxy",
                                     NULL};
// The same word at the begin, and no proxy.
static const char *const not_fronts[] = {"apache-coyote", "envoy-mobile", NULL};

// Titles of programs that people run beside Label Studio.
static const char *const titles[] = {
    "Grafana",    "Jupyter",          "Jenkins",    "MinIO",
    "Portainer",  "pgAdmin",          "Adminer",    "phpMyAdmin",
    "Prometheus", "Alertmanager",     "RabbitMQ",   "Kibana",
    "Elastic",    "OpenSearch",       "Airflow",    "MLflow",
    "SonarQube",  "Nexus Repository", "Superset",   "Metabase",
    "Streamlit",  "Gradio",           "Open WebUI", "Swagger UI",
    "FastAPI",    "Home Assistant",   "CVAT",       "Directory listing for",
    NULL};

bool stranger_is_program(const struct stranger *self)
{
    struct span server = self->answer->server, body = self->answer->body;
    bool is_front = starts_with_any(server, fronts) && !starts_with_any(server, not_fronts);
    if (!self->is_json && element(body, "<Code>").len > 0) // S3
        return true;
    if (is_page(self) && has_any(stranger_page_words(self), titles))
        return true;
    return !is_front && (self->is_json || server.len > 0);
}

// ---- Proxies ------------------------------------------------------------------------------------

// The default backend of Kubernetes, Kong, APISIX, ngrok.
bool stranger_has_no_route(const struct stranger *self)
{
    static const char *const words[] = {"default backend", "no Route matched", "Route Not Found",
                                        "Tunnel not found", NULL};
    return has_any(self->answer->body, words);
}

bool stranger_is_in_go(const struct stranger *self)
{
    return span_starts(self->answer->body, "404 page not found");
}

// HAProxy, Traefik, Envoy, Apache, Varnish, lighttpd and Amazon's answer 503 where nginx says 502.
bool stranger_has_no_upstream(const struct stranger *self)
{
    static const char *const words[] = {"No server is available",
                                        "no available server",
                                        "no healthy upstream",
                                        "upstream connect error",
                                        "Backend fetch failed",
                                        "due to maintenance downtime",
                                        NULL};
    int status = self->answer->status;
    // Apache, where it does not find the name of the server behind it
    if (status == 500)
        return span_find(self->answer->body, "Proxy Error") < self->answer->body.len;
    return status == 502 || (status >= 521 && status <= 523) || // Cloudflare: the server behind it
           (status == 503 && (has_any(self->answer->body, words) ||
                              span_starts_nocase(self->answer->server, "lighttpd") ||
                              span_starts_nocase(self->answer->server, "awselb")));
}

bool stranger_has_no_site(const struct stranger *self)
{
    return self->answer->status == 200 && self->answer->body.len == 0 &&
           span_starts_nocase(self->answer->server, "caddy");
}

// Who closes on purpose says so, or says when to come back.
bool stranger_is_closed(const struct stranger *self)
{
    static const char *const words[] = {"maintenance", "be back", "right back", "upgrad", NULL};
    int status = self->answer->status;
    if (status == 200)
        return is_page(self) && has_any_nocase(stranger_page_words(self), words);
    return status == 503 &&
           (self->answer->retry_after.len > 0 || has_any_nocase(self->answer->body, words));
}

bool stranger_is_forward_proxy(const struct stranger *self)
{
    static const char *const servers[] = {"squid", "tinyproxy", "privoxy", "zscaler", NULL};
    static const char *const words[] = {"Privoxy@", "The requested URL could not be retrieved",
                                        NULL};
    return starts_with_any(self->answer->server, servers) ||
           (is_page(self) && has_any(stranger_page_words(self), words));
}
